"""Tables of public data: the same rows as a page and as a CSV file.

Each is a few columns over one query; values that came out of `extra` are shown by the type's own labels.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.enums import Validity
from disclosure.models import Item
from disclosure.queries import ItemQuerySet
from disclosure.types import HOSPITALITY_COLUMNS, ITEM_TYPES, FieldKind
from govportal.models import Agency, Leader
from govportal.now import today
from govportal.site import absolute_url

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: Promise | str


@dataclass(frozen=True, slots=True)
class DataTable:
    """`rows(reader, is_complete)` gives rows by column key; `url` is the row's own page, if it has one.

    `shown` names the columns of the few rows a page shows. Rows made of items are those in force; complete, also the
    void and expired ones, told apart by `validity`.
    """

    key: str
    title: Promise | str
    description: Promise | str
    columns: tuple[Column, ...]
    rows: Callable[[Any, bool], Iterator[Row]]
    count: Callable[[Any], int]
    shown: tuple[str, ...]

    @property
    def shown_columns(self) -> list[Column]:
        return [column for column in self.columns if column.key in self.shown]

    def first_rows(self, reader: Any, number: int) -> list[Row]:
        return list(islice(self.rows(reader, False), number))

    @property
    def has_validity(self) -> bool:
        return _VALIDITY in self.columns


_VALIDITY = Column("validity", _("有效性"))


def items_of_type(reader: Any, key: str, *, is_complete: bool) -> ItemQuerySet:
    """Items of one type with their text's own fields, by agency: those in force, or all that can be read."""
    items = Item.objects.visible_to(reader).filter(item_type=key).select_related("agency", "current_edition")
    items = items.with_effective_validity(today()) if is_complete else items.in_force(today())
    return items.order_by("agency__position", "agency__name", "-published_on", "-id").only(
        "slug", "title", "index_number", "published_on", "item_type", "topic", "state", "validity", "expires_on",
        "agency__code", "agency__name", "agency__short_name", "current_edition__extra",
    )  # fmt: skip


def extra_values(item: Item) -> dict[str, Any]:
    """The extra fields of an item by key, choices by their label, lists as lines."""
    extra = item.current_edition.extra if item.current_edition else {}
    values = {}
    for field in item.type.extra:
        raw = field.shown(extra.get(field.key))
        if field.kind == FieldKind.LINES and isinstance(raw, list):
            raw = "\n".join(map(str, raw))
        values[field.key] = "" if raw is None else raw
    return values


def _item_table(
    key: str, title: Any, description: Any, extra_keys: tuple[str, ...], shown: tuple[str, ...]
) -> DataTable:
    kind = ITEM_TYPES[key]
    fields = [field for field in kind.extra if field.key in extra_keys]
    columns = (
        Column("index_number", _("索引号")),
        Column("title", _("名称")),
        Column("agency", _("发布机构")),
        *(Column(field.key, field.label) for field in fields),
        Column("published_on", _("公开日期")),
        _VALIDITY,
        Column("url", _("网址")),
    )

    def rows(reader: Any, is_complete: bool) -> Iterator[Row]:
        for item in items_of_type(reader, key, is_complete=is_complete).iterator(chunk_size=500):
            yield extra_values(item) | _common(item)

    def count(reader: Any) -> int:
        return items_of_type(reader, key, is_complete=False).count()

    return DataTable(key, title, description, columns, rows, count, ("title", "agency", *shown))


def _common(item: Item) -> dict[str, Any]:
    return {
        "index_number": item.index_number,
        "title": item.title,
        "agency": item.agency.name,
        "published_on": item.published_on,
        "validity": str(Validity(item.effective_validity).label),  # type: ignore[attr-defined]
        "url": absolute_url(item.get_absolute_url()),
    }


def _hospitality_rows(reader: Any, is_complete: bool) -> Iterator[Row]:
    items = items_of_type(reader, "budget", is_complete=is_complete)
    for item in items.filter(current_edition__extra__has_key="hospitality").iterator(500):
        extra = extra_values(item)
        for line in extra["hospitality"] if isinstance(extra["hospitality"], list) else []:
            if isinstance(line, dict):
                yield line | {"fiscal_year": extra["fiscal_year"], "kind": extra["kind"]} | _common(item)


def _agency_rows(_reader: Any, _is_complete: bool) -> Iterator[Row]:
    agencies = Agency.objects.filter(is_active=True).select_related("parent")
    for agency in agencies.order_by("position", "name").iterator(100):
        yield {
            "code": agency.code,
            "name": agency.name,
            "kind": agency.get_kind_display(),
            "level": agency.get_level_display(),
            "parent": agency.parent.name if agency.parent else "",
            "address": agency.address,
            "hours": agency.hours,
            "phone": agency.phone,
            "complaint_phone": agency.complaint_phone,
        }


def leaders() -> QuerySet[Leader]:
    """Leaders of active bodies, in the order of the register."""
    active = Leader.objects.filter(agency__is_active=True).select_related("agency")
    return active.order_by("agency__position", "agency__name", "position", "id")


def _leader_rows(_reader: Any, _is_complete: bool) -> Iterator[Row]:
    for leader in leaders().iterator(100):
        yield {"agency": leader.agency.name, "name": leader.name, "post": leader.post, "division": leader.division}


_TABLES = (
    _item_table(
        "power",
        _("权力清单"),
        _("各单位行使的行政权力：编码、类型、主体、依据、时限、收费和监督。"),
        (
            "power_code",
            "power_kind",
            "subject",
            "office",
            "basis",
            "statutory_days",
            "promised_days",
            "fee",
            "complaint_channel",
        ),
        ("power_kind", "promised_days"),
    ),
    _item_table(
        "service_guide",
        _("办事指南"),
        _("办事事项的条件、程序、受理机构、时限和咨询电话。"),
        ("office", "address", "hours", "phone", "statutory_days", "promised_days", "promise_kind", "fee"),
        ("promised_days", "phone"),
    ),
    DataTable(
        "hospitality",
        _("“三公”经费"),
        _("各单位预算决算中的因公出国（境）、公务接待、公务用车经费。"),
        (
            Column("agency", _("单位")),
            Column("fiscal_year", _("财政年度")),
            Column("kind", _("种类")),
            *(Column(key, label) for key, label in HOSPITALITY_COLUMNS),
            _VALIDITY,
            Column("url", _("网址")),
        ),
        _hospitality_rows,
        lambda reader: sum(1 for _row in _hospitality_rows(reader, False)),
        ("agency", "fiscal_year", "kind", "item", "budget", "actual"),
    ),
    DataTable(
        "leaders",
        _("领导信息"),
        _("各单位领导的职务和分工。"),
        (
            Column("agency", _("单位")),
            Column("name", _("姓名")),
            Column("post", _("职务")),
            Column("division", _("分工")),
        ),
        _leader_rows,
        lambda _reader: leaders().count(),
        ("agency", "name", "post"),
    ),
    DataTable(
        "agencies",
        _("单位名录"),
        _("公开信息的单位及其地址、办公时间和电话。"),
        (
            Column("code", _("单位代码")),
            Column("name", _("单位名称")),
            Column("kind", _("类别")),
            Column("level", _("层级")),
            Column("parent", _("上级单位")),
            Column("address", _("办公地址")),
            Column("hours", _("办公时间")),
            Column("phone", _("联系电话")),
            Column("complaint_phone", _("监督投诉电话")),
        ),
        _agency_rows,
        lambda _reader: Agency.objects.filter(is_active=True).count(),
        ("name", "kind", "address", "phone"),
    ),
)

DATA_TABLES: Mapping[str, DataTable] = {table.key: table for table in _TABLES}
