"""登记、分派、转交、转入办理, each with what it refuses, whom it tells and what the clock says afterwards."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from pytest_django import Settings

from govportal.models import AuditEvent, Notice
from govportal.permissions import Role
from requests_app.enums import Action, Channel, DecisionKind, ReceiptBasis, State
from requests_app.models import InformationRequest
from requests_app.services import correct, decide, intake, triage
from tests.factories import make_agency, make_member, make_officer, make_user
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    file_request,
    make_person,
    make_proposal,
    make_request,
    make_wanted,
    officer_of,
    releaser_of,
    request_in,
    reread_request,
    submit_decision,
)
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
AS_RECORDED = triage.Receipt()


def by_mail(received_on: date | None = None, basis: ReceiptBasis = ReceiptBasis.CONFIRMED) -> InformationRequest:
    """Entered by staff on the day of AT."""
    agency = make_agency()
    arrival = intake.Arrival(channel=Channel.MAIL, basis=basis, received_on=received_on)
    return intake.enter(make_person(), make_wanted(agency), arrival, actor=make_officer(agency), at=AT).request


# --- 登记 -----------------------------------------------------------------------------------------------------------


def test_register_runs_the_clock_gives_it_a_handler_and_tells_the_applicant() -> None:
    row = file_request().request
    officer = make_officer(row.agency)
    Notice.objects.all().delete()

    event = triage.register(row.pk, AS_RECORDED, actor=officer, at=LATER)

    row = assert_consistent(row)
    assert (row.state, row.handler, row.due_on) == (State.REGISTERED, officer, date(2026, 3, 30))
    assert (event.action, event.from_state, event.on, event.by_applicant) == (
        Action.REGISTER, State.RECEIVED, date(2026, 3, 4), False,
    )  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.address, notice.subject) == (row.applicant.email, f"您的申请 {row.number} 已受理。")
    assert_says_nothing_personal(row)


def test_register_settles_the_day_that_was_open_and_leaves_it_in_the_trail() -> None:
    row = by_mail()

    triage.register(row.pk, triage.Receipt(received_on=date(2026, 3, 3)), actor=officer_of(row.agency), at=LATER)

    row = assert_consistent(row)
    assert (row.received_on, row.receipt_basis, row.due_on) == (
        date(2026, 3, 3), ReceiptBasis.CONFIRMED, date(2026, 3, 31),
    )  # fmt: skip
    event = AuditEvent.objects.get(action="request.settle_receipt")
    assert (event.before, event.after) == (
        {"received_on": None, "basis": "confirmed"},
        {"received_on": "2026-03-03", "basis": "confirmed"},
    )


def test_register_without_a_day_of_receipt_is_refused() -> None:
    row = by_mail()

    words = refused_without_a_trace(
        row, lambda: triage.register(row.pk, AS_RECORDED, actor=officer_of(row.agency), at=LATER)
    )

    assert words == ["请填写收到日期：与申请人确认收到的那一天（条例第三十一条）。"]


@pytest.mark.parametrize(
    "receipt",
    [
        triage.Receipt(received_on=date(2026, 3, 4)),
        triage.Receipt(received_on=date(2026, 3, 1)),
        triage.Receipt(basis=ReceiptBasis.CONFIRMED),
    ],
)
def test_register_does_not_move_the_day_that_the_portal_has_confirmed(receipt: triage.Receipt) -> None:
    row = file_request().request
    officer = make_officer(row.agency)

    words = refused_without_a_trace(row, lambda: triage.register(row.pk, receipt, actor=officer, at=LATER))

    assert words == ["网上登记回执已经确认收到日期 2026-03-02，不能更改。"]
    same = triage.Receipt(basis=ReceiptBasis.PORTAL, received_on=TODAY)
    assert triage.register(row.pk, same, actor=officer, at=LATER).to_state == State.REGISTERED


def test_register_of_a_web_request_confirms_no_day_before_it_was_sent(settings: Settings) -> None:
    settings.REQUEST_PORTAL_CONFIRMS_RECEIPT = False
    row = file_request().request
    earlier, later = (triage.Receipt(received_on=TODAY + timedelta(days=days)) for days in (-1, 1))
    officer = make_officer(row.agency)

    assert refusal(lambda: triage.register(row.pk, earlier, actor=officer, at=LATER)) == [
        "收到日期不能早于网上提交的日期。"
    ]
    triage.register(row.pk, later, actor=officer, at=LATER)
    assert assert_consistent(row).due_on == date(2026, 3, 31)


def test_register_mends_what_staff_mistyped() -> None:
    row = by_mail(received_on=TODAY, basis=ReceiptBasis.SIGNED_FOR)
    receipt = triage.Receipt(received_on=date(2026, 2, 28))

    triage.register(row.pk, receipt, actor=officer_of(row.agency), at=LATER)

    assert assert_consistent(row).due_on == date(2026, 3, 27)
    assert AuditEvent.objects.filter(action="request.settle_receipt").count() == 1


@pytest.mark.parametrize(
    ("receipt", "reason"),
    [
        (triage.Receipt(received_on=date(2026, 3, 5)), "收到日期不能晚于今天。"),
        (triage.Receipt(received_on=TODAY, basis=ReceiptBasis.SUBMITTED), "邮寄提交的申请，收到日期为：签收之日"),
        (triage.Receipt(received_on=date(2019, 5, 14)), "收到申请的日期早于2019年5月15日"),
    ],
)  # fmt: skip
def test_register_with_a_day_that_cannot_be_is_refused(receipt: triage.Receipt, reason: str) -> None:
    row = by_mail()

    words = refused_without_a_trace(
        row, lambda: triage.register(row.pk, receipt, actor=officer_of(row.agency), at=LATER)
    )

    assert len(words) == 1 and words[0].startswith(reason)


def test_register_twice_is_refused() -> None:
    row = request_in(State.REGISTERED)
    again = partial(triage.register, row.pk, AS_RECORDED, actor=officer_of(row.agency), at=LATER)

    assert refused_without_a_trace(row, again) == ["申请的状态是“已受理”，不能登记受理。"]


def test_begin_review_leads_from_the_corrected_application_too() -> None:
    for state in (State.REGISTERED, State.CORRECTED):
        row = request_in(state)

        triage.begin_review(row.pk, actor=officer_of(row.agency), at=LATER)

        assert assert_consistent(row).state == State.IN_REVIEW


# --- 分派 -----------------------------------------------------------------------------------------------------------


def test_assign_changes_the_handler_keeps_the_lineage_and_tells_the_new_one() -> None:
    row = request_in(State.IN_REVIEW)
    before, colleague = row.handler, make_officer(row.agency, email="colleague@county.example")
    Notice.objects.all().delete()

    triage.assign(row.pk, colleague, actor=officer_of(row.agency), at=LATER, reason="业务\x00调整")

    row = assert_consistent(row)
    line = row.assignments.get()
    assert (row.handler, row.state) == (colleague, State.IN_REVIEW)
    assert (line.from_handler, line.to_handler, line.from_agency, line.to_agency, line.reason) == (
        before, colleague, row.agency, row.agency, "业务调整",
    )  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.address, notice.subject) == ("colleague@county.example", f"分派给您经办：{row.number}")


def test_assign_to_whoever_is_no_officer_there_or_has_it_already_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    officer = officer_of(row.agency)
    stranger, gone = make_user(username="other"), make_officer(row.agency, username="gone", is_active=False)

    for person in (stranger, gone, make_member(Role.OFFICE_HEAD, row.agency, username="head")):
        words = refused_without_a_trace(row, partial(triage.assign, row.pk, person, actor=officer, at=LATER))
        assert words == [f"{person}不是本单位的依申请公开经办。"]
    assert refusal(lambda: triage.assign(row.pk, officer, actor=officer, at=LATER)) == [f"已经由{officer}经办。"]


def test_assign_to_oneself_sends_no_mail() -> None:
    row = make_request(state=State.IN_REVIEW)
    officer = make_officer(row.agency, email="me@county.example")

    triage.assign(row.pk, officer, actor=officer, at=LATER)

    assert not Notice.objects.exists()


# --- 转交 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.RECEIVED, State.REGISTERED, State.CORRECTED, State.IN_REVIEW])
def test_transfer_moves_the_case_and_the_clock_goes_on(state: State) -> None:
    row, target = request_in(state), make_agency(name="柳林镇人民政府")
    make_officer(target, email="there@county.example")
    giver, before = officer_of(row.agency), row
    Notice.objects.all().delete()

    triage.transfer(row.pk, target, actor=giver, at=LATER, reason="该信息由柳林镇制作。")

    row = assert_consistent(row)
    assert (row.agency, row.handler, row.state, row.number) == (target, None, state, before.number)
    assert (row.due_on, row.received_on) == (before.due_on, before.received_on)
    line = row.assignments.get()
    assert (line.from_agency, line.to_agency, line.to_handler) == (before.agency, target, None)
    addresses = {notice.address: notice.subject for notice in Notice.objects.all()}
    assert addresses == {
        row.applicant.email: f"您的申请 {row.number} 已经转交其他单位办理。",
        "there@county.example": f"其他单位转来的申请：{row.number}",
    }
    trail = AuditEvent.objects.filter(action="request.transfer").order_by("pk")
    assert [event.agency_id for event in trail] == [target.pk, before.agency.pk]
    assert_says_nothing_personal(row)
    assert row not in InformationRequest.objects.visible_to(giver)


def test_transfer_takes_the_right_to_act_along() -> None:
    row, target = request_in(State.IN_REVIEW), make_agency()
    giver = officer_of(row.agency)
    triage.transfer(row.pk, target, actor=giver, at=LATER, reason="不属本机关")

    words = refusal(lambda: triage.transfer(row.pk, row.agency, actor=giver, at=LATER, reason="要回"))

    assert words == [f"您在{target.display_name}没有“转交其他单位”的角色。"]
    taker = make_officer(target)
    triage.assign(row.pk, taker, actor=taker, at=LATER)
    triage.transfer(row.pk, row.agency, actor=taker, at=LATER, reason="退回")
    assert [(a.from_agency, a.to_agency) for a in assert_consistent(row).assignments.all()] == [
        (row.agency, target), (target, target), (target, row.agency),
    ]  # fmt: skip


def test_transfer_after_a_correction_asks_for_no_second_one() -> None:
    row, target = request_in(State.CORRECTED), make_agency()
    triage.transfer(row.pk, target, actor=officer_of(row.agency), at=LATER, reason="不属本机关")
    triage.begin_review(row.pk, actor=make_officer(target), at=LATER)

    assert refusal(lambda: ask_correction(reread_request(row), at=LATER)) == ["补正只能告知一次（条例第三十条）。"]


def test_transfer_waits_for_the_day_of_receipt() -> None:
    row = make_request(received_on=None, receipt_basis="", channel=Channel.MAIL)
    move = partial(triage.transfer, row.pk, make_agency(), actor=officer_of(row.agency), at=LATER, reason="不属")

    assert refused_without_a_trace(row, move) == ["还没有确定收到申请的日期，请先登记受理，再转交。"]


def test_transfer_to_where_it_cannot_go_is_refused_with_every_reason() -> None:
    row = request_in(State.IN_REVIEW)
    officer, inactive = officer_of(row.agency), make_agency(is_active=False, name="撤销的局")

    here = refused_without_a_trace(
        row, lambda: triage.transfer(row.pk, row.agency, actor=officer, at=LATER, reason=" ")
    )
    closed = refusal(lambda: triage.transfer(row.pk, inactive, actor=officer, at=LATER, reason="不属"))

    assert here == [f"申请已经在{row.agency.display_name}。", "须写明转交的理由。"]
    assert closed == ["撤销的局不受理信息公开申请。"]


def test_transfer_waits_for_the_decision_that_waits() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)
    move = partial(triage.transfer, row.pk, make_agency(), actor=officer_of(row.agency), at=LATER, reason="不属")

    assert refused_without_a_trace(row, move) == ["有待签发的决定，请先退回或者收回。"]
    decide.send_back(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=LATER, note="不属本机关")
    assert move().to_state == State.IN_REVIEW


@pytest.mark.parametrize(
    "state",
    [
        State.CORRECTION_ASKED,
        State.CONSULTING_THIRD_PARTY,
        State.CONSULTING_CO_AGENCY,
        State.FEE_NOTIFIED,
        State.EXTENDED,
    ],
)
def test_transfer_while_somebody_is_asked_or_after_an_extension_is_refused(state: State) -> None:
    row = request_in(state)
    move = partial(triage.transfer, row.pk, make_agency(), actor=officer_of(row.agency), at=LATER, reason="不属")

    assert refused_without_a_trace(row, move) == [f"申请的状态是“{state.label}”，不能转交其他单位。"]


def test_extension_in_the_making_does_not_outlive_its_agency() -> None:
    row = request_in(State.IN_REVIEW)
    submit_decision(row, make_proposal(kind=DecisionKind.EXTENSION))
    move = partial(triage.transfer, row.pk, make_agency(), actor=officer_of(row.agency), at=LATER, reason="不属")

    assert "待签发" in refusal(move)[0]


def test_mail_goes_to_all_officers_once_the_handler_is_one_no_more() -> None:
    row = request_in(State.CORRECTION_ASKED)
    assert row.handler
    row.handler.memberships.all().delete()
    make_officer(row.agency, email="successor@county.example")
    Notice.objects.all().delete()

    correct.answer(row.pk, "明细", actor=None, at=LATER)

    assert [notice.address for notice in Notice.objects.all()] == ["successor@county.example"]
