"""The verbs of a request by their pages: done once, refused with everything typed still there, the law beside them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from govportal.calendar import load_calendar
from govportal.models import AuditEvent
from govportal.now import now, today
from govportal.permissions import Role
from govportal.workdays import add_working_days
from requests_app.enums import FeeMode, InquiryAnswer, InquiryKind, ReceiptBasis, State
from requests_app.letter_rules import LetterKind
from requests_app.models import InformationRequest, Letter
from requests_app.services import charge, converse
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency
from tests.factories.requests import ask_party, make_officer, make_request, reread_request
from tests.requests_app.admin.desk_world import Desk, page, problems, sent, verb

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def kinds(row: InformationRequest) -> list[str]:
    return list(row.letters.order_by("pk").values_list("kind", flat=True))


def leads_back(response: Any, row: InformationRequest) -> bool:
    return bool(response.status_code == 302 and response["Location"] == page(row))


# --- registration -------------------------------------------------------------------------------------------------


def test_register_settles_the_day_of_receipt_by_the_rule_of_the_channel(desk: Desk) -> None:
    row = make_request(agency=desk.agency, channel="mail", receipt_basis="", received_on=None, due_on=None)

    opened = desk.handling.get(verb(row, "register"))
    done = sent(desk.handling, row, "register", basis=ReceiptBasis.SIGNED_FOR, received_on=today().isoformat())

    row.refresh_from_db()
    assert "邮寄提交的申请，收到日期为签收之日或者双方确认之日" in text_of(opened)
    assert leads_back(done, row)
    assert (row.state, row.received_on, row.handler) == (State.REGISTERED, today(), desk.officer)
    assert row.due_on == add_working_days(today(), 20, load_calendar())
    assert kinds(row) == [LetterKind.REGISTRATION_RECEIPT]


def test_register_refuses_a_day_to_come_and_keeps_what_was_typed(desk: Desk) -> None:
    row = desk.request(State.RECEIVED)

    answer = sent(desk.handling, row, "register", received_on="2199-01-01")

    assert problems(answer) and 'value="2199-01-01"' in answer.content.decode()
    assert reread_request(row).state == State.RECEIVED


def test_begin_review(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)

    assert leads_back(sent(desk.handling, row, "begin"), row)
    assert reread_request(row).state == State.IN_REVIEW


def test_assign_offers_the_other_officers_alone(desk: Desk) -> None:
    row, colleague = desk.request(State.REGISTERED), make_officer(desk.agency)

    opened = desk.handling.get(verb(row, "assign"))
    done = sent(desk.handling, row, "assign", handler=colleague.pk)

    assert list(opened.context["form"].fields["handler"].queryset) == [colleague]
    assert leads_back(done, row) and reread_request(row).handler == colleague


def test_transfer_hands_the_request_on_with_its_letter_and_leads_to_the_list(desk: Desk) -> None:
    row, receiver = desk.request(State.REGISTERED), make_agency(phone="0399-6610000", address="人民路1号")

    done = sent(desk.handling, row, "transfer", agency=receiver.pk, reason="由该单位制作")

    assert done.status_code == 302 and done["Location"].endswith("/informationrequest/")
    assert reread_request(row).agency == receiver
    assert kinds(row) == [LetterKind.TRANSFER] and row.letters.get().agency == desk.agency


# --- correction ---------------------------------------------------------------------------------------------------


def test_correction_is_asked_with_its_limit_and_its_letter(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)
    last = add_working_days(today(), 7, load_calendar())

    opened = desk.handling.get(verb(row, "ask-correction"))
    done = sent(
        desk.handling, row, "ask-correction", items="写明年度\n写明路段",
        due_on=add_working_days(today(), 10, load_calendar()).isoformat(),
    )  # fmt: skip

    assert f"最迟 {last.isoformat()}" in text_of(opened) and "只能告知一次" in text_of(opened)
    assert leads_back(done, row) and reread_request(row).state == State.CORRECTION_ASKED
    assert kinds(row) == [LetterKind.CORRECTION]
    assert any("只能告知一次" in reason for reason in desk.handling.get(verb(row, "ask-correction")).context["reasons"])


@pytest.mark.parametrize(("days", "is_warned"), [(4, True), (5, False)])
def test_short_period_for_a_correction_is_set_and_warned_of(desk: Desk, days: int, is_warned: bool) -> None:
    row, client = desk.request(State.REGISTERED), desk.handling
    due_on = add_working_days(today(), days, load_calendar()).isoformat()

    proposed = client.get(verb(row, "ask-correction")).context["form"]["due_on"].value()
    done = sent(client, row, "ask-correction", items="写明年度", due_on=due_on)

    assert proposed == add_working_days(today(), 10, load_calendar())
    assert leads_back(done, row) and reread_request(row).state == State.CORRECTION_ASKED
    assert ("补正期限短于5个工作日" in text_of(client.get(page(row)))) is is_warned


def test_correction_without_a_period_keeps_the_text(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)

    answer = sent(desk.handling, row, "ask-correction", items="写明年度", due_on="")

    assert problems(answer) and "写明年度" in text_of(answer) and not row.letters.exists()


def test_paper_correction_is_recorded_with_its_scan(desk: Desk) -> None:
    row = desk.request(State.CORRECTION_ASKED)
    scan = SimpleUploadedFile("补正.txt", "补正内容".encode())

    done = sent(desk.handling, row, "correction", text="2025年，全县", papers=scan)

    assert leads_back(done, row) and reread_request(row).state == State.CORRECTED
    assert row.files.get().kind == "correction"


# --- inquiries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state", "letter"),
    [
        ("ask-third-party", State.CONSULTING_THIRD_PARTY, LetterKind.THIRD_PARTY_INQUIRY),
        ("ask-co-agency", State.CONSULTING_CO_AGENCY, LetterKind.CO_AGENCY_INQUIRY),
    ],
)
def test_asking_writes_to_both_and_never_names_the_applicant(
    desk: Desk, name: str, state: State, letter: LetterKind
) -> None:
    row = desk.request(State.IN_REVIEW)

    done = sent(desk.handling, row, name, party="顺通路桥有限公司", matter="养护工程合同")

    assert leads_back(done, row) and reread_request(row).state == state
    assert kinds(row) == [letter, LetterKind.PAUSE]
    assert row.applicant.name not in str(Letter.objects.get(kind=letter).facts)


def test_answer_is_recorded_and_silence_is_refused_before_its_day(desk: Desk) -> None:
    row = desk.request(State.CONSULTING_THIRD_PARTY)

    early = desk.handling.get(verb(row, "silence")).context["reasons"]
    done = sent(desk.handling, row, "answer", answer=InquiryAnswer.OBJECTION, reasons="涉及商业秘密")

    assert early and leads_back(done, row)
    assert row.inquiries.get().answer == InquiryAnswer.OBJECTION
    assert reread_request(row).state == State.IN_REVIEW


def test_objection_without_reasons_is_refused_and_kept(desk: Desk) -> None:
    row = desk.request(State.CONSULTING_THIRD_PARTY)

    answer = sent(desk.handling, row, "answer", answer=InquiryAnswer.OBJECTION)

    assert any("理由" in reason for reason in problems(answer))
    assert reread_request(row).state == State.CONSULTING_THIRD_PARTY


def test_of_several_inquiries_one_is_chosen(desk: Desk) -> None:
    row = desk.request(State.CONSULTING_THIRD_PARTY)
    second = ask_party(row, InquiryKind.CO_AGENCY, at=now())

    unchosen = sent(desk.handling, row, "answer", answer=InquiryAnswer.CONSENT)
    done = sent(desk.handling, row, "answer", answer=InquiryAnswer.CONSENT, inquiry=second.pk)

    assert "inquiry" in unchosen.context["form"].errors
    assert leads_back(done, row) and not row.inquiries.filter(pk=second.pk, answered_on=None).exists()


def test_delivery_of_an_inquiry_moves_its_term(desk: Desk) -> None:
    row = desk.request(State.CONSULTING_THIRD_PARTY)

    done = sent(desk.handling, row, "delivery", delivered_on=today().isoformat())

    inquiry = row.inquiries.get()
    assert leads_back(done, row)
    assert (inquiry.delivered_on, inquiry.due_on) == (today(), add_working_days(today(), 15, load_calendar()))


# --- reasons, fee -------------------------------------------------------------------------------------------------


def test_reasons_are_asked_and_recorded(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    asked = sent(desk.handling, row, "ask-reasons", text="本年已申请四十件")
    given = sent(desk.handling, row, "reasons", text="用于课题研究")

    assert leads_back(asked, row) and leads_back(given, row)
    assert kinds(row) == [LetterKind.REASONS] and row.messages.get().text == "用于课题研究"


def test_fee_is_reckoned_before_it_is_notified(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling

    looked = sent(client, row, "fee", mode=FeeMode.BY_VOLUME, quantity=250, fact_payment_way="财政专户", look=1)
    assert "4700 元" in text_of(looked) and not row.letters.exists()
    done = sent(client, row, "fee", mode=FeeMode.BY_VOLUME, quantity=250, fact_payment_way="财政专户")

    assert leads_back(done, row) and row.fee.amount == 4700
    assert reread_request(row).state == State.FEE_NOTIFIED and kinds(row) == [LetterKind.FEE]


def test_fee_proposes_the_earlier_requests_of_the_month(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    shown = desk.handling.get(verb(row, "fee"))

    assert shown.context["form"]["earlier"].value() == charge.earlier_in_month(row) == 0


def test_other_number_of_earlier_requests_needs_its_reason(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling
    typed = {"mode": FeeMode.BY_ITEM, "quantity": 11, "earlier": 4, "fact_payment_way": "财政专户"}

    silent = sent(client, row, "fee", **typed)
    done = sent(client, row, "fee", **typed, earlier_reason="另有四件登记在纸上")

    assert any("另填的须写明理由" in reason for reason in problems(silent))
    assert leads_back(done, row) and row.fee.earlier == 4


def test_free_quantity_is_refused(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    answer = sent(desk.handling, row, "fee", mode=FeeMode.BY_VOLUME, quantity=30, fact_payment_way="财政专户")

    assert any("不收费" in reason for reason in problems(answer))


def test_payment_starts_the_period_anew(desk: Desk) -> None:
    row = desk.request(State.FEE_NOTIFIED)

    done = sent(desk.handling, row, "payment", reference="缴-001")

    row = reread_request(row)
    assert leads_back(done, row) and row.state == State.IN_REVIEW and row.fee.payment_reference == "缴-001"


# --- beside the steps ---------------------------------------------------------------------------------------------


def test_withdrawal_on_paper_closes_the_request(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    done = sent(desk.handling, row, "withdraw", note="来电撤回")

    assert leads_back(done, row) and reread_request(row).state == State.WITHDRAWN


def test_message_note_and_file(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    paper = SimpleUploadedFile("合同.txt", b"contract")

    answers = [
        sent(desk.handling, row, "message", text="正在检索"),
        sent(desk.member(Role.AGENCY_HEAD), row, "note", text="请档案室协助"),
        sent(desk.handling, row, "file", kind="disclosed", papers=paper, title="养护合同"),
    ]

    assert all(leads_back(answer, row) for answer in answers)
    assert row.messages.get().text == "正在检索" and row.notes.get().text == "请档案室协助"
    assert (row.files.get().kind, row.files.get().title) == ("disclosed", "养护合同")


def test_refused_file_is_told_to_the_sender(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    program = SimpleUploadedFile("合同.pdf", b"MZ\x90\x00not a pdf")

    answer = sent(desk.handling, row, "file", kind="disclosed", papers=program)

    assert problems(answer) and not row.files.exists()


def test_new_query_code_is_shown_once_and_kept_nowhere(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling
    before = row.query_key

    unchecked = sent(client, row, "code")
    answer = sent(client, row, "code", is_checked="on")

    code = answer.context["code"]
    assert problems(unchecked)
    assert answer.status_code == 200 and code in text_of(answer) and "no-store" in answer["Cache-Control"]
    assert reread_request(row).query_key not in ("", before)
    assert code not in text_of(client.get(page(row)))
    assert not any(code in str(event.after) + event.note for event in AuditEvent.objects.all())


def test_appeal_is_recorded_with_its_term(desk: Desk) -> None:
    row = desk.request(State.REPLIED)

    done = sent(
        desk.handling, row, "appeal", route="review", body="澄明县人民政府", filed_on=today().isoformat(),
        notified_on=today().isoformat(),
    )  # fmt: skip

    assert leads_back(done, row) and row.appeals.get().answer_due_on > today()


# --- twice --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values", "count"),
    [
        ("note", {"text": "备注"}, lambda row: row.notes.count()),
        ("message", {"text": "留言"}, lambda row: row.messages.count()),
        (
            "appeal",
            {"route": "review", "body": "县政府", "filed_on": "", "notified_on": ""},
            lambda row: row.appeals.count(),
        ),
    ],
)
def test_button_pressed_twice_does_it_once(desk: Desk, name: str, values: dict[str, Any], count: Any) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling
    values = {key: value or today().isoformat() for key, value in values.items()}
    key = client.get(verb(row, name)).context["form"]["form_key"].value()

    answers = [client.post(verb(row, name), values | {"form_key": key}, follow=True) for _press in range(2)]

    assert count(row) == 1
    assert "没有重复办理" in text_of(answers[1])


def test_step_pressed_twice_leads_back_and_not_to_a_refusal(desk: Desk) -> None:
    row, client = desk.request(State.REGISTERED), desk.handling
    key = client.get(verb(row, "begin")).context["form"]["form_key"].value()

    first, second = (client.post(verb(row, "begin"), {"form_key": key}) for _press in range(2))

    assert leads_back(first, row) and leads_back(second, row)
    assert row.events.filter(action="begin_review").count() == 1


def test_second_deed_on_a_page_opened_later_is_done(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling

    for words in ("第一条", "第二条"):
        sent(client, row, "note", text=words)

    assert row.notes.count() == 2


def test_other_words_on_the_same_sheet_are_another_deed(desk: Desk) -> None:
    """Back in the browser, the first sheet is there again, with its key."""
    row, client = desk.request(State.IN_REVIEW), desk.handling
    key = client.get(verb(row, "note")).context["form"]["form_key"].value()

    for words in ("第一条", "第二条", "第一条"):
        client.post(verb(row, "note"), {"text": words, "form_key": key})

    assert [note.text for note in row.notes.order_by("pk")] == ["第一条", "第二条"]


def test_sheet_that_was_refused_can_be_sent_again(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling
    key = client.get(verb(row, "note")).context["form"]["form_key"].value()
    refused = client.post(verb(row, "note"), {"text": " ", "form_key": key})

    client.post(verb(row, "note"), {"text": "备注", "form_key": refused.context["form"]["form_key"].value()})

    assert row.notes.count() == 1


def test_note_of_a_colleague_in_between_is_no_second_press(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.handling
    key = client.get(verb(row, "note")).context["form"]["form_key"].value()
    converse.note(row.pk, "同事的备注", actor=desk.releaser, at=now())

    client.post(verb(row, "note"), {"text": "我的备注", "form_key": key})

    assert row.notes.count() == 2


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30])
def test_nonsense_in_the_hidden_field_is_no_error(desk: Desk, key: str) -> None:
    row = desk.request(State.IN_REVIEW)

    answer = desk.handling.post(verb(row, "note"), {"text": "备注", "form_key": key})

    assert answer.status_code in {200, 302}


def test_unknown_verb_and_unknown_request_are_not_found(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)
    client = signed_in(desk.officer)

    assert client.get(verb(row, "nonsense")).status_code == 404
    assert client.get(verb(row, "begin").replace(f"/{row.pk}/", "/999999/")).status_code == 404
