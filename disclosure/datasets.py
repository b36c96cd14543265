"""What disclosure offers as open data."""

from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.data_tables import DATA_TABLES, DataTable
from disclosure.models import CatalogueEntry, Item, LogEntry
from govportal.contributions import Dataset


def _to(name: str, *args: str) -> Callable[[], str]:
    return partial(reverse, name, args=list(args))


def _table(table: DataTable) -> Dataset:
    formats = {"CSV": _to("data_csv", table.key)}
    if table.key == "agencies":
        formats["JSON"] = _to("api_agencies")
    return Dataset(table.key, table.title, table.description, formats, lambda: table.count(AnonymousUser()))


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
    *(_table(table) for table in DATA_TABLES.values()),
)
