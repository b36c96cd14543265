"""征求意见: questions pause the clock, silence follows two rules, and nobody learns who applied."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from govportal.models import Notice
from requests_app.enums import Action, DecisionKind, InquiryAnswer, InquiryKind, State
from requests_app.models import InformationRequest, Inquiry
from requests_app.services import inquire, withdraw
from tests.factories.requests import (
    AT,
    TODAY,
    ask_party,
    hear_party,
    make_proposal,
    officer_of,
    release_decision,
    request_in,
    reread_request,
)
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db

K, N = InquiryKind, InquiryAnswer
KINDS = {K.THIRD_PARTY: State.CONSULTING_THIRD_PARTY, K.CO_AGENCY: State.CONSULTING_CO_AGENCY}
# 15 working days after 2 March are over at the end of 23 March.
LAST, AFTER = date(2026, 3, 23), date(2026, 3, 24)


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def settle(inquiry: Inquiry, day: date = AFTER) -> None:
    inquire.settle_silence(inquiry.pk, actor=officer_of(inquiry.request.agency), at=on(day))


# --- asking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_asking_pauses_the_clock_and_tells_the_applicant_and_nobody_else(kind: InquiryKind) -> None:
    row = request_in(State.IN_REVIEW)
    Notice.objects.all().delete()

    inquiry = ask_party(row, kind, contact="电话0399-6613399")

    row = assert_consistent(row)
    assert row.state == KINDS[kind]
    assert row.due_on == date(2026, 4, 21)  # 20 and 15 working days after 2 March, over 清明
    assert (inquiry.ref, inquiry.asked_on, inquiry.due_on, inquiry.answer) == ("1", TODAY, LAST, "")
    assert [notice.address for notice in Notice.objects.all()] == [row.applicant.email]
    assert "其间不计时" in Notice.objects.get().subject
    assert_says_nothing_personal(row, inquiry.party, inquiry.matter, inquiry.contact)
    assert str(inquiry) == f"{row.number} 1"


@pytest.mark.parametrize("column", ["name", "phone", "email", "identity_number", "address"])
@pytest.mark.parametrize("kind", InquiryKind)
def test_question_that_names_the_applicant_is_refused(kind: InquiryKind, column: str) -> None:
    row = request_in(State.IN_REVIEW)
    matter = f"{getattr(row.applicant, column)}要的养护合同"

    words = refused_without_a_trace(row, lambda: ask_party(row, kind, matter=matter))

    assert words == ["征求意见的内容里有申请人的姓名、名称或者联系方式，请删去：不告诉被征求意见的人谁申请。"]


def test_asking_two_parties_leaves_common_days_out_once() -> None:
    row = request_in(State.IN_REVIEW)
    first, second = ask_party(row), ask_party(row)
    both_due = assert_consistent(row).due_on

    hear_party(first, at=on(date(2026, 3, 5)))

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.CONSULTING_THIRD_PARTY, both_due)
    hear_party(second, at=on(date(2026, 3, 9)))
    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.IN_REVIEW, date(2026, 4, 7))
    assert [inquiry.ref for inquiry in row.inquiries.all()] == ["1", "2"]


def test_third_party_is_shown_before_a_co_agency_and_the_other_stays_asked() -> None:
    row = request_in(State.CONSULTING_CO_AGENCY)
    party = ask_party(row)
    assert assert_consistent(row).state == State.CONSULTING_THIRD_PARTY

    agency_answer = row.inquiries.get(kind=K.CO_AGENCY)
    agency_answer.request = row
    hear_party(party)

    assert assert_consistent(row).state == State.CONSULTING_CO_AGENCY
    hear_party(agency_answer)
    assert assert_consistent(row).state == State.IN_REVIEW


def test_co_agency_answers_while_a_third_party_is_asked() -> None:
    row = request_in(State.CONSULTING_CO_AGENCY)
    asked = row.inquiries.get()
    ask_party(row)

    hear_party(asked)

    assert assert_consistent(row).state == State.CONSULTING_THIRD_PARTY


def test_extended_request_rests_extended_after_the_answer() -> None:
    row = request_in(State.EXTENDED)
    inquiry = ask_party(row)

    hear_party(inquiry)

    assert assert_consistent(row).state == State.EXTENDED


@pytest.mark.parametrize("kind", KINDS)
def test_extension_is_decided_while_somebody_is_asked(kind: InquiryKind) -> None:
    row = request_in(KINDS[kind])

    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION, days=20))

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (KINDS[kind], date(2026, 5, 21))  # 9 May is worked


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"party": " \x07"}, "须写明征求谁的意见、征求什么意见。"),
        ({"matter": ""}, "须写明征求谁的意见、征求什么意见。"),
        ({"asked_on": date(2026, 3, 3)}, "日期不能晚于今天。"),
        ({"asked_on": date(2026, 3, 1)}, "日期不能早于收到申请的日期 2026-03-02。"),
        ({"delivered_on": date(2026, 3, 1)}, "送达日期不能早于发出日期，也不能晚于今天。"),
        ({"delivered_on": date(2026, 3, 3)}, "送达日期不能早于发出日期，也不能晚于今天。"),
    ],
)
def test_faulty_question_is_refused(values: dict[str, Any], reason: str) -> None:
    row = request_in(State.IN_REVIEW)

    assert refused_without_a_trace(row, lambda: ask_party(row, **values)) == [reason]


@pytest.mark.parametrize("state", [State.REGISTERED, State.CORRECTION_ASKED, State.FEE_NOTIFIED, State.REPLIED])
def test_asking_before_or_after_the_work_is_refused(state: State) -> None:
    row = request_in(state)

    assert refused_without_a_trace(row, lambda: ask_party(row)) == [
        f"申请的状态是“{state.label}”，不能征求第三方意见。"
    ]


# --- delivery -------------------------------------------------------------------------------------------------------


def test_delivery_moves_the_last_day_of_the_answer_and_the_clock() -> None:
    row = request_in(State.CONSULTING_THIRD_PARTY)
    inquiry = row.inquiries.get()

    inquiry = inquire.note_delivery(
        inquiry.pk, date(2026, 3, 4), actor=officer_of(row.agency), at=on(date(2026, 3, 10))
    )

    row = assert_consistent(row)
    assert (inquiry.delivered_on, inquiry.due_on, row.due_on) == (
        date(2026, 3, 4), date(2026, 3, 25), date(2026, 4, 23),
    )  # fmt: skip
    assert [(event.voided_at is None, event.void_reason) for event in row.clock_events.order_by("pk")] == [
        (False, "登记送达日期"),
        (True, ""),
    ]
    assert row.events.last().action == Action.NOTE_DELIVERY  # type: ignore[union-attr]


def test_delivery_keeps_the_order_of_what_happened_on_one_day() -> None:
    row = request_in(State.CONSULTING_THIRD_PARTY)
    first = row.inquiries.get()
    second = ask_party(row)
    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION))
    hear_party(second)
    due_on = assert_consistent(row).due_on

    inquire.note_delivery(first.pk, TODAY, actor=officer_of(row.agency), at=AT)

    assert assert_consistent(row).due_on == due_on


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 3)])
def test_delivery_before_sending_or_after_today_is_refused(day: date) -> None:
    row = request_in(State.CONSULTING_THIRD_PARTY)
    note = partial(inquire.note_delivery, row.inquiries.get().pk, day, actor=officer_of(row.agency), at=AT)

    assert refused_without_a_trace(row, note) == ["送达日期不能早于发出日期，也不能晚于今天。"]


def test_delivery_of_what_is_answered_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    answered = ask_party(row)
    ask_party(row)
    hear_party(answered)
    note = partial(inquire.note_delivery, answered.pk, TODAY, actor=officer_of(row.agency), at=AT)

    assert refused_without_a_trace(row, note) == ["已经答复，不能再改送达日期。"]


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", [N.CONSENT, N.PARTLY, N.OBJECTION])
def test_answer_ends_the_pause_on_its_day(kind: InquiryKind, answer: InquiryAnswer) -> None:
    row = request_in(KINDS[kind])
    inquiry = row.inquiries.get()
    inquiry.request = row

    hear_party(inquiry, answer, at=on(date(2026, 3, 9)), answered_on=date(2026, 3, 6))

    row, inquiry = assert_consistent(row), row.inquiries.get()
    assert (row.state, row.due_on) == (State.IN_REVIEW, date(2026, 4, 3))
    assert (inquiry.answer, inquiry.answered_on) == (answer, date(2026, 3, 6))
    assert_says_nothing_personal(row, inquiry.reasons)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"answer": N.SILENCE}, "逾期未提出意见由“逾期未提出意见”登记。"),
        ({"answer": N.OBJECTION, "reasons": " "}, "不同意公开、同意部分公开的，须登记理由和范围。"),
        ({"answer": N.PARTLY, "reasons": ""}, "不同意公开、同意部分公开的，须登记理由和范围。"),
        ({"answer": ""}, "请选择意见。"),
        ({"answered_on": date(2026, 3, 6)}, "日期不能晚于今天。"),
        ({"answered_on": date(2026, 3, 2)}, "答复日期不能早于发出、送达日期。"),
    ],
)
def test_faulty_answer_is_refused(values: dict[str, Any], reason: str) -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, at=on(date(2026, 3, 4)), asked_on=date(2026, 3, 3), delivered_on=date(2026, 3, 3))
    reply = inquire.Reply(**{"answer": N.CONSENT, "reasons": "同意"} | values)
    record = partial(inquire.record_answer, inquiry.pk, reply, actor=officer_of(row.agency), at=on(date(2026, 3, 5)))

    assert refused_without_a_trace(row, record) == [reason]


def test_consent_needs_no_reasons_and_a_second_answer_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row)
    ask_party(row)
    hear_party(inquiry, reasons="")
    reread = Inquiry.objects.get(pk=inquiry.pk)
    reread.request = reread_request(row)

    assert refused_without_a_trace(row, lambda: hear_party(reread)) == ["这一份征求意见已经有答复。"]


@pytest.mark.parametrize(("answer", "is_taken"), [(N.CONSENT, True), (N.OBJECTION, False), (N.PARTLY, False)])
def test_late_words_of_a_co_agency_do_not_undo_the_consent_of_its_silence(
    answer: InquiryAnswer, is_taken: bool
) -> None:
    row = request_in(State.CONSULTING_CO_AGENCY)
    inquiry = row.inquiries.get()
    inquiry.request = row
    due_on = row.due_on

    if is_taken:
        hear_party(inquiry, answer, at=on(AFTER))
        assert assert_consistent(row).due_on == due_on  # the pause had ended by itself
    else:
        words = refused_without_a_trace(row, lambda: hear_party(inquiry, answer, at=on(AFTER)))
        assert len(words) == 1 and "视为同意公开（条例第三十四条）" in words[0]


def test_late_objection_of_a_third_party_is_kept_and_gives_no_more_time() -> None:
    row = request_in(State.CONSULTING_THIRD_PARTY)
    inquiry = row.inquiries.get()
    inquiry.request = row
    due_on = row.due_on

    hear_party(inquiry, N.OBJECTION, at=on(AFTER))

    row = assert_consistent(row)
    assert (row.state, row.due_on, row.inquiries.get().answer) == (State.IN_REVIEW, due_on, N.OBJECTION)


# --- silence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        (K.THIRD_PARTY, "逾期未提出意见，由本机关决定是否公开。"),
        (K.CO_AGENCY, "逾期未提出意见，视为同意公开。"),
    ],
)
def test_silence_is_stated_after_the_term_and_changes_no_date(kind: InquiryKind, note: str) -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, kind, delivered_on=TODAY)
    due_on = assert_consistent(row).due_on

    settle(inquiry)

    row, inquiry = assert_consistent(row), row.inquiries.get()
    assert (row.state, row.due_on) == (State.IN_REVIEW, due_on)
    assert (inquiry.answer, inquiry.answered_on) == (N.SILENCE, LAST)
    event = row.events.get(action=Action.SETTLE_SILENCE)
    assert (event.note, event.on) == (note, LAST)


def test_silence_on_the_last_day_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, delivered_on=TODAY)

    words = refused_without_a_trace(row, lambda: settle(inquiry, LAST))

    assert words == ["答复期限到 2026-03-23，期满以后才能登记逾期未提出意见。"]


@pytest.mark.parametrize("kind", KINDS)
def test_silence_follows_from_no_letter_whose_arrival_is_unknown(kind: InquiryKind) -> None:
    row = request_in(KINDS[kind])
    inquiry = row.inquiries.get()
    inquiry.request = row

    words = refused_without_a_trace(row, lambda: settle(inquiry))

    assert words == ["还没有登记征求意见书的送达日期，不能认定逾期未提出意见。"]
    assert inquire.settle_all(on(AFTER)) == 0


def test_nightly_round_settles_what_is_over_once() -> None:
    silent, fresh, answered = (request_in(State.IN_REVIEW) for _number in range(3))
    ask_party(silent, delivered_on=TODAY)
    ask_party(fresh, at=on(date(2026, 3, 4)), delivered_on=date(2026, 3, 4))
    hear_party(ask_party(answered, delivered_on=TODAY))

    assert (inquire.settle_all(on(LAST)), inquire.settle_all(on(AFTER)), inquire.settle_all(on(AFTER))) == (0, 1, 0)

    event = assert_consistent(silent).events.get(action=Action.SETTLE_SILENCE)
    assert (event.actor, event.by_applicant) == (None, False)
    assert assert_consistent(fresh).state == State.CONSULTING_THIRD_PARTY


def test_nightly_round_goes_on_when_one_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [request_in(State.IN_REVIEW) for _number in range(3)]
    bad, *good = [ask_party(row, delivered_on=TODAY) for row in rows]
    real = inquire.settle_silence

    def settle_or_fail(inquiry_id: int, **values: Any) -> object:
        if inquiry_id == bad.pk:
            raise RuntimeError("the database is away")
        return real(inquiry_id, **values)

    monkeypatch.setattr(inquire, "settle_silence", settle_or_fail)

    assert inquire.settle_all(on(AFTER)) == 2

    assert [assert_consistent(row).state for row in rows] == [State.CONSULTING_THIRD_PARTY] + [State.IN_REVIEW] * 2
    assert f"inquiry {bad.pk} could not be settled" in caplog.text
    assert bad.party not in caplog.text and len(good) == 2


def test_nightly_round_leaves_closed_cases_alone() -> None:
    row = request_in(State.IN_REVIEW)
    ask_party(row, delivered_on=TODAY)
    withdraw.withdraw(row.pk, actor=None, at=AT)

    assert inquire.settle_all(on(AFTER)) == 0
    assert assert_consistent(row).state == State.WITHDRAWN


def test_silence_twice_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, delivered_on=TODAY)
    ask_party(row, delivered_on=TODAY)
    settle(inquiry)

    assert refusal(lambda: settle(inquiry)) == ["这一份征求意见已经有答复。"]


def test_reply_waits_until_silence_is_stated() -> None:
    row: InformationRequest = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, delivered_on=TODAY)

    words = refusal(lambda: release_decision(row, make_proposal(), at=on(AFTER)))

    assert words == ["申请的状态是“征求第三方意见（不计时）”，不能答复。"]
    settle(inquiry)
    release_decision(row, make_proposal(), at=on(AFTER))
    assert assert_consistent(row).state == State.REPLIED
