"""清除: after retention nothing remains of who asked, what he wrote and what he was told; the tombstone counts on.

《政府信息公开条例》 gives no period for the files of requests; the law on archives and the schedule of each agency do,
so the number of years is a setting. Kept are number, days, kind of applicant, channel, outcome and agency, which annual
reports are made of, and the steps with their days. An appeal that is open, or ended within the period, keeps a case
whole. database.py lets a column become empty, a row or file go, only where `purged_at` is set.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal import audit, private_files
from govportal.models import Notice, PrivateFile
from requests_app.enums import CLOSED_STATES, AppealResult, TaskState
from requests_app.models import (
    Appeal,
    Applicant,
    Assignment,
    Correction,
    Decision,
    Delivery,
    FeeNotice,
    InformationRequest,
    Inquiry,
    InternalNote,
    Letter,
    Message,
    PublicationTask,
    RequestDraft,
    RequestEvent,
    RequestFile,
)
from requests_app.queries import InformationRequestQuerySet
from requests_app.services import retention

BATCH = 100  # requests of one transaction: a run that breaks off is taken up where it stopped
BLANKED = "（已清除）"  # where a column may not be empty


@dataclass(frozen=True, slots=True)
class Purged:
    requests: int = 0
    files: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(self.requests + other.requests, self.files + other.files)

    def __str__(self) -> str:
        return _("清除申请 %(requests)s 件、文件 %(files)s 个") % {"requests": self.requests, "files": self.files}


def due(today: date) -> InformationRequestQuerySet:
    """Closed requests whose time is over. None with REQUEST_RETENTION_YEARS = 0."""
    last = retention.last_day(today)
    if last is None:
        return InformationRequest.objects.none()
    kept = Appeal.objects.filter(Q(result=AppealResult.PENDING) | Q(closed_on__gt=last), request=OuterRef("pk"))
    closed = InformationRequest.objects.filter(state__in=CLOSED_STATES, purged_at=None, closed_on__lte=last)
    return closed.filter(~Exists(kept))


def purge(at: datetime) -> Purged:
    """Everything that is due, a batch at a time; answers what was cleared. Safe to repeat."""
    total = Purged()
    _blank_other_appeals(localdate(at))
    while done := _purge_some(at):
        total += done
    return total


def _blank_other_appeals(today: date) -> None:
    """What is said of cases about no request here has the same time."""
    if last := retention.last_day(today):
        Appeal.objects.filter(request=None, closed_on__lte=last).exclude(note="").update(note="")


@transaction.atomic
def _purge_some(at: datetime) -> Purged | None:
    # No key changes, `submission_key` included, which is the fingerprint of a sheet and of nobody: whoever refers to
    # such a request at this moment would wait for the purge while the purge waits for him.
    rows = due(localdate(at)).select_for_update(of=("self",), no_key=True).select_related("agency").order_by("pk")
    found = list(rows[:BATCH])
    if not found:
        return None
    pks = [row.pk for row in found]
    InformationRequest.objects.filter(pk__in=pks).update(
        purged_at=at,
        subject="",
        subject_key="",
        document_number="",
        number_key="",
        description="",
        purpose="",
        query_key="",
    )
    _forget_mail(pks)
    files = _take_files_off(pks)
    _delete(pks)
    _blank(pks)
    for file in PrivateFile.objects.filter(pk__in=files):
        private_files.forget(file)
    _record(found)
    return Purged(len(pks), len(files))


def _forget_mail(pks: Sequence[int]) -> None:
    """What was mailed to applicants and third parties stands in the outbox with the address."""
    keys = [f"request-filed:{pk}:applicant" for pk in pks]
    for name, rows in (
        ("request-event", RequestEvent.objects.filter(request__in=pks)),
        ("request-message", Message.objects.filter(request__in=pks)),
        ("letter-delivery", Delivery.objects.filter(letter__request__in=pks)),
    ):
        for pk in rows.values_list("pk", flat=True):
            keys += [f"{name}:{pk}", f"{name}:{pk}:applicant"]
    Notice.objects.filter(key__in=keys).delete()


def _take_files_off(pks: Sequence[int]) -> set[int]:
    """The ids of every private file of the requests, which no row names any more."""
    letters = Letter.objects.filter(request__in=pks)
    deliveries = Delivery.objects.filter(letter__request__in=pks, proof__isnull=False)
    files: set[int] = {
        *RequestFile.objects.filter(request__in=pks).values_list("file", flat=True),
        *letters.filter(file__isnull=False).values_list("file", flat=True),
        *letters.filter(sealed_file__isnull=False).values_list("sealed_file", flat=True),
        *deliveries.values_list("proof", flat=True),
        *RequestDraft.objects.filter(request__in=pks, files__isnull=False).values_list("files", flat=True),
    }
    RequestFile.objects.filter(request__in=pks).delete()
    RequestDraft.objects.filter(request__in=pks).delete()
    letters.update(file=None, sealed_file=None)
    deliveries.update(proof=None)
    return files


def _delete(pks: Sequence[int]) -> None:
    Applicant.objects.filter(request__in=pks).delete()
    Message.objects.filter(request__in=pks).delete()
    InternalNote.objects.filter(request__in=pks).delete()


def _blank(pks: Sequence[int]) -> None:
    Correction.objects.filter(request__in=pks).update(items="", answer="")
    Inquiry.objects.filter(request__in=pks).update(party="", contact="", matter="", reasons="")
    Decision.objects.filter(request__in=pks).update(reasons="", content="", facts={}, note="", digest="")
    letters = Letter.objects.filter(request__in=pks)
    letters.update(facts={})
    letters.exclude(reason="").update(reason=BLANKED)
    Delivery.objects.filter(letter__request__in=pks).update(note="")
    RequestEvent.objects.filter(request__in=pks).update(note="", public_note="")
    Assignment.objects.filter(request__in=pks).update(reason="")
    FeeNotice.objects.filter(request__in=pks).update(payment_reference="")
    Appeal.objects.filter(request__in=pks).update(note="")
    # What became public keeps its name; of the others it is the wording of whoever asked.
    tasks = PublicationTask.objects.filter(requests__in=pks).exclude(state=TaskState.PUBLISHED)
    over = tasks.exclude(requests__purged_at=None).values_list("pk", flat=True)
    PublicationTask.objects.filter(pk__in=list(over)).update(subject=BLANKED)


def _record(rows: Iterable[InformationRequest]) -> None:
    """One event for each agency, with numbers alone."""
    by_agency = sorted(rows, key=lambda row: (row.agency_id, row.number))
    for _pk, group in groupby(by_agency, key=lambda row: row.agency_id):
        purged = list(group)
        agency = purged[0].agency
        after = {"requests": len(purged), "numbers": [row.number for row in purged]}
        audit.record(None, "request.purge", agency, agency=agency, after=after)
