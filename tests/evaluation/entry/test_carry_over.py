"""What daily checks found counts once in the round that covers them; and the division of the work."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from evaluation.enums import CheckResult, FindingSource, RoundKind
from evaluation.models import Assessment, AssessmentRound, Check, Finding, FindingFile
from evaluation.scorecard_reading import findings_of
from evaluation.services import accountability_open, archive, assignments, carry_over, evidence, findings, measure
from evaluation.workflow import FindingAction
from govportal.now import now, today
from tests.factories import make_private_file
from tests.factories.accountability import make_opening, open_case
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency
from tests.factories.registers import make_rectification
from tests.factories.rounds import (
    check_all,
    freeze_round,
    make_finding,
    make_inspector,
    make_office,
    make_round,
    make_ruling,
    open_round,
    publish_round,
    share_round,
)

pytestmark = pytest.mark.django_db
AFTERWARDS = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)


def _spot_check() -> AssessmentRound:
    """With findings at one agency, open."""
    office = make_office()
    spot = open_round(make_agency(parent=office), office=office)
    assessment = spot.assessments.get()
    make_finding(assessment, count=2)
    make_finding(assessment, text="裁定免扣的", ruled_deduction=Decimal(0))
    make_finding(assessment, text="裁定少扣的", count=4, ruled_deduction=Decimal("0.30"))
    make_finding(assessment, spot.indicator_set.indicators.get(code="M3"), text="新体系没有的")
    check_all(spot)
    return spot


def _year_end_after(spot: AssessmentRound) -> AssessmentRound:
    """The year-end round that covers it, open."""
    groups = {"组": (100, ({"code": "M1", "full_marks": Decimal(100), "deductions": ["0.20"]},))}
    assessment = spot.assessments.get()
    return open_round(
        assessment.agency, office=assessment.agency.parent, actor=spot.made_by, slug="2026", kind=RoundKind.YEAR_END,
        period_end=date(2026, 12, 31), indicator_set=make_indicator_set(groups=groups),
    )  # fmt: skip


def test_settled_findings_are_carried_once_with_what_rulings_left() -> None:
    spot = freeze_round(share_round(_spot_check()))
    year = _year_end_after(spot)

    report = carry_over.carry_over(year.pk, actor=year.made_by, at=now())
    again = carry_over.carry_over(year.pk, actor=year.made_by, at=now())

    assert [one.deduction for one in report.made] == [Decimal("0.40"), Decimal("0.30")]
    assert {one.source for one in report.made} == {FindingSource.CARRIED}
    assert [one.text for one in report.without_indicator] == ["新体系没有的"] and not again.made
    assert Assessment.objects.get(round=year).total == Decimal("99.30")
    assert Check.objects.get(assessment__round=year).result == CheckResult.FOUND
    findings.withdraw(report.made[0].pk, reason="转入有误", actor=year.made_by, at=now())
    assert not carry_over.carry_over(year.pk, actor=year.made_by, at=now()).made
    assert Finding.objects.filter(assessment__round=spot).count() == 4


def test_evidence_is_read_with_the_finding_that_was_carried_over() -> None:
    """What the daily check showed is shown again where it counts, and to everybody once that round is published."""
    spot = _spot_check()
    origin = Finding.objects.get(assessment__round=spot, number=1)
    held = {"file": make_private_file(), "title": "截图", "added_by": spot.made_by, "added_at": now()}
    shown = FindingFile.objects.create(finding=origin, is_public=True, **held)
    year = _year_end_after(freeze_round(share_round(spot)))
    carried = carry_over.carry_over(year.pk, actor=year.made_by, at=now()).made[0]
    check_all(year)
    measure.measure(year.pk, at=AFTERWARDS)

    before = evidence.public_evidence(shown.pk)
    publish_round(year, at=AFTERWARDS)

    year.refresh_from_db()
    assert year.archive is not None and archive.faults_of(year.archive.file.read()) == []
    assert before is None and evidence.public_evidence(shown.pk) == shown
    found = findings_of(carried.assessment, [])[carried.indicator_id]
    assert [file for one in found for file in one.files if one.row == carried] == [shown]


def test_fault_is_ordered_put_right_once() -> None:
    """The order that the daily check led to is that of the finding carried over as well."""
    spot = _spot_check()
    origin = Finding.objects.get(assessment__round=spot, number=1)
    origin.rectification = make_rectification(agency=origin.assessment.agency)
    origin.save(update_fields=["rectification"])
    year = _year_end_after(freeze_round(share_round(spot)))

    carried = carry_over.carry_over(year.pk, actor=year.made_by, at=now()).made[0]

    assert carried.order == origin.rectification
    [reason] = findings.reasons_against(carried, FindingAction.ORDER, year.made_by)
    assert str(origin.rectification) in reason


def test_fault_of_which_a_ruling_left_nothing_is_held_against_nobody() -> None:
    """Neither where it was found nor where it was carried to."""
    spot = _spot_check()
    origin = Finding.objects.get(assessment__round=spot, number=1)
    year = _year_end_after(freeze_round(share_round(spot)))
    carried = carry_over.carry_over(year.pk, actor=year.made_by, at=now()).made[0]
    other = findings.reasons_against(carried, FindingAction.ORDER, year.made_by)

    make_ruling(carried, Decimal(0))

    carried.refresh_from_db()
    assert other == []
    assert "不交办整改" in findings.reasons_against(carried, FindingAction.ORDER, year.made_by)[0]
    opening = make_opening(origin.assessment.agency, finding=origin)
    reasons = accountability_open.reasons_against_opening(opening, year.made_by, today())
    assert any("裁定后仍然扣分" in reason for reason in reasons), reasons


def test_one_fault_opens_one_case() -> None:
    spot = _spot_check()
    origin = Finding.objects.get(assessment__round=spot, number=1)
    year = _year_end_after(freeze_round(share_round(spot)))
    carried = carry_over.carry_over(year.pk, actor=year.made_by, at=now()).made[0]
    agency = origin.assessment.agency

    case = open_case(agency, finding=origin)

    for one in (origin, carried):
        reasons = accountability_open.reasons_against_opening(make_opening(agency, finding=one), year.made_by, today())
        assert any("已经立案" in reason or "已经定分" in reason for reason in reasons), reasons
    assert str(case)


def test_what_is_not_settled_waits_and_refusals_say_why() -> None:
    year = _year_end_after(_spot_check())
    elsewhere = make_inspector(year.assessments.get().agency)

    with pytest.raises(ValidationError, match="没有已定分"):
        carry_over.carry_over(year.pk, actor=year.made_by, at=now())
    assert "没有组织考核" in carry_over.reasons_against_carrying(year, elsewhere)[0]
    assert "不能转入" in carry_over.reasons_against_carrying(make_round(slug="x"), year.made_by)[0]


def test_work_is_divided_among_those_who_may() -> None:
    office = make_office()
    agencies = [make_agency(parent=office) for _each in range(3)]
    row = make_round(*agencies, office=office)
    other, insider = make_inspector(office), make_inspector(agencies[0])
    ids = [agency.pk for agency in agencies]

    assert assignments.assign(row.pk, ids, inspector=other, actor=row.made_by) == 3
    assert set(row.assessments.values_list("inspector", flat=True)) == {other.pk}
    assert {other, row.made_by} <= set(assignments.candidates(row))
    for values, words in (
        ({"inspector": insider}, "不能考核"),
        ({"inspecting_agency": agencies[0]}, "不能检查自己"),
        ({}, "请选择"),
    ):
        with pytest.raises(ValidationError, match=words):
            assignments.assign(row.pk, ids, actor=row.made_by, **values)
    assert assignments.assign(row.pk, ids[1:], inspecting_agency=agencies[0], inspector=insider, actor=row.made_by) == 2
    with pytest.raises(ValidationError, match="请同时另选考核人"):  # he is of the agency before
        assignments.assign(row.pk, ids[2:], inspecting_agency=agencies[1], actor=row.made_by)
