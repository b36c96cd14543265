"""清除: after retention nothing remains of who wrote, what he wrote and what he was told; number and days count on.

What became public in a summary stays, for it never said who asked. The years are those of requests
(REQUEST_RETENTION_YEARS); feedback_database.py lets a column become empty only where `purged_at` is set.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from django.db import transaction
from django.utils.timezone import localdate

from govportal import audit
from govportal.models import Notice
from requests_app.models import Feedback, FeedbackEvent
from requests_app.queries import FeedbackQuerySet
from requests_app.services import retention

BATCH = 200  # of one transaction: a run that breaks off is taken up where it stopped


def due(today: date) -> FeedbackQuerySet:
    """Answered, with their time over. None with REQUEST_RETENTION_YEARS = 0."""
    last = retention.last_day(today)
    if last is None:
        return Feedback.objects.none()
    return Feedback.objects.filter(answered_on__lte=last, purged_at=None)


def purge(at: datetime) -> int:
    """Everything that is due, a batch at a time; answers how many were cleared. Safe to repeat."""
    total = 0
    while done := _purge_some(at):
        total += done
    return total


@transaction.atomic
def _purge_some(at: datetime) -> int:
    rows = due(localdate(at)).select_for_update(of=("self",), no_key=True).select_related("agency").order_by("pk")
    found = list(rows[:BATCH])
    pks = [row.pk for row in found]
    Feedback.objects.filter(pk__in=pks).update(
        purged_at=at, text="", name="", phone="", email="", answer="", page="", query_key=""
    )
    events = FeedbackEvent.objects.filter(feedback__in=pks)
    # What was mailed to the writer stands in the outbox with his address.
    keys = [f"feedback-sent:{pk}:writer" for pk in pks]
    keys += [f"feedback-event:{pk}:writer" for pk in events.values_list("pk", flat=True)]
    Notice.objects.filter(key__in=keys).delete()
    events.exclude(note="").update(note="")
    _record(found)
    return len(found)


def _record(rows: Iterable[Feedback]) -> None:
    """One event for each agency, with numbers alone."""
    by_agency = sorted(rows, key=lambda row: (row.agency_id, row.number))
    for _pk, group in groupby(by_agency, key=lambda row: row.agency_id):
        purged = list(group)
        agency = purged[0].agency
        after = {"feedback": len(purged), "numbers": [row.number for row in purged]}
        audit.record(None, "feedback.purge", agency, agency=agency, after=after)
