"""`manage.py run_due`: one round by hand, with a line for each job."""

from io import StringIO

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import CommandError, call_command

from govportal.management.commands import run_due

pytestmark = pytest.mark.django_db


def test_every_scheduled_job_runs_once_in_order_and_says_what_it_did() -> None:
    said = StringIO()

    call_command("run_due", stdout=said)

    lines = said.getvalue().splitlines()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert [line.partition("：")[0] for line in lines] == run_due.names()
    assert {line.partition("：")[0] for line in lines} == scheduled
    assert run_due.names().index("govportal.remind") < run_due.names().index("govportal.send_notices")
    assert next(line for line in lines if line.startswith("disclosure.publish_due")).startswith(
        "disclosure.publish_due：没有到时的事项（"
    )


def test_job_that_fails_is_named_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("secret path")

    current_app.loader.import_default_modules()
    monkeypatch.setattr(current_app.tasks["disclosure.oblige"], "run", fail)
    said, complained = StringIO(), StringIO()

    with pytest.raises(CommandError, match=r"disclosure\.oblige"):
        call_command("run_due", stdout=said, stderr=complained)

    assert complained.getvalue().startswith("disclosure.oblige：OSError（")
    assert "secret" not in complained.getvalue()
    assert len(said.getvalue().splitlines()) == len(run_due.names()) - 1
