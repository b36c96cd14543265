"""A step and its letters stand or fall together."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from disclosure.models import IndexCounter
from govportal.models import Agency
from requests_app.enums import (
    Channel,
    DecisionKind,
    FeeMode,
    InquiryAnswer,
    InquiryKind,
    ReceiptBasis,
    ReplyKind,
    State,
)
from requests_app.letter_rules import LetterKind
from requests_app.models import InformationRequest, Letter, RequestOffice
from requests_app.services import charge, correct, correspondence, inquire, intake, triage
from requests_app.services.correspondence import Told
from requests_app.services.reply_checks import THIRD_PARTY_REASONS
from tests.factories import make_agency
from tests.factories.requests import (
    AT,
    TODAY,
    ask_party,
    hear_party,
    make_person,
    make_proposal,
    make_wanted,
    officer_of,
    releaser_of,
    request_in,
)
from tests.requests_app.letter_cases import make_office
from tests.requests_app.services.invariants import assert_consistent, refused_without_a_trace

pytestmark = pytest.mark.django_db

K = LetterKind
type Step = Callable[[InformationRequest], Told[Any]]


@pytest.fixture
def agency() -> Agency:
    agency = make_office()
    RequestOffice.objects.update(payee="到代收银行缴纳")
    return agency


def ask_correction(row: InformationRequest) -> Told[Any]:
    demand = correct.Demand(items="请写明年度。", due_on=TODAY + timedelta(days=10))
    return correspondence.ask_correction(row.pk, demand, actor=officer_of(row.agency), at=AT)


def ask_reasons(row: InformationRequest) -> Told[Any]:
    return correspondence.ask_reasons(row.pk, "64件", actor=officer_of(row.agency), at=AT)


def ask(kind: InquiryKind) -> Step:
    def step(row: InformationRequest) -> Told[Any]:
        question = inquire.Question(kind=kind, party="顺通路桥公司", matter="合同")
        return correspondence.ask_party(row.pk, question, actor=officer_of(row.agency), at=AT)

    return step


def charge_fee(row: InformationRequest) -> Told[Any]:
    demand = charge.Demand(mode=FeeMode.BY_VOLUME, quantity=99)
    return correspondence.charge_fee(row.pk, demand, actor=officer_of(row.agency), at=AT)


def transfer(row: InformationRequest) -> Told[Any]:
    other = make_agency(phone="0399-6610000", address="政府路1号")
    return correspondence.transfer(row.pk, other, actor=officer_of(row.agency), at=AT, reason="由其制作")


def release(row: InformationRequest, **values: Any) -> Told[Any]:
    decision = correspondence.submit(row.pk, make_proposal(**values), actor=officer_of(row.agency), at=AT)
    return correspondence.release(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=AT)


def extend(row: InformationRequest) -> Told[Any]:
    return release(row, kind=DecisionKind.EXTENSION)


STEPS: list[tuple[Step, list[LetterKind]]] = [
    (ask_correction, [K.CORRECTION]),
    (ask_reasons, [K.REASONS]),
    (ask(InquiryKind.THIRD_PARTY), [K.THIRD_PARTY_INQUIRY, K.PAUSE]),
    (ask(InquiryKind.CO_AGENCY), [K.CO_AGENCY_INQUIRY, K.PAUSE]),
    (charge_fee, [K.FEE]),
    (transfer, [K.TRANSFER]),
    (extend, [K.EXTENSION]),
    (release, [K.DISCLOSED]),
]


@pytest.mark.parametrize(("step", "kinds"), STEPS)
def test_step_issues_its_letters(agency: Agency, step: Step, kinds: list[LetterKind]) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)

    told = step(row)

    assert [letter.kind for letter in told.letters] == kinds
    assert {letter.agency for letter in told.letters} == {agency}
    assert list(assert_consistent(row).letters.all()) == list(told.letters)


@pytest.mark.parametrize("step", [step for step, _kinds in STEPS])
def test_step_whose_letter_lacks_a_fact_is_not_taken(agency: Agency, step: Step) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    Agency.objects.filter(pk=agency.pk).update(office="", phone="", address="")

    words = refused_without_a_trace(row, lambda: step(row))

    assert words == ["文书缺少：承办机构和联系方式。"]
    assert not Letter.objects.exists() and not IndexCounter.objects.filter(prefix__startswith="letter").exists()


@pytest.mark.parametrize(("channel", "kinds"), [(Channel.WEB, []), (Channel.COUNTER, [K.REGISTRATION_RECEIPT])])
def test_receipt_goes_to_whoever_did_not_file_on_the_portal(
    agency: Agency, channel: Channel, kinds: list[LetterKind]
) -> None:
    row = request_in(State.RECEIVED, agency=agency)
    if channel != Channel.WEB:
        arrival = intake.Arrival(channel=channel, basis=ReceiptBasis.SUBMITTED, received_on=TODAY)
        row = intake.enter(make_person(), make_wanted(agency), arrival, actor=officer_of(agency), at=AT).request

    told = correspondence.register(row.pk, triage.Receipt(), actor=officer_of(agency), at=AT)

    assert [letter.kind for letter in told.letters] == kinds


# --- decisions -----------------------------------------------------------------------------------------------------


def test_decision_whose_letter_lacks_a_fact_is_not_handed_in(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    proposal = make_proposal(ReplyKind.FORBIDDEN_BY_LAW, content="")

    words = refused_without_a_trace(
        row, lambda: correspondence.submit(row.pk, proposal, actor=officer_of(agency), at=AT)
    )

    assert words == ["文书缺少：禁止公开的法律、行政法规。"]


def objected(agency: Agency) -> InformationRequest:
    row = request_in(State.IN_REVIEW, agency=agency)
    for letter, answer in ((True, InquiryAnswer.OBJECTION), (True, InquiryAnswer.CONSENT)):
        told = ask(InquiryKind.THIRD_PARTY)(row) if letter else None
        assert told
        told.deed.request = row
        hear_party(told.deed, answer)
    return row


def test_objecting_third_party_is_told_with_the_release(agency: Agency) -> None:
    row = objected(agency)

    told = release(row, facts={THIRD_PARTY_REASONS: "关系公共安全。"})

    assert [letter.kind for letter in told.letters] == [K.DISCLOSED, K.THIRD_PARTY_DECISION]
    assert [letter.inquiry.answer for letter in told.letters if letter.inquiry] == [InquiryAnswer.OBJECTION]
    assert correspondence.owed(assert_consistent(row))[1].inquiry == told.letters[1].inquiry


def test_part_disclosed_against_an_objection_is_told_where_its_reasons_are_given(agency: Agency) -> None:
    facts = {"grounds": ["third_party"], "withheld": "配比", "withheld_basis": "第十五条"}

    silent = release(objected(agency), reply_kind=ReplyKind.PARTIAL, facts=facts)
    told = release(objected(agency), reply_kind=ReplyKind.PARTIAL, facts=facts | {THIRD_PARTY_REASONS: "公共利益。"})

    assert [letter.kind for letter in silent.letters] == [K.PARTIAL]
    assert [letter.kind for letter in told.letters] == [K.PARTIAL, K.THIRD_PARTY_DECISION]


def test_third_party_whose_inquiry_had_no_letter_keeps_the_decision_from_being_handed_in(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    hear_party(ask_party(row), InquiryAnswer.OBJECTION)
    proposal = make_proposal(facts={THIRD_PARTY_REASONS: "关系公共安全。"})

    words = refused_without_a_trace(
        row, lambda: correspondence.submit(row.pk, proposal, actor=officer_of(agency), at=AT)
    )

    assert words == ["文书缺少：征询书文号。"]


def test_release_that_comes_to_nothing_takes_its_letter_along(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)

    with transaction.atomic():
        release(row)
        transaction.set_rollback(True)

    assert assert_consistent(row).state == State.IN_REVIEW
    assert not Letter.objects.exists()
