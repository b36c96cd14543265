"""A round from plan to item: measured, told, frozen by another person, bound by an archive anybody recomputes."""

import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from disclosure.enums import ItemState
from disclosure.services import review
from disclosure.types import ITEM_TYPES
from evaluation import case_lines
from evaluation.enums import FindingState, Formula, ObjectionState, RoundKind, RoundState, Ruling
from evaluation.models import AssessmentRound, Finding, Objection, Score, Survey
from evaluation.services import archive, measure, round_items, rounds
from evaluation.survey_enums import SurveyState
from evaluation.survey_scoring import digest_of
from evaluation.workflow import RoundAction
from govportal.models import AuditEvent, InboxMessage
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_edition, make_item
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency, make_member, make_user
from tests.factories.obligations import make_obligation
from tests.factories.rounds import (
    check_all,
    freeze_round,
    make_finding,
    make_inspector,
    make_office,
    make_round,
    open_round,
    share_round,
)
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.django_db


def _with_one_late(agencies: int = 2) -> AssessmentRound:
    office = make_office()
    below = [make_agency(parent=office) for _each in range(agencies)]
    for agency, met_on in zip(below, (date(2026, 3, 1), date(2026, 3, 20)), strict=False):
        make_obligation(agency=agency, due_on=date(2026, 3, 10), met_on=met_on)
    return open_round(*below, office=office)


def recompute(data: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    zipfile.ZipFile(BytesIO(data)).extractall(folder)
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "recompute.py")], capture_output=True, text=True, check=False
    )


def test_measure_computes_points_of_what_was_late() -> None:
    row = _with_one_late()

    first, second = row.assessments.order_by("agency__pk")
    points = dict(Score.objects.filter(assessment=second).values_list("indicator__measure", "points"))
    assert first.total == Decimal(100)
    assert points["timeliness"] == Decimal("19.50")
    assert second.total < first.total
    assert (first.rank, second.rank) == (1, 2)


