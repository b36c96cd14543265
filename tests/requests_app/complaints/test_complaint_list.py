"""The list of complaints and its queues: what each holds, for whom, and what may be looked for in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from govportal.now import now
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintState
from requests_app.complaint_queues import COMPLAINT_QUEUES
from requests_app.services import complaint_results
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member
from tests.factories.complaints import bring_complaint_to, make_complaining
from tests.requests_app.complaints.complaint_desks import Clock, ComplaintDesks, changelist

pytestmark = pytest.mark.django_db
LANDING = reverse("admin:index")
STATEMENTS = 10  # session, user, roles, agencies of the filter, count, calendar (2), rows, site, inbox
COUNTED = 10  # of the landing page: all the figures of complaints in one


@pytest.fixture
def desks() -> ComplaintDesks:
    return ComplaintDesks()


def numbers(desks: ComplaintDesks, query: str) -> set[str]:
    return {row.number for row in desks.handling.get(changelist(query)).context["cl"].result_list}


def test_queues_hold_what_they_say(desks: ComplaintDesks, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Clock(monkeypatch).at  # Monday: what came today is due in five working days
    working = [state for state in ComplaintState if state != ComplaintState.TRANSFERRED]
    rows = {state: bring_complaint_to(state, desks.complaint(), at=at) for state in working}
    late = desks.complaint(at=at - timedelta(days=40))
    soon = desks.complaint(at=at - timedelta(days=4))
    bring_complaint_to(ComplaintState.INVESTIGATING, soon, at=at)
    complaint_results.refer(rows[ComplaintState.CLOSED].pk, actor=desks.officer, at=at, note="拒不改正")
    state = {row.number: key for key, row in rows.items()} | {late.number: "late", soon.number: "soon"}

    found = {key: {str(state[number]) for number in numbers(desks, f"?queue={key}")} for key in COMPLAINT_QUEUES}

    assert found == {
        "decide": {"received", "late"},
        "mine": {"accepted", "investigating", "answered", "soon"},
        "soon": {"soon"},
        "overdue": {"late"},
        "transfer": {"accepted"},
        "answered": {"answered"},
        "summary": {"closed"},
        "referred": {"closed"},
        "open": {"received", "late", "accepted", "investigating", "answered", "soon"},
        "ended": {"closed", "not_accepted", "redirected", "withdrawn"},
    }
    assert len(numbers(desks, "?queue=all")) == len(state)
    first = desks.handling.get(changelist()).context["cl"].result_list[0]
    assert first.number == late.number  # the most urgent first
    shown = text_of(desks.handling.get(changelist()))
    assert "逾期" in shown and "还有 3 个工作日" in shown


def test_list_is_searched_by_the_whole_number_alone(desks: ComplaintDesks) -> None:
    row = desks.complaint(person=make_complaining(name="柳青禾"), facts="公示栏三年没有换过内容")
    desks.complaint()
    ended = bring_complaint_to(ComplaintState.WITHDRAWN, desks.complaint(), at=now())

    assert numbers(desks, f"?q={row.number.lower()}") == {row.number}
    assert numbers(desks, f"?q={ended.number}") == {ended.number}  # in whatever queue it stands
    for term in (row.number[:-1], "柳青禾", "公示栏", "9" * 5000):
        assert numbers(desks, f"?q={term}") == set(), term


def test_list_is_filtered_and_no_address_breaks_it(desks: ComplaintDesks) -> None:
    named, anonymous = desks.complaint(), desks.complaint(is_named=False)
    other = make_agency(parent=desks.county)
    choices = {
        f"?agency={desks.township.pk}": {named.number, anonymous.number},
        f"?agency={other.pk}": {named.number, anonymous.number},  # nobody complained of it: no such choice
        "?is_named__exact=0": {anonymous.number},
        "?ground__exact=false": set(),
        "?state__exact=received&channel__exact=web": {named.number, anonymous.number},
        "?handler=me": set(),
        "?handler=none": {named.number, anonymous.number},
        "?queue=nonsense": {named.number, anonymous.number},
    }

    assert {query: numbers(desks, query) for query in choices} == choices
    for query in ("?facts__contains=名单", "?complainant__name=柳", "?received_on__year=99999999999999", "?agency=%00"):
        assert desks.handling.get(changelist(query)).status_code in {200, 302, 400}, query


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_number_of_queries(
    desks: ComplaintDesks, count: int, django_assert_num_queries: Any
) -> None:
    for _number in range(count):
        desks.complaint()
    client = desks.handling
    client.get(changelist())

    with django_assert_num_queries(STATEMENTS):
        response = client.get(changelist())

    assert len(response.context["cl"].result_list) == count


def test_landing_counts_for_officers_alone(desks: ComplaintDesks, django_assert_num_queries: Any) -> None:
    desks.complaint(at=now() - timedelta(days=40))
    bring_complaint_to(ComplaintState.ANSWERED, desks.complaint(), at=now())
    client = desks.handling
    client.get(LANDING)

    with django_assert_num_queries(COUNTED):
        shown = text_of(client.get(LANDING))

    for words in ("投诉举报待决定受理<b>1</b>", "投诉举报已答复待办结<b>1</b>", "投诉举报逾期<b>1</b>", "已到期"):
        assert words in shown, words
    assert reverse("admin:requests_app_complaint_add") in shown
    for role in set(Role) - {Role.COMPLAINT_OFFICER}:
        assert "投诉举报" not in text_of(signed_in(make_member(role, desks.county)).get(LANDING)), role
