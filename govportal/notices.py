"""The outbox: messages are written with the deed they tell of, and sent afterwards by a sweep.

A sender first claims what is due, in a short transaction that moves `due_at` ahead; so no lock is held
while the mail server thinks, two senders never take the same notice, and one that dies loses nothing.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection, transaction

from govportal import audit, contributions
from govportal.models import InboxMessage, MutedKind, Notice, User
from govportal.models.notice import NoticeState
from govportal.now import now
from govportal.site import absolute_url

MAX_ATTEMPTS = 10
CLAIM = timedelta(minutes=15)  # how long a sender may take before another tries
LONGEST_PAUSE = timedelta(hours=6)

logger = logging.getLogger(__name__)


def enqueue(*, key: str, address: str, subject: str, body: str, is_confidential: bool = False) -> Notice:
    """Write a notice in the open transaction. The same key twice is one notice, the first.

    `is_confidential`: no list of the outbox shows it.
    Raises TransactionManagementError outside a transaction: no message without its deed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("notices.enqueue needs an open transaction")
    moment = now()
    values = {"address": address, "subject": subject, "body": body, "created_at": moment, "due_at": moment}
    values |= {"is_confidential": is_confidential}
    notice, _is_new = Notice.objects.get_or_create(key=key, defaults=values)
    return notice


def tell(
    people: Iterable[User],
    *,
    kind: str,
    key: str,
    subject: str,
    path: str,
    body: str = "",
    is_confidential: bool = False,
) -> None:
    """Tell members of staff in the open transaction: in the inbox of each, and by mail unless he muted this kind.

    `kind` is one of contributions.notice_kinds or a deadline source; `path` is made by `reverse`; `body` stands between
    subject and address in the mail alone. The same key twice is told once. Numbers and days, never a matter.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("notices.tell needs an open transaction")
    if kind not in kinds():
        raise ValueError(f"no kind of message is called {kind}: see contributions.notice_kinds")
    # In one order: two deeds that tell the same people never wait for each other.
    told = sorted({person.pk: person for person in people if person.is_active}.values(), key=lambda one: one.pk)
    if not told:
        return
    moment = now()
    InboxMessage.objects.bulk_create(
        [
            InboxMessage(
                user=person, key=f"{key}:{person.pk}", kind=kind, subject=subject[:200], path=path[:300], at=moment
            )
            for person in told
        ],
        ignore_conflicts=True,
    )
    muted = set(MutedKind.objects.filter(user__in=told, kind=kind).values_list("user_id", flat=True))
    text = "\n".join(filter(None, [subject, body, absolute_url(path)]))
    Notice.objects.bulk_create(
        [
            Notice(
                key=f"{key}:{person.pk}",
                address=person.email,
                subject=subject[:200],
                body=text,
                created_at=moment,
                due_at=moment,
                is_confidential=is_confidential,
            )
            for person in told
            if person.email and person.pk not in muted
        ],
        ignore_conflicts=True,
    )


def kinds() -> dict[str, str]:
    """Every kind of message to staff, with the words by which it is chosen: kinds of deadlines come last."""
    deadlines = {source.key: source.label for source in contributions.deadline_sources.all()}
    return {key: str(label) for key, label in {**contributions.notice_kinds, **deadlines}.items()}


def send_again(pks: Iterable[int], *, actor: Any) -> int:
    """Put notices that were given up back into the queue, due at once; answers how many. Audited."""
    with transaction.atomic():
        failed = list(Notice.objects.select_for_update().filter(pk__in=pks, state=NoticeState.FAILED))
        for notice in failed:
            notice.state, notice.attempts, notice.due_at = NoticeState.WAITING, 0, now()
            notice.save(update_fields=["state", "attempts", "due_at"])
            audit.record(actor, "notice.send_again", notice)
    return len(failed)


def send_due(at: datetime, limit: int = 100) -> int:
    """Send what is due, oldest first, at most `limit`; answers how many went out."""
    return sum(_send(pk, at) for pk in _claim(at, limit))


def _claim(at: datetime, limit: int) -> list[int]:
    with transaction.atomic():
        due = Notice.objects.filter(state=NoticeState.WAITING, due_at__lte=at).order_by("due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        claimed = list(due.values_list("pk", flat=True)[:limit])
        Notice.objects.filter(pk__in=claimed).update(due_at=at + CLAIM)
    return claimed


def _send(pk: int, at: datetime) -> bool:
    try:
        notice = Notice.objects.get(pk=pk)
        EmailMessage(notice.subject, notice.body, to=[notice.address]).send()
    except Exception as error:  # whatever a mail backend raises concerns this notice alone
        _note_failure(pk, at, error)
        return False
    Notice.objects.filter(pk=pk).update(state=NoticeState.SENT, sent_at=at, last_error="")
    return True


def _note_failure(pk: int, at: datetime, error: Exception) -> None:
    attempts = Notice.objects.values_list("attempts", flat=True).get(pk=pk) + 1
    # Only the kind of error: its text may hold the address.
    logger.warning("notice %s not sent (attempt %s): %s", pk, attempts, type(error).__name__)
    Notice.objects.filter(pk=pk).update(
        attempts=attempts,
        state=NoticeState.FAILED if attempts >= MAX_ATTEMPTS else NoticeState.WAITING,
        due_at=at + min(timedelta(minutes=2**attempts), LONGEST_PAUSE),
        last_error=type(error).__name__,
    )
