"""整改: the whole table of states and actions, who may do what, numbers, mail, and what the public can read."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from disclosure.enums import Audience, ItemState, RectificationState, TargetGroup
from disclosure.models import Obligation, Rectification
from disclosure.services import rectify
from disclosure.workflow_rectification import RECTIFICATION, RectificationAction, next_state
from govportal.models import Agency, AuditEvent, InboxMessage, Notice, PublicRevision, User
from govportal.models.agency import AgencyKind
from govportal.permissions import Role
from tests.factories import make_agency, make_catalogue_entry, make_item, make_member
from tests.factories.registers import make_rectification
from tests.threads import at_once

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
S, A = RectificationState, RectificationAction


class Cast:
    """A county that oversees its bureau, and the people of both."""

    def __init__(self) -> None:
        self.county = make_agency(name="澄明县人民政府", kind=AgencyKind.GOVERNMENT)
        self.bureau = make_agency(name="民政局", parent=self.county)
        self.inspector = make_member(Role.INSPECTOR, self.county, email="inspector@county.example")
        self.publisher = make_member(Role.PUBLISHER, self.bureau)
        self.head = make_member(Role.OFFICE_HEAD, self.bureau, email="head@county.example")

    def order(self, **values: Any) -> rectify.Order:
        texts = {"problem": "栏目三个月没有更新", "requirement": "十日内更新", "basis": "国办秘函〔2019〕19号"}
        return rectify.Order(**{"agency": self.bureau} | texts | values)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


def in_state(cast: Cast, state: RectificationState) -> Rectification:
    """A row in this state, as the verbs leave it."""
    row = rectify.order(cast.order(), actor=cast.inspector, at=AT)
    if state in {S.REPORTED, S.RETURNED, S.VERIFIED}:
        rectify.report(row.pk, actor=cast.publisher, at=AT, text="已更新")
    if state in {S.RETURNED, S.VERIFIED}:
        finding = rectify.Finding(is_done=state == S.VERIFIED, finding="核实情况", due_on=TODAY + timedelta(30))
        rectify.verify(row.pk, finding, actor=cast.inspector, at=AT)
    if state == S.CANCELLED:
        rectify.cancel(row.pk, actor=cast.inspector, at=AT, reason="交办有误")
    return Rectification.objects.get(pk=row.pk)


def do(cast: Cast, row: Rectification, action: RectificationAction) -> Rectification:
    if action == A.REPORT:
        return rectify.report(row.pk, actor=cast.publisher, at=AT, text="已更新")
    if action == A.CANCEL:
        return rectify.cancel(row.pk, actor=cast.inspector, at=AT, reason="交办有误")
    finding = rectify.Finding(is_done=action == A.ACCEPT, finding="看过", due_on=TODAY + timedelta(9))
    return rectify.verify(row.pk, finding, actor=cast.inspector, at=AT)


@pytest.mark.parametrize("action", A)
@pytest.mark.parametrize("state", S)
def test_action_leads_where_the_table_says_or_is_refused(
    cast: Cast, state: RectificationState, action: RectificationAction
) -> None:
    row = in_state(cast, state)
    assert row.state == state
    expected = RECTIFICATION.get((state, action))

    if expected is None:
        with pytest.raises(ValidationError, match="整改的状态是"):
            do(cast, row, action)
        expected = state
    else:
        do(cast, row, action)

    row.refresh_from_db()
    assert row.state == expected


def test_table_ends_in_verified_and_cancelled() -> None:
    for end in (S.VERIFIED, S.CANCELLED):
        assert [next_state(end, action) for action in A] == [None] * len(A)
    assert set(RECTIFICATION.values()) == set(S) - {S.ORDERED}


def test_order_is_numbered_dated_public_and_told_to_those_who_report(cast: Cast) -> None:
    before = PublicRevision.objects.count()

    first = rectify.order(cast.order(), actor=cast.inspector, at=AT)
    second = rectify.order(cast.order(due_on=date(2026, 4, 1)), actor=cast.inspector, at=AT)
    next_year = rectify.order(cast.order(), actor=cast.inspector, at=datetime(2026, 12, 31, 16, 30, tzinfo=UTC))

    assert [row.number for row in (first, second, next_year)] == [
        "整改〔2026〕1号",
        "整改〔2026〕2号",
        "整改〔2027〕1号",
    ]
    assert (first.ordered_on, first.due_on, second.due_on) == (TODAY, date(2026, 3, 16), date(2026, 4, 1))
    assert PublicRevision.objects.count() == before + 3
    assert first.get_absolute_url().endswith("/rectifications/2026-1/")
    told = InboxMessage.objects.filter(subject__contains=first.number).values_list("user", flat=True)
    assert set(told) == {cast.head.pk, cast.publisher.pk}
    notice = Notice.objects.order_by("pk").first()
    assert notice and notice.address == "head@county.example"
    assert first.number in notice.subject and "2026-03-16" in notice.subject
    assert "栏目" not in notice.subject + notice.body
    event = AuditEvent.objects.order_by("pk").first()
    assert event and (event.action, event.subject_name, event.agency_id) == (
        "rectification.order", first.number, cast.bureau.pk,
    )  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.INSPECTOR, Role.COMPLAINT_OFFICER}])
def test_only_those_who_oversee_order_and_verify(cast: Cast, role: Role) -> None:
    actor = make_member(role, cast.county)
    row = in_state(cast, S.REPORTED)

    with pytest.raises(ValidationError, match="没有对民政局交办整改的职责"):
        rectify.order(cast.order(), actor=actor, at=AT)
    for action in (A.ACCEPT, A.RETURN, A.CANCEL):
        assert rectify.reasons_against(row, action, actor) == ["您没有对民政局交办整改的职责。"]


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.COMPLAINT_OFFICER])
def test_nobody_of_the_agency_orders_verifies_or_cancels(cast: Cast, role: Role) -> None:
    overseer = make_member(role, cast.county)
    make_member(Role.STAFF, cast.bureau, user=overseer)
    row = in_state(cast, S.REPORTED)

    with pytest.raises(ValidationError, match="责任单位的人员不能"):
        rectify.order(cast.order(), actor=overseer, at=AT)
    for action in (A.ACCEPT, A.CANCEL):
        assert rectify.reasons_against(row, action, overseer) == ["责任单位的人员不能交办、核实本单位的整改。"]


def test_mandate_lets_a_desk_of_elsewhere_order_and_see_its_own_order_through(cast: Cast) -> None:
    desk = make_agency(name="司法局", parent=cast.county)
    officer, colleague = make_member(Role.COMPLAINT_OFFICER, desk), make_member(Role.COMPLAINT_OFFICER, desk)
    with pytest.raises(ValidationError, match="没有对民政局交办整改的职责"):
        rectify.order(cast.order(), actor=officer, at=AT)

    row = rectify.order(cast.order(), actor=officer, at=AT, has_mandate=True)
    row = rectify.report(row.pk, actor=cast.publisher, at=AT, text="已更新")

    assert list(Rectification.objects.to_verify_for(officer)) == [row]
    assert not Rectification.objects.to_verify_for(colleague).exists()
    for action in (A.ACCEPT, A.RETURN, A.CANCEL):
        assert rectify.reasons_against(row, action, officer) == []
        assert rectify.reasons_against(row, action, colleague) == ["您没有对民政局交办整改的职责。"]
    rectify.verify(row.pk, rectify.Finding(is_done=True, finding="看过"), actor=officer, at=AT)
    for role, place, words in (
        (Role.COMPLAINT_OFFICER, cast.bureau, "责任单位的人员不能"),
        (Role.APPROVER, desk, "没有对民政局交办整改的职责"),  # who orders nowhere has no mandate either
    ):
        with pytest.raises(ValidationError, match=words):
            rectify.order(cast.order(), actor=make_member(role, place), at=AT, has_mandate=True)
    make_member(Role.STAFF, cast.bureau, user=officer)
    moved = rectify.reasons_against(row, A.CANCEL, User.objects.get(pk=officer.pk))
    assert moved == ["责任单位的人员不能交办、核实本单位的整改。"]


def test_trail_names_the_government_above_alike_wherever_whoever_oversees_sits(cast: Cast) -> None:
    officer = make_member(Role.COMPLAINT_OFFICER, make_agency(name="司法局", parent=cast.county))
    other = make_member(Role.COMPLAINT_OFFICER, make_agency(name="监察室"))

    for actor in (officer, cast.inspector, other):
        row = rectify.order(cast.order(), actor=actor, at=AT, has_mandate=actor != cast.inspector)
        rectify.report(row.pk, actor=cast.publisher, at=AT, text="已更新")
        returned = rectify.Finding(is_done=False, finding="没改", due_on=TODAY + timedelta(9))
        rectify.verify(row.pk, returned, actor=actor, at=AT)
        rectify.cancel(row.pk, actor=actor, at=AT, reason="交办有误")

        events = AuditEvent.objects.filter(subject_type=row._meta.label, subject_id=str(row.pk)).order_by("pk")
        office = "澄明县人民政府"
        assert list(events.values_list("actor_id", "actor_name")) == [
            (None, office), (cast.publisher.pk, str(cast.publisher)), (None, office), (None, office),
        ]  # fmt: skip
        assert not any(str(actor) in str(vars(event)) or "司法局" in str(vars(event)) for event in events)
        row.refresh_from_db()
        assert (row.ordered_by, row.verified_by) == (actor, actor)


def test_office_over_an_agency_is_the_nearest_government_above_it(cast: Cast) -> None:
    town = make_agency(name="青石镇", parent=cast.county, kind=AgencyKind.TOWNSHIP)
    under_a_department = make_agency(name="婚姻登记处", parent=cast.bureau)

    assert rectify.office_over(make_agency(parent=town)) == "青石镇"
    assert rectify.office_over(under_a_department) == rectify.office_over(town) == "澄明县人民政府"
    assert rectify.office_over(cast.county) == "上级主管部门"


@pytest.mark.parametrize("role", Role)
def test_only_publisher_or_office_head_of_the_agency_reports(cast: Cast, role: Role) -> None:
    row = in_state(cast, S.ORDERED)
    own, other = make_member(role, cast.bureau), make_member(role, make_agency())

    may = role in {Role.PUBLISHER, Role.OFFICE_HEAD}

    assert (rectify.reasons_against(row, A.REPORT, own) == []) == may
    assert rectify.reasons_against(row, A.REPORT, other) != []


def test_reporter_cannot_verify(cast: Cast) -> None:
    row = in_state(cast, S.REPORTED)
    Rectification.objects.filter(pk=row.pk).update(reported_by=cast.inspector)
    row.refresh_from_db()

    assert rectify.reasons_against(row, A.ACCEPT, cast.inspector) == ["报告人不能核实、撤销自己报告的整改。"]
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Rectification.objects.filter(pk=row.pk).update(verified_by=cast.inspector)


@pytest.mark.parametrize("name", ["problem", "requirement", "basis"])
def test_order_without_its_words_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(ValidationError, match="须写明问题"):
        rectify.order(cast.order(**{name: " "}), actor=cast.inspector, at=AT)


def test_order_due_today_is_refused_and_uses_no_number(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="须在今天以后"):
        rectify.order(cast.order(due_on=TODAY), actor=cast.inspector, at=AT)

    assert rectify.order(cast.order(), actor=cast.inspector, at=AT).number == "整改〔2026〕1号"


@pytest.mark.parametrize(
    "values", [{"audience": Audience.INTERNAL}, {"state": ItemState.UNPUBLISHED}, {"state": ItemState.WITHDRAWN}]
)
def test_order_cannot_name_what_the_public_may_not_read(cast: Cast, values: dict[str, Any]) -> None:
    item = make_item(agency=cast.bureau, **values)

    with pytest.raises(ValidationError, match="已经向社会公开的信息"):
        rectify.order(cast.order(item=item), actor=cast.inspector, at=AT)


def make_obligation(agency: Agency, **entry: Any) -> Obligation:
    return Obligation.objects.create(
        entry=make_catalogue_entry(**entry), agency=agency, kind="recurring", period_start=TODAY, period_end=TODAY,
        due_on=TODAY, created_at=AT,
    )  # fmt: skip


def test_order_names_item_and_obligation_of_the_agency(cast: Cast) -> None:
    item, obligation = make_item(agency=cast.bureau), make_obligation(cast.bureau)

    row = rectify.order(cast.order(item=item, obligation=obligation), actor=cast.inspector, at=AT)

    assert (row.item, row.obligation) == (item, obligation)
    for values in ({"item": make_item()}, {"obligation": make_obligation(make_agency())}):
        with pytest.raises(ValidationError, match="须是责任单位"):
            rectify.order(cast.order(**values), actor=cast.inspector, at=AT)
    internal = make_obligation(cast.bureau, target=TargetGroup.INTERNAL)
    with pytest.raises(ValidationError, match="须是责任单位"):
        rectify.order(cast.order(obligation=internal), actor=cast.inspector, at=AT)


def test_returned_order_has_a_new_day_keeps_the_finding_and_is_reported_again(cast: Cast) -> None:
    row = in_state(cast, S.RETURNED)
    assert row.due_on == TODAY + timedelta(30)

    rectify.report(row.pk, actor=cast.head, at=AT, text="已补齐")

    row.refresh_from_db()
    assert (row.state, row.report, row.finding, row.verified_on) == (S.REPORTED, "已补齐", "核实情况", None)
    subjects = list(Notice.objects.order_by("pk").values_list("subject", flat=True))
    assert [subject[:5] for subject in subjects] == ["整改通知：", "整改待核实", "整改未通过", "整改待核实"]
    # Whom the report reaches is who ordered: no list of the outbox shows it.
    hidden = Notice.objects.filter(is_confidential=True).values_list("subject", flat=True)
    assert {subject[:5] for subject in hidden} == {"整改待核实"} and len(hidden) == 2


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (rectify.Finding(is_done=True, finding=" "), "须写明核实意见"),
        (rectify.Finding(is_done=False, finding="没改"), "须确定今天以后的新期限"),
        (rectify.Finding(is_done=False, finding="没改", due_on=TODAY), "须确定今天以后的新期限"),
    ],
)
def test_faulty_finding_is_refused(cast: Cast, finding: rectify.Finding, reason: str) -> None:
    row = in_state(cast, S.REPORTED)

    with pytest.raises(ValidationError, match=reason):
        rectify.verify(row.pk, finding, actor=cast.inspector, at=AT)


def test_report_and_cancellation_need_words(cast: Cast) -> None:
    row = in_state(cast, S.ORDERED)

    with pytest.raises(ValidationError, match="须写明整改情况"):
        rectify.report(row.pk, actor=cast.publisher, at=AT, text=" ")
    with pytest.raises(ValidationError, match="须写明撤销的理由"):
        rectify.cancel(row.pk, actor=cast.inspector, at=AT, reason="")


def test_overdue_is_asked_of_the_day_and_ends_with_the_report(cast: Cast) -> None:
    row = in_state(cast, S.ORDERED)
    late = row.due_on + timedelta(1)

    assert row.is_overdue(late) and not row.is_overdue(row.due_on)
    assert list(Rectification.objects.overdue(late)) == [row]
    rectify.report(row.pk, actor=cast.publisher, at=AT, text="已更新")
    assert not Rectification.objects.overdue(late).exists()


def test_queues_hold_what_waits_for_whom(cast: Cast) -> None:
    ordered, reported = in_state(cast, S.ORDERED), in_state(cast, S.REPORTED)

    rows = Rectification.objects

    assert list(rows.to_report_for(cast.publisher)) == list(rows.to_report_for(cast.head)) == [ordered]
    assert list(rows.to_verify_for(cast.inspector)) == [reported]
    assert not rows.to_verify_for(cast.publisher).exists() and not rows.to_report_for(cast.inspector).exists()


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"state": "lost"}, "state"),
        ({"due_on": TODAY - timedelta(9)}, "deadline"),
        ({"state": S.VERIFIED}, "verified_is_signed"),
    ],
)
def test_database_refuses(cast: Cast, values: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        make_rectification(agency=cast.bureau, **values)


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_are_all_different() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one after another by itself")
    cast = Cast()

    outcomes = at_once(lambda: rectify.order(cast.order(), actor=cast.inspector, at=AT), times=8)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert {row.number for row in Rectification.objects.all()} == {f"整改〔2026〕{n}号" for n in range(1, 9)}
