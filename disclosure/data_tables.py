"""Tables of public data: the same rows as a page and as a CSV file.

Each is a few columns over one query; values that came out of `extra` are shown by the type's own labels.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.enforcement import decision_of
from disclosure.enums import RelationKind, Validity
from disclosure.models import Item, Relation
from disclosure.queries import ItemQuerySet
from disclosure.types import HOSPITALITY_COLUMNS, ITEM_TYPES, FieldKind
from govportal.calendar import load_calendar
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
    void and expired ones, told apart by `validity`; `rows_of` gives those of items already narrowed.
    """

    key: str
    title: Promise | str
    description: Promise | str
    columns: tuple[Column, ...]
    rows: Callable[[Any, bool], Iterator[Row]]
    count: Callable[[Any], int]
    shown: tuple[str, ...]
    rows_of: Callable[[ItemQuerySet], Iterator[Row]] | None = None  # of tables whose rows are items of one type
    page: str = ""  # URL name of the page that lists the rows, where they need not be shown again

    @property
    def shown_columns(self) -> list[Column]:
        return [column for column in self.columns if column.key in self.shown]

    def first_rows(self, reader: Any, number: int) -> list[Row]:
        return list(islice(self.rows(reader, False), number))

    @property
    def has_validity(self) -> bool:
        return _VALIDITY in self.columns


_VALIDITY = Column("validity", _("有效性"))


_TABLE_FIELDS = (
    "slug", "title", "index_number", "published_on", "item_type", "topic", "state", "validity", "expires_on",
    "agency__code", "agency__name", "agency__short_name", "current_edition__extra",
)  # fmt: skip


def items_of_type(reader: Any, key: str, *, is_complete: bool) -> ItemQuerySet:
    """Items of one type with their text's own fields, by agency: those in force, or all that can be read."""
    items = Item.objects.visible_to(reader).filter(item_type=key).select_related("agency", "current_edition")
    if key == "enforcement":
        items = items.still_shown(today())
    if key == "project":
        items = items.without_subprojects()
    items = items.with_effective_validity(today()) if is_complete else items.in_force(today())
    return items.order_by("agency__position", "agency__name", "-published_on", "-id").only(*_TABLE_FIELDS)


def counts_by_type(reader: Any) -> dict[str, int]:
    """How many items in force each table of a type has, by its key; one statement for all of them."""
    keys = [table.key for table in DATA_TABLES.values() if table.rows_of]
    items = Item.objects.visible_to(reader).filter(item_type__in=keys).without_subprojects()
    items = items.in_force(today()).still_shown(today())
    counted = dict(items.order_by().values_list("item_type").annotate(n=Count("pk")))
    return {key: counted.get(key, 0) for key in keys}


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
    key: str,
    title: Any,
    description: Any,
    extra_keys: tuple[str, ...],
    shown: tuple[str, ...],
    *,
    more: tuple[Column, ...] = (),
    prepared: Callable[[ItemQuerySet], Iterator[tuple[Item, Row]]] | None = None,
    page: str = "",
) -> DataTable:
    """`prepared` gives the items with the values of the columns `more`."""
    kind = ITEM_TYPES[key]
    fields = [field for field in kind.extra if field.key in extra_keys]
    columns = (
        Column("index_number", _("索引号")),
        Column("title", _("名称")),
        Column("agency", _("发布机构")),
        *(Column(field.key, field.label) for field in fields),
        *more,
        Column("published_on", _("公开日期")),
        _VALIDITY,
        Column("url", _("网址")),
    )

    def rows_of(items: ItemQuerySet) -> Iterator[Row]:
        for item, values in prepared(items) if prepared else _plain(items):
            yield {**extra_values(item), **_common(item), **values}

    def rows(reader: Any, is_complete: bool) -> Iterator[Row]:
        return rows_of(items_of_type(reader, key, is_complete=is_complete))

    def count(reader: Any) -> int:
        return items_of_type(reader, key, is_complete=False).count()

    return DataTable(key, title, description, columns, rows, count, ("title", "agency", *shown), rows_of, page)


