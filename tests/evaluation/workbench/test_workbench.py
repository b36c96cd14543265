"""考核工作台: what inspectors see of a round they inspect, and nobody else; every table as CSV."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaluation.enums import FindingState, RoundState, Ruling
from evaluation.models import Finding
from evaluation.services import round_items, rounds
from evaluation.workbench_tables import TABLES
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.evaluation.objections.test_objections import make_dispute
from tests.factories.kernel import make_agency, make_member
from tests.factories.obligations import make_obligation
from tests.factories.published import publish_one
from tests.factories.rounds import freeze_round, make_finding, make_inspector, make_office, open_round, share_round

pytestmark = pytest.mark.django_db
BENCH = "admin:evaluation_workbench"


def _csv(client: Client, table: str, query: str = "") -> str:
    answer = client.get(reverse(f"{BENCH}_csv", args=[table]) + query)
    assert answer.status_code == 200, table
    return b"".join(answer).decode("utf-8-sig")


def test_workbench_shows_rates_findings_and_what_the_verbs_wait_for() -> None:
    it = make_dispute(is_other_silent=True)
    it.rule(it.heard(), Ruling.PARTLY, left=it.finding.unit_deduction)
    client = signed_in(it.judge)
    silent = it.row.assessments.exclude(pk=it.assessment.pk).get().agency

    page = client.get(reverse(BENCH)).content.decode()

    assert "0.0%（0/1）" in page  # timeliness of the one that was late
    assert it.finding.text in page
    assert "还有 2 个单位没有确认无异议" in page
    assert silent.name in _csv(client, "without-data")
    assert it.assessment.agency.name not in _csv(client, "without-data")
    assert "部分支持" in _csv(client, "corrections")
    assert "异议1" in _csv(client, "corrections")


def test_corrections_tell_of_withdrawals_and_reopenings() -> None:
    it = make_dispute()
    rounds.reopen(it.row.pk, actor=it.row.made_by, at=now(), note="漏查一项")
    Finding.objects.filter(pk=it.finding.pk).update(
        state=FindingState.WITHDRAWN, decided_by=it.judge, decided_at=now(), note="重复登记"
    )

    lines = _csv(signed_in(it.judge), "corrections")

    assert "漏查一项" in lines
    assert "重复登记" in lines


def test_workbench_opens_to_inspectors_alone_with_what_they_inspect() -> None:
    it = make_dispute()
    agency = it.assessment.agency
    below = make_agency(parent=agency)
    own = make_inspector(agency)

    for person in (it.head, make_member(Role.SUPERVISOR), make_member(Role.ADMINISTRATOR), make_member(Role.STAFF)):
        assert signed_in(person).get(reverse(BENCH)).status_code == 403
        for table in TABLES:
            assert signed_in(person).get(reverse(f"{BENCH}_csv", args=[table])).status_code == 403
    assert Client().get(reverse(BENCH)).status_code == 302
    assert "还没有您参加的考核" in signed_in(own).get(reverse(BENCH)).content.decode()
    assert below.name not in signed_in(it.judge).get(reverse(BENCH)).content.decode()


def test_wrong_addresses_show_the_round_at_work() -> None:
    it = make_dispute()
    client = signed_in(it.judge)

    for query in ("?round=none", "?round=%00", "?round=" + "x" * 500):
        page = client.get(reverse(BENCH) + query)
        assert page.status_code == 200
        assert f"没有您要看的考核，或者您不参加。下面是“{it.row.name}”" in page.content.decode(), query
        assert client.get(reverse(f"{BENCH}_csv", args=["ranking"]) + query).status_code == 404, query
    for query in ("", f"?round={it.row.slug}"):
        assert "没有您要看的考核" not in client.get(reverse(BENCH) + query).content.decode(), query
    assert client.get(reverse(f"{BENCH}_csv", args=["nothing"])).status_code == 404


def test_workbench_is_narrowed_to_ones_own_share_and_to_an_agency() -> None:
    it = make_dispute()
    client = signed_in(it.judge)
    agency, other = it.assessment.agency, it.row.assessments.exclude(pk=it.assessment.pk).get().agency
    it.row.assessments.filter(agency=other).update(inspector=it.judge)

    for query, shown in (
        ("", {agency, other}), ("?mine=1", {other}), (f"?agency={agency.code}", {agency}),
        (f"?mine=1&agency={agency.code}", set()), ("?agency=none", {agency, other}), ("?agency=%00", {agency, other}),
    ):  # fmt: skip
        lines = _csv(client, "ranking", query)
        page = client.get(reverse(BENCH) + query)
        assert {one for one in (agency, other) if one.display_name in lines} == shown, query
        assert len(page.context["tables"][0]["rows"]) == len(shown), query


def test_ranking_says_whether_it_is_settled() -> None:
    it = make_dispute(state=RoundState.OPEN)
    it.row.assessments.filter(pk=it.assessment.pk).update(not_ranked_reason="无职责")
    client = signed_in(it.judge)
    bench = f"{reverse(BENCH)}?round={it.row.slug}"

    page = client.get(bench).content.decode()
    assert "得分、等次和名次都是暂定" in page and "暂定，已查 0/3" in page
    assert f"{it.assessment.agency.display_name}（无职责）" in _csv(client, "ranking")
    page = client.get(reverse("admin:evaluation_assessmentround_change", args=[it.row.pk])).content.decode()
    assert "得分、等次和名次都是暂定" in page and "（暂定）" in page
    assert (
        "（暂定）"
        in client.get(reverse("admin:evaluation_assessment_change", args=[it.assessment.pk])).content.decode()
    )

    row = freeze_round(share_round(it.row))
    page = client.get(bench).content.decode()
    assert "暂定" not in page and "已定分，不再变化" in page and "下一步：拟制公开稿" in page
    office = row.made_by.memberships.get().agency
    item = round_items.draft_item(row.pk, agency=office, actor=row.made_by, at=now())
    page = client.get(bench).content.decode()
    assert "下一步" not in page and reverse("admin:disclosure_item_change", args=[item.pk]) in page
    assert item.editions.get().get_state_display() in page


@pytest.mark.parametrize("count", [1, 3])
def test_workbench_asks_as_often_for_many(count: int, django_assert_num_queries: Any) -> None:
    office = make_office()
    below = [make_agency(parent=office) for _each in range(count)]
    for agency in below:
        make_obligation(agency=agency)
        publish_one(agency=agency)
    row = open_round(*below, office=office, sample_size=2)
    for one in row.assessments.all():
        make_finding(one)
    client = signed_in(row.made_by)
    client.get(reverse(BENCH))

    with django_assert_num_queries(26):
        client.get(reverse(BENCH))
    for table in TABLES:
        assert _csv(client, table, f"?round={row.slug}").count("\r\n") >= 1
