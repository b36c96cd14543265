"""`manage.py score`: what measuring anew changed and why, and whether what is stored agrees with itself."""

import os
import re
import sys
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import BaseCommand, CommandError, call_command

from disclosure.models import Obligation
from evaluation import tasks
from evaluation.enums import RoundState, Ruling
from evaluation.management.commands.score import Command
from evaluation.models import Assessment, AssessmentRound, Score
from evaluation.scoring import Case
from evaluation.services import measure, rounds, score_changes
from govportal import jobs
from govportal.models import AuditEvent, Heartbeat
from govportal.now import now
from tests.evaluation.objections.test_objections import make_dispute
from tests.factories.kernel import make_agency
from tests.factories.obligations import make_obligation
from tests.factories.rounds import freeze_round, make_finding, make_office, make_round, open_round

pytestmark = pytest.mark.django_db


def score(*args: str) -> str:
    told = StringIO()
    call_command("score", *args, stdout=told, stderr=told)
    return told.getvalue()


def _open() -> tuple[AssessmentRound, Obligation]:
    office = make_office()
    agency = make_agency(parent=office, code="MZJ")
    late = make_obligation(agency=agency, due_on=date(2026, 3, 10), met_on=None)
    return open_round(agency, make_agency(parent=office, code="JTJ"), office=office), late


def test_open_round_tells_which_case_moved_which_point() -> None:
    row, late = _open()
    Obligation.objects.filter(pk=late.pk).update(met_on=date(2026, 3, 9))
    added = make_obligation(agency=late.agency, due_on=date(2026, 4, 10), met_on=None)

    code = {one.measure: str(one) for one in row.indicator_set.indicators.all()}
    dry = score(row.slug, "--dry-run")
    points = Score.objects.get(assessment__agency=late.agency, indicator__measure="coverage").points
    wet = score(row.slug)

    assert (
        f"MZJ {code['timeliness']} 19.50: obligation-{late.pk} 期限 2026-03-10，2026-03-09 完成 "
        f"(was 期限 2026-03-10，取数时没有完成); obligation-{added.pk} added: 期限 2026-04-10，取数时没有完成" in dry
    )
    assert f"MZJ {code['coverage']} 0.00 → 20.00: obligation-{late.pk} 期限 2026-03-10，2026-03-09 完成 (was" in dry
    assert "JTJ" not in dry
    assert points == 0
    assert wet.replace("changed", "would change, nothing was written") == dry
    assert "0 changed" in score(row.slug)
    assert Assessment.objects.get(agency=late.agency).total == Decimal("79.50")


def test_cases_that_go_and_findings_that_come_are_named() -> None:
    row, late = _open()
    Obligation.objects.filter(pk=late.pk).update(due_on=date(2027, 1, 1))
    assessment = row.assessments.get(agency=late.agency)
    make_finding(assessment, found_at=now())

    told = score(row.slug, "--dry-run")

    assert re.search(rf"MZJ TIM \S+ 19.50 → 20.00: obligation-{late.pk} gone \(was 期限", told), told
    assert "19.80: finding 1 added, takes off 0.20" in told


def test_many_reasons_are_cut_unless_all_are_asked_for() -> None:
    row, late = _open()
    for _each in range(14):
        make_obligation(agency=late.agency, due_on=date(2026, 4, 10), met_on=None)

    assert "and 4 more" in score(row.slug, "--dry-run")
    assert "more" not in score(row.slug, "--dry-run", "--all")


def test_closed_round_agrees_and_says_what_would_differ_today() -> None:
    it = make_dispute()
    it.rule(it.heard(it.case), Ruling.UPHELD)
    it.rule(it.heard(), Ruling.UPHELD)
    row = freeze_round(it.row)
    make_obligation(agency=it.assessment.agency, due_on=date(2026, 5, 1), met_on=None)
    before = list(Score.objects.order_by("pk").values_list("points", "cases"))

    told = score(row.slug)

    assert "10 stored points agree, and so does recompute.py" in told
    assert "measured today these would differ; nothing was written:" in told
    assert re.search(r"COV \S+ 40.00 → 20.00", told), told
    assert told.startswith(f"{row.slug} is frozen: "), told
    assert [*Score.objects.order_by("pk").values_list("points", "cases")] == before


