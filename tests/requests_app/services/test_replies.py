"""答复: each of the 24 kinds goes out when its article lets it, with its row of table 3, and is refused when not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from disclosure.enums import Audience, ItemState, WithholdingGround
from requests_app.enums import Outcome, ReplyKind, State
from requests_app.services import decide
from tests.factories import make_item, make_private_file, make_request
from tests.factories.requests import (
    AT,
    TODAY,
    make_proposal,
    officer_of,
    release_decision,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import assert_consistent, refusal, refused_without_a_trace
from tests.requests_app.services.reply_cases import LAWFUL

pytestmark = pytest.mark.django_db

K, G = ReplyKind, WithholdingGround

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
