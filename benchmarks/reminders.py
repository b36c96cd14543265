"""A round of reminders over 100,000 open deadlines of 500 agencies beside an archive, and the mails of it."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.timezone import localdate

from benchmarks.deadlines import write_county
from benchmarks.measure import Context, Measure
from benchmarks.published import write_archive
from govportal import notices, reminders
from govportal.calendar import load_calendar
from govportal.contributions import Reach, deadline_sources
from govportal.models import InboxMessage, Notice, Reminder
from govportal.models.notice import NoticeState
from govportal.now import now
from govportal.reminder_words import Round
from govportal.workdays import is_working_day
from tests.mail_sink import mail_sink

DEADLINES, AGENCIES, MAILS = 100_000, 500, 5_000
ITEMS = 100_000
HOOK_EVERY = 25  # one agency in so many has a messenger


def run(context: Context) -> list[Measure]:
    at = now()
    hooks = dict.fromkeys(range(0, AGENCIES, HOOK_EVERY), "http://127.0.0.1:9/")
    write_county(DEADLINES, AGENCIES, localdate(at), hooks)
    write_archive(ITEMS, localdate(at), at)
    read, reading = _timed(lambda: _from_archive(localdate(at)))
    caught_up, standstill = _timed(lambda: reminders.remind(_working_day_before(at)))
    told, seconds = _timed(lambda: reminders.remind(at))
    again, repeated = _timed(lambda: reminders.remind(at))
    rows = Reminder.objects.count()
    return [
        Measure("deadlines that are open", DEADLINES, "", limit=100_000, at_least=True),
        Measure(f"{read:,} deadlines read off {ITEMS:,} items and their texts", reading, "s", limit=2),
        Measure(f"round after a standstill, {_rows(caught_up):,} rows", standstill, "s", limit=20),
        Measure(f"full round of the next day, {_rows(told):,} rows", seconds, "s", limit=20),
        Measure("the same round again, nothing to tell", repeated, "s", limit=20),
        Measure("rows of ledger that the second round wrote", _rows(again), "rows", limit=0),
        Measure("rows of ledger", rows, "rows"),
        Measure("rows of ledger without a message in the inbox", rows - InboxMessage.objects.count(), "rows", limit=0),
        Measure("mails and hooks in the outbox", Notice.objects.count(), "rows"),
        *_sending(),
    ]


def _rows(done: Round) -> int:
    return done.told + done.confidential


def _from_archive(today: date) -> int:
    reach = Reach(today + timedelta(days=14))
    return sum(1 for key in ("expiry", "schedule") for _deadline in deadline_sources.get(key).open(reach))


def _working_day_before(at: datetime) -> datetime:
    calendar = load_calendar()
    at -= timedelta(days=1)
    while not is_working_day(localdate(at), calendar):
        at -= timedelta(days=1)
    return at


def _timed[T](work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _sending() -> list[Measure]:
    """Mails of the round and as many others as make them 5,000; the server is a thread of this very process."""
    mails = Notice.objects.filter(channel="mail", state=NoticeState.WAITING)
    Notice.objects.exclude(pk__in=list(mails.values_list("pk", flat=True)[:MAILS])).update(state=NoticeState.DROPPED)
    moment = now()
    Notice.objects.bulk_create(
        Notice(
            key=f"bench:{n}", address=f"bench-{n}@example.test", subject=f"公开义务 B-{n}：今天到期",
            body="公开义务：今天到期\nhttp://127.0.0.1:8000/admin/\n" * 5, created_at=moment, due_at=moment,
        )
        for n in range(MAILS - mails.count())
    )  # fmt: skip
    with mail_sink() as sink:
        backend = "django.core.mail.backends.smtp.EmailBackend"
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"host": "127.0.0.1", "port": sink.port}}}
        swept, seconds = _timed(lambda: notices.sweep(moment, seconds=600))
    return [
        Measure(f"mails sent by one worker, of {MAILS:,}", swept.sent / seconds, "/s"),
        Measure("mails that the server did not see once", abs(MAILS - len(set(sink.ids()))), "mails", limit=0),
    ]
