"""`manage.py score`: what measuring anew changed and why, and whether what is stored agrees with itself."""

import re
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from disclosure.models import Obligation
from evaluation import tasks
from evaluation.enums import RoundState, Ruling
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

    dry = score(row.slug, "--dry-run")
    points = Score.objects.get(assessment__agency=late.agency, indicator__measure="coverage").points
    wet = score(row.slug)

    assert (
        f"MZJ timeliness 19.50: obligation-{late.pk} met 2026-03-09 (was open); obligation-{added.pk} added: open"
        in dry
    )
    assert f"MZJ coverage 0.00 → 20.00: obligation-{late.pk} met 2026-03-09 (was open)" in dry
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

    assert re.search(rf"MZJ timeliness 19.50 → 20.00: obligation-{late.pk} gone \(was open\)", told), told
    assert "MZJ M1 19.80: finding 1 added, takes off 0.20" in told


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
    assert "coverage 40.00 → 20.00" in told
    assert [*Score.objects.order_by("pk").values_list("points", "cases")] == before


def test_stored_points_that_disagree_end_with_1() -> None:
    it = make_dispute()
    Score.objects.filter(assessment=it.assessment, indicator__code="TIM").update(points=Decimal("12.34"))

    told = StringIO()
    with pytest.raises(CommandError, match="disagreements") as raised:
        call_command("score", it.row.slug, stdout=told, stderr=told)

    assert raised.value.returncode == 1
    assert "timeliness: stored 12.34 (0/1, 1 at fault), recomputed 19.50 (0/1, 1 at fault)" in told.getvalue()
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
        ({"due_on": "2026-03-01"}, "open"),
        ({"due_on": "2026-03-01", "done_on": "2026-03-02"}, "met 2026-03-02"),
        ({"fault": "no number"}, "no number"),
        ({"earned": 1}, "good"),
        ({}, "at fault"),
        ({"earned": 3, "possible": 4}, "3 of 4"),
        ({"excused": "7", "fault": "x"}, "excused by objection 7"),
    ):
        assert score_changes.state_of(case._replace(**changed)) == words


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
    assert not AuditEvent.objects.filter(action="assessmentround.measure").exists()


def test_who_asked_for_it_stands_in_the_trail() -> None:
    row, _late = _open()

    tasks.measure_round(row.pk, actor_id=row.made_by_id)

    assert AuditEvent.objects.get(action="assessmentround.measure").actor_id == row.made_by_id


def test_round_told_meanwhile_is_left_as_it_is() -> None:
    it = make_dispute()
    measured_at = it.row.measured_at

    tasks.measure_round(it.row.pk, actor_id=it.judge.pk)

    it.row.refresh_from_db()
    assert (it.row.state, it.row.measured_at) == (RoundState.FEEDBACK, measured_at)
    assert measure.excused_cases(it.row) == {}
    assert rounds.OBJECTION_DAYS == 5
