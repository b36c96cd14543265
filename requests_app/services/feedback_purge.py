"""清除: after retention nothing remains of who wrote, what he wrote and what he was told; number and days count on.

What became public in a summary stays, for it never said who asked. The years are those of requests
(REQUEST_RETENTION_YEARS); feedback_database.py lets a column become empty only where `purged_at` is set.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from itertools import groupby

from django.utils.timezone import localdate

from govportal import audit
from govportal.models import Notice
from requests_app.models import Feedback, FeedbackEvent
from requests_app.queries import FeedbackQuerySet
from requests_app.services import retention


def due(today: date) -> FeedbackQuerySet:
    """Answered, with their time over. None with REQUEST_RETENTION_YEARS = 0."""
    return retention.over(Feedback.objects.all(), "answered_on", today)


def purge(at: datetime) -> int:
    """Everything that is due; answers how many were cleared. Safe to repeat."""
    return retention.clear(due(localdate(at)).select_related("agency"), partial(_forget, at=at))


def _forget(rows: list[Feedback], *, at: datetime) -> None:
    pks = [row.pk for row in rows]
    Feedback.objects.filter(pk__in=pks).update(
        purged_at=at, text="", name="", phone="", email="", answer="", page="", query_key=""
    )
    events = FeedbackEvent.objects.filter(feedback__in=pks)
    # What was mailed to the writer stands in the outbox with his address.
    keys = [f"feedback-sent:{pk}:writer" for pk in pks]
    keys += [f"feedback-event:{pk}:writer" for pk in events.values_list("pk", flat=True)]
    Notice.objects.filter(key__in=keys).delete()
    events.exclude(note="").update(note="")
    _record(rows)


def _record(rows: Iterable[Feedback]) -> None:
    """One event for each agency, with numbers alone."""
    by_agency = sorted(rows, key=lambda row: (row.agency_id, row.number))
    for _pk, group in groupby(by_agency, key=lambda row: row.agency_id):
        purged = list(group)
        agency = purged[0].agency
        after = {"feedback": len(purged), "numbers": [row.number for row in purged]}
        audit.record(None, "feedback.purge", agency, agency=agency, after=after)