def test_archive_of_a_frozen_round_agrees_by_itself(tmp_path: Path) -> None:
    row = _with_one_late()
    make_finding(row.assessments.all()[0])
    row = freeze_round(share_round(row))

    assert row.archive is not None and row.frozen_at is not None
    data = row.archive.file.open().read()
    done = recompute(data, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout
    assert row.digest == row.archive.sha256
    assert archive.build(row, at=row.frozen_at) == data


def test_share_refuses_while_something_is_unchecked() -> None:
    row = _with_one_late()

    with pytest.raises(ValidationError, match="没有查阅"):
        rounds.share(row.pk, actor=row.made_by, at=now())


def test_agencies_have_days_enough_to_object() -> None:
    row = _with_one_late()
    check_all(row)

    for days, words in ((2, "至少 3 个工作日：再短，单位来不及"), (61, "最多 60 个工作日")):
        with pytest.raises(ValidationError, match=words):
            rounds.share(row.pk, actor=row.made_by, at=now(), days=days)

    assert rounds.share(row.pk, actor=row.made_by, at=now(), days=3).state == RoundState.FEEDBACK


def test_freeze_refuses_who_told_the_agencies() -> None:
    row = share_round(_with_one_late())

    with pytest.raises(ValidationError, match="反馈初评的人不能定分"):
        freeze_round(row, actor=row.made_by)


def test_freeze_waits_for_the_time_to_object() -> None:
    row = share_round(_with_one_late())
    other = make_inspector(row.made_by.memberships.get().agency)

    assert any("异议期" in reason for reason in rounds.reasons_against(row, RoundAction.FREEZE, other))


def test_frozen_round_is_closed_by_the_database() -> None:
    row = freeze_round(share_round(_with_one_late()))
    score = Score.objects.filter(assessment__round=row).first()
    assert score is not None

    for write in (
        lambda: Score.objects.filter(pk=score.pk).update(points=Decimal(1)),
        lambda: Score.objects.filter(pk=score.pk).delete(),
        lambda: row.assessments.update(total=Decimal(1)),
        lambda: AssessmentRound.objects.filter(pk=row.pk).update(state=RoundState.OPEN),
        lambda: AssessmentRound.objects.filter(pk=row.pk).update(seed="mine"),
    ):
        with pytest.raises(DatabaseError, match="frozen assessment"), transaction.atomic():
            write()


def test_reopen_and_cancel_ask_for_a_reason() -> None:
    row = share_round(_with_one_late())

    with pytest.raises(ValidationError, match="原因"):
        rounds.reopen(row.pk, actor=row.made_by, at=now(), note=" ")
    with pytest.raises(ValidationError, match="原因"):
        rounds.cancel(row.pk, actor=row.made_by, at=now(), note="")
    rounds.reopen(row.pk, actor=row.made_by, at=now(), note="漏查一项")
    assert AssessmentRound.objects.get().state == RoundState.OPEN


def test_draft_item_carries_archive_and_digest() -> None:
    row = freeze_round(share_round(_with_one_late()))
    office = row.made_by.memberships.get().agency
    publisher = make_member(Role.PUBLISHER, office)
    assert row.frozen_by is not None

    item = round_items.draft_item(row.pk, agency=office, actor=row.frozen_by, at=now())

    edition = item.editions.get()
    told = InboxMessage.objects.get(key=f"item-draft:{item.pk}:{publisher.pk}")
    assert (told.kind, told.path) == ("review", reverse("admin:disclosure_edition_change", args=[edition.pk]))
    assert edition.extra["digest"] == row.digest
    [kind] = (field for field in ITEM_TYPES[item.item_type].extra if field.key == "kind")
    assert kind.shown(edition.extra["kind"]) == "考核成绩"
    assert edition.attachments.get().attachment == row.archive


def test_draft_that_was_thrown_away_is_followed_by_another() -> None:
    row = freeze_round(share_round(_with_one_late()))
    office, actor = row.made_by.memberships.get().agency, row.frozen_by
    publisher = make_member(Role.PUBLISHER, office)
    assert actor is not None
    items = []
    for _turn in range(3):
        item = round_items.draft_item(row.pk, agency=office, actor=actor, at=now())
        with pytest.raises(ValidationError, match="已经拟制"):
            round_items.draft_item(row.pk, agency=office, actor=actor, at=now())
        review.discard(item.editions.get().pk, actor=publisher, at=now(), note="标题有误")
        items.append(item)

    row.refresh_from_db()
    assert row.item == items[-1] and len(set(items)) == 3


def test_item_of_a_frozen_round_is_named_once_unless_nobody_read_it() -> None:
    row = freeze_round(share_round(open_round()))
    found = AssessmentRound.objects.filter(pk=row.pk)
    item, other = make_item(state=ItemState.UNPUBLISHED), make_item(state=ItemState.UNPUBLISHED)
    found.update(item=item)
    found.update(item=other)  # the first was thrown away before anybody read it
    make_edition(other)
    for another in (item, None):
        with pytest.raises(DatabaseError, match="frozen assessment"), transaction.atomic():
            found.update(item=another)


def test_make_refuses_a_set_that_is_not_in_force() -> None:
    row = make_round()
    row.indicator_set.state = "draft"
    plan = rounds.Plan(
        slug="x", name="x", kind=RoundKind(row.kind), indicator_set=row.indicator_set, period_start=row.period_start,
        period_end=row.period_end, agencies=[make_agency()],
    )  # fmt: skip

    assert any("没有施行" in reason for reason in rounds.reasons_against_making(plan, row.made_by))


def test_measure_of_a_closed_round_is_refused() -> None:
    row = _with_one_late()
    check_all(row)
    rounds.share(row.pk, actor=row.made_by, at=now())

    with pytest.raises(ValidationError):
        measure.measure(row.pk, at=now())


def test_leave_out_takes_an_agency_out_of_the_ranking_and_back() -> None:
    row = _with_one_late()
    first, second = row.assessments.order_by("agency__pk")

    rounds.leave_out(first.pk, reason="馆舍改造", actor=row.made_by)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.rank, first.grade, second.rank) == (None, "", 1)
    assert AuditEvent.objects.get(action="assessment.leave_out").agency_id is None  # it is not told before the round
    measure.measure(row.pk, at=now())
    assert row.assessments.get(pk=first.pk).not_ranked_reason == "馆舍改造"
    rounds.leave_out(first.pk, reason="", actor=row.made_by)
    second.refresh_from_db()
    assert second.rank == 2
    with pytest.raises(ValidationError, match="原因最多写 200 个字"):
        rounds.leave_out(first.pk, reason="长" * 201, actor=row.made_by)


def test_agency_without_a_fact_stands_in_no_ranking_until_it_has_one() -> None:
    office = make_office()
    busy, idle = (make_agency(parent=office) for _each in range(2))
    make_obligation(agency=busy, due_on=date(2026, 3, 10), met_on=date(2026, 3, 1))
    row = open_round(busy, idle, office=office)
    assessment = row.assessments.get(agency=idle)
    assert (assessment.total, assessment.rank, assessment.not_ranked_reason) == (100, None, measure.NO_FACTS)
    with pytest.raises(ValidationError, match="自动参加排名，不能现在改回"):
        rounds.leave_out(assessment.pk, reason="", actor=row.made_by)

    make_obligation(agency=idle, due_on=date(2026, 3, 10), met_on=date(2026, 3, 1))
    measure.measure(row.pk, at=now())

    assessment.refresh_from_db()
    assert (assessment.rank, assessment.not_ranked_reason) == (1, "")


