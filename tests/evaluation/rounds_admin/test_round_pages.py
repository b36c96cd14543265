"""Rounds on the desk: planned, moved by verbs, refused with reasons; nobody else opens them."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from disclosure.models import Item
from disclosure.services import review
from evaluation.admin import rounds as pages
from evaluation.enums import RoundState
from evaluation.models import AssessmentRound
from evaluation.services import measure, rounds
from evaluation.workflow import ROUND, RoundAction
from govportal import jobs
from govportal.models import User
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency, make_member
from tests.factories.rounds import (
    check_all,
    freeze_round,
    make_inspector,
    make_office,
    make_round,
    open_round,
    share_round,
)

pytestmark = pytest.mark.django_db
LIST = "admin:evaluation_assessmentround_changelist"


def _page(row: AssessmentRound) -> str:
    return reverse("admin:evaluation_assessmentround_change", args=[row.pk])


def _verb(row: AssessmentRound, name: str) -> str:
    return reverse("admin:evaluation_assessmentround_verb", args=[row.pk, name])


def _plan(**values: Any) -> dict[str, Any]:
    plan = {
        "name": "2026年上半年考核", "slug": "2026-h1", "kind": "spot", "period": "", "period_start": "2026-01-01",
        "period_end": "2026-06-30", "survey": "", "sample_size": "3", "seed": "",
    }  # fmt: skip
    return plan | values


def _client(office: Any = None) -> Client:
    return signed_in(make_inspector(office or make_office()))


# --- the plan -------------------------------------------------------------------------------------------------------


def test_round_is_planned_opened_and_measured_by_hand() -> None:
    office = make_office()
    client, below = _client(office), [make_agency(parent=office) for _each in range(2)]
    chosen = make_indicator_set()

    made = client.post(
        reverse("admin:evaluation_assessmentround_add"),
        _plan(indicator_set=chosen.pk, agencies=[one.pk for one in below]),
    )
    row = AssessmentRound.objects.get()
    opened = client.post(_verb(row, "open"))
    page = client.get(_page(row)).content.decode()

    row.refresh_from_db()
    assert (made.status_code, opened.status_code) == (302, 302)
    assert row.state == RoundState.OPEN
    assert row.seed
    assert row.measured_at is not None
    assert "100.00" in page
    assert below[0].name in page


def test_pressed_twice_it_is_opened_once_and_a_refused_measuring_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_round()
    client = signed_in(row.made_by)
    sheet = {"form_key": "a" * 32}

    def refuse(*_args: Any, **_values: Any) -> None:
        raise ValidationError("取数没有完成")

    with monkeypatch.context() as patched:
        patched.setattr(measure, "read", refuse)
        assert "取数没有完成" in client.post(_verb(row, "open"), sheet).content.decode()
    row.refresh_from_db()
    assert row.state == RoundState.DRAFT
    assert client.post(_verb(row, "open"), sheet).status_code == 302
    again = client.post(_verb(row, "open"), sheet, follow=True)
    assert again.redirect_chain == [(_page(row), 302)]
    assert "没有重复办理" in again.content.decode()
    for name in ("open", "share", "cancel"):
        page = client.get(_verb(row, name)).content.decode()
        assert ('name="form_key"' in page) != ("现在不能办理" in page), name


def test_button_ticks_a_kind_and_keeps_what_was_typed() -> None:
    office = make_office()
    client = _client(office)
    below = [make_agency(parent=office, kind="township", name=f"第{n}镇") for n in range(3)]
    add = reverse("admin:evaluation_assessmentround_add")

    ticked = client.post(add, _plan(name="只写了名称", slug="", **{"tick-township": "1"})).content.decode()
    cleared = client.post(
        add, _plan(agencies=[one.pk for one in below], **{"clear-township": "1", "period": "2026-H1"})
    ).content.decode()

    assert ticked.count(" checked") == 3
    assert "只写了名称" in ticked
    assert "errornote" not in ticked
    assert " checked" not in cleared
    assert not AssessmentRound.objects.exists()


def test_plan_says_every_fault_and_keeps_every_answer() -> None:
    client = _client()
    make_round(slug="2026-h1")
    add = reverse("admin:evaluation_assessmentround_add")
    wrong = {
        "name": "x" * 200, "slug": "../etc", "kind": "?", "indicator_set": "99999999999999999999",
        "period_start": "2026-02-30", "period_end": "0001-01-01", "sample_size": "1e9", "seed": "\0", "agencies": ["x"],
    }  # fmt: skip

    page = client.post(add, wrong)
    taken = client.post(add, _plan(period="2026-H1", period_start="no day")).content.decode()

    assert page.status_code == 200
    assert page.content.decode().count("errorlist") >= 8
    assert "x" * 200 in page.content.decode()
    assert "已有网址名为 2026-h1 的考核" in taken
    assert "请输入一个有效的日期" not in taken
    assert AssessmentRound.objects.count() == 1


def test_ready_period_sets_the_days() -> None:
    from evaluation.forms.rounds import days_of

    assert days_of("2026-H1") == (date(2026, 1, 1), date(2026, 6, 30))
    assert days_of("2025-H2") == (date(2025, 7, 1), date(2025, 12, 31))
    assert days_of("2024-Q1") == (date(2024, 1, 1), date(2024, 3, 31))


def test_change_shows_the_plan_and_is_closed_once_opened() -> None:
    row = make_round()
    client = signed_in(row.made_by)
    agency = row.assessments.get().agency

    page = client.get(_verb(row, "change")).content.decode()
    done = client.post(
        _verb(row, "change"), _plan(name="改过的名称", indicator_set=row.indicator_set_id, agencies=[agency.pk])
    )
    row.refresh_from_db()
    rounds.open_round(row.pk, actor=row.made_by, at=now())
    closed = client.get(_verb(row, "change")).content.decode()

    assert f'value="{agency.pk}" checked' in page
    assert "2026-01-01" in page
    assert done.status_code == 302
    assert row.name == "改过的名称"
    assert "不能再修改" in closed


# --- the verbs ------------------------------------------------------------------------------------------------------


def test_state_and_action_matrix() -> None:
    """Every action from every state, by an inspector of the site: as the table says; and never by anybody else."""
    row = make_round()
    stranger = make_member(Role.OFFICE_HEAD)
    for state in RoundState:
        row.state = state
        for action, transition in ROUND.items():
            reasons = rounds.reasons_against(row, action, row.made_by)
            is_refused = any("考核的状态是" in reason for reason in reasons)
            assert is_refused == (state not in transition.sources), f"{action} from {state}: {reasons}"
            assert rounds.reasons_against(row, action, stranger), f"{action} from {state} by a stranger"


def test_buttons_are_those_that_may_still_be_pressed() -> None:
    row = make_round()
    every = {"change", *RoundAction}
    desk = pages.AssessmentRoundAdmin(AssessmentRound, admin.site)
    request = RequestFactory().get("/")
    request.user = row.made_by
    for state, names in (
        (RoundState.DRAFT, every),
        (RoundState.OPEN, every - {"change", "open"}),
        (RoundState.FEEDBACK, every - {"change", "open"}),
        (RoundState.FROZEN, {"draft_item"}),
        (RoundState.CANCELLED, set()),
    ):
        row.state = state
        shown = desk.page_context(request, row)["verbs"]
        assert {str(verb.name) for verb, _address, _reasons in shown} == {str(name) for name in names}, state


def test_every_verb_has_a_page_that_asks_or_says_why_not() -> None:
    row = make_round()
    client = signed_in(row.made_by)

    for verb in pages.VERBS:
        page = client.get(_verb(row, verb.name))
        words = page.content.decode()
        assert page.status_code == 200, verb.name
        assert ("现在不能办理" in words) == bool(verb.reasons(row, row.made_by)), verb.name
    assert client.get(_verb(row, "explode")).status_code == 404


def test_round_goes_its_whole_way_in_the_browser() -> None:
    row = open_round()
    office = row.made_by.memberships.get().agency
    first, second = signed_in(row.made_by), _client(office)
    assert "没有查阅" in first.get(_verb(row, "share")).content.decode()
    check_all(row)

    assert first.post(_verb(row, "share"), {"days": "0"}).status_code == 200
    assert first.post(_verb(row, "share"), {"days": "3"}).status_code == 302
    assert first.post(_verb(row, "reopen"), {"note": " "}).status_code == 200
    assert first.post(_verb(row, "reopen"), {"note": "漏查一项"}).status_code == 302
    assert first.post(_verb(row, "measure")).status_code == 302
    assert first.post(_verb(row, "share"), {"days": "3"}).status_code == 302
    row.assessments.update(confirmed_by=row.made_by, confirmed_at=now())
    assert "反馈初评的人不能定分" in first.get(_verb(row, "freeze")).content.decode()
    assert second.post(_verb(row, "freeze")).status_code == 302
    assert second.post(_verb(row, "draft_item"), {"agency": office.pk}).status_code == 302

    row.refresh_from_db()
    page = second.get(_page(row)).content.decode()
    archive = second.get(reverse("admin:evaluation_assessmentround_archive", args=[row.pk]))
    assert row.state == RoundState.FROZEN
    assert row.item == Item.objects.get()
    assert row.digest in page
    assert row.item.index_number in page
    assert archive["Content-Type"] == "application/zip"
    assert b"".join(archive).startswith(b"PK")
    assert _verb(row, "draft_item") not in page
    publisher = make_member(Role.PUBLISHER, office)
    review.discard(row.item.editions.get().pk, actor=publisher, at=now(), note="标题有误")
    assert _verb(row, "draft_item") in second.get(_page(row)).content.decode()


def test_round_of_many_agencies_is_measured_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_round()
    monkeypatch.setattr(pages, "MEASURED_AT_ONCE", 0)
    rung: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **kwargs: rung.append({"name": name, **kwargs}))
    client = signed_in(row.made_by)

    page = client.post(_verb(row, "open"), follow=True).content.decode()

    row.refresh_from_db()
    assert row.state == RoundState.OPEN
    assert row.measured_at is None
    assert rung == [{"name": "evaluation.measure_round", "round_id": row.pk, "actor_id": row.made_by_id}]
    assert "后台正在取数" in page


# --- doors and queries ----------------------------------------------------------------------------------------------


def test_rounds_open_to_inspectors_of_the_whole_site_alone() -> None:
    row = freeze_round(share_round(open_round()))
    below = row.assessments.get().agency
    people: list[User] = [
        make_inspector(below),
        *(make_member(role, below) for role in (Role.AGENCY_HEAD, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.STAFF)),
    ]
    addresses = [
        reverse(LIST), reverse("admin:evaluation_assessmentround_add"), _page(row), _verb(row, "cancel"),
        reverse("admin:evaluation_assessmentround_archive", args=[row.pk]),
    ]  # fmt: skip

    for address in addresses:
        assert signed_in(row.made_by).get(address).status_code == 200, address
        for person in people:
            assert signed_in(person).get(address).status_code in {302, 403, 404}, f"{address} for {person.memberships}"
        assert Client().get(address).status_code == 302


@pytest.mark.parametrize("agencies", [1, 3])
def test_page_of_a_round_asks_as_often_for_many_agencies(agencies: int, django_assert_num_queries: Any) -> None:
    office = make_office()
    row = open_round(*(make_agency(parent=office) for _each in range(agencies)), office=office)
    client = signed_in(row.made_by)
    client.get(_page(row))

    with django_assert_num_queries(21):
        page = client.get(_page(row))
    with django_assert_num_queries(8):
        client.get(reverse(LIST))

    assert page.status_code == 200
    assert timezone.localtime(row.measured_at).strftime("%Y") in page.content.decode()