def test_stored_points_that_disagree_end_with_1() -> None:
    it = make_dispute()
    Score.objects.filter(assessment=it.assessment, indicator__code="TIM").update(points=Decimal("12.34"))

    told = StringIO()
    with pytest.raises(CommandError, match="disagreements") as raised:
        call_command("score", it.row.slug, stdout=told, stderr=told)

    assert raised.value.returncode == 1
    assert ": stored 12.34 (0/1, 1 at fault), recomputed 19.50 (0/1, 1 at fault)" in told.getvalue()
    assert "archive made now: recompute.py ends with 1" in told.getvalue()
    assert "stored total" in told.getvalue()


def test_round_without_points_and_unknown_round_are_told_apart() -> None:
    row = make_round()

    assert "nothing has been measured" in score(row.slug)
    with pytest.raises(CommandError, match="no round is called x; there are: 2026-h1"):
        score("x")


def test_what_decides_a_case_in_words() -> None:
    """Pure: a case of every kind of rule."""
    case = Case("k")
    for changed, words in (
        ({"due_on": "2026-03-01"}, "期限 2026-03-01，取数时没有完成"),
        ({"due_on": "2026-03-01", "done_on": "2026-03-02"}, "期限 2026-03-01，2026-03-02 完成"),
        ({"fault": "no number"}, "no number"),
        ({"earned": 1}, "达到"),
        ({}, "未达到"),
        ({"earned": 3, "possible": 4}, "得 3，满分 4"),
        ({"earned": 3, "possible": 4, "fault": "缺文号"}, "缺文号 得 3，满分 4"),
        ({"excused": "7", "fault": "x"}, "裁定不计（异议7）"),
    ):
        assert score_changes.state_of(case._replace(**changed)) == words


def test_reader_that_has_seen_enough_gets_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    monkeypatch.setattr(BaseCommand, "run_from_argv", lambda *_args: sys.stdout.write("line\n" * 9999))
    with open(writes, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        Command().run_from_argv(["manage.py", "score", "x"])


# --- the nightly job --------------------------------------------------------------------------------------------------


def test_night_measures_open_rounds_and_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    row, late = _open()
    closed = make_round(slug="closed", office=row.made_by.memberships.get().agency, actor=row.made_by)
    rung: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **kwargs: rung.append(kwargs))
    Obligation.objects.filter(pk=late.pk).update(met_on=date(2026, 3, 9))

    tasks.measure_rounds()
    for kwargs in (*rung, *rung, {"round_id": closed.pk}, {"round_id": 0}):
        tasks.measure_round(**kwargs)

    assert rung == [{"round_id": row.pk}]
    assert Heartbeat.objects.filter(name=tasks.MEASURE_ROUNDS).exists()
    assert Score.objects.get(assessment__agency=late.agency, indicator__measure="coverage").points == 40
    assert not AuditEvent.objects.filter(action="assessmentround.measure", actor_id__isnull=False).exists()


def test_who_asked_for_it_stands_in_the_trail() -> None:
    row, _late = _open()

    tasks.measure_round(row.pk, actor_id=row.made_by_id)

    assert AuditEvent.objects.get(action="assessmentround.measure", actor_id__isnull=False).actor_id == row.made_by_id


def test_round_told_meanwhile_is_left_as_it_is() -> None:
    it = make_dispute()
    measured_at = it.row.measured_at

    tasks.measure_round(it.row.pk, actor_id=it.judge.pk)

    it.row.refresh_from_db()
    assert (it.row.state, it.row.measured_at) == (RoundState.FEEDBACK, measured_at)
    assert measure.excused_cases(it.row) == {}
    assert rounds.OBJECTION_DAYS == 5
