"""Tables 3 and 4 of the annual report, counted from rows in SQL, and the rows behind each of their cells.

A report is as of its last day: what happened later is not seen. A request lies at the agency that held it on that
day, so that it counts once however often it was handed on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from requests_app.enums import AppealResult, Outcome, ReplyKind
from requests_app.models import Appeal, Assignment, InformationRequest
from requests_app.report_form import CARRIED, CLOSED, NEW, NEXT, TABLE4, TOTAL
from requests_app.report_tables import Table3, Table4, Tally


@dataclass(frozen=True, slots=True)
class Period:
    """A year up to `as_of`, its last day or, while it runs, an earlier one.

    The ledger may name the last year by whose end a request was still open (`carried_from`): it was then received
    by the end of that year and closed after it, whatever its dates say.
    """

    year: int
    as_of: date

    @classmethod
    def of(cls, year: int, *, today: date) -> "Period":
        return cls(year, min(date(year, 12, 31), today))

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def eve(self) -> date:
        """The last day of the year before."""
        return self.first - timedelta(days=1)

    def carried(self) -> Q:
        return Q(received_on__lt=self.first) | Q(carried_from__lt=self.year)

    def still_open(self) -> Q:
        return Q(closed_on__isnull=True) | Q(closed_on__gt=self.as_of) | Q(carried_from__gte=self.year)

    def counted(self) -> Q:
        """Received by the last day, and not closed before the first."""
        received = Q(received_on__lte=self.as_of) | Q(carried_from__lte=self.year)
        closed_before = Q(closed_on__isnull=True) | Q(closed_on__gte=self.first) | Q(carried_from__gte=self.year - 1)
        return received & closed_before


def requests_of(agencies: Collection[int], period: Period) -> QuerySet[Any]:
    """The requests of the report of these agencies together, each once.

    Annotated: `holder` (id of the agency on the last day), `is_carried`, `settled` (outcome; empty: still open).
    """
    later = Assignment.objects.filter(on__gt=period.as_of).exclude(from_agency=F("to_agency"))
    first_later = later.filter(request=OuterRef("pk")).order_by("on", "pk").values("from_agency")[:1]
    near = Q(agency__in=agencies) | Q(pk__in=later.filter(from_agency__in=agencies).values("request"))
    return (
        InformationRequest.objects.filter(near, period.counted())
        .annotate(
            holder=Coalesce(Subquery(first_later), F("agency_id"), output_field=BigIntegerField()),
            is_carried=Case(
                When(period.carried(), then=Value(True)), default=Value(False), output_field=BooleanField()
            ),
            settled=Case(
                When(period.still_open(), then=Value("")), default=F("outcome"), output_field=CharField()
            ),
        )
        .filter(holder__in=agencies)
    )  # fmt: skip


def table3(agencies: Collection[int], period: Period) -> Table3:
    rows = requests_of(agencies, period).order_by().values_list("applicant_kind", "settled", "is_carried")
    return Table3.of(Tally(kind, settled or None, bool(carried), n)
                     for kind, settled, carried, n in rows.annotate(n=Count("pk")))  # fmt: skip


def requests_in_cell(agencies: Collection[int], period: Period, row: str, column: str) -> QuerySet[Any]:
    """The requests that a cell of table 3 counts. Raises KeyError for a row that the table does not have."""
    chosen: Mapping[str, dict[str, Any]] = {
        NEW: {"is_carried": False},
        CARRIED: {"is_carried": True},
        NEXT: {"settled": ""},
        CLOSED: {"settled__in": Outcome.values},
        **{outcome: {"settled": outcome} for outcome in Outcome.values},
    }
    rows = requests_of(agencies, period).filter(**chosen[row])
    return rows if column == TOTAL.key else rows.filter(applicant_kind=column)


def appeals_of(agencies: Collection[int], period: Period) -> QuerySet[Any]:
    """Reviews and suits decided in the year, and those undecided on its last day, whenever they began.

    So read by analogy with table 3, whose stock is carried over; the notes to table 4 do not say it.
    Annotated: `outcome` as of the last day.
    """
    undecided = Q(closed_on__isnull=True) | Q(closed_on__gt=period.as_of)
    return Appeal.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gte=period.first), agency__in=agencies, filed_on__lte=period.as_of
    ).annotate(
        outcome=Case(
            When(undecided, then=Value(AppealResult.PENDING.value)), default=F("result"), output_field=CharField()
        )
    )


def table4(agencies: Collection[int], period: Period) -> Table4:
    rows = appeals_of(agencies, period).order_by().values_list("route", "outcome")
    return Table4.of((str(route), str(outcome), n) for route, outcome, n in rows.annotate(n=Count("pk")))


def appeals_in_cell(agencies: Collection[int], period: Period, row: str, column: str) -> QuerySet[Any]:
    """The cases that a cell of table 4 counts. Raises StopIteration for a row that the table does not have."""
    rows = appeals_of(agencies, period).filter(route=TABLE4.row(row).key)
    return rows if column == TOTAL.key else rows.filter(outcome=column)


def moved(agencies: Collection[int], period: Period) -> dict[str, int]:
    """By kind of applicant: requests of earlier years that came to these agencies since the last day of the year
    before, less those that left them. What rule V5 has to allow for."""
    before = Period(period.year - 1, period.eve)
    since = Assignment.objects.filter(on__gt=before.as_of).exclude(from_agency=F("to_agency")).values("request")
    balance: dict[str, int] = {}
    for scope, sign in ((period, 1), (before, -1)):
        rows = requests_of(agencies, scope).filter(pk__in=since)
        rows = rows.filter(is_carried=True) if scope is period else rows.filter(settled="")
        for kind, n in rows.order_by().values_list("applicant_kind").annotate(n=Count("pk")):
            balance[kind] = balance.get(kind, 0) + sign * n
    return balance


def contradictions(agencies: Collection[int], period: Period) -> dict[str, list[str]]:
    """Requests that say two outcomes: a partial disclosure counted elsewhere, or the other way round (V8).

    That each closed request has one outcome at all, the database itself sees to.
    """
    partial = Q(reply_kind=ReplyKind.PARTIAL)
    odd = partial & ~Q(settled=Outcome.R2) | ~partial & ~Q(reply_kind="") & Q(settled=Outcome.R2)
    rows = requests_of(agencies, period).exclude(settled="").filter(odd).order_by("number")
    return {
        number: [settled, Outcome.R2 if kind == ReplyKind.PARTIAL else str(ReplyKind(kind).label)]
        for number, settled, kind in rows.values_list("number", "settled", "reply_kind")
    }
