"""The outbox: messages are written with the deed they tell of, and sent afterwards by a sweep.

A sender first claims what is due, in a short transaction that moves `due_at` ahead; so no lock is held
while the mail server thinks, two senders never take the same notice, and one that dies loses nothing.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from time import monotonic
from typing import Any, Self

from django.db import DatabaseError, connection, transaction

from govportal import audit, contributions, webhooks
from govportal.mails import MailConnection, Unreachable
from govportal.models import Agency, InboxMessage, MutedKind, Notice, User
from govportal.models.notice import Channel, NoticeState
from govportal.now import now
from govportal.site import absolute_url

MAX_ATTEMPTS = 10
CLAIM = timedelta(minutes=5)  # after which another may try: far beyond the time a round and its last mail may take
ROUND, BATCH = 45.0, 50  # seconds a round goes on (the next begins after sixty), and how many it claims at a time
KEPT, PRUNED_AT_ONCE = timedelta(days=90), 1000
SHORTEST_PAUSE = timedelta(minutes=2)
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
    message = {"kind": kind, "subject": subject[:200], "path": path[:300], "at": moment}
    InboxMessage.objects.bulk_create(
        [InboxMessage(user=person, key=f"{key}:{person.pk}", **message) for person in told], ignore_conflicts=True
    )
    muted = set(MutedKind.objects.filter(user__in=told, kind=kind).values_list("user_id", flat=True))
    text = "\n".join(filter(None, [subject, body, absolute_url(path)]))
    values = {"subject": subject[:200], "body": text, "created_at": moment, "due_at": moment}
    values["is_confidential"] = is_confidential
    mailed = [person for person in told if person.email and person.pk not in muted]
    Notice.objects.bulk_create(
        [Notice(key=f"{key}:{person.pk}", address=person.email, **values) for person in mailed], ignore_conflicts=True
    )


def enqueue_trial(agency: Agency, *, key: str) -> Notice:
    """A message about nothing to the messenger of an agency, in the open transaction."""
    moment = now()
    return Notice.objects.create(
        key=key,
        channel=Channel.WEBHOOK,
        address=agency.code,
        subject="测试消息",
        body=webhooks.trial_body(),
        created_at=moment,
        due_at=moment,
    )


def kinds() -> dict[str, str]:
    """Every kind of message to staff, with the words by which it is chosen: kinds of deadlines come last.

    No key is that of both: one box ticked off mutes one kind.
    """
    deadlines = {source.key: source.label for source in contributions.deadline_sources.all()}
    return {key: str(label) for key, label in {**contributions.notice_kinds, **deadlines}.items()}


def send_again(pks: Iterable[int], *, actor: Any) -> int:
    """Put notices that were given up back into the queue, due at once; answers how many. Audited."""
    with transaction.atomic():
        failed = requeue(pks)
        for notice in failed:
            audit.record(actor, "notice.send_again", notice)
    return len(failed)


def requeue(pks: Iterable[int]) -> list[Notice]:
    """The same in the open transaction; the caller records it, beside the matter where that is confidential."""
    failed = list(Notice.objects.select_for_update().filter(pk__in=list(pks), state=NoticeState.FAILED).order_by("pk"))
    for notice in failed:
        notice.state, notice.attempts, notice.due_at = NoticeState.WAITING, 0, now()
        notice.save(update_fields=["state", "attempts", "due_at"])
    return failed


@dataclass(slots=True)
class Swept:
    """What a round did, as everybody may read it: `sent` counts nothing that is confidential. `is_mail_away`: the mail
    server could not be reached, and mail that is not confidential waits for it."""

    sent: int = 0
    is_mail_away: bool = False


def sweep(at: datetime, seconds: float = ROUND) -> Swept:
    """Send what is due, oldest first, until nothing is or the time is over; what is left stays due."""
    with _Round(at, seconds) as going:
        while going.has_time and going.send_some(BATCH):
            pass
    waiting = Notice.objects.filter(state=NoticeState.WAITING, channel=Channel.MAIL, is_confidential=False)
    is_mail_away = Channel.MAIL in going.away and waiting.filter(due_at__lte=at + SHORTEST_PAUSE).exists()
    return Swept(going.sent, is_mail_away)


def prune(at: datetime) -> None:
    """Delete what was sent or dropped long ago, some at a time. What failed stays until somebody sends it again."""
    old = Notice.objects.filter(state__in=[NoticeState.SENT, NoticeState.DROPPED], due_at__lt=at - KEPT).order_by()
    while some := list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        Notice.objects.filter(pk__in=some).delete()


class _Round:
    """One sender's work: it keeps one connection to the mail server, and remembers who cannot be reached."""

    def __init__(self, at: datetime, seconds: float) -> None:
        self.at, self.sent = at, 0
        self.away: set[str] = set()  # the mail channel, or the agency whose messenger is silent
        self._ends = monotonic() + seconds
        self._mail = MailConnection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._mail.close()

    @property
    def has_time(self) -> bool:
        return monotonic() < self._ends

    def send_some(self, limit: int) -> bool:
        """Claim and send; False when nothing was due."""
        claimed = self._claim(limit)
        for number, pk in enumerate(claimed):
            if not self.has_time:
                Notice.objects.filter(pk__in=claimed[number:], state=NoticeState.WAITING).update(due_at=self.at)
                break
            self._handle(pk)
        return bool(claimed)

    def _claim(self, limit: int) -> list[int]:
        with transaction.atomic():
            due = Notice.objects.filter(state=NoticeState.WAITING, due_at__lte=self.at).order_by("due_at", "id")
            if Channel.MAIL in self.away:
                due = due.exclude(channel=Channel.MAIL)
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            claimed = list(due.values_list("pk", flat=True)[:limit])
            Notice.objects.filter(pk__in=claimed).update(due_at=self.at + CLAIM)
        return claimed

    def _handle(self, pk: int) -> None:
        try:
            notice = Notice.objects.get(pk=pk)
            if notice.state != NoticeState.WAITING or notice.due_at != self.at + CLAIM:
                return  # claimed so long ago that another sender has it
            state = self._send(notice)
        except DatabaseError:
            raise
        except Unreachable as error:
            _put_off(pk, self.at, error.__cause__ or error)
        except Exception as error:  # whatever a mail backend raises concerns this notice alone
            _note_failure(pk, self.at, error)
        else:
            is_sent = state == NoticeState.SENT
            self.sent += is_sent and not notice.is_confidential
            Notice.objects.filter(pk=pk).update(state=state, sent_at=self.at if is_sent else None, last_error="")

    def _send(self, notice: Notice) -> NoticeState:
        """Raises Unreachable where the fault is the receiver's, whatever the message."""
        if not all(review(notice) for review in contributions.notice_reviews):
            return NoticeState.DROPPED
        if notice.channel == Channel.WEBHOOK:
            return self._post(notice)
        if Channel.MAIL in self.away:
            raise Unreachable
        try:
            self._mail.send(notice)
        except Unreachable:
            self.away.add(Channel.MAIL)
            raise
        return NoticeState.SENT

    def _post(self, notice: Notice) -> NoticeState:
        """A messenger that is silent is asked once a round: its time-outs would keep the others waiting."""
        hook = webhooks.hook_of(notice)
        if hook is None:
            return NoticeState.DROPPED
        if notice.address in self.away:
            raise Unreachable
        try:
            webhooks.post(hook, key=notice.key, body=notice.body)
        except (OSError, HTTPException):  # silent, or cut off in the middle of an answer that dripped
            self.away.add(notice.address)
            raise
        return NoticeState.SENT


def _put_off(pk: int, at: datetime, error: BaseException) -> None:
    """No server, no attempt: however long it is away, nothing is given up for that."""
    Notice.objects.filter(pk=pk).update(due_at=at + SHORTEST_PAUSE, last_error=_kind(error))


def _note_failure(pk: int, at: datetime, error: Exception) -> None:
    attempts, is_confidential = Notice.objects.values_list("attempts", "is_confidential").get(pk=pk)
    attempts += 1
    if not is_confidential:
        # Only the kind of error: its text may hold the address.
        logger.warning("notice %s not sent (attempt %s): %s", pk, attempts, _kind(error))
    Notice.objects.filter(pk=pk).update(
        attempts=attempts,
        state=NoticeState.FAILED if attempts >= MAX_ATTEMPTS else NoticeState.WAITING,
        due_at=at + min(timedelta(minutes=2**attempts), LONGEST_PAUSE),
        last_error=_kind(error),
    )


def _kind(error: BaseException) -> str:
    return f"HTTP {error.status}" if isinstance(error, webhooks.Refused) else type(error).__name__
