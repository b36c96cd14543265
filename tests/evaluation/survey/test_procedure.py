"""The life of a survey: every state with every action, its seven steps, and who may have a hand in it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from disclosure.models import Item
from disclosure.services import review
from evaluation import survey_standing
from evaluation.models import Survey, SurveyStep
from evaluation.services import survey_procedure, survey_results, survey_running, survey_setup
from evaluation.services.survey_setup import Question, Setting
from evaluation.survey_enums import SurveyAction, SurveyAspect, SurveyState, SurveyStepKind
from evaluation.survey_rules import DEFAULT_QUESTIONS, STEPS
from evaluation.survey_workflow import SURVEY
from govportal.models import AuditEvent, InboxMessage, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.requests import AT, TODAY
from tests.factories.surveys import answers, cast, cast_invited, inspector, make_evaluator, make_survey, tally

pytestmark = pytest.mark.django_db
_A, _S, _K = SurveyAction, SurveyState, SurveyStepKind


def setting(**values: Any) -> Setting:
    wanted: dict[str, Any] = {
        "title": "2026年上半年政务公开社会评议",
        "opens_on": TODAY,
        "closes_on": TODAY + timedelta(days=20),
        "agencies": [make_agency()],
    } | values
    return Setting(**wanted)


def begun(actor: User, **values: Any) -> Survey:
    return survey_setup.start(setting(**values), slug="2026-h1", actor=actor, at=AT)


def ready(actor: User, **values: Any) -> Survey:
    """All that must be done before it opens is done."""
    row = begun(actor, **values)
    for step in (_K.NOTICE, _K.FORM, _K.EVALUATORS):
        survey_running.record_step(row.pk, step, actor=actor, at=AT, note="已办。")
    return row


# --- the matrix --------------------------------------------------------------------------------------------------


def test_every_action_is_possible_from_its_sources_alone() -> None:
    actor = inspector()
    for state in SurveyState:
        row = make_survey(state)
        for action in SurveyAction:
            reasons = survey_procedure.reasons_against(row, action, actor)
            assert (reasons == []) == (state in SURVEY[action].sources), f"{state} {action}: {reasons}"


def test_nobody_else_and_nobody_of_a_rated_agency_has_a_hand_in_it() -> None:
    county = make_agency()
    rated = make_agency(parent=county)
    row = make_survey(SurveyState.DRAFT, agencies=[rated])
    own = make_survey(SurveyState.DRAFT, agencies=[county])
    both = inspector(county)
    make_member(Role.STAFF, rated)

    for role in Role:
        if role != Role.INSPECTOR:
            assert survey_procedure.reasons_against(row, _A.OPEN, make_member(role, county))
    assert survey_procedure.reasons_against(row, _A.OPEN, make_member(Role.INSPECTOR, rated))
    assert survey_procedure.reasons_against(row, _A.OPEN, both) == []
    assert "是评议对象" in survey_procedure.reasons_against(own, _A.OPEN, both)[0]
    assert not survey_procedure.visible_to(make_member(Role.INSPECTOR, rated)).exists()
    with pytest.raises(ValidationError, match="您所在的单位"):
        begun(both, agencies=[county])
    assert rated in survey_setup.ratable(both) and county not in survey_setup.ratable(both)


# --- setting up --------------------------------------------------------------------------------------------------


def test_survey_begins_with_the_questions_and_steps_of_the_rules() -> None:
    row = begun(inspector())

    assert [one.text for one in row.questions.all()] == list(DEFAULT_QUESTIONS.values())
    assert [one.step for one in row.steps.all()] == list(STEPS)
    assert AuditEvent.objects.get(action="survey.start").subject_name == row.title


def test_survey_copies_an_earlier_one() -> None:
    actor, earlier = inspector(), make_survey(SurveyState.TALLIED, questions=4)

    row = survey_setup.start(setting(), slug="2027", actor=actor, at=AT, copied=earlier)

    texts = [list(one.questions.values_list("position", "aspect", "text")) for one in (row, earlier)]
    assert texts[0] == texts[1] and len(texts[0]) == 4


def test_setting_says_what_is_wrong() -> None:
    actor = inspector()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"title": "　"}, "填写名称"),
        ({"closes_on": TODAY - timedelta(days=1)}, "不能早于"),
        ({"opens_on": TODAY - timedelta(9), "closes_on": TODAY - timedelta(1)}, "已经过去"),
        ({"closes_on": TODAY + timedelta(days=400)}, "最长"),
        ({"good_from": 90}, "从高到低"),
        ({"excellent_from": 101}, "从高到低"),
        ({"agencies": []}, "选择评议对象"),
    ]
    for values, words in cases:
        with pytest.raises(ValidationError, match=words):
            begun(actor, **values)
    for slug in ("invited", "A", "a--b", "", "x" * 41):
        with pytest.raises(ValidationError):
            survey_setup.start(setting(), slug=slug, actor=actor, at=AT)
    assert not Survey.objects.exists()


def test_questions_are_set_as_a_whole() -> None:
    actor = inspector()
    row = begun(actor)
    wanted = [Question(SurveyAspect.TIMELY, "更新及时吗？"), Question("other", "窗口态度好吗？", is_required=False)]

    survey_setup.set_questions(row.pk, wanted, actor=actor)

    kept = row.questions.values_list("position", "aspect", "text", "is_required")
    assert list(kept) == [(1, "timely", "更新及时吗？", True), (2, "other", "窗口态度好吗？", False)]
    faulty: list[tuple[list[Question], str]] = [
        ([], "至少要有一题"),
        ([Question("", "题？")], "没有选择评议内容"),
        ([Question("true", " ")], "没有写题目"),
        ([Question("true", "题" * 201)], "超过 200 字"),
        ([Question("true", "题？"), Question("timely", "题？")], "完全相同"),
        ([Question("true", "题？", is_required=False)], "必答"),
        ([Question("true", f"第{n}题？") for n in range(21)], "最多 20 题"),
    ]
    for questions, words in faulty:
        with pytest.raises(ValidationError, match=words):
            survey_setup.set_questions(row.pk, questions, actor=actor)
    assert row.questions.count() == 2


def test_edit_moves_the_days_of_steps_still_to_be_done() -> None:
    actor = inspector()
    row = ready(actor)
    later = setting(closes_on=TODAY + timedelta(days=40), agencies=[make_agency(), make_agency()])

    survey_setup.edit(row.pk, later, actor=actor, at=AT)

    row.refresh_from_db()
    assert row.agencies.count() == 2 and row.closes_on == later.closes_on
    assert row.steps.get(step=_K.RESULT).due_on == later.closes_on + timedelta(days=30)


# --- running -----------------------------------------------------------------------------------------------------


def test_survey_opens_once_three_steps_are_done() -> None:
    actor = inspector()
    row = begun(actor)
    with pytest.raises(ValidationError) as error:
        survey_running.open_survey(row.pk, actor=actor, at=AT)
    assert len(error.value.messages) == 3
    for step in (_K.NOTICE, _K.FORM, _K.EVALUATORS):
        survey_running.record_step(row.pk, step, actor=actor, at=AT, note="已办。")

    survey_running.open_survey(row.pk, actor=actor, at=AT)

    row.refresh_from_db()
    assert (row.state, row.opened_at) == (SurveyState.OPEN, AT)
    with pytest.raises(ValidationError, match="不能修改题目"):
        survey_setup.set_questions(row.pk, [Question("true", "题？")], actor=actor)


def test_step_says_what_is_wrong() -> None:
    actor = inspector()
    row = begun(actor, accepts_public=False)
    cases: list[tuple[Any, dict[str, Any], str]] = [
        (_K.TALLY, {}, "由系统登记"),
        ("none", {}, "由系统登记"),
        (_K.NOTICE, {"on": TODAY + timedelta(days=1)}, "今天以后"),
        (_K.NOTICE, {"note": " "}, "写明情况"),
        (_K.NOTICE, {"note": "字" * 501}, "最多 500"),
        (_K.EVALUATORS, {}, "特邀评议人员"),
        (_K.RESULT, {}, "汇总以后"),
    ]
    for step, values, words in cases:
        with pytest.raises(ValidationError, match=words):
            survey_running.record_step(row.pk, step, actor=actor, at=AT, **{"note": "已办。"} | values)
    assert not row.steps.filter(done_on__isnull=False).exists()
    survey_running.record_step(row.pk, _K.NOTICE, actor=actor, at=AT, note="已办。")
    with pytest.raises(ValidationError, match="已经在"):
        survey_running.record_step(row.pk, _K.NOTICE, actor=actor, at=AT, note="再办。")


def test_survey_is_extended_and_never_shortened() -> None:
    actor, row = inspector(), make_survey()
    later = row.closes_on + timedelta(days=7)
    for day, note, words in ((row.closes_on, "理由", "晚于"), (later, " ", "理由")):
        with pytest.raises(ValidationError, match=words):
            survey_setup.extend(row.pk, day, actor=actor, at=AT, note=note)

    survey_setup.extend(row.pk, later, actor=actor, at=AT, note="农忙时节，延长一周。")

    row.refresh_from_db()
    assert row.closes_on == later
    assert row.steps.get(step=_K.TALLY).due_on == later + timedelta(days=10)


def test_calendar_closes_what_has_passed_its_last_day() -> None:
    over = make_survey(opens_on=TODAY - timedelta(days=9), closes_on=TODAY - timedelta(days=1))
    last_day = make_survey(closes_on=TODAY)
    draft = make_survey(SurveyState.DRAFT, opens_on=TODAY - timedelta(9), closes_on=TODAY - timedelta(1))

    assert survey_running.close_due(AT) == [over.pk]
    assert survey_running.close_due(AT) == []

    for row, state in ((over, _S.CLOSED), (last_day, _S.OPEN), (draft, _S.DRAFT)):
        row.refresh_from_db()
        assert row.state == state
    step = over.steps.get(step=_K.COLLECTION)
    assert (step.done_on, step.done_by, step.note) == (TODAY, None, "收回评议票0张。")


def test_survey_is_cancelled_with_a_reason_that_everybody_reads() -> None:
    actor, row = inspector(), make_survey()
    with pytest.raises(ValidationError, match="写明取消的原因"):
        survey_running.cancel(row.pk, " ", actor=actor, at=AT)

    survey_running.cancel(row.pk, "评议对象调整。", actor=actor, at=AT)

    row.refresh_from_db()
    assert (row.state, row.cancelled_because) == (SurveyState.CANCELLED, "评议对象调整。")


# --- the tally ---------------------------------------------------------------------------------------------------


def closed(agencies: int = 2) -> tuple[Survey, User]:
    actor = inspector()
    row = make_survey(agencies=[make_agency(name=f"第{n}局") for n in range(agencies)])
    return row, actor


def test_tally_is_frozen_once_with_what_may_be_shown() -> None:
    row, actor = closed()
    first, second = row.agencies.order_by("pk")
    cast(row, answers(row, 5, agency=first), times=9)
    cast_invited(row, answers(row, {1: 4, 2: None}, agency=first), times=3)
    cast(row, answers(row, 3, agency=second), times=9)
    survey_running.close(row.pk, actor=actor, at=AT)

    tally(row, actor)

    row.refresh_from_db()
    assert row.tally is not None
    shown, hidden = row.tally["agencies"]
    assert (shown["score"], shown["grade"], shown["ballots"]) == ("95.00", "excellent", 12)
    assert (shown["public"], shown["invited"]) == (None, None)
    # The second question was answered by nine: it is in no number.
    assert [one["position"] for one in shown["questions"]] == [1]
    assert hidden == {"code": second.code, "name": second.name, "too_few": True}
    assert row.tally["ballots"] == {"public": 18, "invited": 3}
    with pytest.raises(ValidationError, match="不能汇总"):
        survey_results.tally(row.pk, actor=actor, at=AT)
    assert row.steps.get(step=_K.TALLY).note == "评议对象2个，有结果1个。"


def test_draft_tells_what_was_frozen_and_is_made_once() -> None:
    row, actor = closed()
    first, _second = row.agencies.order_by("pk")
    cast(row, answers(row, 4, agency=first), times=10)
    survey_running.close(row.pk, actor=actor, at=AT)
    tally(row, actor)
    publisher = make_member(Role.PUBLISHER, actor.memberships.get().agency)

    item = survey_results.draft_item(row.pk, actor=actor, at=AT)

    assert InboxMessage.objects.filter(key=f"item-draft:{item.pk}:{publisher.pk}").exists()
    row.refresh_from_db()
    edition = item.editions.get()
    assert row.item == item and item.item_type == "evaluation_result"
    assert edition.extra["kind"] == "survey" and edition.extra["digest"] == row.digest
    assert "第0局" in edition.body and "80.00" in edition.body and "不足10张，不公布" in edition.body
    with pytest.raises(ValidationError, match="已经拟制"):
        survey_results.draft_item(row.pk, actor=actor, at=AT)
    assert Item.objects.filter(item_type="evaluation_result").count() == 1
    assert not survey_standing.public().exists()


def test_draft_that_was_thrown_away_is_followed_by_another() -> None:
    row, actor = closed()
    survey_running.close(row.pk, actor=actor, at=AT)
    tally(row, actor)
    first = survey_results.draft_item(row.pk, actor=actor, at=AT)
    publisher = make_member(Role.PUBLISHER, first.agency)
    review.discard(first.editions.get().pk, actor=publisher, at=AT, note="标题有误")

    second = survey_results.draft_item(row.pk, actor=actor, at=AT)

    row.refresh_from_db()
    assert second != first and row.item == second
    with pytest.raises(ValidationError, match="已经拟制"):
        survey_results.draft_item(row.pk, actor=actor, at=AT)


def test_survey_is_tallied_after_the_step_before() -> None:
    row, actor = closed(1)
    survey_running.close(row.pk, actor=actor, at=AT)

    with pytest.raises(ValidationError, match="程序“组织查阅资料、听取汇报”还没有完成，请先“登记程序”"):
        survey_results.tally(row.pk, actor=actor, at=AT)
    survey_running.record_step(row.pk, _K.BRIEFING, actor=actor, at=AT, note="没有特邀人员，公众在网上查阅。")
    survey_results.tally(row.pk, actor=actor, at=AT)


def test_result_step_follows_the_tally() -> None:
    row, actor = closed(1)
    survey_running.close(row.pk, actor=actor, at=AT)
    tally(row, actor)

    survey_running.record_step(row.pk, _K.RESULT, actor=actor, at=AT, note="没有单位达到十张，明年扩大范围。")

    assert SurveyStep.objects.filter(survey=row, done_on=None).count() == 3


def test_every_service_refuses_whoever_may_not() -> None:
    row, stranger = make_survey(SurveyState.DRAFT), make_member(Role.ADMINISTRATOR, make_agency())
    tallied = make_survey(SurveyState.TALLIED)
    running, over = make_survey(), make_survey(SurveyState.CLOSED)
    calls: list[Callable[[], object]] = [
        lambda: survey_setup.start(setting(), slug="x", actor=stranger, at=AT),
        lambda: survey_setup.edit(row.pk, setting(), actor=stranger, at=AT),
        lambda: survey_setup.set_questions(row.pk, [Question("true", "题？")], actor=stranger),
        lambda: survey_setup.extend(running.pk, TODAY + timedelta(90), actor=stranger, at=AT, note="理由"),
        lambda: survey_running.record_step(row.pk, _K.NOTICE, actor=stranger, at=AT, note="办"),
        lambda: survey_running.open_survey(row.pk, actor=stranger, at=AT),
        lambda: survey_running.close(running.pk, actor=stranger, at=AT),
        lambda: survey_running.cancel(row.pk, "原因", actor=stranger, at=AT),
        lambda: survey_results.tally(over.pk, actor=stranger, at=AT),
        lambda: survey_results.draft_item(tallied.pk, actor=stranger, at=AT),
    ]
    for call in calls:
        with pytest.raises(ValidationError, match="没有组织全县社会评议的角色"):
            call()
    assert make_evaluator(row).survey == row
