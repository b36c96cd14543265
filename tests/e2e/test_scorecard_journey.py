"""One round from its plan to a citizen who computes it again: opened with what the portal counted, filled with a
finding by autosave, objected to, heard and ruled on, frozen by another inspector, published, followed down to the
overdue matter behind a point, and recomputed from the archive. The citizen's browser runs no script.
"""

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from disclosure.models import CatalogueEntry, Edition
from disclosure.services import review
from evaluation.enums import ObjectionState, RoundState
from evaluation.models import Assessment, AssessmentRound, Finding, Objection
from govportal.models import Agency, SiteProfile, User
from govportal.models.agency import AgencyKind
from govportal.permissions import Role
from tests.e2e.journey import PATIENCE, Clock, says
from tests.e2e.staff import Desk, Staff
from tests.factories import make_agency, make_member
from tests.factories.indicators import make_indicator_set
from tests.factories.obligations import make_obligation
from tests.factories.published import publish_edition

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

ROUND = "2026-h1"
PROBLEM = "公开指南的受理电话少写一位"


@dataclass
class World:
    """A county with two bureaus; one of them owes the public a matter since March."""

    staff: Staff
    address: str
    clock: Clock
    bureau: Agency
    other: Agency
    inspector: User
    head_of_group: User
    office_heads: dict[int, User]
    owed: CatalogueEntry

    def desk(self, user: User, path: str) -> Any:
        return self.staff.page(user, path)


@pytest.fixture
def world(browser: Browser, live_server: LiveServer, clock: Clock, settings: Any) -> World:
    settings.PORTAL_BASE_URL = live_server.url
    SiteProfile.objects.create(pk=1, name="澄明县政务公开", phone="0399-6612001", host="澄明县人民政府")
    county = make_agency(name="澄明县人民政府", kind=AgencyKind.GOVERNMENT)
    bureau, other = (make_agency(name=name, parent=county) for name in ("澄明县民政局", "澄明县水务局"))
    clock.set(7, 2)
    entry = None
    for agency, met_on in ((bureau, None), (bureau, date(2026, 3, 9)), (other, date(2026, 3, 9))):
        made = make_obligation(agency=agency, due_on=date(2026, 3, 10), met_on=met_on)
        entry = entry or made.entry
    assert entry is not None
    make_indicator_set("2026")
    heads = {agency.pk: make_member(Role.OFFICE_HEAD, agency) for agency in (bureau, other)}
    inspector, head_of_group = (make_member(Role.INSPECTOR, county) for _each in range(2))
    staff = Staff(browser, live_server)
    return World(staff, live_server.url, clock, bureau, other, inspector, head_of_group, heads, entry)


@pytest.fixture
def citizen(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def the_round() -> AssessmentRound:
    return AssessmentRound.objects.get()


def of(agency: Agency) -> Assessment:
    return Assessment.objects.get(agency=agency)


# --- inspectors ----------------------------------------------------------------------------------------------------


def plan_and_open(world: World) -> None:
    with world.desk(world.inspector, reverse("admin:evaluation_assessmentround_changelist")) as page:
        page.locator(".addlink").first.click()
        desk = Desk(page)
        desk.fill(name="2026年上半年政务公开考核", slug=ROUND, sample_size="0")
        page.locator("[name=kind]").select_option("spot")
        page.locator("[name=indicator_set]").select_option(index=1)
        page.locator("[name=period]").select_option("2026-H1")
        page.get_by_role("button", name="全选政府部门").click()
        page.locator("input[type=submit].default").click()
        page.wait_for_url("**/change/**")
        row = the_round()
        assert (row.state, row.assessments.count(), str(row.period_end)) == (RoundState.DRAFT, 2, "2026-06-30")
        desk.do("启动考核")
        assert the_round().state == RoundState.OPEN


def see_evidence_and_enter(world: World) -> None:
    """One of two matters is public: half of forty points. The overdue one is named and leads to its entry."""
    path = reverse("admin:evaluation_entry_agency", args=[ROUND, world.bureau.code])
    with world.desk(world.inspector, path) as page:
        page.locator(".entry-automatic summary").click()
        row = page.locator(".entry-automatic tr", has_text="COV")
        assert "1/2" in row.inner_text() and "20.00 / 40.00" in row.inner_text()
        row.get_by_role("link", name="逐项看").click()
        says(page, world.owed.code)
        page.goto(world.address + path)
        line = page.locator(".entry-line", has_text="M1").first
        line.get_by_label("发现问题", exact=True).check()
        line.locator("[name$=-text]").fill(PROBLEM)
        line.locator("[name$=-unit]").select_option("0.50")
        line.locator("[name$=-count]").fill("2")
        line.get_by_role("button", name="保存").click()
        expect(line.locator(".entry-found")).to_contain_text(PROBLEM)
        expect(line.locator("[data-points]")).to_have_text("19.00")
        mark_the_rest(page)
    with world.desk(world.inspector, reverse("admin:evaluation_entry_agency", args=[ROUND, world.other.code])) as page:
        mark_the_rest(page)
    assert of(world.bureau).scores.get(indicator__code="M1").points == Decimal("19.00")


def mark_the_rest(page: Page) -> None:
    page.get_by_role("link", name="其余未查的都标为未发现问题").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator(".messagelist")).to_contain_text("标为“未发现问题”")


