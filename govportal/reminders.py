"""Every deadline warns whoever must act, on the right working day, once, whatever fails (domain §8).

A round finds by query what is due and has not been told. The ledger row of (deadline, version of its day, rung,
recipient) is unique and written in the transaction that writes inbox and outbox, and only what this very process
wrote is told: so it does not matter how often a round runs, beside which other, nor where it was cut off.
"""

import logging
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched, groupby

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, Case, Value, When
from django.utils import translation
from django.utils.timezone import localdate

from govportal import reminder_words
from govportal.calendar import load_calendar
from govportal.contributions import DeadlineSource, Reach, deadline_sources
from govportal.models import InboxMessage, Notice, Reminder, ReminderLadder, Webhook
from govportal.models.notice import Channel
from govportal.recipients import Staff
from govportal.reminder_words import Due, Round
from govportal.rungs import Ladder, Rung, days_left, horizon, rung_at
from govportal.workdays import Calendar, is_working_day

logger = logging.getLogger(__name__)

KEPT = timedelta(days=2 * 366)
ROWS_AT_ONCE = 500  # ledger rows of one transaction, or all of one person
KEYS_AT_ONCE = 500
SINGLY = 5  # mails of one round that remind one person of one thing each; more of them become one


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the ledger to be: this rung of this deadline, to this person."""

    user_id: int
    due: Due
    is_escalation: bool

    @property
    def is_confidential(self) -> bool:
        return self.due.source.is_confidential

    @property
    def identity(self) -> tuple[int, str, str, int]:
        """In this order rows are written: two rounds at once wait for each other and never in a circle."""
        return self.user_id, self.due.deadline.key, self.due.version, self.due.rung


@dataclass(slots=True)
class _Look:
    """What a round reads once."""

    at: datetime
    today: date
    calendar: Calendar
    staff: Staff
    ladders: dict[str, Ladder]
    addresses: dict[int, str]
    muted: set[tuple[int, str]]
    webhooks: dict[int, str]  # code of the agency, where its messenger listens
    counts: Counter[str] = field(default_factory=Counter)

    def ladder(self, source: DeadlineSource) -> Ladder:
        return self.ladders.get(source.key) or Ladder(source.before)


def remind(at: datetime) -> Round:
    """One round over all sources, so that one person gets one summary of all that was missed."""
    return _round(deadline_sources.all(), at)


def remind_source(key: str, at: datetime) -> Round:
    """The same for one kind alone. Raises KeyError for an unknown one."""
    return _round([deadline_sources.get(key)], at)


def ladders() -> dict[str, Ladder]:
    """The ladders that an administrator has set, by kind."""
    return {row.kind: Ladder(steps_of(row.before), row.every) for row in ReminderLadder.objects.all()}


def steps_of(text: str) -> tuple[int, ...]:
    """ "7,3,1" as numbers, the furthest first. Raises ValueError for anything but numbers from 1."""
    steps = {int(part) for part in text.replace("，", ",").split(",") if part.strip()}
    if any(not 0 < step <= 250 for step in steps):
        raise ValueError(text)
    return tuple(sorted(steps, reverse=True))


def prune(at: datetime) -> None:
    """Delete rows of deadlines long past. What is told of still, however late, was told of in the meantime."""
    before = at - KEPT
    Reminder.objects.filter(due_on__lt=localdate(before), at__lt=before).delete()


def _round(sources: list[DeadlineSource], at: datetime) -> Round:
    today, calendar = localdate(at), load_calendar()
    if not is_working_day(today, calendar):
        return Round(is_day_off=True)
    look = _read(at, today, calendar)
    dues: list[Due] = []
    failed: list[str] = []
    with translation.override(settings.LANGUAGE_CODE):  # staff read Chinese
        for source in sources:
            try:
                dues += _reached(source, look)
            except SoftTimeLimitExceeded:
                raise
            except Exception:  # a fault in one source leaves the others their day
                logger.exception("the deadlines of %s could not be read", source.key)
                failed.append(source.key)
        lines, unheard = _untold(dues, look)
        for some in _transactions(lines):
            _tell(some, look)
    return Round(
        told=look.counts["told"],
        mails=look.counts["mails"],
        hooks=look.counts["hooks"],
        unheard=tuple(unheard),
        failed=tuple(failed),
        confidential=look.counts["confidential"],
    )


def _read(at: datetime, today: date, calendar: Calendar) -> _Look:
    staff = Staff()
    addresses, muted = staff.load_addresses()
    listening = Webhook.objects.filter(is_active=True).values_list("agency_id", "agency__code")
    return _Look(at, today, calendar, staff, ladders(), addresses, muted, dict(listening))


def _reached(source: DeadlineSource, look: _Look) -> list[Due]:
    """The open deadlines of the source of which a rung has come."""
    ladder, found = look.ladder(source), []
    left_on: dict[date, tuple[int, Rung | None]] = {}
    for deadline in source.open(Reach(horizon(ladder.furthest, look.today, look.calendar))):
        if deadline.due_on not in left_on:
            left = days_left(deadline.due_on, look.today, look.calendar)
            left_on[deadline.due_on] = left, rung_at(left, ladder)
        left, rung = left_on[deadline.due_on]
        if rung is not None:
            found.append(Due(source, deadline, rung, left))
    return found


def _untold(dues: list[Due], look: _Look) -> tuple[list[_Line], list[str]]:
    """(what has not been told, in the order of writing; keys of deadlines that nobody is left to be told of)."""
    lines: list[_Line] = []
    unheard: list[str] = []
    told_before = _ledger(dues)
    for due in dues:
        people = look.staff.told_of(due.deadline, due.rung, is_confidential=due.source.is_confidential)
        if not people and not due.source.is_confidential:
            unheard.append(due.deadline.key)
        known = told_before.get(due.identity, ())
        lines += [_Line(one.user_id, due, one.is_escalation) for one in people if one.user_id not in known]
    lines.sort(key=lambda line: line.identity)
    return lines, unheard


def _ledger(dues: list[Due]) -> dict[tuple[str, str, int], set[int]]:
    """Who has been told of these rungs, by deadline, version and rung."""
    told: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for rung, of_rung in groupby(sorted(dues, key=lambda due: (due.rung, due.version)), key=lambda due: due.rung):
        for some in batched(of_rung, KEYS_AT_ONCE):
            # Rung and versions are named, so that the index finds these rows and none of the years before.
            rows = Reminder.objects.filter(
                deadline__in=[due.deadline.key for due in some], version__in={due.version for due in some}, rung=rung
            )
            for key, version, user_id in rows.order_by().values_list("deadline", "version", "recipient_id"):
                told[key, version, rung].add(user_id)
    return told


def _transactions(lines: list[_Line]) -> Iterator[list[_Line]]:
    """Whole persons, as many as make a batch: one person's mail is written once."""
    batch: list[_Line] = []
    for _user_id, of_one in groupby(lines, key=lambda line: line.user_id):
        batch += of_one
        if len(batch) >= ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


