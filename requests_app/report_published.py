"""Table 2 of the annual report: counted from what this portal published, or stated by the agency with its source.

A stated figure goes before a count. What neither states nor counts is unknown, and never taken for 0.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from disclosure.enums import READABLE_STATES, Audience, ItemState, Validity
from disclosure.models import Item
from disclosure.queries import ItemQuerySet
from govportal.models import Agency
from govportal.models.agency import AgencyKind, AgencyLevel
from requests_app.models import ReportFigure
from requests_app.report_counts import Period
from requests_app.report_form import AMOUNT_ROWS, TABLE2
from requests_app.report_tables import Number, Table2

Cell = tuple[str, str]

# Rows of decisions, by the kind of an enforcement result (disclosure.types.ENFORCEMENT_KINDS).
_DECISIONS = ("licence", "penalty", "coercion")
_COUNTED: frozenset[Cell] = frozenset(
    {("normative", "issued"), ("normative", "voided"), ("normative", "in_force")}
    | {(kind, "decisions") for kind in _DECISIONS}
)
# 规章 are made by the governments of provinces and of cities with districts, and by nobody below or beside them.
REGULATIONS_BASIS = "《中华人民共和国立法法》第九十三条"
_MAKES_REGULATIONS = frozenset({AgencyLevel.PROVINCE, AgencyLevel.CITY})
_ENDED_STATES = (ItemState.VOID, ItemState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from. `counted`, `unknown`: how many agencies were counted, how many say nothing."""

    value: Number | None
    stated: tuple[ReportFigure, ...] = ()
    counted: int = 0
    by_law: int = 0
    unknown: int = 0

    def words(self) -> str:
        """For staff and for the frozen report; names sources, no persons."""
        said = [_("填报：%s") % figure.source for figure in self.stated]
        if self.counted:
            said.append(_("按本平台公开的信息统计"))
        if self.by_law and not self.stated and not self.counted:
            said.append(_("不制定规章（%s）") % REGULATIONS_BASIS)
        if self.unknown:
            said.append(_("%s 个单位没有填报") % self.unknown)
        return "；".join(said)


def figure_key(row: str, column: str) -> str:
    """The key of a ReportFigure: "fees.amount"."""
    return f"{row}.{column}"


FIGURE_KEYS: Mapping[str, Cell] = {figure_key(r.key, c.key): (r.key, c.key) for r, c in TABLE2.cells()}


def figure_label(key: str) -> str:
    """行政规范性文件：本年制发件数"""
    row = TABLE2.row(FIGURE_KEYS[key][0])
    return f"{row.label}：{next(c.label for c in row.columns if c.key == FIGURE_KEYS[key][1])}"


def table2(agencies: Sequence[Agency], period: Period) -> tuple[Table2, Mapping[Cell, Origin]]:
    """The table of these agencies together, and of each cell where it comes from. Three queries.

    What a government states is of all that are below it, which are then not added.
    """
    ids = [agency.pk for agency in agencies]
    counts = _documents(ids, period) | _decisions(ids, period)
    stated: dict[tuple[int, Cell], ReportFigure] = {}
    for figure in ReportFigure.objects.filter(agency__in=ids, year=period.year).select_related("agency"):
        if figure.key in FIGURE_KEYS:
            stated[figure.agency_id, FIGURE_KEYS[figure.key]] = figure
    origins = {cell: _origin(cell, agencies, stated, counts) for cell in FIGURE_KEYS.values()}
    return Table2({cell: origin.value for cell, origin in origins.items() if origin.value is not None}), origins


def _origin(
    cell: Cell,
    agencies: Sequence[Agency],
    stated: Mapping[tuple[int, Cell], ReportFigure],
    counts: Mapping[tuple[int, str, str], int],
) -> Origin:
    covering = {a.pk for a in agencies if a.kind == AgencyKind.GOVERNMENT and (a.pk, cell) in stated}
    figures: list[ReportFigure] = []
    total, counted, by_law, unknown = 0, 0, 0, 0
    for agency in agencies:
        if covering.intersection(int(part) for part in agency.path.split("/") if part):
            continue
        if figure := stated.get((agency.pk, cell)):
            figures.append(figure)
        elif cell in _COUNTED:
            counted, total = counted + 1, total + counts.get((agency.pk, *cell), 0)
        elif cell[0] == "regulations" and not _may_make_regulations(agency):
            by_law += 1
        elif agency.kind in {AgencyKind.GOVERNMENT, AgencyKind.DEPARTMENT, AgencyKind.TOWNSHIP}:
            unknown += 1
    if not figures and not counted and not by_law:
        return Origin(None, unknown=unknown)
    if unknown and not figures and not counted:
        return Origin(None, by_law=by_law, unknown=unknown)
    exact: Number = total + sum(figure.value for figure in figures)
    value = exact if cell[0] in AMOUNT_ROWS else int(exact)
    return Origin(value, tuple(figures), counted, by_law, unknown)


