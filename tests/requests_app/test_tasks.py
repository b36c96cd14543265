"""Jobs of the night for requests: each for itself, and a beat only from what has ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from govportal.contributions import calendar_tasks, scheduled_jobs
from govportal.models import Heartbeat
from requests_app import tasks
from requests_app.services import drafts, inquire, publication_tasks, purge, refresh

pytestmark = pytest.mark.django_db
WORK = {
    tasks.REFRESH: (refresh, "refresh"),
    tasks.SETTLE_SILENCE: (inquire, "settle_all"),
    tasks.SETTLE_PUBLICATIONS: (publication_tasks, "settle"),
    tasks.PURGE: (purge, "purge"),
    tasks.SWEEP_DRAFTS: (drafts, "sweep"),
}


@pytest.fixture(autouse=True)
def _no_beats() -> None:
    Heartbeat.objects.all().delete()
    current_app.loader.import_default_modules()


def test_every_job_of_requests_has_its_work_here() -> None:
    assert {job.key for job in scheduled_jobs.all() if job.key.startswith("requests_app.")} == set(WORK)


@pytest.mark.parametrize("name", WORK)
def test_job_beats_with_the_time_at_which_it_ended(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = datetime(2026, 5, 6, tzinfo=UTC)

    def work(*_args: Any) -> int:
        nonlocal clock
        clock += timedelta(minutes=9)
        return 0

    monkeypatch.setattr(tasks, "now", lambda: clock)
    monkeypatch.setattr(*WORK[name], work)

    current_app.tasks[name]()

    assert Heartbeat.objects.get(name=name).at == datetime(2026, 5, 6, 0, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", WORK)
def test_job_that_broke_off_does_not_beat(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(*WORK[name], fail)

    with pytest.raises(OSError, match="no space left"):
        current_app.tasks[name]()

    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize("name", WORK)
def test_job_with_nothing_to_do_says_so(name: str) -> None:
    current_app.tasks[name]()

    assert "0" in Heartbeat.objects.get(name=name).note


def test_new_holidays_ring_for_the_last_days() -> None:
    assert tasks.REFRESH in calendar_tasks