@transaction.atomic
def _tell(lines: list[_Line], look: _Look) -> None:
    """Ledger, inbox and outbox of these lines; what another round has written meanwhile is left to it."""
    written = _write_ledger(lines, look)
    InboxMessage.objects.bulk_create(
        [
            InboxMessage(
                user_id=line.user_id,
                key=f"reminder:{pk}",
                kind=line.due.source.key,
                subject=line.due.sentence,
                path=line.due.deadline.path,
                at=look.at,
            )
            for pk, line in written
        ]
    )
    for _pk, line in written:
        look.counts["confidential" if line.is_confidential else "told"] += 1
    _mail(written, look)
    _ring_webhooks([line.due for _pk, line in written], look)


def _write_ledger(lines: list[_Line], look: _Look) -> list[tuple[int, _Line]]:
    """(id, line) of the rows that this process wrote, in the order of lines."""
    batch = uuid.uuid4()
    Reminder.objects.bulk_create(
        [
            Reminder(
                kind=line.due.source.key,
                deadline=line.due.deadline.key,
                version=line.due.version,
                rung=line.due.rung,
                recipient_id=line.user_id,
                due_on=line.due.deadline.due_on,
                is_escalation=line.is_escalation,
                at=look.at,
                batch=batch,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    pks: dict[tuple[int, str, str, int], int] = {}
    for some in batched(lines, KEYS_AT_ONCE):
        # Through the unique key: an index of batches would serve nothing else.
        rows = Reminder.objects.filter(
            deadline__in={line.due.deadline.key for line in some},
            version__in={line.due.version for line in some},
            batch=batch,
        )
        columns = ("pk", "recipient_id", "deadline", "version", "rung")
        for pk, user_id, key, version, rung in rows.order_by().values_list(*columns):
            pks[user_id, key, version, rung] = pk
    return [(pks[line.identity], line) for line in lines if line.identity in pks]


def _mail(written: list[tuple[int, _Line]], look: _Look) -> None:
    """The mails of all these people in one insert; then their rows name the mail that tells them."""
    mails: list[tuple[Notice, list[int]]] = []
    for user_id, of_one in groupby(written, key=lambda row: row[1].user_id):
        if address := look.addresses.get(user_id, ""):
            mails += [(_notice(address, rows, look), [pk for pk, _line in rows]) for rows in _parcels(of_one, look)]
    Notice.objects.bulk_create([notice for notice, _pks in mails])
    look.counts["mails"] += sum(not notice.is_confidential for notice, _pks in mails)
    for some in batched(((pk, notice.pk) for notice, pks in mails for pk in pks), KEYS_AT_ONCE):
        by_mail = groupby(some, key=lambda pair: pair[1])
        named = [When(pk__in=[pk for pk, _mail in pairs], then=Value(mail)) for mail, pairs in by_mail]
        rows = Reminder.objects.filter(pk__in=[pk for pk, _mail in some])
        rows.update(notice=Case(*named, output_field=BigIntegerField()))


def _parcels(rows: Iterable[tuple[int, _Line]], look: _Look) -> list[list[tuple[int, _Line]]]:
    """What one person is told, by mail: one for all that was missed, or is too much of one day; one for each of the
    others. What is confidential goes by itself, so that the mails of the rest are what they would be without it."""
    rows = [(pk, line) for pk, line in rows if line.is_escalation or not _is_muted(line, look)]
    parcels: list[list[tuple[int, _Line]]] = []
    for is_confidential in (False, True):
        some = [row for row in rows if row[1].is_confidential is is_confidential]
        missed = [row for row in some if row[1].due.is_missed]
        timely = [row for row in some if not row[1].due.is_missed]
        if len(timely) > SINGLY:
            parcels.append(missed + timely)
        else:
            parcels += ([missed] if missed else []) + [[row] for row in timely]
    return parcels


def _is_muted(line: _Line, look: _Look) -> bool:
    return (line.user_id, line.due.source.key) in look.muted


def _notice(address: str, mail: list[tuple[int, _Line]], look: _Look) -> Notice:
    dues = sorted((line.due for _pk, line in mail), key=lambda due: (due.left, due.deadline.key))
    told = [due.told for due in dues]
    return Notice(
        key=f"reminder:{mail[0][0]}",
        address=address,
        subject=reminder_words.subject(told),
        body=reminder_words.body(told),
        is_confidential=mail[0][1].is_confidential,
        created_at=look.at,
        due_at=look.at,
    )


def _ring_webhooks(dues: Iterable[Due], look: _Look) -> None:
    """A message for the messenger of the agency, once for each rung whoever was told of it first."""
    heard = {
        reminder_words.hook_key(due): due
        for due in dues
        if due.deadline.agency_id in look.webhooks and not due.source.is_confidential
    }
    known: set[str] = set()
    for some in batched(heard, KEYS_AT_ONCE):
        known.update(Notice.objects.filter(key__in=some).values_list("key", flat=True))
    fresh = [
        Notice(
            key=key,
            channel=Channel.WEBHOOK,
            address=look.webhooks[due.deadline.agency_id],
            subject=due.sentence,
            body=reminder_words.hook_body(due),
            created_at=look.at,
            due_at=look.at,
        )
        for key, due in sorted(heard.items())
        if key not in known
    ]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    look.counts["hooks"] += len(fresh)