def _may_make_regulations(agency: Agency) -> bool:
    return agency.kind == AgencyKind.GOVERNMENT and agency.level in _MAKES_REGULATIONS


# --- documents ------------------------------------------------------------------------------------------------------


def documents_of(agencies: Collection[int]) -> ItemQuerySet:
    """行政规范性文件 that the public can read, in force or not."""
    return Item.objects.filter(
        item_type="normative", audience=Audience.PUBLIC, state__in=READABLE_STATES, agency__in=agencies
    )


def document_condition(column: str, period: Period) -> Q:
    """Which documents a column counts.

    issued: by 成文日期 in the year. voided: declared void or expired in it, or past 有效期至. in_force: as of its end.
    """
    formed = Q(formed_on__lte=period.as_of) | Q(formed_on__isnull=True, published_on__lte=period.as_of)
    declared = Q(state__in=_ENDED_STATES)
    lapses = ~declared & ~Q(validity__in=(Validity.VOID, Validity.EXPIRED))
    match column:
        case "issued":
            return Q(formed_on__range=(period.first, period.as_of))
        case "voided":
            midnight, end = _midnight(period.first), _midnight(period.as_of + timedelta(days=1))
            # The last day of validity is one of them: a text valid until 31 December ends with the year.
            lapsed = Q(expires_on__gte=period.eve, expires_on__lt=period.as_of)
            return declared & Q(closed_at__gte=midnight, closed_at__lt=end) | lapses & lapsed
        case "in_force":
            end = _midnight(period.as_of + timedelta(days=1))
            running = lapses & (Q(expires_on__isnull=True) | Q(expires_on__gte=period.as_of))
            return formed & (running | declared & Q(closed_at__gte=end))
    raise KeyError(column)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def _documents(agencies: Collection[int], period: Period) -> dict[tuple[int, str, str], int]:
    columns = ("issued", "voided", "in_force")
    counted = {name: Count("pk", filter=document_condition(name, period)) for name in columns}
    rows = documents_of(agencies).order_by().values_list("agency_id").annotate(**counted)
    return {
        (agency, "normative", name): n
        for agency, *numbers in rows
        for name, n in zip(columns, numbers, strict=True)
    }  # fmt: skip


# --- decisions ------------------------------------------------------------------------------------------------------


def decisions_of(agencies: Collection[int], period: Period) -> QuerySet[Any]:
    """Licences, penalties and compulsory measures decided in the year and published, also those shown no more.

    A withdrawn one is left out: 决定被撤销 is what it is withdrawn for. Annotated: `kind`.
    """
    day = Cast(KeyTextTransform("decided_on", "current_edition__extra"), CharField())
    return (
        Item.objects.filter(
            item_type="enforcement",
            audience=Audience.PUBLIC,
            state__in=(*READABLE_STATES, ItemState.TERMINATED),
            agency__in=agencies,
        )
        .annotate(
            kind=Cast(KeyTextTransform("kind", "current_edition__extra"), CharField()),
            decided=Coalesce(day, Cast("formed_on", CharField())),
        )
        .filter(decided__gte=period.first.isoformat(), decided__lte=period.as_of.isoformat(), kind__in=_DECISIONS)
    )


def _decisions(agencies: Collection[int], period: Period) -> dict[tuple[int, str, str], int]:
    rows = decisions_of(agencies, period).order_by().values_list("agency_id", "kind").annotate(n=Count("pk"))
    found: dict[tuple[int, str, str], int] = defaultdict(int)
    for agency, kind, n in rows:
        found[agency, kind, "decisions"] += n
    return dict(found)


def items_in_cell(agencies: Collection[int], period: Period, row: str, column: str) -> QuerySet[Any]:
    """The items that a counted cell of table 2 counts; none for a cell that is only stated."""
    if row == "normative":
        return documents_of(agencies).filter(document_condition(column, period))
    if row in _DECISIONS:
        return decisions_of(agencies, period).filter(kind=row)
    return Item.objects.none()
