"""Jobs of the night: each for itself, and a beat only from what has ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from disclosure import tasks
from disclosure.services import buffers, oblige, print_jobs, redact, schedule
from govportal.models import Heartbeat

pytestmark = pytest.mark.django_db
NIGHTLY = (tasks.OBLIGE, tasks.CLEAR_FORMS, tasks.SWEEP_FILES)
WORK = {
    tasks.PUBLISH_DUE: (schedule, "publish_due"),
    tasks.EXPIRE_DUE: (schedule, "expire_due"),
    tasks.OBLIGE: (oblige, "daily"),
    tasks.CLEAR_FORMS: (buffers, "clear_uploads"),
    tasks.SWEEP_FILES: (redact, "sweep_files"),
    tasks.PRINT_DUE: (print_jobs, "ring_again"),
    tasks.SWEEP_PRINTS: (print_jobs, "sweep"),
}


@pytest.fixture(autouse=True)
def _no_beats() -> None:
    Heartbeat.objects.all().delete()
    current_app.loader.import_default_modules()


def run(name: str) -> None:
    current_app.tasks[name]()


def test_every_job_has_its_work_here() -> None:
    assert [job.key for job in tasks.JOBS] == list(WORK)


@pytest.mark.parametrize("name", WORK)
def test_job_beats_with_the_time_at_which_it_ended(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = datetime(2026, 5, 6, tzinfo=UTC)

    def work(*_args: Any) -> int:
        nonlocal clock
        clock += timedelta(minutes=9)
        return 0

    monkeypatch.setattr(tasks, "now", lambda: clock)
    monkeypatch.setattr(*WORK[name], work)

    run(name)

    assert Heartbeat.objects.get(name=name).at == datetime(2026, 5, 6, 0, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", NIGHTLY)
def test_fault_of_one_job_stops_no_other_and_it_does_not_beat(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(*WORK[name], fail)

    with pytest.raises(OSError, match="no space"):
        run(name)
    for other in set(NIGHTLY) - {name}:
        run(other)

    assert set(Heartbeat.objects.values_list("name", flat=True)) == set(NIGHTLY) - {name}
