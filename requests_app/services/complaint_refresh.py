"""Last days of complaints and messages by the calendar as it is now: a holiday that is announced late moves them.

As services/refresh.py does for requests; run with it. A day that the desk has put off by a reason of its own stays, and
so does the day of what is answered: it was in time or it was not. No note counts complaints, for others read it.
"""

from collections.abc import Callable
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from govportal.calendar import load_calendar
from govportal.workdays import Calendar
from requests_app.complaint_enums import ComplaintAction
from requests_app.models import Complaint, ComplaintEvent, Feedback
from requests_app.services import complain, feedback
from requests_app.services.refresh import BATCH

_TERMS = ("accept_by", "transfer_by", "answer_by")


def refresh() -> None:
    """Every open complaint and message. Safe to repeat."""
    refresh_complaints()
    refresh_feedback()


def refresh_complaints() -> int:
    """Answers how many have another last day than before."""
    waiting = Complaint.objects.unanswered().only("received_on", "answer_days", "answers_in_working_days", *_TERMS)
    return _in_batches(waiting, _complaints)


def refresh_feedback() -> int:
    """Answers how many have another last day than before."""
    return _in_batches(Feedback.objects.waiting().only("kind", "received_on", "due_on", "answer_days"), _feedback)


def _in_batches(waiting: QuerySet[Any], reckon: Callable[[list[Any], Calendar], int]) -> int:
    """Locked and read again a batch at a time, so that a step taken at this moment is not overwritten."""
    calendar, moved = load_calendar(), 0
    pks = list(waiting.order_by("pk").values_list("pk", flat=True))
    for some in batched(pks, BATCH):
        with transaction.atomic():
            moved += reckon(list(waiting.filter(pk__in=some).select_for_update(no_key=True).order_by("pk")), calendar)
    return moved


def _complaints(rows: list[Complaint], calendar: Calendar) -> int:
    # Asked after the lock: an extension given while this waited is there.
    extensions = ComplaintEvent.objects.filter(complaint__in=rows, action=ComplaintAction.EXTEND)
    extended = set(extensions.values_list("complaint", flat=True))
    changed = []
    for row in rows:
        before = (row.accept_by, row.transfer_by, row.answer_by)
        days = complain.last_days(row.received_on, row.answer_term, calendar)
        row.accept_by, row.transfer_by = days.accept_by, days.transfer_by
        if row.pk not in extended:
            row.answer_by = days.answer_by
        if before != (row.accept_by, row.transfer_by, row.answer_by):
            changed.append(row)
    Complaint.objects.bulk_update(changed, _TERMS)
    return len(changed)


def _feedback(rows: list[Feedback], calendar: Calendar) -> int:
    changed = []
    for row in rows:
        due_on = feedback.last_day(row.received_on, row.answer_days, calendar)
        if row.due_on != due_on:
            row.due_on = due_on
            changed.append(row)
    Feedback.objects.bulk_update(changed, ["due_on"])
    return len(changed)