def test_share_waits_until_the_whole_period_was_measured() -> None:
    office = make_office()
    agency = make_agency(parent=office)
    row = open_round(agency, office=office, period_start=date(2026, 1, 1), period_end=localdate(now()))

    assert any("才结束" in reason for reason in rounds.reasons_against(row, RoundAction.SHARE, row.made_by))


def test_survey_that_counts_is_chosen_tallied_and_read() -> None:
    """Untallied it would have no case, and an indicator without a case gives full marks to all."""
    office = make_office()
    agency = make_agency(parent=office)
    social = {"code": "SOC", "measure": "social", "formula": Formula.SHARE, "full_marks": Decimal(100)}
    groups = {"社会评议": (100, (social,))}
    sets, survey = make_indicator_set(groups=groups), make_survey(SurveyState.CLOSED, agencies=[agency])
    row = make_round(agency, office=office, indicator_set=sets, survey=survey)
    plan = rounds.Plan(
        slug="x", name="x", kind=RoundKind.YEAR_END, indicator_set=sets, period_start=row.period_start,
        period_end=row.period_end, agencies=[agency],
    )  # fmt: skip

    assert any("请选一次社会评议" in reason for reason in rounds.reasons_against_making(plan, row.made_by))
    rounds.open_round(row.pk, actor=row.made_by, at=now())
    row = measure.measure(row.pk, at=now())
    assert rounds.reasons_against(row, RoundAction.SHARE, row.made_by) == [
        f"社会评议“{survey}”还没有汇总，得分要计入考核。"
    ]
    tally: dict[str, Any] = {"agencies": [], "questions": [], "ballots": {}}
    Survey.objects.filter(pk=survey.pk).update(
        state=SurveyState.TALLIED, tally=tally, digest=digest_of(tally), tallied_at=now()
    )
    row = AssessmentRound.objects.get(pk=row.pk)
    assert any("才汇总" in reason for reason in rounds.reasons_against(row, RoundAction.SHARE, row.made_by))
    row = measure.measure(row.pk, at=now())
    assert rounds.reasons_against(row, RoundAction.SHARE, row.made_by) == []


def test_database_refuses_what_no_service_does() -> None:
    row = _with_one_late()
    finding = make_finding(row.assessments.all()[0])
    row = share_round(row)

    for write in (
        lambda: AssessmentRound.objects.filter(pk=row.pk).update(seed="mine"),
        lambda: Finding.objects.filter(pk=finding.pk).update(count=9),
        lambda: Finding.objects.filter(pk=finding.pk).update(state=FindingState.WITHDRAWN),
        lambda: make_finding(row.assessments.all()[1], number=finding.number),
        lambda: AssessmentRound.objects.create(
            slug="zz", name="副本", kind=row.kind, indicator_set=row.indicator_set, period_start=row.period_start,
            period_end=row.period_end, made_by=row.made_by, state=RoundState.OPEN, seed="1", opened_at=now(),
        ),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_measure_loses_no_ruling_that_came_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _with_one_late()
    late = row.assessments.order_by("agency__pk")[1]
    timeliness = row.indicator_set.indicators.get(measure="timeliness")
    [case] = [
        case for case in case_lines.unpack(late.scores.get(indicator=timeliness).cases) if case.earned < case.possible
    ]
    read = measure.read_cases

    def rule_meanwhile(indicator: Any, *args: Any) -> Any:
        if indicator == timeliness:
            Objection.objects.create(
                assessment=late, number=1, indicator=timeliness, case_key=case.key, text="停机", filed_by=row.made_by,
                filed_at=now(), rule_by=today(), state=ObjectionState.RULED, hearing="听取", heard_on=date(2026, 7, 1),
                heard_by=row.made_by, ruling=Ruling.UPHELD, reason="属实", ruled_at=now(), ruled_by=make_user(),
            )  # fmt: skip
        return read(indicator, *args)

    monkeypatch.setattr(measure, "read_cases", rule_meanwhile)
    with pytest.raises(ValidationError, match="请再取一次"):
        measure.measure(row.pk, at=now())
    monkeypatch.undo()

    measure.measure(row.pk, at=now())

    assert late.scores.get(indicator=timeliness).points == timeliness.full_marks
