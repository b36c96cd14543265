"""清除: after retention nothing is left of who complained and what he was told; number and days count on.

The years are those of requests (REQUEST_RETENTION_YEARS), from the day on which the case ended. What became public
stays: the rectification knows no origin and the summary names nobody. complaint_database.py lets a column become
empty, a row or file go, only where `purged_at` is set.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.utils.timezone import localdate

from govportal import audit, private_files
from govportal.models import Notice, PrivateFile
from requests_app.models import Complainant, Complaint, ComplaintEvent, ComplaintFile, RequestDraft
from requests_app.queries import ComplaintQuerySet
from requests_app.services import retention


def due(today: date) -> ComplaintQuerySet:
    """Ended, with their time over. None with REQUEST_RETENTION_YEARS = 0."""
    return retention.over(Complaint.objects.ended(), "closed_on", today)


def purge(at: datetime) -> int:
    """Everything that is due; answers how many were cleared. Safe to repeat."""
    return retention.clear(due(localdate(at)).select_related("desk"), partial(_forget, at=at))


def _forget(rows: list[Complaint], *, at: datetime) -> None:
    pks = [row.pk for row in rows]
    Complaint.objects.filter(pk__in=pks).update(purged_at=at, facts="", board="", answer="", query_key="")
    _forget_mail(pks)
    files = _take_files_off(pks)
    Complainant.objects.filter(complaint__in=pks).delete()
    ComplaintEvent.objects.filter(complaint__in=pks).update(note="", public_note="")
    for file in PrivateFile.objects.filter(pk__in=files):
        private_files.forget(file)
    for row in rows:
        # A row each, of the complaint itself: a sum at an agency would tell its administrators that there were some.
        audit.record(None, "complaint.purge", row, agency=row.desk)


def _forget_mail(pks: Sequence[int]) -> None:
    """What was mailed to complainants stands in the outbox with the address. Staff were mailed numbers alone."""
    keys = [f"complaint-filed:{pk}:complainant" for pk in pks]
    events = ComplaintEvent.objects.filter(complaint__in=pks).values_list("pk", flat=True)
    keys += [f"complaint-event:{pk}:complainant" for pk in events]
    Notice.objects.filter(key__in=keys).delete()


def _take_files_off(pks: Sequence[int]) -> list[int]:
    """The ids of every private file of the complaints, which no row names any more."""
    drafts = RequestDraft.objects.filter(complaint__in=pks)
    held = ComplaintFile.objects.filter(complaint__in=pks)
    files = [
        *held.values_list("file", flat=True),
        *drafts.filter(files__isnull=False).values_list("files", flat=True),
    ]
    held.delete()
    drafts.delete()
    return files
