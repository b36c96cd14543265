"""Lists as tables on paper: the rows of a page and its CSV, under the same conditions, with a head and a foot.

Public rows alone, whoever asks. Up to ROWS at once; what is longer is made in volumes of as many rows, each of rows
that are named when it is ordered, so that none is lost or printed twice while volumes are made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import batched
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from disclosure import catalogue_export
from disclosure.catalogue_filters import CatalogueEntryFilterSet
from disclosure.data_tables import DATA_TABLES, extra_values, leaders
from disclosure.document_parts import whole_units
from disclosure.enums import PrintFormat, PrintKind
from disclosure.filters import ItemFilterSet, ParameterFilterSet
from disclosure.list_filters import TABLE_FILTERS, GazetteFilterSet, LeaderFilterSet
from disclosure.models import CatalogueEntry, PrintPart
from disclosure.records import item_record, public_items
from disclosure.services.print_jobs import Volume, Wish
from govportal import paper_cache, pdf, qr
from govportal.now import today
from govportal.site import absolute_url, site_profile

ROWS = 500  # of one PDF: 2 s and 150 MB
MOST_ROWS = 20_000  # of one order; what is longer is for a machine, and the CSV has it
LONGEST_QR = 250  # characters of an address; more is too fine for a telephone
STYLESHEETS = ("css/print.css", "css/table_print.css")
VARIANT: pdf.Variant = "pdf/ua-1"
_TEMPLATE = "disclosure/paper_tables/table.html"


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is printed. `address`: the page of what it is about; `heading`: what begins with it."""

    cells: Sequence[str]
    address: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """`columns` by heading, of which the `named`-th names the row. `names_rows`: what the ids of its rows are called in
    a job. `lines(rows, first)` gives the rows; `first` is the number of the first in the whole list."""

    key: str
    title: Promise | str
    page: str  # name of the address of the list
    address: str  # and of its PDF
    paper: str  # a3, a4: both lie on their side
    columns: tuple[Promise | str, ...]
    named: int
    filters: Callable[[QueryDict], ParameterFilterSet]
    lines: Callable[[Any, int], Iterator[Line]]
    names_rows: str = "items"
    head: str = ""  # template of its head, where one line of headings is not enough


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of a list a paper shows: rows first to last of all, as volume so of so many."""

    first: int
    count: int
    total: int
    volume: int = 1
    volumes: int = 1
    gone: int = 0  # rows that are no more in the list than when it was ordered

    @property
    def last(self) -> int:
        return self.first + self.count - 1


def _typed(key: str, address: str, *, paper: str, left_out: tuple[str, ...]) -> PaperTable:
    """A data table of one type on paper, without its last columns that only a machine can follow."""
    table, filters = DATA_TABLES[key], TABLE_FILTERS[key]
    columns = [column for column in table.columns if column.key not in left_out]

    def filterset(data: QueryDict) -> ParameterFilterSet:
        return filters(data=data, queryset=filters.items(AnonymousUser()))

    def lines(rows: Any, _first: int) -> Iterator[Line]:
        assert table.rows_of is not None
        for row in table.rows_of(rows):
            yield Line([_shown(row.get(column.key)) for column in columns], str(row["url"]))

    named = [column.key for column in columns].index("title")
    headings = tuple(column.label for column in columns)
    return PaperTable(key, table.title, address, f"{address}_pdf", paper, headings, named, filterset, lines)


_ITEM_COLUMNS = {
    "index_number": _("索引号"),
    "title": _("标题"),
    "agency": _("发布机构"),
    "document_number": _("文号"),
    "type_label": _("信息类型"),
    "topic": _("主题分类"),
    "formed_on": _("成文日期"),
    "published_on": _("公开日期"),
    "validity_label": _("有效性"),
}


def _shown(value: object) -> str:
    """As in the CSV: days are 2026-11-30, nothing is nothing."""
    return "" if value is None else str(value)


def _item_filters(data: QueryDict) -> ParameterFilterSet:
    return ItemFilterSet(data=data, queryset=public_items())


def _item_lines(rows: Any, _first: int) -> Iterator[Line]:
    for record in map(item_record, rows.iterator(chunk_size=ROWS)):
        yield Line([_shown(record[key]) for key in _ITEM_COLUMNS], record["url"])


def _catalogue_filters(data: QueryDict) -> ParameterFilterSet:
    visible = CatalogueEntry.objects.visible_to(AnonymousUser()).prefetch_related("agencies")
    return CatalogueEntryFilterSet(data=data, queryset=visible)


# Columns of the official table in catalogue_export.HEADER, from 序号 to 乡级.
_OFFICIAL = slice(1, 15)


def _catalogue_lines(rows: Any, first: int) -> Iterator[Line]:
    """The columns of the official form; its table is of one domain, which here begins where it changes."""
    entries = list(rows)
    domain = None
    table = catalogue_export.table(entries)
    next(table)
    for number, (entry, line) in enumerate(zip(entries, table, strict=True), first):
        cells = [str(number), *line[_OFFICIAL][1:]]
        named = [agency.name for agency in entry.agencies.all()] or map(str, entry.kind_labels)
        cells[6] = cells[6] or "、".join(named)
        heading = entry.domain if entry.domain != domain else ""
        domain = entry.domain
        yield Line(cells, absolute_url(reverse("catalogue_entry", args=[entry.pk])), heading)


def _leader_filters(data: QueryDict) -> ParameterFilterSet:
    return LeaderFilterSet(data=data, queryset=leaders())


def _leader_lines(rows: Any, _first: int) -> Iterator[Line]:
    for leader in rows:
        cells = [leader.agency.name, leader.name, leader.post, leader.division]
        yield Line(cells, absolute_url(reverse("agency", args=[leader.agency.code])))


def _gazette_filters(data: QueryDict) -> ParameterFilterSet:
    return GazetteFilterSet(data=data, queryset=GazetteFilterSet.items(AnonymousUser()))


def _gazette_lines(rows: Any, _first: int) -> Iterator[Line]:
    for item in rows:
        extra = extra_values(item)
        cells = [item.index_number, item.title, item.agency.name, extra["year"], extra["issue"], extra["contents"]]
        yield Line([*map(_shown, cells), _shown(item.published_on)], absolute_url(item.get_absolute_url()))


_TABLES = (
    _typed("power", "powers", paper="a3", left_out=("url",)),
    _typed("service_guide", "services", paper="a3", left_out=("url",)),
    _typed("normative", "normative", paper="a4", left_out=("url",)),
    _typed("project", "projects", paper="a3", left_out=("url",)),
    _typed("enforcement", "enforcement", paper="a3", left_out=("term", "validity", "url")),
    PaperTable(
        "leaders", _("领导信息"), "leaders", "leaders_pdf", "a4", (_("单位"), _("姓名"), _("职务"), _("分工")), 1,
        _leader_filters, _leader_lines, "leaders",
    ),
    PaperTable(
        "gazette", _("政府公报"), "gazettes", "gazettes_pdf", "a4",
        (_("索引号"), _("名称"), _("发布机构"), _("年份"), _("期号"), _("目录"), _("公开日期")), 1,
        _gazette_filters, _gazette_lines,
    ),
    PaperTable(
        "items", _("主动公开信息目录"), "items", "items_pdf", "a4", tuple(_ITEM_COLUMNS.values()), 1,
        _item_filters, _item_lines,
    ),
    PaperTable(
        "catalogue", _("政务公开标准目录"), "catalogue", "catalogue_pdf", "a3",
        tuple(catalogue_export.HEADER[_OFFICIAL]), 2, _catalogue_filters, _catalogue_lines, "entries",
        head="disclosure/paper_tables/catalogue_head.html",
    ),
)  # fmt: skip
PAPER_TABLES: Mapping[str, PaperTable] = {table.key: table for table in _TABLES}


def address_of(key: str, query: str) -> str:
    """The PDF of a list under these conditions."""
    address = reverse(PAPER_TABLES[key].address)
    return f"{address}?{query}" if query else address


def count(filterset: ParameterFilterSet) -> int:
    """How many rows, exact up to MOST_ROWS; one more stands for all above."""
    return int(filterset.qs.order_by().values("pk")[: MOST_ROWS + 1].count())


@override(settings.LANGUAGE_CODE)  # a paper of the office, whatever language the page has
def table_pdf(table: PaperTable, filterset: ParameterFilterSet, *, before: Callable[[], object]) -> bytes:
    """The whole list at once. `before` is called when it has to be laid out. Raises pdf.TooLong."""
    lines = list(table.lines(filterset.qs[:ROWS], 1))
    extent = Extent(1, len(lines), len(lines))
    begun = datetime.combine(today(), time.min, tzinfo=get_current_timezone())
    title, source = _source(table, filterset, lines, extent, begun)

    def made() -> bytes:
        before()
        return _set(source, title, begun)

    return paper_cache.get_or_make(source, made, title=title, created_at=begun)


def wish(table: PaperTable, filterset: ParameterFilterSet) -> Wish:
    """The list in volumes: rows are chosen now, and read when their volume is made."""
    ids = list(filterset.qs.values_list("pk", flat=True)[:MOST_ROWS])
    chosen = list(batched(ids, ROWS))
    with override(settings.LANGUAGE_CODE):
        title = str(table.title)  # without the conditions: a word somebody sought is no name for a file that others see
    volumes = tuple(
        Volume(_volume_title(title, number, len(chosen)), {table.names_rows: list(some), "number": number})
        for number, some in enumerate(chosen, 1)
    )
    wanted = {"table": table.key, "query": filterset.query_string(), "rows": len(ids), "volumes": len(chosen)}
    return Wish(PrintKind.TABLE, PrintFormat.ZIP, f"{title}-{today():%Y%m%d}", volumes, wanted)


def _volume_title(title: str, number: int, of: int) -> str:
    """With as many digits as the last has, so that files lie in their order."""
    return f"{title}-第{number:0{len(str(of))}d}册"


@override(settings.LANGUAGE_CODE)
def volume_pdf(part: PrintPart) -> bytes:
    """One volume of a job. What is not in the list any more is left out, and the paper says how many that are. The
    print queue keeps its files itself."""
    wanted = part.job.wanted
    table = PAPER_TABLES[wanted["table"]]
    filterset = table.filters(QueryDict(wanted["query"]))
    ids = part.wanted[table.names_rows]
    first = (part.wanted["number"] - 1) * ROWS + 1
    lines = list(table.lines(filterset.qs.filter(pk__in=ids), first))
    volume = (part.wanted["number"], wanted["volumes"])
    extent = Extent(first, len(lines), wanted["rows"], *volume, gone=len(ids) - len(lines))
    title, source = _source(table, filterset, lines, extent, part.job.asked_at)
    return _set(source, title, part.job.asked_at)


def _source(
    table: PaperTable, filterset: ParameterFilterSet, lines: list[Line], extent: Extent, at: datetime
) -> tuple[str, pdf.Source]:
    """The title of the PDF and what it is made of. Raises pdf.TooLong."""
    title = str(table.title)
    html, address = _html(table, filterset, lines, extent, localdate(at))
    if len(html) > pdf.MOST_HTML:
        raise pdf.TooLong(f"{len(html)} characters of HTML, at most {pdf.MOST_HTML}")
    return title, pdf.Source(html, STYLESHEETS, VARIANT, {"qr.svg": qr.svg(address)})


def _set(source: pdf.Source, title: str, at: datetime) -> bytes:
    return pdf.render(
        source.html,
        stylesheets=source.stylesheets,
        title=title,
        created_at=at,
        variant=source.variant,
        resources=source.resources,
    )


def _html(
    table: PaperTable, filterset: ParameterFilterSet, lines: list[Line], extent: Extent, day: date
) -> tuple[str, str]:
    """The page, and the address its QR code leads to: the list under the same conditions."""
    query, plain = filterset.query_string(), absolute_url(reverse(table.page))
    address = f"{plain}?{query}" if query and len(plain) + len(query) < LONGEST_QR else plain
    context = {
        "table": table,
        "issuer": site_profile().name,
        "conditions": [*filter(None, [filterset.values.get("q", "")]), *(tag.label for tag in filterset.tags())],
        "lines": lines,
        "extent": extent,
        "day": day,
        "address": address,
        "width": len(table.columns),
    }
    return whole_units(render_to_string(_TEMPLATE, context)), address
