"""期限一览: whose deadlines stand on it, their cards, and what a wrong address gets."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from govportal import contributions, due_list
from govportal.calendar import load_calendar
from govportal.contributions import Deadline, DeadlineSource, Reach, Registry
from govportal.models import AuditEvent, Reminder, ReminderLadder, User
from govportal.now import now, today
from govportal.permissions import Permission, Role
from govportal.workdays import add_working_days
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_member

pytestmark = pytest.mark.django_db
PAGE = "/admin/deadlines/"


class Desk:
    """An agency with an officer, his colleague, and a head; three deadlines, one of them confidential."""

    def __init__(self) -> None:
        self.agency = make_agency()
        self.officer = make_member(Role.REQUEST_OFFICER, self.agency)
        self.colleague = make_member(Role.REQUEST_OFFICER, self.agency)
        self.head = make_member(Role.AGENCY_HEAD, self.agency)
        self.keeper = make_member(Role.COMPLAINT_OFFICER, make_agency())
        self.stranger = make_member(Role.REQUEST_OFFICER)
        self.reaches: list[Reach] = []

    def open(self, reach: Reach) -> Iterator[Deadline]:
        self.reaches.append(reach)
        soon = add_working_days(today(), 2, load_calendar())
        late = today() - timedelta(days=10)
        yield self._owed("late", late, Permission.HANDLE_REQUEST, (self.officer.pk,))
        yield self._owed("soon", soon, Permission.HANDLE_REQUEST, ())

    def secret(self, _reach: Reach) -> Iterator[Deadline]:
        yield self._owed("secret", today(), Permission.HANDLE_COMPLAINT, (self.keeper.pk,))

    def _owed(self, key: str, day: Any, permission: str, handlers: tuple[int, ...]) -> Deadline:
        return Deadline(key, day, self.agency.pk, f"期限{key}", f"/admin/{key}/", permission, handlers)


def none_open(_keys: Collection[str]) -> dict[str, date]:
    return {}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk, registry = Desk(), Registry[DeadlineSource]()
    monkeypatch.setattr(due_list, "deadline_sources", registry)
    monkeypatch.setattr(contributions, "deadline_sources", registry)
    handling, keeping = frozenset({Permission.HANDLE_REQUEST}), frozenset({Permission.HANDLE_COMPLAINT})
    registry.add(DeadlineSource("plain", "申请", desk.open, none_open, permissions=handling))
    registry.add(DeadlineSource("secret", "保密", desk.secret, none_open, permissions=keeping, is_confidential=True))
    return desk


def shown(user: User, query: str = "") -> set[str]:
    page = signed_in(user).get(PAGE + query).content.decode()
    return {key for key in ("late", "soon", "secret") if f"期限{key}" in page}


def test_each_sees_what_he_is_reminded_of(desk: Desk) -> None:
    assert shown(desk.officer) == {"late", "soon"}
    assert shown(desk.colleague) == {"soon"}  # the other has a handler
    assert shown(desk.head) == {"late", "soon"}
    assert shown(desk.keeper) == {"secret"}
    assert shown(desk.stranger) == set()
    assert shown(make_member(Role.ADMINISTRATOR, desk.agency)) == set()


def test_cards_filter_and_wrong_addresses(desk: Desk) -> None:
    client = signed_in(desk.officer)

    page = client.get(PAGE).content.decode()

    assert "红牌：逾期 1 项" in page and "黄牌：三个工作日内 1 项" in page
    assert shown(desk.officer, "?kind=plain") == {"late", "soon"}
    for query in ("?kind=nothing", "?kind=%00", "?page=x", "?page=99999999999999999999", "?kind=secret"):
        assert client.get(PAGE + query).status_code == 200, query
    assert Client().get(PAGE).status_code == 302


def test_landing_page_has_the_figures(desk: Desk) -> None:
    assert "逾期 1 项" in signed_in(desk.officer).get("/admin/").content.decode()
    assert "期限一览" not in signed_in(desk.stranger).get("/admin/").content.decode()


def test_source_that_fails_is_named_and_the_rest_is_shown(desk: Desk) -> None:
    def broken(_reach: Reach) -> list[Deadline]:
        raise OSError

    handling = frozenset({Permission.HANDLE_REQUEST})
    contributions.deadline_sources.add(DeadlineSource("broken", "坏了的", broken, none_open, permissions=handling))

    page = signed_in(desk.officer).get(PAGE).content.decode()

    assert "没有读出来" in page and "坏了的" in page and "期限late" in page


def test_list_reads_its_agencies_alone(desk: Desk) -> None:
    due_list.due_list(desk.officer, now())

    assert [set(reach.agencies or ()) for reach in desk.reaches] == [{desk.agency.pk}]


# --- ladders and ledger ---------------------------------------------------------------------------------------------


def test_ladder_is_set_and_audited(desk: Desk) -> None:
    client = signed_in(make_member(Role.ADMINISTRATOR))
    address = "/admin/govportal/reminderladder/add/"

    for before in ("x", "0", "-1", "7,3,999", "7;3", "\x00", "1" * 70):
        assert client.post(address, {"kind": "plain", "before": before, "every": "5"}).status_code == 200, before
    for every in ("0", "-5", "99999999999", ""):
        assert client.post(address, {"kind": "plain", "before": "3", "every": every}).status_code == 200, every
    assert client.post(address, {"kind": "nothing", "before": "3", "every": "5"}).status_code == 200
    assert client.post(address, {"kind": "plain", "before": "1，5,5", "every": "2"}).status_code == 302

    row = ReminderLadder.objects.get()
    assert (row.kind, row.before, row.every) == ("plain", "5,1", 2)
    assert AuditEvent.objects.filter(action="reminderladder.add").count() == 1


def test_ledger_shows_numbers_and_nothing_confidential(desk: Desk) -> None:
    for kind in ("plain", "secret"):
        Reminder.objects.create(
            kind=kind, deadline=f"{kind}:17", version="2026-10-20", rung=-3, recipient=desk.officer,
            due_on=today(), at=now(), batch="00000000-0000-0000-0000-000000000001",
        )  # fmt: skip
    client = signed_in(make_member(Role.ADMINISTRATOR))

    page = client.get("/admin/govportal/reminder/").content.decode()

    assert "plain:17" in page and "secret:17" not in page
    assert signed_in(desk.officer).get("/admin/govportal/reminder/").status_code == 403
