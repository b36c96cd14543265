"""Several people at one moment: whoever comes second is told so, and nothing is counted, numbered or mailed twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest

from govportal.models import AuditEvent, Notice
from govportal.permissions import Role
from requests_app.enums import Action, DecisionKind, DecisionState, FeeMode, ReplyKind, State
from requests_app.models import InformationRequest, RequestEvent
from requests_app.services import charge, converse, correct, decide, inquire, intake, triage, withdraw
from tests.factories import make_agency, make_member, make_officer, make_releaser
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    ask_party,
    bring_to,
    deliver_correction,
    file_request,
    make_person,
    make_proposal,
    make_wanted,
    officer_of,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import assert_consistent
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4  # of two that race: either may come first
EIGHT_REFUSED_BUT_ONE = ["RequestEvent"] + ["ValidationError"] * 7
AFTER_SILENCE = datetime(2026, 3, 24, 2, tzinfo=UTC)


def names(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def mails_about(row: InformationRequest, words: str) -> int:
    """Subjects and texts are encrypted, so they are read here."""
    return sum(words in notice.subject and row.number in notice.subject for notice in Notice.objects.all())


# --- one verb, eight times ------------------------------------------------------------------------


def test_release_by_eight_at_once_answers_once() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)
    people = [make_member(Role.APPROVER, row.agency) for _number in range(8)]

    outcomes = at_once(
        *(partial(decide.release, decision.pk, seen=decision.digest, actor=one, at=AT) for one in people)
    )

    row = assert_consistent(row)
    assert names(outcomes) == EIGHT_REFUSED_BUT_ONE
    assert (row.events.filter(action=Action.REPLY).count(), row.clock_events.count()) == (1, 1)
    assert (mails_about(row, "已经答复"), AuditEvent.objects.filter(action="request.reply").count()) == (1, 1)
    assert row.decisions.filter(state=DecisionState.RELEASED).count() == 1


def test_release_by_one_person_in_eight_windows_answers_once() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)

    outcomes = at_once(
        partial(decide.release, decision.pk, seen=decision.digest, actor=make_releaser(row.agency), at=AT), times=8
    )

    assert names(outcomes) == EIGHT_REFUSED_BUT_ONE


def test_correction_sent_in_eight_windows_is_one() -> None:
    row = request_in(State.CORRECTION_ASKED)

    outcomes = at_once(partial(correct.answer, row.pk, "明细", actor=None, at=AT), times=8)

    row = assert_consistent(row)
    assert names(outcomes) == EIGHT_REFUSED_BUT_ONE
    assert row.clock_events.count() == 2


def test_registering_by_eight_at_once_gives_one_handler() -> None:
    row = file_request().request
    people = [make_officer(row.agency) for _number in range(8)]

    outcomes = at_once(*(partial(triage.register, row.pk, triage.Receipt(), actor=one, at=AT) for one in people))

    row = assert_consistent(row)
    assert names(outcomes) == EIGHT_REFUSED_BUT_ONE
    assert row.handler == RequestEvent.objects.get(request=row).actor


def payment() -> tuple[InformationRequest, Callable[[], object]]:
    row = request_in(State.FEE_NOTIFIED)
    return row, partial(charge.record_payment, row.pk, actor=officer_of(row.agency), at=AT)


def silence() -> tuple[InformationRequest, Callable[[], object]]:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, delivered_on=TODAY)
    return row, partial(inquire.settle_silence, inquiry.pk, actor=officer_of(row.agency), at=AFTER_SILENCE)


def taking_back() -> tuple[InformationRequest, Callable[[], object]]:
    row = request_in(State.IN_REVIEW)
    return row, partial(withdraw.withdraw, row.pk, actor=None, at=AT)


def reasons() -> tuple[InformationRequest, Callable[[], object]]:
    row = request_in(State.IN_REVIEW)
    converse.ask_reasons(row.pk, "64件", actor=officer_of(row.agency), at=AT)
    return row, partial(converse.give_reasons, row.pk, "研究", actor=None, at=AT)


def handing_on() -> tuple[InformationRequest, Callable[[], object]]:
    row = request_in(State.IN_REVIEW)
    giver, target = officer_of(row.agency), make_agency()
    return row, partial(triage.transfer, row.pk, target, actor=giver, at=AT, reason="不属")


@pytest.mark.parametrize("verb", [payment, silence, taking_back, reasons, handing_on])
def test_verb_in_eight_windows_is_done_once(
    verb: Callable[[], tuple[InformationRequest, Callable[[], object]]],
) -> None:
    row, call = verb()
    before = row.events.count()

    outcomes = at_once(call, times=8)

    row = assert_consistent(row)
    assert names(outcomes) == EIGHT_REFUSED_BUT_ONE
    assert row.events.count() == before + 1


@pytest.mark.parametrize(
    ("verb", "made"),
    [
        (lambda row: partial(ask_correction, row), "NoneType"),
        (lambda row: partial(submit_decision, row), "Decision"),
        (
            lambda row: partial(
                charge.notify,
                row.pk,
                charge.Demand(mode=FeeMode.BY_VOLUME, quantity=99),
                actor=officer_of(row.agency),
                at=AT,
            ),
            "FeeNotice",
        ),
    ],
)
def test_notice_in_eight_windows_is_one(verb: Callable[[InformationRequest], Callable[[], object]], made: str) -> None:
    row = request_in(State.IN_REVIEW)

    outcomes = at_once(verb(row), times=8)

    assert_consistent(row)
    assert names(outcomes) == sorted([made] + ["ValidationError"] * 7)


def test_questions_asked_at_once_have_numbers_of_their_own() -> None:
    row = request_in(State.IN_REVIEW)

    outcomes = at_once(partial(ask_party, row), times=8)

    assert names(outcomes) == ["Inquiry"] * 8
    assert sorted(assert_consistent(row).inquiries.values_list("ref", flat=True)) == sorted(map(str, range(1, 9)))


def test_two_nightly_rounds_at_once_settle_each_silence_once() -> None:
    rows = [request_in(State.IN_REVIEW) for _number in range(4)]
    for row in rows:
        ask_party(row, delivered_on=TODAY)

    outcomes = at_once(partial(inquire.settle_all, AFTER_SILENCE), times=3)

    assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == 4
    assert [assert_consistent(row).events.filter(action=Action.SETTLE_SILENCE).count() for row in rows] == [1] * 4


# --- two verbs against each other ------------------------------------------------------------------


def race(row: InformationRequest, *calls: Callable[[], object]) -> tuple[list[str], InformationRequest]:
    outcomes = at_once(*calls)
    return names(outcomes), assert_consistent(row)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_release_against_withdrawal_is_one_or_the_other(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    decision, releaser = submit_decision(row), releaser_of(row.agency)

    found, row = race(
        row,
        partial(decide.release, decision.pk, seen=decision.digest, actor=releaser, at=AT),
        partial(withdraw.withdraw, row.pk, actor=None, at=AT),
    )

    assert found == ["RequestEvent", "ValidationError"]
    assert row.state in {State.REPLIED, State.WITHDRAWN}
    assert row.clock_events.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_draft_exchanged_while_it_is_signed_is_never_signed_unseen(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    shown, officer = submit_decision(row, make_proposal(content="看过的内容。")), officer_of(row.agency)

    def exchange() -> object:
        decide.drop(shown.pk, actor=officer, at=AT)
        return submit_decision(row, make_proposal(content="没有看过的内容。"))

    outcomes = at_once(
        partial(decide.release, shown.pk, seen=shown.digest, actor=releaser_of(row.agency), at=AT), exchange
    )

    row = assert_consistent(row)
    assert "ValidationError" in names(outcomes)
    signed = row.decisions.filter(state=DecisionState.RELEASED)
    assert [decision.content for decision in signed] in ([], ["看过的内容。"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_transfer_against_release_never_moves_what_waits_to_be_signed(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    decision, releaser, target = submit_decision(row), releaser_of(row.agency), make_agency()

    found, row = race(
        row,
        partial(decide.release, decision.pk, seen=decision.digest, actor=releaser, at=AT),
        partial(triage.transfer, row.pk, target, actor=officer_of(row.agency), at=AT, reason="不属"),
    )

    assert found == ["RequestEvent", "ValidationError"]
    assert (row.state, row.agency == target) == (State.REPLIED, False)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_transfer_against_submission_leaves_no_decision_with_another_agency(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    target = make_agency()

    found, row = race(
        row,
        partial(submit_decision, row),
        partial(triage.transfer, row.pk, target, actor=officer_of(row.agency), at=AT, reason="不属"),
    )

    assert found in (["Decision", "ValidationError"], ["RequestEvent", "ValidationError"])
    assert row.decisions.waiting().exists() == (row.agency != target)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_late_correction_against_the_lapse_is_one_or_the_other(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    ask_correction(row, due_on=TODAY + timedelta(days=1))
    deliver_correction(row)
    late = AT + timedelta(days=2)
    lapse = submit_decision(row, make_proposal(ReplyKind.NOT_CORRECTED), at=late)
    releaser = releaser_of(row.agency)

    found, row = race(
        row,
        partial(decide.release, lapse.pk, seen=lapse.digest, actor=releaser, at=late),
        partial(correct.answer, row.pk, "补正", actor=None, at=late),
    )

    assert found == ["RequestEvent", "ValidationError"]
    assert row.state in {State.LAPSED, State.CORRECTED}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_extension_against_a_charge_leaves_a_clock_that_both_agree_with(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    extension = submit_decision(row, make_proposal(kind=DecisionKind.EXTENSION))
    demand = charge.Demand(mode=FeeMode.BY_VOLUME, quantity=99)

    found, row = race(
        row,
        partial(decide.release, extension.pk, seen=extension.digest, actor=releaser_of(row.agency), at=AT),
        partial(charge.notify, row.pk, demand, actor=officer_of(row.agency), at=AT),
    )

    assert found in (["FeeNotice", "RequestEvent"], ["FeeNotice", "ValidationError"])
    assert row.state == State.FEE_NOTIFIED


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_answer_against_silence_is_one_or_the_other(_round: int) -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, delivered_on=TODAY)
    reply = inquire.Reply(answer="consent", answered_on=TODAY)

    found, row = race(
        row,
        partial(inquire.record_answer, inquiry.pk, reply, actor=officer_of(row.agency), at=AFTER_SILENCE),
        partial(inquire.settle_silence, inquiry.pk, actor=None, at=AFTER_SILENCE),
    )

    assert found == ["RequestEvent", "ValidationError"]
    assert row.state == State.IN_REVIEW


# --- numbers ----------------------------------------------------------------------------------------


def filings(agency_count: int, each: int) -> Iterator[Callable[[], object]]:
    keys = count(1)
    for agency in [make_agency(code=f"A{number}") for number in range(agency_count)]:
        for _number in range(each):
            yield partial(
                intake.file_online,
                make_person(),
                make_wanted(agency),
                proofs=(),
                submission_key=f"form-{next(keys)}",
                at=AT,
            )


def test_thirty_two_filings_at_once_have_consecutive_numbers_and_none_is_lost() -> None:
    outcomes = at_once(*filings(1, 32))

    assert names(outcomes) == ["Filed"] * 32
    numbers = sorted(InformationRequest.objects.values_list("number", flat=True))
    assert numbers == [f"A0-2026-{number:05}" for number in range(1, 33)]
    assert len({outcome.query_code for outcome in outcomes if isinstance(outcome, intake.Filed)}) == 32


def test_filings_at_two_agencies_at_once_are_numbered_each_by_itself() -> None:
    at_once(*filings(2, 6))

    numbers = sorted(InformationRequest.objects.values_list("number", flat=True))
    assert numbers == [f"A{agency}-2026-{number:05}" for agency in range(2) for number in range(1, 7)]


@pytest.mark.parametrize("agency_count", [1, 2])
def test_one_form_sent_eight_times_at_once_is_one_request(agency_count: int) -> None:
    agencies = [make_agency(code=f"A{number}") for number in range(agency_count)]
    person = make_person()
    calls = [
        partial(intake.file_online, person, make_wanted(agency), proofs=(), submission_key="same", at=AT)
        for agency in agencies
    ]

    outcomes = at_once(*calls, times=8 // agency_count)

    filed = [outcome for outcome in outcomes if isinstance(outcome, intake.Filed)]
    assert len(filed) == 8
    assert {one.request for one in filed} == {InformationRequest.objects.get()}
    assert [bool(one.query_code) for one in filed].count(True) == [one.is_new for one in filed].count(True) == 1
    again = [file_request(agency).request.number for agency in agencies]
    assert sorted(number[-5:] for number in again) == ["00001"] * (agency_count - 1) + ["00002"]


# --- locks ------------------------------------------------------------------------------------------


def test_everybody_at_work_in_one_agency_waits_for_nobody_for_ever() -> None:
    """Filing takes the counter first, all else the request: none comes back to what another holds."""
    agency, other = make_agency(code="A0"), make_agency(code="A1")
    officer, releaser = make_officer(agency), make_releaser(agency)
    rows = [bring_to(State.IN_REVIEW, file_request(agency).request) for _number in range(4)]
    waiting = [submit_decision(row) for row in rows[:2]]
    calls: list[Callable[[], object]] = [
        *(partial(decide.release, decision.pk, seen=decision.digest, actor=releaser, at=AT) for decision in waiting),
        *(partial(withdraw.withdraw, row.pk, actor=None, at=AT) for row in rows),
        *(partial(triage.transfer, row.pk, other, actor=officer, at=AT, reason="不属") for row in rows),
        *(partial(converse.write, row.pk, "请问", actor=None, at=AT) for row in rows),
        *(partial(ask_party, row) for row in rows[2:]),
    ]
    forms = [
        partial(intake.file_online, make_person(), make_wanted(one), proofs=(), submission_key=f"{key}", at=AT)
        for key, one in enumerate([agency, other] * 3)
    ]

    outcomes = at_once(*calls, *forms)

    assert set(names(outcomes)) <= {"RequestEvent", "Message", "Inquiry", "Filed", "ValidationError"}
    assert [type(outcome).__name__ for outcome in outcomes].count("Filed") == 6
    for row in InformationRequest.objects.all():
        assert_consistent(row)
