"""不予处理: repeated, unclear and excessive requests, and cases that end because the applicant did not act."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from requests_app.enums import DecisionKind, FeeMode, Outcome, ReplyKind, State
from requests_app.models import InformationRequest
from requests_app.services import charge, correct, decide, reply_checks, triage
from tests.factories import make_request
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    deliver_correction,
    make_proposal,
    officer_of,
    release_decision,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import assert_consistent, refusal, refused_without_a_trace
from tests.requests_app.services.reply_cases import asked_for_reasons, objected, on, repeated, uncorrected, unpaid

pytestmark = pytest.mark.django_db

K = ReplyKind

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
