"""补录申请人: a request out of a ledger can be answered, and nothing of a person is shown or said in the trail."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from govportal.models import AuditEvent
from govportal.now import now, today
from requests_app.enums import Channel, ReplyKind, State
from requests_app.models import Applicant, InformationRequest, Letter
from requests_app.services import record_applicant
from tests.disclosure.doors import text_of
from tests.factories.requests import make_person, make_request, officer_of, reread_request
from tests.requests_app.admin.desk_world import Desk, page, problems, sent, verb

pytestmark = pytest.mark.django_db
PERSON = {"name": "林小溪", "phone": "0399-6610001", "address": "澄明县柳林镇8号"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def from_ledger(desk: Desk, **values: Any) -> InformationRequest:
    day = today()
    return make_request(
        agency=desk.agency, state=State.IN_REVIEW, has_applicant=False, is_imported=True, channel=Channel.MAIL,
        received_on=day, **values,
    )  # fmt: skip


def test_open_request_of_a_ledger_is_answered_once_its_applicant_is_recorded(desk: Desk) -> None:
    row = from_ledger(desk)
    typed = {
        "reply_kind": ReplyKind.NOT_EXISTING, "reasons": "检索了档案室和业务系统，没有这一信息。",
    }  # fmt: skip

    before = sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.NOT_EXISTING}, **typed)
    recorded = sent(desk.handling, row, "applicant", **PERSON)
    answered = sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.NOT_EXISTING}, **typed)
    signed = sent(desk.signing, row, "sign")

    assert any("收件人" in problem for problem in problems(before))
    assert (recorded.status_code, answered.status_code, signed.status_code) == (302, 302, 302)
    assert reread_request(row).state == State.REPLIED
    assert Letter.objects.get(request=row, kind=ReplyKind.NOT_EXISTING).facts["addressee"] == "林小溪"


def test_recorded_applicant_is_found_by_fingerprint_and_named_in_no_trail(desk: Desk) -> None:
    row = from_ledger(desk)

    sent(desk.handling, row, "applicant", **PERSON)

    applicant = Applicant.objects.get(request=row)
    event = AuditEvent.objects.get(action="request.record_applicant")
    assert applicant.name_key and applicant.contact_key and applicant.phone_key
    assert event.after == {"fields": ["address", "name", "phone"]}
    assert not any(word in f"{event.after}{event.note}{event.subject_name}" for word in PERSON.values())


def test_paper_request_takes_contact_data_and_what_was_blank(desk: Desk) -> None:
    row = make_request(
        agency=desk.agency, state=State.REGISTERED, channel=Channel.MAIL,
        applicant={"identity_kind": "", "identity_number": "", "phone": "0399-1", "email": ""},
    )  # fmt: skip
    name = row.applicant.name

    opened = desk.handling.get(verb(row, "applicant"))
    answer = sent(desk.handling, row, "applicant", phone="0399-6610002", identity_number="E12345678")

    applicant = Applicant.objects.get(request=row)
    assert "name" not in opened.context["form"].fields
    assert name not in text_of(opened)
    assert answer.status_code == 302
    assert (applicant.name, applicant.phone, applicant.identity_number) == (name, "0399-6610002", "E12345678")
    assert applicant.identity_key


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"channel": Channel.WEB}, "由申请人自己填写"),
        ({"channel": Channel.MAIL, "purged_at": now(), "state": State.REPLIED}, "已按保存期限清除"),
        ({"channel": Channel.MAIL, "is_imported": True, "has_applicant": False, "state": State.REPLIED}, "已经办结"),
    ],
)
def test_applicant_that_may_not_be_recorded_is_refused_with_the_reason(
    desk: Desk, values: dict[str, Any], message: str
) -> None:
    row = make_request(agency=desk.agency, **values)

    with pytest.raises(ValidationError, match=message):
        record_applicant.record(row.pk, make_person(), actor=desk.officer)


def test_name_and_paper_that_are_known_are_not_rewritten(desk: Desk) -> None:
    row = make_request(agency=desk.agency, channel=Channel.MAIL)

    with pytest.raises(ValidationError, match="不能改写"):
        record_applicant.record(row.pk, make_person(name="另一个人"), actor=desk.officer)


def test_applicant_without_a_way_to_reach_him_is_refused_and_nothing_typed_is_lost(desk: Desk) -> None:
    row = from_ledger(desk)

    answer = sent(desk.handling, row, "applicant", name="林小溪")

    assert any("请至少填写一种联系方式" in problem for problem in problems(answer))
    assert answer.context["form"]["name"].value() == "林小溪" and not Applicant.objects.exists()


def test_officer_of_another_agency_cannot_record(desk: Desk) -> None:
    row = from_ledger(desk)
    stranger = officer_of(make_request().agency)

    with pytest.raises(ValidationError, match="没有依申请公开经办的角色"):
        record_applicant.record(row.pk, make_person(), actor=stranger)


def test_desk_of_a_ledger_row_leads_to_the_form(desk: Desk) -> None:
    row = from_ledger(desk)

    assert verb(row, "applicant") in desk.handling.get(page(row)).content.decode()
