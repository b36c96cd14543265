"""Last days reckoned anew: when a holiday notice comes out they stop being provisional, and may move.

The columns of requests, inquiries and fee notices are projections of what happened and the calendar. Steps write their
own; this does it for what waits. At night, and as soon as holidays are imported.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.workdays import Calendar
from requests_app import clock
from requests_app.enums import InquiryKind, State
from requests_app.models import ClockEvent, FeeNotice, InformationRequest, Inquiry
from requests_app.services import inquire, procedure

REFRESH = "requests_app.refresh"  # the task, for whoever has changed the calendar
BATCH = 500  # requests locked at a time


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows have another last day than before, or are sure of it now."""

    requests: int = 0
    inquiries: int = 0
    fees: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(
            self.requests + other.requests, self.inquiries + other.inquiries, self.fees + other.fees
        )  # fmt: skip

    def __str__(self) -> str:
        counts = {"requests": self.requests, "inquiries": self.inquiries, "fees": self.fees}
        return _("期限有变的申请 %(requests)s 件、征求意见 %(inquiries)s 份、收费通知 %(fees)s 份") % counts


def refresh(at: datetime) -> Moved:
    """Every open request with what it waits for, a batch at a time; answers what moved. Safe to repeat."""
    calendar, today, moved = load_calendar(), localdate(at), Moved()
    pks = list(InformationRequest.objects.open().order_by("pk").values_list("pk", flat=True))
    for some in batched(pks, BATCH):
        with transaction.atomic():
            # Locked, so that a step taken at this moment is not overwritten by the day before it.
            rows = list(_locked(some))
            moved += Moved(_requests(rows, calendar, today), _inquiries(rows, calendar), _fees(rows, calendar))
    return moved


def in_batches(waiting: QuerySet[Any], reckon: Callable[[list[Any], Calendar], int]) -> int:
    """The same for rows that hang on nothing else: what `reckon` moved of them, locked and read again a batch at a
    time, so that a step taken at this moment is not overwritten."""
    calendar, moved = load_calendar(), 0
    pks = list(waiting.order_by("pk").values_list("pk", flat=True))
    for some in batched(pks, BATCH):
        with transaction.atomic():
            moved += reckon(list(waiting.filter(pk__in=some).select_for_update(no_key=True).order_by("pk")), calendar)
    return moved


def _locked(pks: Iterable[int]) -> Iterator[InformationRequest]:
    standing = Prefetch("clock_events", ClockEvent.objects.filter(voided_at=None), to_attr="standing_events")
    # Their keys stay: a reply given at this moment may join like requests to its task, and must not wait for this.
    rows = InformationRequest.objects.open().filter(pk__in=pks).select_for_update(no_key=True).order_by("pk")
    return rows.defer("description", "purpose").prefetch_related(standing).iterator(chunk_size=BATCH)


def _requests(rows: Iterable[InformationRequest], calendar: Calendar, today: date) -> int:
    moved: dict[tuple[date | None, bool], list[int]] = defaultdict(list)
    for row in rows:
        events = [event.as_fact() for event in row.standing_events]  # type: ignore[attr-defined]  # prefetched
        try:
            found = procedure.reading_of(row, events, calendar, today)
        except clock.ImpossibleHistory:
            continue  # somebody has to look at it, and a day made up would not make him
        due_on, is_provisional = (found.due_on, found.is_provisional) if found else (None, False)
        if (row.due_on, row.is_provisional) != (due_on, is_provisional):
            moved[due_on, is_provisional].append(row.pk)
    # Many fall due on one day: a statement for each day is quicker than one that tells every row its own.
    for (due_on, is_provisional), pks in moved.items():
        InformationRequest.objects.filter(pk__in=pks).update(due_on=due_on, is_provisional=is_provisional)
    return sum(map(len, moved.values()))


def _inquiries(rows: Iterable[InformationRequest], calendar: Calendar) -> int:
    changed = []
    for inquiry in Inquiry.objects.filter(request__in=[row.pk for row in rows], answered_on=None).only(
        "kind", "asked_on", "delivered_on", "due_on"
    ):
        _action, kind = inquire.ASK[InquiryKind(inquiry.kind)]
        asked = clock.Event(kind, inquiry.asked_on, delivered_on=inquiry.delivered_on)
        due_on = clock.silence_ends(asked, calendar).due_on
        if inquiry.due_on != due_on:
            inquiry.due_on = due_on
            changed.append(inquiry)
    Inquiry.objects.bulk_update(changed, ["due_on"], batch_size=BATCH)
    return len(changed)


def _fees(rows: Iterable[InformationRequest], calendar: Calendar) -> int:
    waiting = [row.pk for row in rows if row.state == State.FEE_NOTIFIED]
    changed = []
    for notice in FeeNotice.objects.filter(request__in=waiting, paid_on=None):
        pay_by = clock.payment_due(notice.delivered_on or notice.notified_on, calendar).due_on
        if notice.pay_by != pay_by:
            notice.pay_by = pay_by
            changed.append(notice)
    FeeNotice.objects.bulk_update(changed, ["pay_by"], batch_size=BATCH)
    return len(changed)
