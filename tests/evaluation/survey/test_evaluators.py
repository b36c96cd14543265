"""Who is invited: masked, counted by group, given a token by mail or on paper, and forgotten in the end."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from evaluation import survey_slips
from evaluation.models import Evaluator
from evaluation.services import survey_ballots, survey_evaluators, survey_running, survey_tokens
from evaluation.services.survey_evaluators import Person
from evaluation.survey_enums import EvaluatorGroup, InvitationWay, SurveyState
from evaluation.survey_evaluator_table import read_rows
from evaluation.survey_rules import RETENTION_DAYS
from evaluation.survey_words import INVITED_SECRECY
from govportal.imports import Outcome
from govportal.models import AuditEvent, Notice, SiteProfile
from govportal.tables import UnreadableTable
from tests import paper
from tests.factories import make_agency
from tests.factories.requests import AT, TODAY
from tests.factories.surveys import answers, inspector, make_evaluator, make_survey, set_state

pytestmark = pytest.mark.django_db
NAME, MAIL, PHONE = "林试一", "lin@mail.example", "13800001234"


def person(**values: Any) -> Person:
    wanted: dict[str, Any] = {"group": EvaluatorGroup.DEPUTIES, "name": NAME, "email": MAIL, "phone": PHONE} | values
    return Person(**wanted)


def test_evaluator_is_added_once_and_stands_encrypted() -> None:
    actor, row = inspector(), make_survey(SurveyState.DRAFT)

    added = survey_evaluators.add(row.pk, person(), actor=actor)

    with pytest.raises(ValidationError, match="已经在"):
        survey_evaluators.add(row.pk, person(phone="138 0000 1234", email=""), actor=actor)
    assert str(added) == f"{row.pk}-1"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM evaluation_evaluator")
        stored = str(cursor.fetchall())
    told = stored + str(list(AuditEvent.objects.values_list()))
    assert not [word for word in (NAME, MAIL, PHONE) if word in told]


def test_person_says_what_is_wrong() -> None:
    actor, row = inspector(), make_survey()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"group": "lost"}, "选择类别"),
        ({"name": "　"}, "填写姓名"),
        ({"email": "", "phone": ""}, "至少填一项"),
        ({"name": "林" * 101}, "最多 100"),
        ({"email": "lin"}, "格式不对"),
        ({"phone": "123"}, "位数不对"),
    ]
    for values, words in cases:
        with pytest.raises(ValidationError, match=words):
            survey_evaluators.add(row.pk, person(**values), actor=actor)
    assert not Evaluator.objects.exists()


def test_table_is_imported_row_by_row_and_only_once() -> None:
    actor, row = inspector(), make_survey(SurveyState.DRAFT)
    table = (
        "参评人员名单,,,\n类别,姓名,邮箱,手机号\n"
        "人大代表,林试一,lin@mail.example,\n专家,陈试二,,0399-6610002\n乡贤,王试三,,0399-6610003\n群众代表,,,\n"
        "群众代表,赵试四,,\n"
    )

    def run(*, is_dry_run: bool) -> list[str]:
        source = io.BytesIO(table.encode())
        result = survey_evaluators.import_people(row.pk, source, actor=actor, is_dry_run=is_dry_run)
        assert NAME not in str(result)
        return [one.outcome for one in result.rows]

    wanted = [Outcome.CREATED, Outcome.CREATED, Outcome.PROBLEM, Outcome.PROBLEM, Outcome.PROBLEM]
    assert run(is_dry_run=True) == wanted and not Evaluator.objects.exists()
    assert run(is_dry_run=False) == wanted
    assert run(is_dry_run=False)[:2] == [Outcome.UNCHANGED] * 2
    assert [(one.number, one.group) for one in Evaluator.objects.all()] == [(1, "deputies"), (2, "experts")]
    with pytest.raises(UnreadableTable, match="找不到表头"):
        read_rows([["姓名", "电话"], ["林", "1"]])


def test_one_or_two_of_the_invited_would_be_known_by_their_ballots() -> None:
    actor, row, nobody = inspector(), make_survey(SurveyState.DRAFT), make_survey()
    people = [make_evaluator(row, group=group) for group in (EvaluatorGroup.CPPCC, EvaluatorGroup.EXPERTS)]
    words = "特邀评议人员须有至少 3 人"

    assert words in str(survey_running.reasons_against_opening(row, actor, TODAY))
    people.append(make_evaluator(row, group=EvaluatorGroup.CPPCC))
    assert words not in str(survey_running.reasons_against_opening(row, actor, TODAY))
    set_state(row, SurveyState.OPEN)

    assert words in str(survey_evaluators.reasons_against_voiding(people[0], actor))
    with pytest.raises(ValidationError, match=words):
        survey_evaluators.add(nobody.pk, Person(group="experts", name=NAME, email=MAIL, phone=""), actor=actor)
    table = "类别,姓名,邮箱\n" + "".join(f"专家,林试{one},lin{one}@mail.example\n" for one in "123")
    few = table.rsplit("专家", 1)[0]
    for is_dry_run in (True, False):
        with pytest.raises(UnreadableTable, match=words):
            survey_evaluators.import_people(nobody.pk, io.BytesIO(few.encode()), actor=actor, is_dry_run=is_dry_run)
    assert row.evaluators.count() == 3 and not nobody.evaluators.exists()
    survey_evaluators.import_people(nobody.pk, io.BytesIO(table.encode()), actor=actor, is_dry_run=False)
    assert nobody.evaluators.count() == 3


def test_returned_are_counted_by_group() -> None:
    row = make_survey()
    make_evaluator(row, token="a", group=EvaluatorGroup.EXPERTS, is_used=True)
    make_evaluator(row, token="b", group=EvaluatorGroup.EXPERTS)
    make_evaluator(row, group=EvaluatorGroup.CPPCC)
    make_evaluator(row, group=EvaluatorGroup.CPPCC, voided_on=TODAY)

    found = [(one.group, one.invited, one.issued, one.used) for one in survey_evaluators.returned(row)]

    assert found == [(EvaluatorGroup.CPPCC, 1, 0, 0), (EvaluatorGroup.EXPERTS, 2, 2, 1)]


# --- tokens ------------------------------------------------------------------------------------------------------


def token_in(notice: Notice) -> str:
    return str(re.findall(r"/surveys/invited/([a-z0-9-]+)/", notice.body)[0])


def test_mail_brings_a_token_and_another_voids_the_first() -> None:
    actor, row = inspector(), make_survey()
    one = make_evaluator(row, email=MAIL)
    make_evaluator(row)  # without an address

    assert survey_tokens.mail(row.pk, actor=actor, at=AT) == 1
    first = Notice.objects.get()
    with pytest.raises(ValidationError, match="没有要发放的人员"):
        survey_tokens.mail(row.pk, actor=actor, at=AT)
    survey_tokens.mail(row.pk, actor=actor, at=AT, only=[one.pk])
    second = Notice.objects.exclude(pk=first.pk).get()

    assert str(INVITED_SECRECY) in first.body
    assert first.address == MAIL and first.is_confidential and one.name not in first.body
    assert survey_ballots.find_evaluator(token_in(first)) is None
    assert survey_ballots.find_evaluator(token_in(second)) == one
    one.refresh_from_db()
    assert (one.way, one.issued_on) == (InvitationWay.MAIL, TODAY)
    kept = str(list(Evaluator.objects.values())) + str(list(AuditEvent.objects.values()))
    assert token_in(second) not in kept and MAIL not in str(list(AuditEvent.objects.values()))


def test_slips_hold_tokens_that_open_once_they_are_issued() -> None:
    actor, row = inspector(), make_survey()
    people = [make_evaluator(row) for _one in range(9)]
    slips = survey_tokens.prepare_slips(row, actor=actor)
    assert survey_ballots.find_evaluator(slips[0].token) is None

    survey_tokens.issue_slips(row.pk, slips, actor=actor, at=AT)

    assert survey_ballots.find_evaluator(slips[0].token) == people[0]
    with pytest.raises(ValidationError, match="没有要发放"):
        survey_tokens.prepare_slips(row, actor=actor)
    survey_ballots.cast_invited(slips[0].token, answers(row, 4), at=AT)
    again = survey_tokens.prepare_slips(row, actor=actor, is_again=True)
    assert [slip.evaluator for slip in again] == [one.pk for one in people[1:]]
    survey_tokens.issue_slips(row.pk, again, actor=actor, at=AT)
    assert survey_ballots.find_evaluator(slips[1].token) is None
    with pytest.raises(ValidationError, match="刚刚由别人发过"):
        survey_tokens.issue_slips(row.pk, again, actor=actor, at=AT)
    with pytest.raises(ValidationError, match="已经评议"):
        survey_tokens.prepare_slips(row, actor=actor, only=[people[0].pk])


def test_void_invitation_opens_nothing() -> None:
    actor, row = inspector(), make_survey()
    for _one in range(2):
        make_evaluator(row)
    one, used = make_evaluator(row, token="first"), make_evaluator(row, token="used", is_used=True)
    with pytest.raises(ValidationError, match="不要写姓名"):
        survey_evaluators.void(one.pk, actor=actor, at=AT, note=f"{one.name}调离本县")

    survey_evaluators.void(one.pk, actor=actor, at=AT, note="调离本县，另行邀请")

    assert survey_ballots.find_evaluator("first") is None
    with pytest.raises(ValidationError, match="已经使用"):
        survey_evaluators.void(used.pk, actor=actor, at=AT, note="重复邀请，取消")
    with pytest.raises(ValidationError, match="已经取消"):
        survey_tokens.mail(row.pk, actor=actor, at=AT, only=[one.pk])


# --- who sees what -------------------------------------------------------------------------------------------------


def test_name_is_shown_with_a_reason_and_noted() -> None:
    actor, one = inspector(), make_evaluator(name=NAME, email=MAIL)

    assert NAME not in str(survey_evaluators.masked(one))
    for reason in ("", "查", f"找{NAME}核对邮箱"):
        with pytest.raises(ValidationError):
            survey_evaluators.unmask(one.pk, reason, actor=actor)
    seen = survey_evaluators.unmask(one.pk, "邮件退回，核对邮箱", actor=actor)

    assert NAME in str(survey_evaluators.plain(seen))
    assert AuditEvent.objects.get(action="evaluator.unmask").note == "邮件退回，核对邮箱"


def test_names_are_forgotten_half_a_year_after_the_tally() -> None:
    old, fresh = make_survey(), make_survey()
    one, other = (make_evaluator(row, token=f"t{row.pk}", name=NAME, is_used=True) for row in (old, fresh))
    for row in (old, fresh):
        set_state(row, SurveyState.TALLIED)
    late = AT + timedelta(days=RETENTION_DAYS + 1)

    assert survey_evaluators.purge(AT) == 0
    assert survey_evaluators.purge(late) == 2
    assert survey_evaluators.purge(late) == 0

    for kept in (one, other):
        kept.refresh_from_db()
        assert (kept.name, kept.email, kept.phone, kept.is_used) == ("", "", "", True)
    assert survey_evaluators.returned(old)[0].used == 1


# --- the paper -----------------------------------------------------------------------------------------------------


def test_slips_are_four_a_sheet_with_codes_that_open_the_form() -> None:
    row = make_survey(title="2026年下半年政务公开社会评议", agencies=[make_agency()])
    for _one in range(10):
        make_evaluator(row, name=NAME)
    slips = survey_tokens.prepare_slips(row, actor=inspector())
    SiteProfile.objects.update_or_create(pk=1, defaults={"undertaker": "某县政务公开科", "phone": "0399-6612001"})

    made = survey_slips.render(row, slips, at=AT)

    pages = paper.pages(made)
    assert pages[1].count("某县政务公开科电话：0399-6612001") == 4
    assert paper.page_count(made) == 4 and not any(paper.ink_outside(made, 5))
    assert [page.count("特邀评议单") for page in pages] == [0, 4, 4, 2]
    words = "".join("".join(pages).split())
    assert words.count(str(INVITED_SECRECY)) == 10
    assert NAME in pages[0] and not any(NAME in page for page in pages[1:])
    assert all(slip.address in words for slip in slips)
    assert set(paper.codes(made)) == {slip.address for slip in slips}
