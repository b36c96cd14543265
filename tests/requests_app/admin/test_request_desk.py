"""The page of one request: what it says, to whom, and which verbs it offers or refuses with their reasons."""

from typing import Any

import pytest

from govportal.now import now, today
from govportal.permissions import Role
from requests_app.admin.verbs import VERBS
from requests_app.enums import OPEN_STATES, InquiryAnswer, State
from requests_app.models import Appeal, InformationRequest
from requests_app.services import converse
from tests.disclosure.admin.desks import signed_in, text
from tests.disclosure.doors import text_of
from tests.factories import make_member
from tests.factories.requests import bring_to, file_request, hear_party, make_person, make_request, submit_decision
from tests.requests_app.admin.desk_world import Desk, page, verb

pytestmark = pytest.mark.django_db
STATEMENTS = 58  # each verb asks its own rows whether it may be done; none asks once a row


@pytest.fixture
def desk() -> Desk:
    return Desk()


def allowed(response: Any) -> set[str]:
    return {button.verb.name for group in response.context["groups"] for button in group.buttons}


def refused(response: Any) -> dict[str, list[str]]:
    return {button.verb.name: button.reasons for button in response.context["refused"]}


def test_desk_says_what_is_asked_and_masks_who_asks(desk: Desk) -> None:
    person = make_person(name="林小溪", phone="13800005521", identity_number="E12345678", email="lin@mail.example")
    row = file_request(desk.agency, at=now(), person=person, description="三座桥的检测报告").request

    shown = text_of(desk.handling.get(page(row)))

    assert row.number in shown and "三座桥的检测报告" in shown
    assert "林**" in shown and "138****5521" in shown and "尾号 5678" in shown and "l***@mail.example" in shown
    assert not any(secret in shown for secret in ("林小溪", "13800005521", "E12345678", "lin@mail"))


def test_desk_explains_the_due_day(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    shown = text_of(desk.handling.get(page(row)))

    assert row.due_on and row.due_on.isoformat() in shown
    assert "自次日起算20个工作日" in shown and "第三十三条第二款" in shown


def test_request_without_a_day_of_receipt_says_so(desk: Desk) -> None:
    row = make_request(agency=desk.agency, received_on=None, receipt_basis="", due_on=None)

    assert "收到日期还没有确定" in text_of(desk.handling.get(page(row)))


@pytest.mark.parametrize("state", OPEN_STATES)
def test_every_verb_is_offered_or_refused_with_reasons(desk: Desk, state: State) -> None:
    row = desk.request(state)

    shown = desk.handling.get(page(row))

    assert allowed(shown) | set(refused(shown)) == {one.name for one in VERBS}
    assert all(reasons for reasons in refused(shown).values())
    assert allowed(shown) & {"register", "begin", "reply", "correction", "payment", "answer", "note"}


@pytest.mark.parametrize("state", OPEN_STATES)
def test_each_verb_that_is_offered_opens_its_form_and_each_refused_one_says_why(desk: Desk, state: State) -> None:
    row, client = desk.request(state), desk.handling
    shown = client.get(page(row))

    for name in allowed(shown):
        opened = client.get(verb(row, name))
        assert opened.status_code == 200 and "现在不能办理" not in text_of(opened), name
    for name in refused(shown):
        assert "现在不能办理" in text_of(client.get(verb(row, name))), name


def test_closed_request_keeps_only_what_comes_after(desk: Desk) -> None:
    row = desk.request(State.REPLIED)

    shown = desk.handling.get(page(row))

    assert {"letter", "message", "note", "file", "appeal", "code", "convert"} <= allowed(shown)
    assert not {"reply", "register", "withdraw", "extend", "fee"} & allowed(shown)


def test_whoever_only_looks_is_told_which_role_does_it(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)

    shown = desk.member(Role.AGENCY_HEAD).get(page(row))

    assert allowed(shown) == {"note"}
    assert any("没有“转入办理”的角色" in reason for reason in refused(shown)["begin"])
    assert "您的角色不能查看申请人的完整信息" in text_of(shown)


def test_request_of_another_agency_is_not_there(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)
    stranger = signed_in(make_member(Role.REQUEST_OFFICER))

    assert stranger.get(page(row)).status_code in {302, 403}
    assert stranger.get(verb(row, "begin")).status_code == 404
    assert stranger.post(verb(row, "begin")).status_code == 404
    assert InformationRequest.objects.get(pk=row.pk).state == State.REGISTERED


def test_desk_holds_all_that_was_written(desk: Desk) -> None:
    row = desk.request(State.CONSULTING_THIRD_PARTY)
    inquiry = row.inquiries.get()
    hear_party(inquiry, InquiryAnswer.PARTLY, at=now(), reasons="单价除外")
    converse.note(row.pk, "档案室在查", actor=desk.officer, at=now())
    converse.write(row.pk, "请问还要多久", actor=None, at=now())
    Appeal.objects.create(
        request=row, agency=desk.agency, route="review", body="澄明县人民政府", filed_on=today(), notified_on=today(),
        answer_due_on=today(), recorded_by=desk.officer, recorded_at=now(),
    )  # fmt: skip

    shown = text_of(desk.handling.get(page(row)))

    for words in (inquiry.party, "单价除外", "档案室在查", "请问还要多久", "行政复议", "登记第三方意见"):
        assert words in shown


def test_like_requests_and_those_of_the_same_applicant_stand_beside(desk: Desk) -> None:
    person = make_person()
    row = file_request(desk.agency, at=now(), person=person, subject="桥梁检测报告").request
    same = file_request(desk.agency, at=now(), person=person).request
    alike = file_request(desk.agency, at=now(), subject="桥梁检测报告").request
    foreign = file_request(at=now(), person=person).request

    shown = text_of(desk.handling.get(page(row)))

    assert same.number in shown and alike.number in shown and foreign.number not in shown
    assert "当月第 2 件，当年第 2 件" in shown


def test_draft_that_waits_is_shown_to_both_and_signed_by_the_other(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    submit_decision(row, at=now())

    officer, releaser = desk.handling.get(page(row)), desk.signing.get(page(row))

    assert "drop" in allowed(officer) and "sign" in refused(officer)
    assert {"sign", "return"} <= allowed(releaser)
    assert "待签发" in text(officer)


@pytest.mark.parametrize("count", [1, 3])
def test_desk_asks_the_same_number_of_queries_for_1_and_3_notes(
    desk: Desk, count: int, django_assert_max_num_queries: Any
) -> None:
    row = bring_to(State.CONSULTING_THIRD_PARTY, file_request(desk.agency, at=now()).request, at=now())
    for _number in range(count):
        converse.note(row.pk, "备注", actor=desk.officer, at=now())
        converse.write(row.pk, "留言", actor=None, at=now())
    client = desk.handling

    with django_assert_max_num_queries(STATEMENTS):
        response = client.get(page(row))

    assert len(response.context["notes"]) == count
