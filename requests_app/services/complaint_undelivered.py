"""通知没有发出: mails of a case that were given up. No list of the outbox shows them, so its desk must.

Those to the complainant and to whoever handles the case now; what was meant for officers it has left stays unsent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from govportal import audit, notices
from govportal.models import Notice, Reminder, User
from govportal.models.notice import NoticeState
from requests_app.complaint_enums import ComplaintAction
from requests_app.deadlines import COMPLAINT, STEPS
from requests_app.models import Complaint
from requests_app.services.complaint_procedure import check, locked, officers_of, once, reasons_against

_COMPLAINANT = "complainant"  # as services/complaint_tell.py ends the key of what goes to him


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One mail that did not go out, without its address. `receiver` None: the complainant."""

    pk: int
    receiver: User | None
    subject: str
    written_at: datetime
    attempts: int
    error: str


def undelivered(row: Complaint) -> list[Undelivered]:
    """The oldest first."""
    return once(row, "undelivered", lambda: _undelivered(row))


def _undelivered(row: Complaint) -> list[Undelivered]:
    people = {str(person.pk): person for person in officers_of(row)}
    found = [(notice, people.get(notice.key.rpartition(":")[2])) for notice in _of_steps(row, people)]
    found += _of_reminders(row, people)
    found.sort(key=lambda pair: pair[0].pk)
    return [
        Undelivered(notice.pk, person, notice.subject, notice.created_at, notice.attempts, notice.last_error)
        for notice, person in found
    ]


def _failed() -> QuerySet[Notice]:
    return Notice.objects.filter(state=NoticeState.FAILED, is_confidential=True).defer("address", "body")


def _of_steps(row: Complaint, people: dict[str, User]) -> QuerySet[Notice]:
    stems = [f"complaint-filed:{row.pk}", *(f"complaint-event:{pk}" for pk in row.events.values_list("pk", flat=True))]
    return _failed().filter(key__in=[f"{stem}:{who}" for stem in stems for who in (_COMPLAINANT, *people)])


def _of_reminders(row: Complaint, people: dict[str, User]) -> Iterator[tuple[Notice, User]]:
    deadlines = [f"{COMPLAINT}:{step}:{row.pk}" for step in STEPS]
    told = Reminder.objects.filter(
        deadline__in=deadlines, recipient__in=people.values(), notice__state=NoticeState.FAILED
    )
    receivers = {notice: people[str(person)] for notice, person in told.values_list("notice", "recipient")}
    return ((notice, receivers[notice.pk]) for notice in _failed().filter(pk__in=receivers))


def reasons_against_sending_again(row: Complaint, actor: User) -> list[str]:
    """Why nothing is sent again; empty when it can be."""
    if reasons := reasons_against(row, ComplaintAction.NOTE, actor):  # whoever may see the case
        return reasons
    return [] if undelivered(row) else [_("没有发送失败的通知。")]


@transaction.atomic
def send_again(complaint_id: int, *, actor: User) -> int:
    """重新发送 all of them; answers how many. Noted with the case, where nobody else reads it.

    Raises ValidationError.
    """
    row = locked(complaint_id)
    check(reasons_against_sending_again(row, actor))
    queued = notices.requeue(one.pk for one in undelivered(row))
    audit.record(actor, "complaint.send_again", row, agency=row.desk, after={"notices": len(queued)})
    return len(queued)
