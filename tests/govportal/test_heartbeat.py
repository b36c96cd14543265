from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from govportal import heartbeat
from govportal.contributions import scheduled_jobs
from govportal.models import Heartbeat
from govportal.now import now

PUBLISHING = "disclosure.publish_due"
pytestmark = pytest.mark.django_db


def test_every_scheduled_task_is_waited_for_and_no_other() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {job.key for job in scheduled_jobs.all()} == scheduled


def test_every_scheduled_task_says_that_it_has_run() -> None:
    Heartbeat.objects.all().delete()
    current_app.loader.import_default_modules()

    for job in scheduled_jobs.all():
        current_app.tasks[job.key]()

    assert not any(run.is_stopped(now()) for run in heartbeat.last_runs())


def is_stopped(name: str) -> bool:
    return {run.name: run for run in heartbeat.last_runs()}[name].is_stopped(now())


def test_frequent_job_has_stopped_after_five_minutes() -> None:
    heartbeat.beat(PUBLISHING, now() - timedelta(minutes=4), "没有到时的事项")
    assert not is_stopped(PUBLISHING)

    heartbeat.beat(PUBLISHING, now() - timedelta(minutes=6))

    assert is_stopped(PUBLISHING)


def test_daily_job_has_stopped_after_a_day_and_two_hours() -> None:
    heartbeat.beat("disclosure.oblige", now() - timedelta(hours=25))
    assert not is_stopped("disclosure.oblige")

    heartbeat.beat("disclosure.oblige", now() - timedelta(hours=27))

    assert is_stopped("disclosure.oblige")


def test_job_without_a_row_has_stopped() -> None:
    Heartbeat.objects.all().delete()

    assert all(run.is_stopped(now()) for run in heartbeat.last_runs())


def test_job_is_waited_for_from_the_preparation_of_the_database() -> None:
    Heartbeat.objects.all().delete()
    heartbeat.beat(PUBLISHING, now() - timedelta(days=1), "以前的一次")

    heartbeat.seed("default")

    runs = {run.name: run for run in heartbeat.last_runs()}
    assert (runs[PUBLISHING].note, runs[PUBLISHING].is_stopped(now())) == ("以前的一次", True)
    assert not runs["disclosure.oblige"].is_stopped(now())


def test_beat_keeps_one_row_and_cuts_a_long_note() -> None:
    heartbeat.beat(PUBLISHING, now())
    heartbeat.beat(PUBLISHING, now(), "字" * 400)

    assert Heartbeat.objects.get(name=PUBLISHING).note == "字" * 300


def test_last_runs_are_one_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        heartbeat.last_runs()
