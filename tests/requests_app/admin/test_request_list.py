"""The list of requests: queues, order, marks, filters and the search, at a fixed number of statements."""

import re
from datetime import timedelta
from typing import Any

import pytest

from govportal import access
from govportal.calendar import load_calendar
from govportal.models import AuditEvent, Membership
from govportal.now import today
from govportal.permissions import Permission, Role
from govportal.workdays import add_working_days
from requests_app.admin.marks import left_mark
from requests_app.enums import Channel, State
from requests_app.models import InformationRequest
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member, make_user
from tests.factories.requests import make_decision, make_inquiry, make_officer, make_request
from tests.requests_app.admin.desk_world import Desk, changelist, page

pytestmark = pytest.mark.django_db
STATEMENTS = 11  # session, user, roles, count, rows, calendar (2), first year, officers, and savepoints of the session


@pytest.fixture
def desk() -> Desk:
    return Desk()


def numbers(response: Any) -> list[str]:
    """The numbers on the list, in its order."""
    return [row.number for row in response.context["cl"].result_list]


def day(n: int) -> Any:
    """The n-th working day after today; before it for a negative n."""
    if n >= 0:
        return add_working_days(today(), n, load_calendar())
    return today() + timedelta(days=n)


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_list_opens_to_those_who_see_requests_of_that_very_agency(desk: Desk, role: Role) -> None:
    row = make_request(agency=desk.agency)
    sees = role in {Role.REQUEST_OFFICER, Role.APPROVER, Role.OFFICE_HEAD, Role.AGENCY_HEAD}

    own = desk.member(role).get(changelist())
    other = signed_in(make_member(role)).get(changelist())

    assert (own.status_code == 200) == sees
    assert (row.number in text_of(own)) == sees
    assert row.number not in text_of(other)


def test_superuser_sees_no_request(desk: Desk) -> None:
    row = make_request(agency=desk.agency)
    client = signed_in(make_user(is_superuser=True))

    assert client.get(changelist()).status_code == 403
    assert client.get(page(row)).status_code in {302, 403}


def test_requests_are_neither_changed_nor_deleted_as_a_form(desk: Desk) -> None:
    row = make_request(agency=desk.agency)

    changed = desk.handling.post(page(row), {"subject": "改"})
    deleted = desk.handling.post(page(row).replace("change", "delete"), {"post": "yes"})

    assert changed.status_code == 403 and deleted.status_code == 403
    assert InformationRequest.objects.get(pk=row.pk).subject == row.subject


# --- what ---------------------------------------------------------------------------------------------------------


def test_list_shows_what_is_open_by_due_day(desk: Desk) -> None:
    last = make_request(agency=desk.agency, state=State.IN_REVIEW, due_on=day(9))
    first = make_request(agency=desk.agency, state=State.IN_REVIEW, due_on=day(2))
    waiting = make_request(agency=desk.agency, state=State.CORRECTION_ASKED)
    closed = make_request(agency=desk.agency, state=State.REPLIED)

    listed = desk.handling.get(changelist())
    everything = desk.handling.get(changelist("?queue=all"))

    assert numbers(listed) == [first.number, last.number, waiting.number]
    assert closed.number in numbers(everything) and len(numbers(everything)) == 4
    assert "<h1>在办申请</h1>" in listed.content.decode()


def test_queues_hold_what_they_say(desk: Desk) -> None:
    came = make_request(agency=desk.agency, due_on=day(30))
    mine = make_request(agency=desk.agency, state=State.IN_REVIEW, handler=desk.officer, due_on=day(6))
    soon = make_request(agency=desk.agency, state=State.IN_REVIEW, due_on=day(3))
    late = make_request(agency=desk.agency, state=State.EXTENDED, due_on=day(-1))
    unpaid = make_request(agency=desk.agency, state=State.FEE_NOTIFIED)
    corrected = make_request(agency=desk.agency, state=State.CORRECTED, due_on=day(30))
    asking = make_request(agency=desk.agency, state=State.CONSULTING_THIRD_PARTY, due_on=day(30))
    make_inquiry(asking, due_on=today())
    drafted = make_request(agency=desk.agency, state=State.IN_REVIEW, due_on=day(30))
    make_decision(drafted, drafted_by=desk.officer)
    make_request(state=State.IN_REVIEW)  # elsewhere

    def found(queue: str, by: Any = None) -> set[str]:
        return set(numbers((by or desk.handling).get(changelist(f"?queue={queue}"))))

    assert found("register") == {came.number}
    assert {mine.number, soon.number, corrected.number} <= found("mine")
    assert not {came.number, unpaid.number, asking.number} & found("mine")
    assert found("soon") == {soon.number}
    assert {mine.number, soon.number} == found("later")
    assert found("overdue") == {late.number}
    assert found("applicant") == {unpaid.number}
    assert found("corrected") == {corrected.number}
    assert found("consulting") == found("consulted") == {asking.number}
    assert found("sign", desk.signing) == {drafted.number} and not found("sign")
    assert found("nonsense") == found("open")