def tell_the_agencies(world: World) -> None:
    path = reverse("admin:evaluation_assessmentround_change", args=[the_round().pk])
    with world.desk(world.inspector, path) as page:
        Desk(page).do("反馈初评", days="5")
    assert the_round().state == RoundState.FEEDBACK


# --- the agency ----------------------------------------------------------------------------------------------------


def object_to_it(world: World) -> None:
    world.clock.set(7, 3)
    head = world.office_heads[world.bureau.pk]
    with world.desk(head, reverse("admin:evaluation_assessment_changelist")) as page:
        page.get_by_role("link", name=world.bureau.display_name).first.click()
        expect(page.locator("#content")).to_contain_text(PROBLEM)
        page.locator("li", has_text=PROBLEM).get_by_role("link", name="提出异议").click()
        desk = Desk(page)
        desk.fill(text="其中一处在六月已经更正，有修改记录。")
        desk.press("提出异议")
    assert Objection.objects.get().finding == Finding.objects.get()


def hear_and_rule(world: World) -> None:
    world.clock.set(7, 6)
    path = reverse("admin:evaluation_objection_change", args=[Objection.objects.get().pk])
    with world.desk(world.head_of_group, path) as page:
        desk = Desk(page)
        desk.do("记录听取意见", heard_on="2026-07-06", hearing="办公室主任出示六月二十日的修改记录，核对无误。")
        page.goto(world.address + path)
        page.get_by_role("link", name="裁定", exact=True).click()
        page.locator("[name=ruling][value=partly]").check()
        desk.fill(left="0.50", reason="一处已在统计期内更正，不计。")
        desk.press("裁定")
    assert Objection.objects.get().state == ObjectionState.RULED
    assert of(world.bureau).scores.get(indicator__code="M1").points == Decimal("19.50")


def agree(world: World) -> None:
    for agency in (world.bureau, world.other):
        path = reverse("admin:evaluation_assessment_change", args=[of(agency).pk])
        with world.desk(world.office_heads[agency.pk], path) as page:
            Desk(page).do("确认无异议")


# --- frozen and published ------------------------------------------------------------------------------------------


def freeze_and_publish(world: World) -> None:
    """By the second inspector, for the first has told the agencies; the review of the item is as of any other."""
    world.clock.set(7, 8)
    path = reverse("admin:evaluation_assessmentround_change", args=[the_round().pk])
    with world.desk(world.inspector, path) as page:
        page.get_by_role("link", name="定分", exact=True).click()
        expect(page.locator("#content")).to_contain_text("反馈初评的人不能定分")
    with world.desk(world.head_of_group, path) as page:
        desk = Desk(page)
        desk.do("定分")
        page.goto(world.address + path)
        desk.do("拟制公开稿")
    row = the_round()
    assert row.state == RoundState.FROZEN and row.item is not None
    publisher = make_member(Role.PUBLISHER, row.item.agency)
    review.submit(Edition.objects.get(item=row.item).pk, actor=publisher, at=world.clock.at)
    publish_edition(Edition.objects.get(item=row.item), at=world.clock.at)


# --- a citizen -----------------------------------------------------------------------------------------------------


def follow_a_point(citizen: Page, world: World) -> None:
    """From the ranking over the agency and its indicator to the matter that has been overdue since March."""
    citizen.goto(world.address + reverse("scorecards"))
    main = citizen.locator("main")
    assert all(agency.display_name in main.inner_text() for agency in (world.bureau, world.other))
    main.get_by_role("link", name=world.bureau.display_name).click()
    says(citizen, PROBLEM, "部分支持")
    main.get_by_role("link", name=world.owed.code).first.click()
    expect(citizen).to_have_url(re.compile(re.escape(reverse("entry_obligations", args=[world.owed.pk]))))
    expect(main.locator("tr:target")).to_contain_text("应公开未公开")


def recompute(citizen: Page, world: World, folder: Path) -> None:
    citizen.goto(world.address + reverse("scorecards"))
    link = citizen.locator("main a[href$='.zip']").first.get_attribute("href") or ""
    assert link.endswith(f"/open-data/scorecards/{ROUND}.zip")
    answer = citizen.context.request.get(world.address + link)
    assert answer.ok
    zipfile.ZipFile(BytesIO(answer.body())).extractall(folder)
    run = [sys.executable, "-I", "-S", str(folder / "recompute.py")]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    ranking = list(csv.DictReader((folder / "ranking.csv").read_text("utf-8-sig").splitlines()))
    totals = {line["agency"]: (line["total"], line["rank"]) for line in ranking}
    assert totals == {world.bureau.code: ("79.00", "2"), world.other.code: ("100.00", "1")}
    text = (folder / "results.csv").read_text("utf-8-sig").replace("19.50", "19.51", 1)
    (folder / "results.csv").write_text(text)
    assert subprocess.run(run, capture_output=True, check=False).returncode == 1


def test_round_from_its_plan_to_a_citizen_who_recomputes_it(world: World, citizen: Page, tmp_path: Path) -> None:
    plan_and_open(world)
    see_evidence_and_enter(world)
    tell_the_agencies(world)
    object_to_it(world)
    hear_and_rule(world)
    agree(world)
    freeze_and_publish(world)
    follow_a_point(citizen, world)
    recompute(citizen, world, tmp_path)
