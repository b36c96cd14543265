"""Requests for disclosure: as rows alone, for lists and pages, and taken through the services by as many people."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils.timezone import localdate

from govportal import access
from govportal.calendar import load_calendar
from govportal.models import Agency, User
from govportal.permissions import Permission, Role
from govportal.workdays import add_working_days
from requests_app.enums import (
    CLOSED_STATES,
    ApplicantKind,
    Channel,
    DecisionKind,
    DeliveryWay,
    FeeMode,
    IdentityKind,
    InquiryAnswer,
    InquiryKind,
    Outcome,
    ReceiptBasis,
    ReplyKind,
    State,
)
from requests_app.letter_rules import LetterKind
from requests_app.models import Applicant, Decision, InformationRequest, Inquiry, Letter
from requests_app.services import charge, correct, decide, inquire, intake, triage, withdraw
from tests.factories.kernel import make_agency, make_member

_numbers = count(1)
# Monday, ten o'clock in Beijing: the day on which everything below happens unless told otherwise.
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


# --- people --------------------------------------------------------------------------------------------------


def make_officer(agency: Agency | None = None, **values: Any) -> User:
    """依申请公开经办 of the agency."""
    return make_member(Role.REQUEST_OFFICER, agency, **values)


def make_releaser(agency: Agency | None = None, **values: Any) -> User:
    """公开机构负责人 of the agency, who signs what the officer drafts."""
    return make_member(Role.OFFICE_HEAD, agency, **values)


def officer_of(agency: Agency) -> User:
    """Whoever handles requests there; made when there is nobody."""
    return access.holders(Permission.HANDLE_REQUEST, agency).first() or make_officer(agency)


def releaser_of(agency: Agency) -> User:
    """Whoever signs there; made when there is nobody."""
    return access.holders(Permission.RELEASE_REPLY, agency).first() or make_releaser(agency)


# --- rows alone ----------------------------------------------------------------------------------------------


def make_request(
    *,
    agency: Agency | None = None,
    state: State = State.RECEIVED,
    applicant: dict[str, Any] | None = None,
    has_applicant: bool = True,
    **values: Any,
) -> InformationRequest:
    """A request in a state, of columns alone: no event, no clock event, and no row that the state speaks of.

    `applicant`: values of its applicant, who is made with it unless `has_applicant` is False, as out of a ledger.
    """
    number = next(_numbers)
    received_on = values.get("received_on", TODAY)
    values = {
        "number": f"T-2026-{number:05}",
        "channel": Channel.WEB,
        "filed_at": AT,
        "received_on": received_on,
        "receipt_basis": ReceiptBasis.PORTAL,
        "applicant_kind": ApplicantKind.NATURAL_PERSON,
        "subject": f"农村公路养护资金使用明细{number}",
        "description": f"2025年柳林镇第{number}标段的合同和结算。",
    } | values
    stands_still = state in {State.CORRECTION_ASKED, State.FEE_NOTIFIED} or state in CLOSED_STATES
    if received_on and not stands_still:
        values.setdefault("due_on", add_working_days(received_on, 20, load_calendar()))
    if state in CLOSED_STATES:
        outcome = Outcome.R1 if state == State.REPLIED else Outcome.R6_3
        values = {"outcome": outcome, "closed_on": received_on} | values
        if state == State.REPLIED:
            values.setdefault("reply_kind", ReplyKind.DISCLOSED)
    row = InformationRequest.objects.create(agency=agency or make_agency(), state=state, **values)
    if has_applicant:
        make_applicant(row, **(applicant or {}))
    return row


def make_applicant(row: InformationRequest, **values: Any) -> Applicant:
    """申请人 of a request, with the fingerprints by which he is found."""
    applicant = intake.make_applicant(row, make_person(**values))
    applicant.save(force_insert=True)
    return applicant


def make_inquiry(row: InformationRequest, **values: Any) -> Inquiry:
    """征求意见 of a third party, unanswered, as a row alone."""
    number = next(_numbers)
    values = {
        "kind": InquiryKind.THIRD_PARTY,
        "ref": f"{number}",
        "party": f"顺通路桥公司{number}",
        "matter": "养护工程合同和结算明细",
        "asked_on": TODAY,
        "due_on": add_working_days(values.get("delivered_on") or values.get("asked_on") or TODAY, 15, load_calendar()),
    } | values
    values.setdefault("asked_by", officer_of(row.agency))
    return Inquiry.objects.create(request=row, **values)


def make_decision(row: InformationRequest, **values: Any) -> Decision:
    """决定 handed in, as a row alone: 予以公开 unless told otherwise."""
    kind = values.get("kind", DecisionKind.REPLY)
    values = {
        "kind": kind,
        "reply_kind": ReplyKind.DISCLOSED if kind == DecisionKind.REPLY else "",
        "days": None if kind == DecisionKind.REPLY else 10,
        "basis": "《中华人民共和国政府信息公开条例》第三十六条第二项",
        "reasons": "所申请的信息可以公开。",
        "digest": "0" * 64,
        "drafted_at": AT,
    } | values
    values.setdefault("drafted_by", officer_of(row.agency))
    return Decision.objects.create(request=row, **values)


# --- what a service is given -----------------------------------------------------------------------------------


def make_person(**values: Any) -> intake.Person:
    """Who applies: invented, and different every time."""
    number = next(_numbers)
    values = {
        "name": f"林试{number}",
        "identity_kind": IdentityKind.PASSPORT,
        "identity_number": f"E{number:08}",
        "phone": f"0399-{6000000 + number}",
        "email": f"applicant-{number}@mail.example",
        "address": f"澄明县交通路{number}号",
    } | values
    return intake.Person(**values)


def make_wanted(agency: Agency, **values: Any) -> intake.Wanted:
    number = next(_numbers)
    values = {
        "applicant_kind": ApplicantKind.NATURAL_PERSON,
        "subject": f"农村公路养护资金使用明细{number}",
        "description": f"2025年柳林镇第{number}标段的合同和结算。",
    } | values
    return intake.Wanted(agency=agency, **values)


def make_proposal(reply_kind: ReplyKind = ReplyKind.DISCLOSED, **values: Any) -> decide.Proposal:
    """What an officer hands in: a reply unless `kind` says otherwise."""
    kind = values.pop("kind", DecisionKind.REPLY)
    values = {
        "reasons": "所申请的信息由本机关制作，可以公开。",
        "content": "2025年养护资金使用明细。",
        "reply_kind": reply_kind if kind == DecisionKind.REPLY else "",
        "days": None if kind == DecisionKind.REPLY else 10,
    } | values
    return decide.Proposal(kind=kind, **values)


# --- through the services --------------------------------------------------------------------------------------


def file_request(
    agency: Agency | None = None, *, at: datetime = AT, person: intake.Person | None = None, **wanted: Any
) -> intake.Filed:
    """网上申请, with its query code."""
    key = f"{next(_numbers):064}"
    asked = make_wanted(agency or make_agency(), **wanted)
    return intake.file_online(person or make_person(), asked, proofs=(), submission_key=key, at=at)


def request_in(state: State, *, agency: Agency | None = None, at: datetime = AT, **wanted: Any) -> InformationRequest:
    """A request filed at `at` and brought to the state by the verbs that lead there, on the same day where the law
    lets it; LAPSED as an unanswered correction, long after."""
    row = file_request(agency, at=at, **wanted).request
    return bring_to(state, row, at=at)


def bring_to(state: State, row: InformationRequest, *, at: datetime = AT) -> InformationRequest:
    """From RECEIVED to the state, through the services."""
    if state == State.WITHDRAWN:
        withdraw.withdraw(row.pk, actor=None, at=at)
    elif state != State.RECEIVED:
        officer = officer_of(row.agency)
        triage.register(row.pk, triage.Receipt(), actor=officer, at=at)
        if state != State.REGISTERED:
            _go_on(state, row, officer, at)
    row = reread_request(row)
    assert row.state == state
    return row


def _go_on(state: State, row: InformationRequest, officer: User, at: datetime) -> None:
    if state in {State.CORRECTION_ASKED, State.CORRECTED, State.LAPSED}:
        ask_correction(row, at=at)
        if state == State.CORRECTED:
            correct.answer(row.pk, "养护资金使用明细", actor=None, at=at)
        elif state == State.LAPSED:
            deliver_correction(row, localdate(at))
            release_decision(row, make_proposal(ReplyKind.NOT_CORRECTED), at=at + timedelta(days=30))
        return
    triage.begin_review(row.pk, actor=officer, at=at)
    if state == State.CONSULTING_THIRD_PARTY:
        ask_party(row, InquiryKind.THIRD_PARTY, at=at)
    elif state == State.CONSULTING_CO_AGENCY:
        ask_party(row, InquiryKind.CO_AGENCY, at=at)
    elif state == State.FEE_NOTIFIED:
        charge.notify(row.pk, charge.Demand(mode=FeeMode.BY_VOLUME, quantity=250), actor=officer, at=at)
    elif state == State.EXTENDED:
        release_decision(row, make_proposal(kind=DecisionKind.EXTENSION), at=at)
    elif state == State.REPLIED:
        release_decision(row, make_proposal(), at=at)


def ask_correction(row: InformationRequest, *, at: datetime = AT, **changes: Any) -> None:
    """告知补正 with ten days to answer."""
    values: dict[str, Any] = {"items": "请写明年度和项目。", "due_on": localdate(at) + timedelta(days=10)} | changes
    correct.ask(row.pk, correct.Demand(**values), actor=officer_of(row.agency), at=at)


def deliver_correction(row: InformationRequest, on: date = TODAY) -> None:
    """补正告知书 of that day, proven to have come on it; as rows alone."""
    number = f"测公复〔{on.year}〕{next(_numbers)}号"
    letter = Letter.objects.create(
        request=row, agency=row.agency, kind=LetterKind.CORRECTION, number=number, issued_on=on, issued_at=AT
    )
    letter.deliveries.create(way=DeliveryWay.POST, sent_on=on, delivered_on=on)


def ask_party(
    row: InformationRequest, kind: InquiryKind = InquiryKind.THIRD_PARTY, *, at: datetime = AT, **values: Any
) -> Inquiry:
    """发出征求意见书."""
    values = {"party": f"顺通路桥公司{next(_numbers)}", "matter": "养护工程合同和结算明细"} | values
    return inquire.ask(row.pk, inquire.Question(kind=kind, **values), actor=officer_of(row.agency), at=at)


def hear_party(
    inquiry: Inquiry, answer: InquiryAnswer = InquiryAnswer.CONSENT, *, at: datetime = AT, **values: Any
) -> None:
    """登记意见."""
    values = {"reasons": "合同单价不为公众所知悉。"} | values
    actor = officer_of(inquiry.request.agency)
    inquire.record_answer(inquiry.pk, inquire.Reply(answer=answer, **values), actor=actor, at=at)


def submit_decision(row: InformationRequest, proposal: decide.Proposal | None = None, *, at: datetime = AT) -> Decision:
    """送签 by the officer."""
    return decide.submit(row.pk, proposal or make_proposal(), actor=officer_of(row.agency), at=at)


def release_decision(
    row: InformationRequest, proposal: decide.Proposal | None = None, *, at: datetime = AT
) -> Decision:
    """送签 by the officer and 签发 by another."""
    decision = submit_decision(row, proposal, at=at)
    decide.release(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=at)
    decision.refresh_from_db()
    return decision


def reread_request(row: InformationRequest) -> InformationRequest:
    """The request as the database has it now, with its agency."""
    return InformationRequest.objects.select_related("agency", "handler").get(pk=row.pk)
