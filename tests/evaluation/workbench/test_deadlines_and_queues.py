"""What the landing page and the reminders say of rounds, each to whoever can act on it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from evaluation import deadlines, queues
from evaluation.models import Assessment, AssessmentRound, Objection
from evaluation.services import objections
from govportal.calendar import load_calendar
from govportal.contributions import Deadline, DeadlineSource, Figure, Reach, Visit
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Role
from govportal.recipients import Staff, concerns
from govportal.workdays import add_working_days
from tests.disclosure.admin.desks import signed_in
from tests.evaluation.objections.test_objections import make_dispute
from tests.factories.kernel import make_agency, make_member
from tests.factories.rounds import make_inspector, open_round

pytestmark = pytest.mark.django_db
FAR = Reach(until=date(2099, 12, 31))
SOURCES = {source.key: source for source in deadlines.SOURCES}


def _open(source: DeadlineSource, reach: Reach = FAR) -> list[Deadline]:
    found = list(source.open(reach))
    assert source.still_open([one.key for one in found]) == {one.key: one.due_on for one in found}
    return found


def _figure(key: str, user: User) -> Figure | None:
    queue = next(queue for queue in queues.QUEUES if queue.key == key)
    return queue.figure(Visit(User.objects.get(pk=user.pk), now(), load_calendar))


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_agency_is_reminded_until_it_objects_or_agrees() -> None:
    it = make_dispute()
    other = it.row.assessments.exclude(pk=it.assessment.pk).get()
    source = SOURCES["objections"]

    assert {one.agency_id for one in _open(source)} == {it.assessment.agency_id, other.agency_id}
    assert _open(source)[0].due_on == it.row.objections_by
    it.file()
    assert [one.agency_id for one in _open(source)] == [other.agency_id]
    head = make_member(Role.AGENCY_HEAD, other.agency)
    objections.confirm(other.pk, actor=head, at=now())
    assert _open(source) == []


def test_right_that_has_run_out_is_no_debt() -> None:
    it = make_dispute()
    AssessmentRound.objects.filter(pk=it.row.pk).update(objections_by=today() - timedelta(days=1))

    assert _open(SOURCES["objections"]) == []


def test_ruling_is_owed_by_inspectors_who_did_not_find_the_fault() -> None:
    it = make_dispute()
    made = it.file()
    office = it.row.made_by.memberships.get().agency

    [owed] = _open(SOURCES["objection"])

    assert owed.due_on == add_working_days(today(), objections.RULING_DAYS, load_calendar())
    assert (owed.agency_id, owed.but) == (office.pk, (it.finder.pk,))
    assert owed.path == reverse("admin:evaluation_objection_change", args=[made.pk])
    assert it.finding.text not in owed.label
    for person, is_told in ((it.judge, True), (it.finder, False), (it.head, False)):
        assert bool(concerns(person.pk, [owed], Staff(), is_confidential=False)) == is_told
    assert _open(SOURCES["objection"], Reach(FAR.until, [it.assessment.agency_id])) == []
    assert _open(SOURCES["objection"], Reach(today())) == []
    objections.withdraw(made.pk, actor=it.head, at=now())
    assert _open(SOURCES["objection"]) == []


def test_ruling_of_a_cross_inspection_is_owed_by_who_inspects() -> None:
    it = make_dispute()
    other = make_agency()
    Assessment.objects.filter(pk=it.assessment.pk).update(inspecting_agency=other)
    it.file()

    assert [one.agency_id for one in _open(SOURCES["objection"])] == [other.pk]


def test_round_whose_period_is_over_is_to_be_told() -> None:
    row = open_round()

    [owed] = _open(SOURCES["round"])

    assert (owed.due_on, owed.label) == (row.period_end, f"{row.name}统计期满，应反馈初评")
    AssessmentRound.objects.filter(pk=row.pk).update(state="cancelled")
    assert _open(SOURCES["round"]) == []


def test_open_deadlines_ask_the_same_number_of_queries(django_assert_num_queries: Any) -> None:
    it = make_dispute()
    it.file()
    load_calendar()
    for key, count in (("objections", 1), ("round", 1), ("objection", 1)):
        with django_assert_num_queries(count):
            list(SOURCES[key].open(FAR))


# --- queues -----------------------------------------------------------------------------------------------------------


def test_queues_count_for_whoever_can_act() -> None:
    it = make_dispute()
    strangers = [make_member(Role.SUPERVISOR), make_member(Role.PUBLISHER, it.assessment.agency)]
    second = make_inspector(it.row.made_by.memberships.get().agency)

    assert _figure("assessments-answer", it.head).count == 1  # type: ignore[union-attr]
    it.file()
    nothing: dict[str, int | None] = dict.fromkeys(queue.key for queue in queues.QUEUES)
    expected: list[tuple[User, dict[str, int | None]]] = [
        (it.judge, {"objections-rule": 1, "rounds-freeze": 0, "assessments-answer": None}),
        (it.finder, {"objections-rule": 0}),
        (it.head, {"objections-rule": None, "rounds-freeze": None, "assessments-answer": 1}),
        *((person, nothing) for person in strangers),
    ]
    for person, counts in expected:
        for key, count in counts.items():
            figure = _figure(key, person)
            assert (figure.count if figure else None) == count, f"{key} for {person.memberships.get()}"

    Objection.objects.update(state="withdrawn")
    it.row.assessments.update(confirmed_by=it.head, confirmed_at=now())
    assert _figure("rounds-freeze", second).count == 1  # type: ignore[union-attr]
    assert _figure("rounds-freeze", it.row.made_by).count == 0  # type: ignore[union-attr]
    assert _figure("assessments-answer", it.head).count == 0  # type: ignore[union-attr]


def test_landing_page_leads_to_the_workbench_and_the_lists_open() -> None:
    it = make_dispute()
    it.file()

    page = signed_in(it.judge).get(reverse("admin:index")).content.decode()

    assert reverse("admin:evaluation_workbench") in page
    assert "待裁定的异议" in page
    for person in (it.judge, it.head):
        client = signed_in(person)
        for queue in queues.QUEUES:
            figure = _figure(queue.key, person)
            if figure is not None:
                assert client.get(queue.url()).status_code == 200, queue.key
    assert "考核工作台" not in signed_in(it.head).get(reverse("admin:index")).content.decode()
