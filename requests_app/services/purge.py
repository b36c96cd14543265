"""清除: after retention nothing remains of who asked, what he wrote and what he was told; the tombstone counts on.

《政府信息公开条例》 gives no period for the files of requests; the law on archives and the schedule of each agency do,
so the number of years is a setting. Kept are number, days, kind of applicant, channel, outcome and agency, which annual
reports are made of, and the steps with their days. An appeal that is open, or ended within the period, keeps a case
whole. database.py lets a column become empty, a row or file go, only where `purged_at` is set.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby

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

BLANKED = "（已清除）"  # where a column may not be empty


@dataclass(frozen=True, slots=True)
class Purged:
    requests: int
    files: int

    def __str__(self) -> str:
        return _("清除申请 %(requests)s 件、文件 %(files)s 个") % {"requests": self.requests, "files": self.files}


def due(today: date) -> InformationRequestQuerySet:
    """Closed requests whose time is over. None with REQUEST_RETENTION_YEARS = 0."""
    last = retention.last_day(today) or today  # without a period nothing is over, whatever its appeals say
    kept = Appeal.objects.filter(Q(result=AppealResult.PENDING) | Q(closed_on__gt=last), request=OuterRef("pk"))
    closed = InformationRequest.objects.filter(state__in=CLOSED_STATES)
    return retention.over(closed, "closed_on", today).filter(~Exists(kept))


def purge(at: datetime) -> Purged:
    """Everything that is due; answers what was cleared. Safe to repeat."""
    _blank_other_appeals(localdate(at))
    files: list[int] = []
    count = retention.clear(due(localdate(at)).select_related("agency"), partial(_forget, files=files, at=at))
    return Purged(count, len(files))


def _blank_other_appeals(today: date) -> None:
    """What is said of cases about no request here has the same time."""
    if last := retention.last_day(today):
        Appeal.objects.filter(request=None, closed_on__lte=last).exclude(note="").update(note="")


def _forget(rows: list[InformationRequest], *, files: list[int], at: datetime) -> None:
    """`files` learns the ids of the files that are gone."""
    pks = [row.pk for row in rows]
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
    taken = _take_files_off(pks)
    files += taken
    _delete(pks)
    _blank(pks)
    for file in PrivateFile.objects.filter(pk__in=taken):
        private_files.forget(file)
    _record(rows)


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
