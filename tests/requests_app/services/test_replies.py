"""答复: each of the 24 kinds goes out when its article lets it, with its row of table 3, and is refused when not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from disclosure.enums import Audience, ItemState, WithholdingGround
from requests_app.enums import DecisionKind, FeeMode, InquiryAnswer, InquiryKind, Outcome, ReplyKind, State
from requests_app.models import InformationRequest
from requests_app.services import charge, converse, correct, decide, inquire, reply_checks, triage
from tests.factories import make_agency, make_item, make_private_file, make_request
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    ask_party,
    bring_to,
    deliver_correction,
    file_request,
    hear_party,
    make_person,
    make_proposal,
    officer_of,
    release_decision,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import assert_consistent, refusal, refused_without_a_trace

pytestmark = pytest.mark.django_db

K, N, G = ReplyKind, InquiryAnswer, WithholdingGround

# Table 3, written down a second time.
ROWS: Mapping[ReplyKind, Outcome] = {
    K.ALREADY_PUBLIC: Outcome.R1,
    K.DISCLOSED: Outcome.R1,
    K.PARTIAL: Outcome.R2,
    K.STATE_SECRET: Outcome.R3_1,
    K.FORBIDDEN_BY_LAW: Outcome.R3_2,
    K.SECURITY: Outcome.R3_3,
    K.THIRD_PARTY: Outcome.R3_4,
    K.INTERNAL_AFFAIRS: Outcome.R3_5,
    K.DELIBERATIVE: Outcome.R3_6,
    K.ENFORCEMENT_FILE: Outcome.R3_7,
    K.SPECIAL_REGIME: Outcome.R3_8,
    K.NOT_EXISTING: Outcome.R4_1,
    K.NOT_OURS: Outcome.R4_1,
    K.NEEDS_PROCESSING: Outcome.R4_2,
    K.STILL_UNCLEAR: Outcome.R4_3,
    K.PETITION: Outcome.R5_1,
    K.DUPLICATE: Outcome.R5_2,
    K.PUBLICATION: Outcome.R5_3,
    K.EXCESSIVE: Outcome.R5_4,
    K.CONFIRMATION: Outcome.R5_5,
    K.NOT_CORRECTED: Outcome.R6_1,
    K.NOT_PAID: Outcome.R6_2,
    K.RECORD_CORRECTED: Outcome.R6_3,
    K.OTHER: Outcome.R6_3,
}


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


# --- a case in which each is lawful ------------------------------------------------------------

type Ready = tuple[InformationRequest, decide.Proposal, datetime]
REASONED_ON = AT + timedelta(hours=1)


def in_review(kind: ReplyKind, **values: Any) -> Ready:
    return request_in(State.IN_REVIEW), make_proposal(kind, **values), AT


def objected(kind: ReplyKind, answer: InquiryAnswer = N.OBJECTION, **values: Any) -> Ready:
    row = request_in(State.IN_REVIEW)
    hear_party(ask_party(row), answer)
    return row, make_proposal(kind, **values), AT


def corrected() -> Ready:
    row = request_in(State.CORRECTED)
    triage.begin_review(row.pk, actor=officer_of(row.agency), at=AT)
    return row, make_proposal(K.STILL_UNCLEAR), AT


def uncorrected() -> Ready:
    row = request_in(State.IN_REVIEW)
    ask_correction(row, due_on=date(2026, 3, 12))
    deliver_correction(row)
    return row, make_proposal(K.NOT_CORRECTED), on(date(2026, 3, 13))


def unpaid() -> Ready:
    row = request_in(State.FEE_NOTIFIED)
    charge.note_delivery(row.pk, TODAY, actor=officer_of(row.agency), at=AT)
    return row, make_proposal(K.NOT_PAID), on(date(2026, 3, 31))


def asked_for_reasons(row: InformationRequest | None = None, *, given: bool = True) -> InformationRequest:
    row = row or request_in(State.IN_REVIEW)
    converse.ask_reasons(row.pk, "一个月内提出64件内容相近的申请。", actor=officer_of(row.agency), at=AT)
    if given:
        converse.give_reasons(row.pk, "研究需要。", actor=None, at=REASONED_ON)
    return row


def repeated() -> Ready:
    agency, person = make_agency(), make_person()
    first = bring_to(State.REPLIED, file_request(agency, person=person).request)
    again = bring_to(State.IN_REVIEW, file_request(agency, person=person).request)
    return again, make_proposal(K.DUPLICATE, duplicate_of=first), AT


LAWFUL: Mapping[ReplyKind, Callable[[], Ready]] = {
    **{kind: partial(in_review, kind) for kind in ReplyKind},
    K.ALREADY_PUBLIC: lambda: in_review(K.ALREADY_PUBLIC, items=[make_item()]),
    K.PARTIAL: lambda: in_review(K.PARTIAL, facts={"grounds": [G.STATE_SECRET], "withheld": "账号"}),
    K.THIRD_PARTY: lambda: objected(K.THIRD_PARTY),
    K.STILL_UNCLEAR: corrected,
    K.DUPLICATE: repeated,
    K.EXCESSIVE: lambda: (asked_for_reasons(), make_proposal(K.EXCESSIVE), REASONED_ON),
    K.NOT_CORRECTED: uncorrected,
    K.NOT_PAID: unpaid,
}


def test_tables_name_every_kind_of_reply() -> None:
    assert set(ROWS) == set(LAWFUL) == set(ReplyKind)
    assert len(ReplyKind) == 24
    assert set(ROWS.values()) == set(Outcome)


@pytest.mark.parametrize("kind", ReplyKind)
def test_reply_of_every_kind_is_released_when_lawful_and_closes_the_case_in_its_row(kind: ReplyKind) -> None:
    row, proposal, at = LAWFUL[kind]()

    decision = release_decision(row, proposal, at=at)

    row = assert_consistent(row)
    ends_by_lateness = kind in {K.NOT_CORRECTED, K.NOT_PAID}
    assert (row.state, row.outcome, row.reply_kind, row.closed_on) == (
        State.LAPSED if ends_by_lateness else State.REPLIED, ROWS[kind], kind, at.date(),
    )  # fmt: skip
    assert decision.basis.startswith("《中华人民共和国政府信息公开条例》第")


@pytest.mark.parametrize("kind", [kind for kind in ReplyKind if kind not in {K.NOT_CORRECTED, K.NOT_PAID}])
@pytest.mark.parametrize(
    "state", [State.REGISTERED, State.CORRECTION_ASKED, State.CONSULTING_THIRD_PARTY, State.FEE_NOTIFIED]
)
def test_reply_before_the_work_or_while_somebody_is_waited_for_is_refused(kind: ReplyKind, state: State) -> None:
    row = make_request(state=state)

    found = decide.reasons_against(row, make_proposal(kind), officer_of(row.agency), TODAY)

    assert found == [f"申请的状态是“{state.label}”，不能答复。"]


@pytest.mark.parametrize("kind", ReplyKind)
def test_reply_without_reasons_is_refused(kind: ReplyKind) -> None:
    row, proposal, at = LAWFUL[kind]()

    words = refused_without_a_trace(row, lambda: submit_decision(row, replace(proposal, reasons=" "), at=at))

    assert words == ["须写明理由。"]


# --- what is handed over ------------------------------------------------------------


@pytest.mark.parametrize("kind", [K.DISCLOSED, K.PARTIAL])
def test_disclosure_hands_over_a_file_or_says_how_to_get_it(kind: ReplyKind) -> None:
    facts = {"grounds": [G.STATE_SECRET]}
    row = request_in(State.IN_REVIEW)

    words = refusal(lambda: submit_decision(row, make_proposal(kind, content=" ", facts=facts)))
    release_decision(row, make_proposal(kind, content="", facts=facts, files=[make_private_file()]))

    assert words == ["须附上提供的信息，或者写明获取的方式、途径和时间（条例第三十六条第二项）。"]
    assert assert_consistent(row).files.get().decision is not None


@pytest.mark.parametrize("kind", [kind for kind in ReplyKind if kind not in {K.DISCLOSED, K.PARTIAL}])
def test_reply_that_discloses_nothing_hands_over_no_file(kind: ReplyKind) -> None:
    row, proposal, at = LAWFUL[kind]()
    with_file = replace(proposal, files=[make_private_file()])

    words = refused_without_a_trace(row, lambda: submit_decision(row, with_file, at=at))

    assert words == ["只有予以公开、部分公开才能附上提供给申请人的信息。"]


# --- 已主动公开 ------------------------------------------------------------


@pytest.mark.parametrize(
    "values", [{"state": ItemState.WITHDRAWN}, {"state": ItemState.UNPUBLISHED}, {"audience": Audience.INTERNAL}]
)
def test_already_public_names_only_what_everybody_can_read(values: dict[str, Any]) -> None:
    row, hidden = request_in(State.IN_REVIEW), make_item(**values)
    proposal = make_proposal(K.ALREADY_PUBLIC, items=[make_item(), hidden])

    words = refused_without_a_trace(row, lambda: submit_decision(row, proposal))

    assert words == [f"{hidden.index_number} 现在不能公开查阅，不能作为已主动公开的信息。"]


def test_already_public_without_an_item_is_refused() -> None:
    row = request_in(State.IN_REVIEW)

    words = refusal(lambda: submit_decision(row, make_proposal(K.ALREADY_PUBLIC)))

    assert words == ["告知已主动公开，须指明仍在公开的信息（填索引号）。"]


def test_already_public_is_not_released_once_its_item_is_withdrawn() -> None:
    row, item = request_in(State.IN_REVIEW), make_item()
    proposal = make_proposal(K.ALREADY_PUBLIC, items=[item, item])
    decision = submit_decision(row, proposal)
    type(item).objects.filter(pk=item.pk).update(state=ItemState.WITHDRAWN)

    words = refusal(lambda: decide.release(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=AT))

    assert "现在不能公开查阅" in words[0]


# --- 部分公开, 第三方 ------------------------------------------------------------


@pytest.mark.parametrize("grounds", [None, [], "state_secret", ["lost"], [G.STATE_SECRET, "lost"]])
def test_partial_disclosure_names_the_grounds_of_the_rest(grounds: object) -> None:
    row = request_in(State.IN_REVIEW)

    words = refusal(lambda: submit_decision(row, make_proposal(K.PARTIAL, facts={"grounds": grounds})))

    assert words == ["部分公开须写明不予公开部分的情形。"]


@pytest.mark.parametrize(
    ("kind", "facts"), [(K.THIRD_PARTY, {}), (K.PARTIAL, {"grounds": [G.INTERNAL_AFFAIRS, G.THIRD_PARTY]})]
)
def test_withholding_for_a_third_party_asks_him_first_and_heeds_his_consent(
    kind: ReplyKind, facts: dict[str, Any]
) -> None:
    proposal = make_proposal(kind, facts=facts)
    unasked, consented = request_in(State.IN_REVIEW), objected(kind, N.CONSENT)[0]
    hear_party(ask_party(unasked, InquiryKind.CO_AGENCY), N.OBJECTION)

    assert refusal(lambda: submit_decision(unasked, proposal)) == [
        "以第三方合法权益为由不予公开，须先征求第三方意见（条例第三十二条）。"
    ]
    assert refusal(lambda: submit_decision(consented, proposal)) == [
        "第三方同意公开，不能以其合法权益为由不予公开（条例第十五条）。"
    ]
    for answer in (N.OBJECTION, N.PARTLY):
        row = objected(kind, answer)[0]
        release_decision(row, proposal)
        assert assert_consistent(row).state == State.REPLIED


def test_withholding_for_a_silent_third_party_is_the_agencys_decision() -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, delivered_on=TODAY)
    at = on(date(2026, 3, 24))
    inquire.settle_silence(inquiry.pk, actor=None, at=at)

    release_decision(row, make_proposal(K.THIRD_PARTY), at=at)

    assert assert_consistent(row).outcome == Outcome.R3_4


OVERRIDING = "第三方不同意公开"


@pytest.mark.parametrize("answer", [N.OBJECTION, N.PARTLY])
@pytest.mark.parametrize(("kind", "facts"), [(K.DISCLOSED, {}), (K.PARTIAL, {"grounds": [G.STATE_SECRET]})])
def test_disclosing_what_a_third_party_objects_to_needs_the_words_he_is_told(
    kind: ReplyKind, facts: dict[str, Any], answer: InquiryAnswer
) -> None:
    row, _proposal, _at = objected(kind, answer)
    told = facts | {reply_checks.THIRD_PARTY_REASONS: "工程使用财政资金，关系公共安全。"}

    words = refused_without_a_trace(row, lambda: submit_decision(row, make_proposal(kind, facts=facts)))
    blank = refusal(lambda: submit_decision(row, make_proposal(kind, facts=facts | {"third_party_reasons": " "})))
    decision = release_decision(row, make_proposal(kind, facts=told))

    assert len(words) == 1 and words[0].startswith(OVERRIDING) and blank == words
    assert decision.facts["third_party_reasons"].startswith("工程使用财政资金")
    assert assert_consistent(row).state == State.REPLIED


def test_objectors_are_those_whose_objection_is_overruled() -> None:
    row = request_in(State.IN_REVIEW)
    consenting, objecting, partly = (ask_party(row) for _number in range(3))
    agency = ask_party(row, InquiryKind.CO_AGENCY)
    hear_party(consenting)
    hear_party(objecting, N.OBJECTION)
    hear_party(partly, N.PARTLY)
    hear_party(agency, N.OBJECTION)

    assert reply_checks.objectors(row, K.DISCLOSED, {}) == [objecting, partly]
    assert reply_checks.objectors(row, K.PARTIAL, {"grounds": [G.STATE_SECRET]}) == [objecting, partly]
    assert reply_checks.objectors(row, K.PARTIAL, {"grounds": [G.THIRD_PARTY]}) == []
    assert reply_checks.objectors(row, K.THIRD_PARTY, {}) == []


def test_disclosing_with_consent_or_after_silence_tells_nobody_more() -> None:
    consented = objected(K.DISCLOSED, N.CONSENT)[0]
    silent = request_in(State.IN_REVIEW)
    inquiry = ask_party(silent, delivered_on=TODAY)
    at = on(date(2026, 3, 24))
    inquire.settle_silence(inquiry.pk, actor=None, at=at)

    release_decision(consented, make_proposal())
    release_decision(silent, make_proposal(), at=at)

    assert {assert_consistent(row).state for row in (consented, silent)} == {State.REPLIED}


# --- 重复申请 ------------------------------------------------------------


def test_duplicate_names_an_answered_request_of_the_same_applicant_and_agency() -> None:
    row, proposal, _at = repeated()
    first = proposal.duplicate_of
    assert first
    other_agency = make_request(state=State.REPLIED)
    other_person = make_request(agency=row.agency, state=State.REPLIED)
    unanswered = make_request(agency=row.agency, state=State.IN_REVIEW)
    out_of_a_ledger = make_request(agency=row.agency, state=State.REPLIED, has_applicant=False)

    def words(duplicate_of: InformationRequest | None) -> list[str]:
        found = make_proposal(K.DUPLICATE, duplicate_of=duplicate_of)
        return reply_checks.reasons_against(row, found, TODAY)

    assert words(None) == ["重复申请须指明此前已经答复的申请（填受理编号）。"]
    assert words(row) == ["不能与自己重复。"]
    assert words(other_agency) == [f"{other_agency.number} 不是本单位办理的申请。"]
    assert words(other_person) == [f"{other_person.number} 的申请人不是同一人。"]
    assert words(unanswered) == [f"{unanswered.number} 还没有答复，不能据以不予重复处理（条例第三十六条第六项）。"]
    assert words(out_of_a_ledger) == words(first) == []


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({}, {}, True),
        ({}, {"identity_number": "E2"}, False),  # namesakes, even with one telephone
        ({"identity_number": ""}, {"identity_number": ""}, True),
        ({"identity_number": ""}, {"phone": "0399-2"}, False),
        ({"identity_number": "", "phone": ""}, {"phone": "0399-2"}, True),  # nothing else to tell them apart by
        ({"identity_number": ""}, {}, True),
        ({"identity_number": "", "phone": ""}, {"name": "林二"}, False),
        ({}, {"name": "林一（更名）", "phone": "0399-2"}, True),
    ],
)
def test_duplicate_is_judged_by_what_tells_people_apart_best(
    one: dict[str, str], other: dict[str, str], is_same: bool
) -> None:
    known = {"name": "林一", "identity_number": "E1", "phone": "0399-1"}
    first = make_request(state=State.REPLIED, applicant=known | one)
    row = make_request(agency=first.agency, state=State.IN_REVIEW, applicant=known | other)

    words = reply_checks.reasons_against(row, make_proposal(K.DUPLICATE, duplicate_of=first), TODAY)

    assert words == ([] if is_same else [f"{first.number} 的申请人不是同一人。"])


def test_third_party_is_told_nothing_of_who_applied() -> None:
    row, proposal, _at = objected(K.DISCLOSED)
    name = row.applicant.name
    said = {"facts": {reply_checks.THIRD_PARTY_REASONS: f"{name}申请的是财政资金。"}}, {"content": f"给{name}的明细。"}

    for values in said:
        facts = {reply_checks.THIRD_PARTY_REASONS: "关系公共安全。"}
        words = refusal(partial(submit_decision, row, replace(proposal, **({"facts": facts} | values))))
        assert words == ["公开的内容或者告知第三方的理由里有申请人的姓名、名称或者联系方式，请删去。"]


def test_duplicate_becomes_that_of_the_request_with_the_release_alone() -> None:
    row, proposal, at = repeated()
    decision = submit_decision(row, proposal, at=at)
    row.refresh_from_db()
    assert (row.duplicate_of, decision.duplicate_of) == (None, proposal.duplicate_of)
    signed, said, _at = repeated()
    release_decision(signed, said, at=at)
    assert assert_consistent(signed).duplicate_of == said.duplicate_of

    decide.send_back(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=at, note="内容不同")
    release_decision(row, make_proposal(duplicate_of=proposal.duplicate_of), at=at)
    extended = request_in(State.IN_REVIEW)
    extension = make_proposal(kind=DecisionKind.EXTENSION, duplicate_of=proposal.duplicate_of)

    assert submit_decision(extended, extension).duplicate_of is None
    assert assert_consistent(row).duplicate_of is None


# --- 补正, 大量反复, 逾期 ------------------------------------------------------------


def test_still_unclear_without_a_correction_is_refused() -> None:
    row = request_in(State.IN_REVIEW)

    words = refusal(lambda: submit_decision(row, make_proposal(K.STILL_UNCLEAR)))

    assert words == ["没有经过补正，不能以“补正后仍不明确”答复（条例第三十条）。"]


def test_excessive_waits_for_the_reasons_that_were_asked_for_or_the_end_of_their_term() -> None:
    never, waiting = request_in(State.IN_REVIEW), asked_for_reasons(given=False)
    proposal = make_proposal(K.EXCESSIVE)
    last, after = on(date(2026, 3, 16)), on(date(2026, 3, 17))

    assert refusal(lambda: submit_decision(never, proposal)) == [
        "大量反复申请，须先要求申请人说明理由（条例第三十五条）。"
    ]
    assert refusal(lambda: submit_decision(waiting, proposal, at=last)) == [
        "申请人说明理由的期限到 2026-03-16，还没有收到说明。"
    ]
    release_decision(waiting, proposal, at=after)
    assert assert_consistent(waiting).outcome == Outcome.R5_4


def test_lapse_on_the_last_day_is_refused() -> None:
    corrected_row, proposal, _at = uncorrected()
    unpaid_row, unpaid_proposal, _at = unpaid()

    assert refusal(lambda: submit_decision(corrected_row, proposal, at=on(date(2026, 3, 12)))) == [
        "补正期限到 2026-03-12，期满以后才能终止办理。"
    ]
    assert refusal(lambda: submit_decision(unpaid_row, unpaid_proposal, at=on(date(2026, 3, 30)))) == [
        "缴费期限到 2026-03-30，期满以后才能终止办理。"
    ]


@pytest.mark.parametrize("delivered_on", [None, date(2026, 3, 12), date(2026, 3, 13)])
def test_lapse_for_want_of_correction_needs_proof_that_the_notice_arrived_in_time(delivered_on: date | None) -> None:
    row = request_in(State.IN_REVIEW)
    ask_correction(row, due_on=date(2026, 3, 12))
    if delivered_on:
        deliver_correction(row, delivered_on)

    words = refused_without_a_trace(
        row, lambda: submit_decision(row, make_proposal(K.NOT_CORRECTED), at=on(date(2026, 6, 1)))
    )

    assert words == ["没有登记补正告知书在补正期限以前送达，不能认定逾期不补正。"]


def test_lapse_for_want_of_payment_needs_proof_that_the_notice_arrived() -> None:
    row = request_in(State.FEE_NOTIFIED)

    words = refusal(lambda: submit_decision(row, make_proposal(K.NOT_PAID), at=on(date(2026, 6, 1))))

    assert words == ["还没有登记收费通知书的送达日期，不能认定逾期未缴费。"]


def test_lapse_is_for_what_is_waited_for_and_nothing_else() -> None:
    """A correction that came long ago is no reason to end a case in which a fee is due, nor the reverse."""
    due = on(date(2026, 6, 1))
    row = request_in(State.CORRECTED)
    officer = officer_of(row.agency)
    triage.begin_review(row.pk, actor=officer, at=AT)
    charge.notify(row.pk, charge.Demand(mode=FeeMode.BY_VOLUME, quantity=99), actor=officer, at=AT)
    paid = request_in(State.FEE_NOTIFIED)
    charge.record_payment(paid.pk, actor=officer_of(paid.agency), at=AT)
    ask_correction(paid)

    assert refusal(lambda: submit_decision(row, make_proposal(K.NOT_CORRECTED), at=due)) == ["申请人已经补正。"]
    assert refusal(lambda: submit_decision(paid, make_proposal(K.NOT_PAID), at=due)) == ["申请人已经缴费。"]
    for one, kind, reason in (
        (request_in(State.FEE_NOTIFIED), K.NOT_CORRECTED, "没有告知过补正。"),
        (request_in(State.CORRECTION_ASKED), K.NOT_PAID, "没有发过收费通知。"),
    ):
        assert reply_checks.reasons_against(one, make_proposal(kind), due.date()) == [reason]


def test_lapse_is_refused_once_the_applicant_has_acted() -> None:
    row, proposal, at = uncorrected()
    decision = submit_decision(row, proposal, at=at)
    correct.answer(row.pk, "补正", actor=None, at=at)

    words = refusal(lambda: decide.release(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=at))

    assert words == ["申请的状态是“已补正”，不能终止办理。"]
