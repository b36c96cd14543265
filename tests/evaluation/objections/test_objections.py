"""异议: objected to in time, heard, ruled on by somebody who did not find the fault; points follow the ruling."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection

from evaluation.enums import FindingState, ObjectionState, RoundState, Ruling
from evaluation.models import Assessment, AssessmentRound, Finding, Objection, Score
from evaluation.services import measure, objections, rounds
from evaluation.workflow import OBJECTION, ObjectionAction
from govportal import private_files
from govportal.models import AuditEvent, InboxMessage, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories.kernel import make_agency, make_member
from tests.factories.obligations import make_obligation
from tests.factories.rounds import check_all, freeze_round, make_finding, make_inspector, make_office, open_round
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TEXT = "当日已在公示栏张贴，附照片。"


@dataclass
class Dispute:
    """A round that was told, one agency with a finding and a late obligation, and the people of both sides."""

    row: AssessmentRound
    assessment: Assessment
    finding: Finding
    case: str
    head: User
    finder: User
    judge: User

    def target(self) -> str:
        return f"finding-{self.finding.pk}"

    def file(self, target: str = "", **values: Any) -> Objection:
        values = dict[str, Any](text=TEXT, actor=self.head, at=now()) | values
        return objections.file(self.assessment.pk, target or self.target(), **values)

    def heard(self, target: str = "") -> Objection:
        made = self.file(target)
        return objections.hear(made.pk, hearing="单位陈述张贴经过。", heard_on=today(), actor=self.finder, at=now())

    def rule(self, made: Objection, ruling: str = Ruling.UPHELD, **values: Any) -> Objection:
        values = dict[str, Any](reason="照片可以证明。", actor=self.judge, at=now()) | values
        return objections.rule(made.pk, ruling, **values)

    def points(self, code: str) -> Decimal:
        points: Decimal = Score.objects.get(assessment=self.assessment, indicator__code=code).points
        return points


def make_dispute(*, state: RoundState = RoundState.FEEDBACK, is_other_silent: bool = False) -> Dispute:
    office = make_office()
    agency, other = make_agency(parent=office), make_agency(parent=office)
    late = make_obligation(agency=agency, due_on=date(2026, 3, 10), met_on=date(2026, 3, 20))
    if not is_other_silent:  # who owed nothing is not ranked
        make_obligation(agency=other, due_on=date(2026, 3, 10), met_on=date(2026, 3, 9))
    row = open_round(agency, other, office=office)
    assessment = row.assessments.get(agency=agency)
    finder = make_inspector(office)
    finding = make_finding(assessment, row.indicator_set.indicators.get(code="M1"), count=2, found_by=finder)
    indicator = row.indicator_set.indicators.get(code="TIM")
    if state != RoundState.OPEN:
        check_all(row)
        row = rounds.share(row.pk, actor=row.made_by, at=now())
    head = make_member(Role.OFFICE_HEAD, agency, email="head@example.test")
    case = f"case-{indicator.pk}-obligation-{late.pk}"
    judge = make_inspector(office, email="judge@example.test")
    return Dispute(row, Assessment.objects.get(pk=assessment.pk), finding, case, head, finder, judge)


# --- filing ---------------------------------------------------------------------------------------------------------


def test_file_keeps_text_and_files_and_tells_the_inspectors() -> None:
    it = make_dispute()
    file = private_files.write(ContentFile(b"%PDF-1.7\n%test\n", name="照片.pdf"), by=it.head)

    made = it.file(files=[file])

    assert (made.number, made.state, made.finding, made.case_key) == (1, ObjectionState.FILED, it.finding, "")
    assert made.files.get().title == "照片.pdf"
    assert InboxMessage.objects.filter(user=it.judge, subject__contains="异议1已提出").exists()
    event = AuditEvent.objects.get(action="objection.file")
    assert TEXT not in str(event.after) + event.note


def test_file_refuses_what_is_no_fault_of_this_assessment() -> None:
    it = make_dispute()
    elsewhere = make_finding(it.row.assessments.exclude(pk=it.assessment.pk).get(), found_by=it.finder)
    withdrawn = make_finding(it.assessment, found_by=it.finder, state=FindingState.WITHDRAWN)
    indicator = it.finding.indicator_id
    wrong = (
        f"finding-{elsewhere.pk}", f"finding-{withdrawn.pk}", "finding-", "finding-x", f"finding-{10**30}", "case--",
        f"case-{indicator}-", f"case-{indicator}-obligation-1", it.case + "9", "case-9999-obligation-1", "", "-", "\0",
        "finding-²", it.case.replace("case", "Case"),
    )  # fmt: skip

    for target in wrong:
        with pytest.raises(ValidationError, match="没有这个扣分的问题"):
            objections.file(it.assessment.pk, target, text=TEXT, actor=it.head, at=now())
    assert not Objection.objects.exists()


def test_file_refuses_other_people_late_comers_and_who_agreed() -> None:
    it = make_dispute()
    last = it.row.objections_by
    assert last is not None
    strangers = [make_member(Role.AGENCY_HEAD), it.judge, make_member(Role.PUBLISHER, it.assessment.agency)]

    for actor in strangers:
        with pytest.raises(ValidationError, match="负责人可以提出"):
            it.file(actor=actor)
    with pytest.raises(ValidationError, match="已经过了"):
        it.file(at=now() + (last - today()) + timedelta(days=1))
    with pytest.raises(ValidationError, match="理由"):
        it.file(text=" \u202e ")
    it.file(at=now() + (last - today()))  # the last day still counts
    with pytest.raises(ValidationError, match="还没有裁定"):
        it.file()
    with pytest.raises(ValidationError, match="1 件异议没有裁定"):
        objections.confirm(it.assessment.pk, actor=it.head, at=now())


def test_file_after_the_ruling_is_refused_until_told_anew() -> None:
    it = make_dispute()
    it.rule(it.heard(), Ruling.DISMISSED)

    with pytest.raises(ValidationError, match="终局"):
        it.file()
    rounds.reopen(it.row.pk, actor=it.row.made_by, at=now(), note="补查一项")
    rounds.share(it.row.pk, actor=it.row.made_by, at=now() + timedelta(seconds=1))
    assert it.file().number == 2


def test_withdrawn_it_may_be_filed_again() -> None:
    it = make_dispute()
    made = it.file()

    with pytest.raises(ValidationError, match="只有提出异议的单位"):
        objections.withdraw(made.pk, actor=it.judge, at=now())
    objections.withdraw(made.pk, actor=it.head, at=now())

    assert it.file().number == 2
    assert it.points("M1") == Decimal("19.60")


def test_confirm_closes_the_matter_and_frees_the_round() -> None:
    it = make_dispute()

    with pytest.raises(ValidationError, match="负责人"):
        objections.confirm(it.assessment.pk, actor=it.judge, at=now())
    done = objections.confirm(it.assessment.pk, actor=it.head, at=now())

    assert done.confirmed_by == it.head
    for again in (it.file, lambda: objections.confirm(it.assessment.pk, actor=it.head, at=now())):
        with pytest.raises(ValidationError, match="已经确认无异议"):
            again()


def test_objections_wait_for_the_round_to_be_told() -> None:
    for state in (RoundState.OPEN, RoundState.FROZEN):
        it = make_dispute(state=RoundState.FEEDBACK if state == RoundState.FROZEN else state)
        if state == RoundState.FROZEN:
            freeze_round(it.row)
        with pytest.raises(ValidationError, match="不在征求异议"):
            it.file()
        AssessmentRound.objects.filter(pk=it.row.pk).exclude(state=RoundState.FROZEN).update(slug="other")


# --- hearing and ruling ---------------------------------------------------------------------------------------------


def test_upheld_finding_takes_nothing_off() -> None:
    it = make_dispute()
    total = it.assessment.total
    made = it.heard()

    it.rule(made)

    it.finding.refresh_from_db()
    it.assessment.refresh_from_db()
    assert it.finding.ruled_deduction == 0
    assert it.points("M1") == Decimal("20.00")
    assert it.assessment.total == total + Decimal("0.40")
    assert InboxMessage.objects.filter(user=it.head, subject__contains="已裁定").exists()
    assert InboxMessage.objects.filter(user=it.finder, subject__contains="已裁定").exists()
    assert AuditEvent.objects.get(action="objection.rule").after["points"] == ["19.60", "20.00"]


def test_partly_upheld_finding_takes_less_off() -> None:
    it = make_dispute()
    made = it.heard()

    for left in (None, Decimal("0.40"), Decimal("-0.10"), Decimal(0), Decimal("0.333"), Decimal(1_000_000_000)):
        with pytest.raises(ValidationError, match="裁定后扣分"):
            it.rule(made, Ruling.PARTLY, left=left)
    it.rule(made, Ruling.PARTLY, left=Decimal("0.20"))

    assert it.points("M1") == Decimal("19.80")


def test_dismissed_changes_nothing() -> None:
    it = make_dispute()

    it.rule(it.heard(), Ruling.DISMISSED)

    assert it.points("M1") == Decimal("19.60")


def test_upheld_case_is_excused_and_ranks_move() -> None:
    it = make_dispute()
    AssessmentRound.objects.filter(pk=it.row.pk).update(state=RoundState.OPEN)
    Finding.objects.filter(pk=it.finding.pk).update(
        state=FindingState.REJECTED, decided_by=it.judge, note="核对以后不成立"
    )
    AssessmentRound.objects.filter(pk=it.row.pk).update(state=RoundState.FEEDBACK)
    measure.rescore(it.assessment, it.finding.indicator)
    made = it.heard(it.case)
    assert it.row.assessments.get(pk=it.assessment.pk).rank == 2

    with pytest.raises(ValidationError, match="支持或者不支持"):
        it.rule(made, Ruling.PARTLY, left=Decimal("0.10"))
    it.rule(made)

    assert it.points("TIM") == Decimal("20.00")
    assert {one.rank for one in it.row.assessments.all()} == {1}


def test_rule_refuses_who_is_no_judge_of_it() -> None:
    it = make_dispute()
    made = it.heard()
    above = make_inspector(it.row.made_by.memberships.get().agency)
    make_member(Role.STAFF, it.assessment.agency, user=above)
    decider = make_inspector(it.row.made_by.memberships.get().agency)
    Finding.objects.filter(pk=it.finding.pk).update(decided_by=decider)

    for actor, words in (
        (it.finder, "认定这个问题的人"),
        (decider, "认定这个问题的人"),
        (above, "自己所在的单位"),
        (it.head, "自己所在的单位"),
        (make_inspector(make_agency()), "没有考核"),
    ):
        with pytest.raises(ValidationError, match=words):
            it.rule(made, actor=actor)
    for wrong in ("", "maybe"):
        with pytest.raises(ValidationError, match="选择裁定"):
            it.rule(made, wrong)
    with pytest.raises(ValidationError, match="理由"):
        it.rule(made, reason=" ")


def test_hear_wants_a_record_and_a_day_between() -> None:
    it = make_dispute()
    made = it.file()

    for day in (today() - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(ValidationError, match="日期"):
            objections.hear(made.pk, hearing="有", heard_on=day, actor=it.judge, at=now())
    with pytest.raises(ValidationError, match="须记录"):
        objections.hear(made.pk, hearing="", heard_on=today(), actor=it.judge, at=now())


def test_state_and_action_matrix() -> None:
    """Every action from every state: as the table says, and refused with the state in words elsewhere."""
    it = make_dispute()
    people = {ObjectionAction.WITHDRAW: it.head, ObjectionAction.HEAR: it.judge, ObjectionAction.RULE: it.judge}
    for state in ObjectionState:
        made = Objection(assessment=it.assessment, finding=it.finding, state=state, filed_by=it.head)
        made.assessment.round = it.row
        for action, transition in OBJECTION.items():
            reasons = objections.reasons_against(made, action, people[action])
            assert (not reasons) == (state in transition.sources), f"{action} from {state}: {reasons}"
            assert reasons or objections.reasons_against(made, action, make_member(Role.STAFF)), f"{action} by anybody"
        made.assessment.round = AssessmentRound(state=RoundState.CANCELLED)
        assert all(objections.reasons_against(made, action, people[action]) for action in OBJECTION), state


@pytest.mark.django_db(transaction=True)
def test_eight_rule_at_once_and_one_wins() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    it = make_dispute()
    made = it.heard()

    outcomes = at_once(lambda: it.rule(made), times=8)

    refused = [one for one in outcomes if isinstance(one, ValidationError)]
    assert (len(refused), len(outcomes) - len(refused)) == (7, 1), outcomes
    assert AuditEvent.objects.filter(action="objection.rule").count() == 1
    assert it.points("M1") == Decimal("20.00")
