"""Findings: who files, proposes, adopts, changes and withdraws them, and that points follow each of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from disclosure.enums import ItemState
from disclosure.models import Rectification
from evaluation.enums import CheckResult, FindingSource, FindingState, RoundKind, RoundState
from evaluation.forms.findings import ContentFields, ItemField, deduction_words
from evaluation.models import Assessment, AssessmentRound, Check, Finding, SampleItem, Score
from evaluation.scoring import outcome
from evaluation.services import finding_orders, findings, measure
from evaluation.services.checks import StaleEntry
from evaluation.services.findings import Content
from evaluation.workflow import FINDING, PROPOSER_ACTIONS, FindingAction, next_finding_state
from govportal.models import AuditEvent, InboxMessage, User
from govportal.now import now
from govportal.permissions import Role
from tests.factories.disclosure import make_edition, make_item
from tests.factories.kernel import make_agency, make_member
from tests.factories.obligations import make_obligation
from tests.factories.rounds import make_finding, make_inspector, open_round, share_round
from tests.threads import at_once

pytestmark = pytest.mark.django_db
HALF = Decimal("0.50")


def content(**values: Any) -> Content:
    given: dict[str, Any] = {"text": "公开指南没有写明受理机构的电话", "unit": HALF}
    return Content(**given | values)


def file(assessment: Assessment, code: str = "M1", *, actor: User | None = None, **values: Any) -> Finding:
    indicator = assessment.round.indicator_set.indicators.get(code=code)
    actor = actor or assessment.round.made_by
    return findings.file(assessment.pk, indicator.pk, content(**values), actor=actor, at=now())


@pytest.fixture
def row() -> AssessmentRound:
    return open_round()


@pytest.fixture
def assessment(row: AssessmentRound) -> Assessment:
    return row.assessments.select_related("round__indicator_set", "agency").get()


@pytest.fixture
def supervisor(row: AssessmentRound) -> User:
    return make_member(Role.SUPERVISOR, row.made_by.memberships.get().agency)


def points_agree(assessment: Assessment) -> bool:
    """What is stored of every manual indicator is what scoring.py makes of its standing findings."""
    for score in Score.objects.filter(assessment=assessment, indicator__mode="manual").select_related("indicator"):
        standing = Finding.objects.standing().filter(assessment=assessment, indicator=score.indicator)
        taken = [one.deduction for one in standing]
        if score.points != outcome(measure.rule_of(score.indicator), (), taken).points:
            return False
    total = sum(Score.objects.filter(assessment=assessment).values_list("points", flat=True))
    return bool(Assessment.objects.get(pk=assessment.pk).total == total)


def test_inspector_files_and_points_follow_every_verb(assessment: Assessment, row: AssessmentRound) -> None:
    by: dict[str, Any] = {"actor": row.made_by, "at": now()}
    one = file(assessment, count=3)
    assert (one.state, one.source, one.number) == (FindingState.STANDING, FindingSource.INSPECTION, 1)
    assert Score.objects.get(assessment=assessment, indicator=one.indicator).points == Decimal("18.50")
    assert Check.objects.get().result == CheckResult.FOUND and points_agree(assessment)

    edited = findings.edit(one.pk, content(unit=Decimal("0.20"), count=2), seen=one.version, **by)
    assert edited.deduction == Decimal("0.40") and points_agree(assessment)

    findings.withdraw(one.pk, reason="截图时页面正在维护", **by)
    assert Assessment.objects.get(pk=assessment.pk).total == 100 and points_agree(assessment)
    assert Check.objects.get().result == CheckResult.CLEAR
    trail = "".join(f"{event.before}{event.after}{event.note}" for event in AuditEvent.objects.all())
    assert "受理机构" not in trail and "维护" not in trail
    assert not AuditEvent.objects.filter(action__startswith="finding.", agency_id__isnull=False).exists()


def test_supervisor_proposes_and_an_inspector_decides(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    by: dict[str, Any] = {"actor": row.made_by, "at": now()}
    first, second = file(assessment, actor=supervisor), file(assessment, "M3", actor=supervisor)
    assert (first.state, first.source) == (FindingState.PROPOSED, FindingSource.SUPERVISOR)
    assert not Check.objects.exists() and Assessment.objects.get().total == 100

    findings.adopt(first.pk, unit=Decimal("0.20"), count=1, **by)
    findings.reject(second.pk, reason="已在统计期前改正", **by)

    assert Score.objects.get(assessment=assessment, indicator=first.indicator).points == Decimal("19.80")
    assert points_agree(assessment)
    subjects = InboxMessage.objects.filter(user=supervisor).order_by("pk").values_list("subject", flat=True)
    assert [subject.partition("：")[0] for subject in subjects] == ["您提出的问题已采纳", "您提出的问题没有采纳"]
    assert set(Finding.objects.visible_to(supervisor)) == {first, second}


def test_proposer_says_it_otherwise_or_takes_it_back_until_somebody_decides(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    by: dict[str, Any] = {"actor": supervisor, "at": now()}
    first, second = file(assessment, actor=supervisor), file(assessment, "M3", actor=supervisor)

    revised = findings.edit(first.pk, content(text="没有写明电话和地址", count=2), seen=1, **by)
    assert (revised.state, revised.text, revised.version) == (FindingState.PROPOSED, "没有写明电话和地址", 2)
    assert findings.withdraw(second.pk, reason="看错了栏目", **by).state == FindingState.WITHDRAWN
    assert not Check.objects.exists() and Assessment.objects.get().total == 100
    assert set(AuditEvent.objects.filter(actor_id=supervisor.pk).values_list("action", flat=True)) == {
        "finding.file", "finding.revise", "finding.retract",
    }  # fmt: skip

    adopting: dict[str, Any] = {"unit": HALF, "count": 1, "actor": row.made_by, "at": now()}
    with pytest.raises(StaleEntry):
        findings.adopt(first.pk, seen=1, **adopting)  # in words he has not read
    with pytest.raises(ValidationError, match="只有提出问题的人"):
        findings.edit(first.pk, content(), seen=2, actor=row.made_by, at=now())
    findings.adopt(first.pk, seen=2, **adopting)
    with pytest.raises(ValidationError, match="没有考核"):
        findings.edit(first.pk, content(), seen=3, **by)
    with pytest.raises(ValidationError, match="没有考核"):
        findings.withdraw(first.pk, reason="看错了", **by)


def test_equal_amounts_are_one_and_leave_no_choice(assessment: Assessment) -> None:
    indicator = assessment.round.indicator_set.indicators.get(code="M1")
    indicator.deductions = ["0.50", "0.2", "0.50", "0.20"]
    assert findings.deductions_of(indicator) == [HALF, Decimal("0.20")]
    indicator.deductions = ["0.50", "0.5"]
    assert ContentFields().unit_of(indicator, {}) == HALF
    assert deduction_words(indicator) == "每次扣 0.50 分"
    [reason] = findings.reasons_against_content(assessment, indicator, content(unit=Decimal("0.30")))
    assert reason == "M1每次只能扣 0.50 分。"


def test_item_is_known_by_its_number_its_name_and_its_address() -> None:
    item = make_item(agency=make_agency(), index_number="CM-MZJ/2026-00004", slug="CM-MZJ-2026-00004")
    field = ItemField()
    for typed in ("CM-MZJ/2026-00004", " CM-MZJ-2026-00004 ", "/items/CM-MZJ-2026-00004/",
                  "https://www.example.test/items/CM-MZJ-2026-00004/?from=search#body"):  # fmt: skip
        assert field.clean(typed) == item, typed
    for typed in ("CM-MZJ", "https://[", "/items/", "/scorecards/2026/CM-MZJ-2026-00004/", "x" * 501, "\x00"):
        with pytest.raises(ValidationError):
            field.clean(typed)
    assert field.clean("") is None


def test_nothing_is_adopted_without_the_evidence_its_clause_requires(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    clause = assessment.round.indicator_set.indicators.get(code="M2")
    one = make_finding(assessment, clause, state=FindingState.PROPOSED, found_by=supervisor)
    adopting: dict[str, Any] = {"unit": Decimal(1), "count": 1, "actor": row.made_by, "at": now()}
    with pytest.raises(ValidationError, match="须附证据"):
        findings.adopt(one.pk, **adopting)
    Finding.objects.filter(pk=one.pk).update(link="https://example.test/a")
    assert findings.adopt(one.pk, **adopting).state == FindingState.STANDING


def test_source_is_that_of_the_check(assessment: Assessment, row: AssessmentRound) -> None:
    for kind, source in (("third_party", FindingSource.THIRD_PARTY), ("cross", FindingSource.CROSS)):
        AssessmentRound.objects.filter(pk=row.pk).update(kind=RoundKind(kind))
        assert file(assessment, text=f"发现于{kind}").source == source
    AssessmentRound.objects.filter(pk=row.pk).update(kind=RoundKind.SPOT)
    peer = make_agency(parent=row.made_by.memberships.get().agency)
    Assessment.objects.filter(pk=assessment.pk).update(inspecting_agency=peer)
    assert file(assessment, text="互查所见", actor=make_inspector(peer)).source == FindingSource.CROSS


def test_content_refusals_say_why(assessment: Assessment) -> None:
    foreign = make_item(agency=make_agency())
    hidden = make_item(agency=assessment.agency, state=ItemState.UNPUBLISHED)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"text": " \x00 "}, "请写明"),
        ({"text": "长" * 501}, "最多写 500"),
        ({"text": "公示了13812345678"}, "手机号"),
        ({"unit": Decimal("0.30")}, "每次可扣 0.20、0.50"),
        ({"unit": Decimal("-0.50")}, "每次可扣"),
        ({"unit": Decimal("1e9")}, "每次可扣"),
        ({"unit": Decimal("NaN")}, "每次可扣"),
        ({"count": 0}, "1 至 999"),
        ({"count": 10**9}, "1 至 999"),
        ({"link": "javascript:alert(1)"}, "http"),
        ({"link": "https://a.test/" + "x" * 500}, "500"),
        ({"item": foreign}, "已经向社会公开"),
        ({"item": hidden}, "已经向社会公开"),
        ({"obligation": make_obligation(agency=foreign.agency)}, "公开义务"),
        ({"code": "M2", "unit": Decimal(1)}, "须附证据"),
        ({"code": "TIM"}, "自动指标"),
    ]
    for values, words in refused:
        with pytest.raises(ValidationError, match=words):
            file(assessment, **values)
    assert not Finding.objects.exists()
    assert file(assessment, "M2", unit=Decimal(1), link="https://example.test/a").pk


def test_amount_is_typed_where_the_set_names_none(assessment: Assessment) -> None:
    indicator = assessment.round.indicator_set.indicators.get(code="M3")
    indicator.deductions = []
    for unit, is_fit in (("8.00", True), ("8.01", False), ("0.001", False), ("0", False), ("Infinity", False)):
        found = findings.reasons_against_content(assessment, indicator, content(unit=Decimal(unit)))
        assert (found == []) == is_fit, unit


def test_pressed_twice_is_one_finding_and_the_same_again_is_a_count(assessment: Assessment) -> None:
    one = file(assessment)

    assert file(assessment) == one
    with pytest.raises(ValidationError, match="修改它的次数"):
        file(assessment, count=2)
    with pytest.raises(ValidationError, match="已经登记为"):
        file(assessment, actor=make_inspector(assessment.round.made_by.memberships.get().agency))


def test_who_may_not_file(assessment: Assessment, row: AssessmentRound, supervisor: User) -> None:
    office = row.made_by.memberships.get().agency
    nobody = [
        make_member(Role.PUBLISHER, office),
        make_member(Role.SUPERVISOR, make_agency(parent=office)),
        make_member(Role.SUPERVISOR, assessment.agency),
        make_member(Role.INSPECTOR, assessment.agency),
    ]
    for actor in nobody:
        with pytest.raises(ValidationError):
            file(assessment, actor=actor)
    with pytest.raises(ValidationError, match="没有考核"):
        findings.withdraw(file(assessment).pk, reason="试试", actor=supervisor, at=now())


def test_matrix_of_states_and_actions(assessment: Assessment, row: AssessmentRound) -> None:
    """What the table says is what the service says, for every state of the finding and of its round."""
    proposer = make_inspector(row.made_by.memberships.get().agency)
    one = make_finding(assessment, found_by=proposer)
    for state in FindingState:
        for round_state in RoundState:
            for action in FINDING:
                one.state, one.assessment.round.state = state, round_state
                is_allowed = next_finding_state(state, action) is not None and round_state in FINDING[action].rounds
                who = proposer if action in PROPOSER_ACTIONS else row.made_by
                reasons = findings.reasons_against(one, action, who)
                assert (reasons == []) == is_allowed, f"{state} {round_state} {action}: {reasons}"


def test_rules_beside_the_table(assessment: Assessment, row: AssessmentRound) -> None:
    proposed = make_finding(assessment, state=FindingState.PROPOSED, found_by=row.made_by)
    ruled = make_finding(assessment, ruled_deduction=Decimal("0.10"), text="裁定过的")
    carried = make_finding(assessment, source=FindingSource.CARRIED, text="转来的")
    for one, action, words in (
        (proposed, FindingAction.ADOPT, "不能自己处理"),
        (proposed, FindingAction.REJECT, "不能自己处理"),
        (ruled, FindingAction.EDIT, "已经裁定"),
        (carried, FindingAction.EDIT, "已经定分"),
    ):
        assert words in "".join(findings.reasons_against(one, action, row.made_by)), action
    for reason in ("", " \x00", "长" * 501):
        with pytest.raises(ValidationError, match="理由"):
            findings.withdraw(ruled.pk, reason=reason, actor=row.made_by, at=now())


def test_item_of_the_sample_marks_it(assessment: Assessment, row: AssessmentRound) -> None:
    item = make_item(agency=assessment.agency)
    make_edition(item)
    item.refresh_from_db()
    sample = SampleItem.objects.create(assessment=assessment, item=item, position=1)

    one = file(assessment, item=item)
    sample.refresh_from_db()
    assert one.sample == sample and sample.result == CheckResult.FOUND

    findings.edit(one.pk, content(), seen=1, actor=row.made_by, at=now())
    sample.refresh_from_db()
    assert sample.result == CheckResult.CLEAR


def test_edit_refuses_what_was_changed_meanwhile(assessment: Assessment, row: AssessmentRound) -> None:
    one = file(assessment)
    findings.edit(one.pk, content(count=2), seen=1, actor=row.made_by, at=now())

    with pytest.raises(StaleEntry, match="别人修改"):
        findings.edit(one.pk, content(count=3), seen=1, actor=row.made_by, at=now())


def test_order_is_public_without_its_origin_even_of_a_told_round(assessment: Assessment, row: AssessmentRound) -> None:
    one = file(assessment)
    share_round(row)
    by: dict[str, Any] = {"actor": row.made_by, "at": now()}
    order = finding_orders.Order(problem="公开指南缺少电话", requirement="补全指南。")

    for words in ("考核", "监督员"):
        with pytest.raises(ValidationError, match="从何而来"):
            finding_orders.order(one.pk, finding_orders.Order(problem=words, requirement="补全。"), **by)
    made = finding_orders.order(one.pk, order, **by)
    with pytest.raises(ValidationError, match="已经交办"):
        finding_orders.order(one.pk, order, **by)

    one.refresh_from_db()
    assert one.rectification == made and made.agency == assessment.agency
    shown = {field.name: str(getattr(made, field.name)) for field in Rectification._meta.fields}
    assert not any(one.text in value or str(one) in value or "考核" in value for value in shown.values())
    assert set(finding_orders.mandated(row.made_by).values_list("rectification", flat=True)) == {made.pk}


@pytest.mark.django_db(transaction=True)
def test_at_once_numbers_differ_and_one_of_two_adopts() -> None:
    if connection.vendor == "sqlite":
        print("skipped on SQLite: it has one writer")
        pytest.skip("SQLite has one writer")
    row = open_round()
    assessment = row.assessments.select_related("round__indicator_set").get()
    office = row.made_by.memberships.get().agency
    people = [row.made_by, make_inspector(office)]
    proposed = file(assessment, actor=make_member(Role.SUPERVISOR, office))

    filed = at_once(*(lambda n=n: file(assessment, "M3", text=f"同时{n}") for n in range(4)))
    adopted = at_once(
        *(lambda who=who: findings.adopt(proposed.pk, unit=HALF, count=1, actor=who, at=now()) for who in people)
    )

    assert sorted(one.number for one in filed if isinstance(one, Finding)) == [2, 3, 4, 5]
    assert sorted(type(one).__name__ for one in adopted) == ["Finding", "ValidationError"]
    assert points_agree(assessment)