def _plain(items: ItemQuerySet) -> Iterator[tuple[Item, Row]]:
    return ((item, {}) for item in items.iterator(chunk_size=500))


def _with_dates(items: ItemQuerySet) -> Iterator[tuple[Item, Row]]:
    """Documents with the number and dates that bind their readers."""
    dated = items.only(*_TABLE_FIELDS, "document_number", "current_edition__effective_on")
    for item in dated.iterator(chunk_size=500):
        effective_on = item.current_edition.effective_on if item.current_edition else None
        yield (
            item,
            {"document_number": item.document_number, "effective_on": effective_on, "expires_on": item.expires_on},
        )


def _with_project(items: ItemQuerySet) -> Iterator[tuple[Item, Row]]:
    """Parts of projects with the project they belong to, as everybody may read it."""
    public = Item.objects.visible_to(AnonymousUser())
    above = Relation.objects.in_effect().filter(source=OuterRef("pk"), kind=RelationKind.BELONGS_TO, target__in=public)
    named = items.annotate(
        project=Subquery(above.values("target__title")[:1]), project_slug=Subquery(above.values("target__slug")[:1])
    )
    for item in named.iterator(chunk_size=500):
        slug = item.project_slug  # type: ignore[attr-defined]
        yield (
            item,
            {
                "project": item.project or "",  # type: ignore[attr-defined]
                "project_url": absolute_url(reverse("project", args=[slug])) if slug else "",
            },
        )


def _with_days(items: ItemQuerySet) -> Iterator[tuple[Item, Row]]:
    """Results of law enforcement with the working days each took and whether that was in time."""
    calendar = load_calendar()
    for item in items.iterator(chunk_size=500):
        decision = decision_of(item, calendar)
        words = {True: _("按期"), False: _("超期"), None: ""}
        yield item, {"days": decision.days, "term": decision.term.n, "is_on_time": words[decision.is_on_time]}


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
    _item_table(
        "normative",
        _("行政规范性文件"),
        _("规范性文件的文号、施行日期、有效期、有效性、清理结果和登记编号。"),
        ("registration_number", "cleanup_result", "cleanup_on"),
        ("document_number", "effective_on", "cleanup_result"),
        more=(
            Column("document_number", _("文号")),
            Column("effective_on", _("施行日期")),
            Column("expires_on", _("有效期至")),
        ),
        prepared=_with_dates,
        page="normative",
    ),
    _item_table(
        "project",
        _("重大建设项目"),
        _("重大建设项目的代码、阶段、投资、法人、施工单位和进度。"),
        ("project_code", "stage", "investment", "owner", "contractor", "progress", "starts_on", "ends_on"),
        ("stage", "investment", "owner"),
        page="projects",
    ),
    _item_table(
        "project_stage",
        _("重大建设项目分阶段信息"),
        _("从审批到竣工验收逐段公开的信息：属于哪个项目、哪个方面、文号、金额和进度。"),
        ("project_aspect", "document", "party", "amount", "progress"),
        ("project_aspect", "party", "amount"),
        more=(Column("project", _("所属项目")), Column("project_url", _("项目网址"))),
        prepared=_with_project,
        page="projects",
    ),
    _item_table(
        "enforcement",
        _("行政执法结果"),
        _("行政许可、行政处罚等执法决定：文号、相对人、事由、依据、结果，以及从决定到公开用了几个工作日。"),
        ("decision_number", "kind", "party", "party_code", "matter", "basis", "result", "decided_on", "shown_until"),
        ("decision_number", "kind", "result"),
        more=(
            Column("days", _("决定到公开（工作日）")),
            Column("term", _("公开期限（工作日）")),
            Column("is_on_time", _("是否按期")),
        ),
        prepared=_with_days,
        page="enforcement",
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
