"""One complaint from the page of a stale item to its public summary: anonymous, transferred on the fourth day, upheld,
put right after the deadline. The agency complained of is reminded, its head on the working day after, and none of its
pages and mails tells that anybody complained.

The days were counted by hand with the notice for 2026: 25 to 27 September and 1 to 7 October are off, 20 September is
worked.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from disclosure.enums import RectificationState
from disclosure.models import Item, Rectification
from disclosure.workflow import ACTION_OF
from govportal import notices, reminders
from govportal.models import Agency, Notice, SiteProfile, User
from govportal.models.agency import AgencyKind
from govportal.models.notice import NoticeState
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from tests.e2e.journey import Citizen, Clock
from tests.e2e.staff import Desk, Staff
from tests.factories import make_agency, make_member
from tests.factories.complaints import make_complaint_officer
from tests.factories.published import SIGNERS, publish_one
from tests.mail_sink import MailSink, mail_sink

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TITLE = "柳林镇城乡低保对象名单"
FACTS = "低保名单贴的还是去年三月那一期，窗口的人说没有空换。"
PROBLEM = "城乡低保对象名单超过规定期限没有更新。"
SUMMARY = "关于低保对象名单更新情况的说明"
# Whoever is told of the rectification by mail, and on which days: 7, 3 and 1 working days before, on the day, after it.
REMINDED = {
    "publisher": ["2026-09-20", "2026-09-24", "2026-09-29", "2026-09-30", "2026-10-08"],
    "office": ["2026-09-30", "2026-10-08"],
    "head": ["2026-10-08"],
}


@dataclass
class World:
    """City over county over bureau: the county has it first, the city in the end, and the bureau never."""

    county_officer: User
    city_officer: User
    city: Agency
    bureau: Agency
    people: dict[str, User]  # of the bureau
    item: Item


@pytest.fixture
def world(clock: Clock) -> World:
    SiteProfile.objects.create(pk=1, name="澄明县政务公开", phone="0399-6612001", host="澄明县人民政府")
    city = make_agency(name="澄州市人民政府", kind=AgencyKind.GOVERNMENT)
    county = make_agency(name="澄明县人民政府", kind=AgencyKind.GOVERNMENT, parent=city)
    bureau = make_agency(name="澄明县民政局", code="cm-mzj", parent=county)
    roles = {"publisher": Role.PUBLISHER, "office": Role.OFFICE_HEAD, "head": Role.AGENCY_HEAD}
    roles["administrator"] = Role.ADMINISTRATOR
    people = {name: make_member(role, bureau, email=f"{name}@bureau.example") for name, role in roles.items()}
    county_officer, city_officer = (
        make_complaint_officer(desk, full_name=name, email=f"{desk.pk}@desk.example")
        for desk, name in ((county, "许试六"), (city, "何试七"))
    )
    content = {"title": TITLE, "category": "affairs"}
    item = publish_one(agency=bureau, author=people["publisher"], content=content)
    return World(county_officer, city_officer, city, bureau, people, item)


@pytest.fixture
def citizen(telephone: Page, live_server: LiveServer, world: World) -> Citizen:
    return Citizen(live_server.url, telephone, thing="complaint")


@pytest.fixture
def staff(browser: Browser, live_server: LiveServer) -> Staff:
    return Staff(browser, live_server)


@pytest.fixture
def sink(settings: Any) -> Iterator[MailSink]:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with mail_sink() as sink:
        options = {"host": "127.0.0.1", "port": sink.port, "timeout": 60}
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        yield sink


# --- the citizen complains -----------------------------------------------------------------------------------------


def tell_what(citizen: Citizen, world: World) -> None:
    """From the page of the item, which is filled in; with a mistake that is led to and mended."""
    keys, page = citizen.keys, citizen.page
    page.goto(citizen.address + world.item.get_absolute_url())
    keys.follow(f"a[href='{reverse('complaint_new')}?item={world.item.slug}']")
    assert page.locator("#id_agency").input_value() == world.bureau.code
    assert page.locator("#id_item_number").input_value() == world.item.index_number
    keys.choose("input[name=ground]", "late_or_stale")
    keys.follow("main form button")

    expect(page.locator(".errors")).to_be_focused()  # as soon as it is drawn
    assert page.title().startswith("错误：")
    assert page.locator("input[name=ground]:checked").input_value() == "late_or_stale"

    keys.tab_to("a[href='#id_facts']")
    keys.press("Enter")
    expect(page.locator("#id_facts")).to_be_focused()
    keys.type_into("#id_facts", FACTS)
    keys.follow("main form button")


def stay_unknown_and_send_twice(citizen: Citizen) -> None:
    """Enter, and once more by mistake."""
    keys = citizen.keys
    keys.choose("input[name=is_named]", "anonymous")
    keys.follow("main form button")
    assert citizen.is_at("complaint_check")
    assert FACTS in citizen.words() and TITLE in citizen.words()
    assert "结果只能凭编号和查询码查看" in citizen.words()

    keys.tab_to("main form button:not([name])")
    keys.press("Enter", times=2)
    citizen.write_down()
    row = Complaint.objects.get()
    assert (citizen.number, row.is_named, row.item, row.desk.name) == (
        row.number, False, Item.objects.get(title=TITLE), "澄明县人民政府",
    )  # fmt: skip


def look_up_in_vain(citizen: Citizen) -> None:
    wrong_code = citizen.look_up(citizen.number, "2222-2222")

    assert "编号或者查询码不对" in wrong_code
    assert wrong_code == citizen.look_up("TS-2026-99999", citizen.code)


# --- two desks -----------------------------------------------------------------------------------------------------


def transfer_on_day_four(citizen: Citizen, world: World, staff: Staff, clock: Clock) -> None:
    """Received on Friday the 11th: Monday is day 1, Thursday the 17th day 4, and Friday the 18th the last."""
    clock.set(9, 14)
    with staff.desk(world.county_officer, citizen.number, of="complaint") as desk:
        desk.do("受理")
    assert "已受理" in citizen.open_case()
    clock.set(9, 17)
    with staff.desk(world.county_officer, citizen.number, of="complaint") as desk:
        desk.do("转送有权单位", of=world.city.name, note="涉及县级机关的公开责任，请直接调查。")
        expect(desk.page.locator("#content")).not_to_contain_text(citizen.number)
    words = citizen.open_case()
    assert "办理单位：澄州市人民政府" in words and "9月17日" in words
    assert "请直接调查" not in words


def uphold(citizen: Citizen, world: World, staff: Staff, clock: Clock) -> None:
    """Answered on the last day; the order names neither case nor complainant."""
    clock.set(9, 18)
    with staff.desk(world.city_officer, citizen.number, of="complaint") as desk:
        desk.do("开始调查")
        desk.do("答复", result=["upheld"], text="经到柳林镇查看，名单确实超过一年没有更新，已要求改正。")
        desk.do("交办整改", problem=PROBLEM, requirement="公开最近一期名单，今后每季度更新。", due_on="2026-09-30")
    words = citizen.open_case()
    assert "属实" in words and "已要求改正" in words
    assert Rectification.objects.get().number in words


# --- the agency is reminded ----------------------------------------------------------------------------------------


def remind_until(last: date, clock: Clock, sink: MailSink) -> dict[str, list[str]]:
    """Two rounds each day, as if beat had rung twice; (address, days on which a mail came of the rectification)."""
    number, told = Rectification.objects.get().number, {name: list[str]() for name in REMINDED}
    day = clock.at.date()
    notices.sweep(clock.at)  # the order itself, told on its day
    while day < last:
        day += timedelta(1)
        before = len(sink.messages)
        for hour in (9, 14):
            clock.set(day.month, day.day, hour)
            done = reminders.remind(clock.at)
            assert not done.failed
            notices.sweep(clock.at)
        for message in sink.messages[before:]:
            name = str(message["To"]).partition("@")[0]
            if name in told and number in str(message["Subject"]):
                told[name].append(day.isoformat())
    return told


def put_right(world: World, staff: Staff, clock: Clock, citizen: Citizen) -> None:
    """The head opens what the reminder leads to; the publisher reports; the city verifies."""
    clock.set(10, 9)
    row = Rectification.objects.get()
    with staff.page(world.people["head"], reverse("admin:inbox")) as page:
        page.locator("main a", has_text=row.number).first.click()
        expect(page.locator("h1", has_text=PROBLEM)).to_be_visible()
    path = reverse("admin:disclosure_rectification_change", args=[row.pk])
    with staff.page(world.people["publisher"], path) as page:
        Desk(page).do("报告整改情况", text="已公开第三季度名单，明确专人按季更新。")
    with staff.page(world.city_officer, path) as page:
        Desk(page).do("核实", is_done=["yes"], finding="看过公开栏和网页，已经更新。")
    row.refresh_from_db()
    assert row.state == RectificationState.VERIFIED
    citizen.page.goto(citizen.address + row.get_absolute_url())
    assert "看过公开栏和网页，已经更新。" in citizen.words()


# --- the public reads ----------------------------------------------------------------------------------------------


def publish_summary(world: World, staff: Staff, clock: Clock, citizen: Citizen) -> None:
    """Drafted by the officer, signed by everybody the review needs, each under his own name."""
    clock.set(10, 10)
    with staff.desk(world.city_officer, citizen.number, of="complaint") as desk:
        desk.do("办结")
        desk.do("拟制公开摘要", title=SUMMARY, text="有群众反映低保对象名单没有更新。经查属实，已督促更新并核实。")
    summary = Complaint.objects.get().summary
    assert summary is not None
    edition = summary.editions.get()
    page_of = reverse("admin:disclosure_edition_change", args=[edition.pk])
    steps = [("送审", Role.PUBLISHER), *((str(ACTION_OF[step].label), SIGNERS[step]) for step in edition.steps)]
    for label, role in [*steps, ("立即公开", Role.PUBLISHER)]:
        with staff.page(make_member(role, world.city), page_of) as page:
            page.get_by_role("link", name=label, exact=True).click()
            confirm = page.get_by_role("button", name=f"确认{label}")
            expect(confirm).to_be_visible()  # and all before it is there
            if (tick := page.locator("[name=is_checked]")).count():
                tick.check()
            confirm.click()
            expect(page.locator(".messagelist")).to_be_visible()


def read_summary(citizen: Citizen) -> None:
    citizen.page.goto(citizen.address + reverse("complaints"))
    citizen.keys.follow(f"a[href='{Complaint.objects.get().summary.get_absolute_url()}']")  # type: ignore[union-attr]
    words = citizen.words()
    assert SUMMARY in words and "经查属实" in words
    assert citizen.number not in words and FACTS not in words
    assert "已办结" in citizen.open_case()


# --- nothing of it at the agency -----------------------------------------------------------------------------------


def find_nothing_at_the_agency(citizen: Citizen, world: World, staff: Staff, sink: MailSink) -> None:
    """Every page that the landing page leads each of its people to, what is public of it, and every mail to them."""
    row = Rectification.objects.get()
    telling = (citizen.number, FACTS, FACTS[:12])
    public = [world.item.get_absolute_url(), row.get_absolute_url(), reverse("agency", args=[world.bureau.code])]
    public += [reverse("rectifications"), reverse("complaints"), reverse("complaint_statistics"), reverse("log")]
    read: list[str] = []
    for user in world.people.values():
        with staff.page(user, reverse("admin:index")) as page:
            links = page.eval_on_selector_all("a[href^='/admin/']", "all => all.map(a => a.getAttribute('href'))")
            own = reverse("admin:disclosure_rectification_change", args=[row.pk])
            for path in sorted({*links, own, *([] if read else public)}):
                answer = page.context.request.get(citizen.address + path)
                assert answer.ok, (user.email, path, answer.status)
                assert not any(words in answer.text() for words in telling), (user.email, path)
                read.append(path)
            complaints = reverse("admin:requests_app_complaint_changelist")
            assert page.context.request.get(citizen.address + complaints).status == 403
    assert len(read) > len(public) + 4 * 5, read
    with staff.page(world.city_officer, reverse("admin:inbox")) as page:  # whoever may know reads it in the same way
        assert citizen.number in page.context.request.get(page.url).text()
    mails = [message for message in sink.messages if str(message["To"]).endswith("@bureau.example")]
    assert len(mails) >= sum(len(days) for days in REMINDED.values())
    for message in mails:
        parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        text = "\n".join([str(message["Subject"]), *(part.decode() for part in parts if isinstance(part, bytes))])
        assert not any(words in text for words in (*telling, "投诉", "举报")), text


def test_complaint_leads_from_a_stale_item_to_a_public_summary(
    citizen: Citizen, world: World, staff: Staff, clock: Clock, sink: MailSink
) -> None:
    tell_what(citizen, world)
    stay_unknown_and_send_twice(citizen)
    look_up_in_vain(citizen)
    transfer_on_day_four(citizen, world, staff, clock)
    uphold(citizen, world, staff, clock)
    told = remind_until(date(2026, 10, 8), clock, sink)
    put_right(world, staff, clock, citizen)
    publish_summary(world, staff, clock, citizen)
    read_summary(citizen)
    notices.sweep(clock.at)
    find_nothing_at_the_agency(citizen, world, staff, sink)

    assert told == REMINDED
    assert Counter(sink.ids()).most_common(1)[0][1] == 1
    assert len(sink.messages) == Notice.objects.filter(state=NoticeState.SENT).count()
    # The county had passed the case on before any mail went out, and may see it no longer.
    unsent = Notice.objects.exclude(state=NoticeState.SENT).values_list("state", "key")
    assert [(state, key.partition(":")[0]) for state, key in unsent] == [(NoticeState.DROPPED, "complaint-filed")]
    assert Complaint.objects.get().state == ComplaintState.CLOSED
