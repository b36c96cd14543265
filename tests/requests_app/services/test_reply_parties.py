"""第三方: whoever is withheld for was asked, and whoever is overruled is told why."""

from datetime import date
from typing import Any

import pytest

from disclosure.enums import WithholdingGround
from requests_app.enums import InquiryAnswer, InquiryKind, Outcome, ReplyKind, State
from requests_app.services import inquire, reply_checks
from tests.factories.requests import (
    TODAY,
    ask_party,
    hear_party,
    make_proposal,
    release_decision,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import assert_consistent, refusal, refused_without_a_trace
from tests.requests_app.services.reply_cases import objected, on

pytestmark = pytest.mark.django_db

K, N, G = ReplyKind, InquiryAnswer, WithholdingGround


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
