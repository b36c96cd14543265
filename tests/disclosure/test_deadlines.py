"""What disclosure's sources answer: what is open with its day and its people, and what is closed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from disclosure import deadlines
from disclosure.board_selection import Period
from disclosure.enums import Category, ItemState, RectificationState, TargetGroup, WithholdingState
from disclosure.models import Edition, Item, Obligation
from disclosure.services import print_board, publish, review
from disclosure.services.print_board import Plan
from govportal import reminders
from govportal.calendar import load_calendar
from govportal.contributions import Deadline, Reach
from govportal.models import Agency, InboxMessage, Notice
from govportal.now import now, today
from govportal.permissions import Permission, Role
from govportal.workdays import add_working_days
from tests.factories import make_agency, make_edition, make_item, make_member
from tests.factories.boards import make_board, make_keeper, make_photo
from tests.factories.obligations import make_entry, make_obligation
from tests.factories.published import draft_one, signer
from tests.factories.registers import make_rectification, make_withholding

pytestmark = pytest.mark.django_db
SOURCES = {source.key: source for source in deadlines.SOURCES}
DAY = date(2026, 7, 15)


def found(key: str, *agencies: Agency, until: date = DAY) -> list[Deadline]:
    """What is open of these agencies, which `still_open` must confirm."""
    rows = list(SOURCES[key].open(Reach(until, [agency.pk for agency in agencies] or None)))
    days = {row.key: row.due_on for row in rows}
    assert SOURCES[key].still_open([*days, f"{key}:0"] if key != "emergency" else list(days)) == days
    return rows


def _obligation(agency: Agency, day: date) -> tuple[int, Callable[[], object]]:
    row = make_obligation(agency=agency, due_on=day)
    return row.pk, lambda: Obligation.objects.filter(pk=row.pk).update(met_on=day)


def _rectification(agency: Agency, day: date) -> tuple[int, Callable[[], object]]:
    row = make_rectification(agency=agency, due_on=day)
    done = {"state": RectificationState.REPORTED, "reported_on": day}
    return row.pk, lambda: type(row).objects.filter(pk=row.pk).update(**done)


def _withholding(agency: Agency, day: date) -> tuple[int, Callable[[], object]]:
    row = make_withholding(agency=agency, review_on=day)
    return row.pk, lambda: type(row).objects.filter(pk=row.pk).update(state=WithholdingState.RELEASED)


def _expiry(agency: Agency, day: date) -> tuple[int, Callable[[], object]]:
    edition = make_edition(item=make_item(agency=agency))
    rows = Item.objects.filter(pk=edition.item_id)
    rows.update(state=ItemState.LIVE, current_edition=edition, expires_on=day)
    return edition.item_id, lambda: rows.update(state=ItemState.EXPIRED)


def _schedule(agency: Agency, day: date) -> tuple[int, Callable[[], object]]:
    edition = draft_one(agency=agency)
    at = now().replace(year=day.year, month=day.month, day=day.day, hour=1)
    Edition.objects.filter(pk=edition.pk).update(publish_at=at, publish_fault="摘要不一致")
    return edition.pk, lambda: Edition.objects.filter(pk=edition.pk).update(publish_fault="")


def _board(agency: Agency, day: date) -> tuple[int, Callable[[], object]]:
    """Made on the first of the month and hung at once, to hang until that day."""
    make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": day.replace(day=1)})
    at, keeper = now().replace(year=day.year, month=day.month, day=1, hour=1), make_keeper(agency)
    period = Period(day.replace(day=1), day.replace(day=1))
    sheet = print_board.issue(make_board(agency).pk, Plan(period, period.end, day), actor=keeper, at=at)
    print_board.post(sheet.pk, on=period.end, photo=make_photo(keeper), actor=keeper, at=at)
    return sheet.pk, lambda: print_board.remove(sheet.pk, on=day, actor=keeper, at=now())


OPEN = {
    "obligation": (_obligation, Permission.DRAFT_ITEM),
    "rectification": (_rectification, Permission.DRAFT_ITEM),
    "withholding": (_withholding, Permission.APPROVE_ITEM),
    "expiry": (_expiry, Permission.DRAFT_ITEM),
    "schedule": (_schedule, Permission.PUBLISH_ITEM),
    "board": (_board, Permission.MANAGE_BOARDS),
}


def test_every_kind_is_held_here() -> None:
    assert set(SOURCES) == {*OPEN, "emergency"}


@pytest.mark.parametrize("key", OPEN)
def test_open_until_it_is_done(key: str) -> None:
    make, permission = OPEN[key]
    agency = make_agency()
    pk, close = make(agency, DAY)
    make(make_agency(), DAY)

    rows = found(key, agency)

    assert [(row.key, row.due_on, row.agency_id, row.permission) for row in rows] == [
        (f"{key}:{pk}", DAY, agency.pk, permission)
    ]
    assert rows[0].path.endswith(f"/{pk}/change/")
    assert len(found(key)) == 2
    assert found(key, until=DAY - timedelta(days=1)) == []
    close()
    assert found(key, agency) == []
    assert SOURCES[key].still_open([f"{key}:{pk}"]) == {}


def test_what_nobody_outside_may_know_of_is_no_deadline() -> None:
    make_obligation(entry=make_entry("20个工作日内", target=TargetGroup.INTERNAL))

    assert found("obligation") == []


def test_many_rows_cost_one_query(django_assert_num_queries: Callable[..., object]) -> None:
    for _each in range(3):
        make_obligation(due_on=DAY)

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert len(list(SOURCES["obligation"].open(Reach(DAY)))) == 3


def test_whoever_withheld_a_matter_does_not_judge_it_again() -> None:
    agency = make_agency()
    proposer = make_member(Role.APPROVER, agency)
    make_withholding(agency=agency, review_on=DAY, proposed_by=proposer)

    assert [row.but for row in found("withholding", agency)] == [(proposer.pk,)]


def emergency(agency: Agency, *, days_ago: int) -> Edition:
    edition = draft_one(agency=agency, content={"title": "不能写进邮件的标题"})
    at = now() - timedelta(days=days_ago)
    publish.publish_in_emergency(edition.pk, actor=make_member(Role.APPROVER, agency), at=at, reason="汛情紧急")
    return Edition.objects.select_related("item__agency").get(pk=edition.pk)


def test_emergency_is_owed_by_whoever_signs_next_until_all_is_signed() -> None:
    agency = make_agency()
    edition = emergency(agency, days_ago=60)
    seen = []
    while rows := found("emergency", agency, until=today()):
        seen.append((rows[0].key, rows[0].permission))
        assert rows[0].due_on == edition.review_due_on and edition.item.index_number in rows[0].label
        step = review.step_afterwards(edition)
        assert step
        review.sign_afterwards(edition.pk, actor=signer(step, agency), at=now())
        assert SOURCES["emergency"].still_open([rows[0].key]) == {}

    assert seen[0] == (f"emergency:secrecy:{edition.pk}", Permission.SECRECY_REVIEW)
    assert len(seen) == len(set(seen)) == len(edition.steps) - 1  # its one approver stands for the approval


def test_no_reminder_names_a_matter() -> None:
    """A whole round over what is there: numbers and days in inbox and outbox, never a title."""
    agency = make_agency()
    working_day = add_working_days(today() - timedelta(days=1), 1, load_calendar())
    for role in (Role.PUBLISHER, Role.APPROVER, Role.SECRECY_REVIEWER):
        make_member(role, agency, email=f"{role}@example.test")
    make_withholding(agency=agency, matter="不能写进邮件的事项", review_on=working_day)
    make_rectification(agency=agency, problem="不能写进邮件的问题")
    emergency(agency, days_ago=60)

    done = reminders.remind(datetime.combine(working_day, time(1), tzinfo=UTC))

    words = [f"{notice.subject}{notice.body}" for notice in Notice.objects.all()]
    words += InboxMessage.objects.values_list("subject", flat=True)
    assert done.failed == () and len(words) >= 6
    assert not [line for line in words if "不能写进邮件" in line]
