"""Last days of complaints by the calendar as it is now: a holiday that is announced late moves them.

As services/refresh.py does for requests; run with it. A day that the desk has put off by a reason of its own stays, and
so does the day of what is answered: it was in time or it was not. No note counts complaints, for others read it.
"""

from govportal.workdays import Calendar
from requests_app.complaint_enums import ComplaintAction
from requests_app.models import Complaint, ComplaintEvent
from requests_app.services import complain
from requests_app.services.refresh import in_batches

_TERMS = ("accept_by", "transfer_by", "answer_by")


def refresh() -> int:
    """Every open complaint; answers how many have another last day than before. Safe to repeat."""
    waiting = Complaint.objects.unanswered().only("received_on", "answer_days", "answers_in_working_days", *_TERMS)
    return in_batches(waiting, _reckon)


def _reckon(rows: list[Complaint], calendar: Calendar) -> int:
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
