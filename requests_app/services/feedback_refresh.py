"""Last days of messages and correction reports by the calendar as it is now, as services/refresh.py does for requests;
run with it. The day of what is answered stays: it was in time or it was not.
"""

from govportal.workdays import Calendar
from requests_app.models import Feedback
from requests_app.services import feedback
from requests_app.services.refresh import in_batches


def refresh() -> int:
    """Everything that waits for an answer; answers how many have another last day than before. Safe to repeat."""
    return in_batches(Feedback.objects.waiting().only("received_on", "due_on", "answer_days"), _reckon)


def _reckon(rows: list[Feedback], calendar: Calendar) -> int:
    changed = []
    for row in rows:
        due_on = feedback.last_day(row.received_on, row.answer_days, calendar)
        if row.due_on != due_on:
            row.due_on = due_on
            changed.append(row)
    Feedback.objects.bulk_update(changed, ["due_on"])
    return len(changed)