def test_days_left_are_said_in_words_and_marked_from_three(desk: Desk) -> None:
    calendar, now_on = load_calendar(), day(0)

    def mark(state: State = State.IN_REVIEW, **values: Any) -> str:
        return str(left_mark(make_request(agency=desk.agency, state=state, **values), now_on, calendar))

    assert "state-warn" in mark(due_on=day(3)) and "还有 3 个" in mark(due_on=day(3))
    assert mark(due_on=day(4)) == "还有 4 个"
    assert "今天到期" in mark(due_on=now_on)
    assert "state-bad" in mark(due_on=now_on - timedelta(days=20)) and "逾期" in mark(due_on=day(-1))
    assert mark(State.CORRECTION_ASKED) == "停止计时"
    assert mark(State.CONSULTING_CO_AGENCY, due_on=day(2)) == "不计时"
    assert mark(State.REPLIED) == "—"
    assert mark(State.RECEIVED, received_on=None, receipt_basis="") == "未定收到日期"


def test_provisional_day_is_marked(desk: Desk) -> None:
    make_request(agency=desk.agency, due_on=day(5), is_provisional=True)

    assert f"{day(5).isoformat()}（暂估）" in text_of(desk.handling.get(changelist()))


def test_filters_narrow_the_list(desk: Desk) -> None:
    posted = make_request(agency=desk.agency, channel=Channel.MAIL, handler=desk.officer, received_on=day(-400))
    make_request(agency=desk.agency)
    queries = (
        "channel__exact=mail",
        f"handler={desk.officer.pk}",
        f"year={day(-400).year}",
    )

    found = [numbers(desk.handling.get(changelist(f"?queue=all&{query}"))) for query in queries]

    assert found == [[posted.number]] * len(queries)
    assert len(numbers(desk.handling.get(changelist("?queue=all&handler=none")))) == 1


# --- search -------------------------------------------------------------------------------------------------------


def test_search_finds_numbers_and_subjects(desk: Desk) -> None:
    row = make_request(agency=desk.agency, subject="白马渡口撤渡建桥的批复", number="CM-JTJ-2026-00099")
    ledger = make_request(agency=desk.agency, number="澄建申〔2025〕41号")
    make_request(agency=desk.agency)

    def found(words: str) -> list[str]:
        return numbers(desk.handling.get(changelist(), {"q": words, "queue": "all"}))

    assert found("cm-jtj-2026-0009") == found("渡口") == [row.number]
    assert found("00099") == [row.number]
    assert found("澄建申〔2025〕41") == [ledger.number]
    assert found("没有的") == []


def test_search_never_looks_at_the_applicant(desk: Desk) -> None:
    row = make_request(agency=desk.agency, applicant={"name": "欧阳小荷", "phone": "13800005521"})
    client = desk.handling

    for words in ("欧阳小荷", "13800005521"):
        assert numbers(client.get(changelist(), {"q": words, "queue": "all"})) == []
    assert row.pk and not AuditEvent.objects.filter(note__contains="欧阳小荷").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_handlers_of_all_agencies_are_read_at_once(desk: Desk, count: int, django_assert_num_queries: Any) -> None:
    agencies = [desk.agency, *(make_agency() for _number in range(count - 1))]
    others = [make_officer(agency) for agency in agencies]
    for agency in agencies[1:]:
        Membership.objects.create(user=desk.officer, agency=agency, role=Role.REQUEST_OFFICER)

    with django_assert_num_queries(1):
        people = list(access.holders(Permission.HANDLE_REQUEST, *agencies))
    page = desk.handling.get(changelist()).content.decode()

    assert people == [desk.officer, *others]
    assert all(f"handler={person.pk}" in page for person in people)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("query", ["", "?queue=mine", "?queue=all&q=养护"])
def test_list_asks_the_same_number_of_queries_for_1_and_3_rows(
    desk: Desk, count: int, query: str, django_assert_max_num_queries: Any
) -> None:
    for _number in range(count):
        make_request(agency=desk.agency, state=State.IN_REVIEW, handler=desk.officer)
    client = desk.handling

    with django_assert_max_num_queries(STATEMENTS):
        response = client.get(changelist(query))

    assert len(numbers(response)) == count
    assert not re.search(r"_facets", response.content.decode())
