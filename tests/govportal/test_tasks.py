import os
import subprocess
import sys
import uuid
import warnings
from datetime import timedelta
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from celery import current_app
from celery.schedules import crontab, maybe_schedule
from django.conf import settings
from django.contrib.sessions.models import Session
from kombu import Connection

from govportal import notices, tasks
from govportal.celery import app
from govportal.models import InboxMessage, Notice, PublicRevision, Reminder
from govportal.models.notice import NoticeState
from govportal.now import now
from tests.factories import make_inbox_message, make_notice, make_user

ROOT = Path(__file__).resolve().parents[2]


def test_scheduled_tasks_exist() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= set(app.tasks)
    assert current_app.main == app.main


def test_ring_that_nobody_heard_is_gone_by_the_next() -> None:
    """At noon of an ordinary day; what rings more than once a day is asked there how often."""
    at = app.now().replace(hour=12, minute=0, second=0, microsecond=0)
    entry: Any
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        expires = entry["options"]["expires"]
        schedule: Any = maybe_schedule(entry["schedule"], app=app)
        if not isinstance(entry["schedule"], crontab):
            assert expires == schedule.run_every.total_seconds(), name
            continue
        schedule.nowfun = lambda: at
        following = at + schedule.remaining_estimate(at)
        schedule.nowfun = partial(next, repeat(following))
        assert 0 < expires <= schedule.remaining_estimate(following).total_seconds(), name


@pytest.mark.django_db
def test_what_has_expired_is_cleared_and_the_rest_kept() -> None:
    Session.objects.create(session_key="old", expire_date=now() - timedelta(days=1))
    Session.objects.create(session_key="open", expire_date=now() + timedelta(days=1))
    for model, more in ((AccessAttempt, {"failures_since_start": 1}), (AccessFailureLog, {}), (AccessLog, {})):
        for name, days in (("old", 190), ("recent", 170)):
            row = model.objects.create(username=name, ip_address="192.0.2.1", path_info="/", http_accept="", **more)
            model.objects.filter(pk=row.pk).update(attempt_time=now() - timedelta(days=days))
    PublicRevision.raise_number()
    year_ago, recent = now() - timedelta(days=366), now() - timedelta(days=364)
    kept = [make_inbox_message(at=recent), make_inbox_message(at=year_ago, read_at=now())]
    make_inbox_message(at=year_ago, read_at=year_ago)
    make_inbox_message(at=year_ago)

    tasks.clear_expired()

    assert [session.session_key for session in Session.objects.all()] == ["open"]
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        assert [row.username for row in model.objects.all()] == ["recent"]
    assert PublicRevision.objects.count() == 1
    assert set(InboxMessage.objects.all()) == set(kept)


@pytest.mark.django_db
def test_what_staff_were_told_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what failed or waits, nor the row of a deadline that is told of still."""
    monkeypatch.setattr(notices, "PRUNED_AT_ONCE", 2)
    old, recent, ages = now() - timedelta(days=91), now() - timedelta(days=89), now() - timedelta(days=800)
    gone = [make_notice(due_at=old, state=NoticeState.SENT, sent_at=old) for _each in range(3)]
    gone.append(make_notice(due_at=old, state=NoticeState.DROPPED))
    kept = [
        make_notice(due_at=recent, state=NoticeState.SENT, sent_at=recent),
        make_notice(due_at=old, state=NoticeState.FAILED), make_notice(due_at=old),
    ]  # fmt: skip
    row: dict[str, Any] = {"kind": "x", "version": "v", "recipient": make_user(), "batch": uuid.uuid4()}
    Reminder.objects.create(**row, deadline="x:1", rung=1, due_on=ages.date(), at=ages)
    overdue = Reminder.objects.create(**row, deadline="x:2", rung=401, due_on=ages.date(), at=recent, notice=gone[0])

    tasks.clear_expired()

    assert list(Notice.objects.order_by("pk")) == kept
    assert Reminder.objects.get() == overdue and Reminder.objects.get().notice is None


def test_broker_of_files_starts_without_a_warning() -> None:
    with warnings.catch_warnings(action="error"):
        environ = {**os.environ, "REDIS_URL": ""}
        said = subprocess.run(
            [sys.executable, "-c", "from govportal import settings; print(settings.CELERY_BROKER_URL)"],
            env=environ, cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        Connection(said.stdout.strip()).release()


def test_worker_of_root_starts_without_a_warning() -> None:
    """As the worker does it: the application is loaded, then the user is judged."""
    script = (
        "import os; os.getuid = os.geteuid = os.getgid = os.getegid = lambda: 0\n"
        "import govportal.celery\n"
        "from celery.platforms import check_privileges\n"
        "check_privileges(['json'])\n"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stderr == ""


def test_broker_that_is_away_is_given_up_at_once_by_who_rings_and_never_by_the_worker() -> None:
    """Without these options kombu tries again for six seconds, and waits without end where Redis hangs."""
    script = (
        "from govportal.celery import app\n"
        "try: app.send_task('x', retry=False)\n"
        "except Exception as error: print(type(error).__name__)\n"
        "options = app.conf.broker_transport_options\n"
        "print(options['max_retries'], options['socket_timeout'], app.conf.broker_connection_max_retries)"
    )
    environ = {**os.environ, "REDIS_URL": "redis://127.0.0.1:9/0"}
    said = subprocess.run(
        [sys.executable, "-c", script], env=environ, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["OperationalError", "1", "3", "None"]
