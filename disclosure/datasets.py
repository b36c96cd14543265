"""What disclosure offers as open data."""

from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.data_tables import DATA_TABLES, DataTable, counts_by_type
from disclosure.models import CatalogueEntry, Item, LogEntry, NoticeBoard, Obligation, Rectification, Withholding
from govportal.contributions import Dataset


def _to(name: str, *args: str) -> Callable[[], str]:
    return partial(reverse, name, args=list(args))


def _table(table: DataTable) -> Dataset:
    formats = {"CSV": _to("data_csv", table.key)}
    if table.key == "agencies":
        formats["JSON"] = _to("api_agencies")
    if table.rows_of:
        formats["JSON"] = lambda: f"{reverse('api_items')}?type={table.key}"
    return Dataset(
        table.key,
        table.title,
        table.description,
        formats,
        lambda: table.count(AnonymousUser()),
        _counts_by_type if table.rows_of else None,
    )


def _counts_by_type() -> dict[str, int]:
    return counts_by_type(AnonymousUser())


def _obligation_counts() -> dict[str, int]:
    """Obligations, and the agencies that have any."""
    counts = {"obligations": Count("pk"), "coverage": Count("agency", distinct=True)}
    return Obligation.objects.public().aggregate(**counts)


DATASETS = (
    Dataset(
        "items",
        _("公开信息"),
        _("全部公开信息的著录：索引号、标题、机构、文号、日期、有效性、内容摘要。可带网页上的任何筛选条件。"),
        {"CSV": _to("items_csv"), "JSON": _to("api_items"), "Atom": _to("feed_items")},
        lambda: Item.objects.visible_to(AnonymousUser()).count(),
    ),
    Dataset(
        "catalogue",
        _("标准目录"),
        _("应当公开的事项：内容、依据、时限、主体、渠道。"),
        {"JSON": _to("api_catalogue")},
        lambda: CatalogueEntry.objects.visible_to(AnonymousUser()).count(),
    ),
    Dataset(
        "log",
        _("公开登记簿"),
        _("每一次公开、修改、撤回的登记，逐行相链，可以自行查验。"),
        {"JSONL": _to("log_export"), "JSON": _to("api_log")},
        lambda: LogEntry.objects.visible_to(AnonymousUser()).count(),
    ),
    Dataset(
        "rectifications",
        _("整改公开"),
        _("交办的整改：问题、要求、期限、整改报告和核实意见，逾期的标明。"),
        {"CSV": _to("rectifications_csv"), "JSON": _to("api_rectifications")},
        lambda: Rectification.objects.public().count(),
    ),
    Dataset(
        "negative-list",
        _("不予公开事项数"),
        _("各单位不予公开的有效事项数，按情形和条款统计，不含事项内容。"),
        {"CSV": _to("negative_list_csv")},
        lambda: Withholding.objects.in_force().order_by().values("agency", "ground").distinct().count(),
    ),
    Dataset(
        "obligations",
        _("公开义务"),
        _("各单位应当公开什么、什么时候到期、是否已经公开，应公开未公开的标明。"),
        {"JSON": _to("api_obligations")},
        lambda: _obligation_counts()["obligations"],
        _obligation_counts,
    ),
    Dataset(
        "boards",
        _("公开栏"),
        _("各单位的公开栏设在哪里、现在张贴的是哪一张、要不要重印。"),
        {"CSV": _to("boards_csv")},
        lambda: NoticeBoard.objects.listed().count(),
    ),
    Dataset(
        "coverage",
        _("公开面和规范率"),
        _("今年以来的公开面、及时率、规范率和更新，合计、分单位和分类别。"),
        {"CSV": _to("coverage_csv"), "JSON": _to("api_coverage")},
        lambda: _obligation_counts()["coverage"],
        _obligation_counts,
    ),
    *(_table(table) for table in DATA_TABLES.values()),
)
