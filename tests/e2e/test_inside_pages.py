"""Pages behind a form or a sign-in that reminders and messages brought: axe finds nothing, nothing overflows."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from govportal.models import Leader, SiteProfile, User
from govportal.now import now, today
from govportal.permissions import Role
from requests_app.feedback_enums import Judgement
from requests_app.models import Complaint
from requests_app.services import feedback
from tests.e2e.accessibility import new_context, problems_of
from tests.e2e.journey import says
from tests.e2e.staff import signed_in_context
from tests.factories import make_agency, make_inbox_message, make_member, make_notice, make_private_file
from tests.factories.complaints import complaint_officer_of, file_complaint
from tests.factories.feedback import handler_of, send_feedback
from tests.factories.registers import make_rectification

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

STAFF_LOOKS = ((360, "light"), (1280, "dark"))
PUBLIC_LOOKS = ((360, "elder"), (1280, "dark"))


def _administrator() -> User:
    """With unread messages and overdue deadlines of his own agency, and mails that never went."""
    agency = make_agency(name="澄明县人民政府")
    user = make_member(Role.ADMINISTRATOR, agency, email="admin@county.example")
    make_member(Role.PUBLISHER, agency, user=user)
    Leader.objects.create(agency=agency, name="王明", post="局长")
    for number in (1, 2):
        subject = f"整改报告 整改〔2026〕{number}号：已逾期 2 个工作日（应于 2026-03-02 前报告）"
        make_inbox_message(user, kind="rectification", subject=subject, read_at=now() if number == 1 else None)
        make_rectification(agency=agency, due_on=today(), number=f"整改〔2026〕{number}号")
        make_notice(state="failed" if number == 1 else "waiting")
    return user


def _complaint() -> Complaint:
    return file_complaint(at=now(), evidence=[make_private_file(name="公开栏照片.pdf")]).complaint


def test_pages_of_staff_are_accessible(browser: Browser, live_server: LiveServer) -> None:
    user, row = _administrator(), _complaint()
    names = ("index", "inbox", "inbox_settings", "deadlines", "jobs", "badges")
    own = [(user, reverse(f"admin:{name}")) for name in names]
    officer = complaint_officer_of(row)
    desk = [
        (officer, reverse("admin:requests_app_complaint_change", args=[row.pk])),
        (officer, reverse("admin:requests_app_complaint_verb", args=[row.pk, "accept"])),
    ]
    problems: list[str] = []

    for width, scheme in STAFF_LOOKS:
        for reader in (user, officer):
            context = signed_in_context(browser, live_server, reader, color_scheme=scheme, locale="zh-CN")
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": 900})
            for path in [path for who, path in own + desk if who == reader]:
                page.goto(live_server.url + path)
                assert page.url.endswith(path)
                problems += [f"{path} {problem}" for problem in problems_of(page, scheme)]
            context.close()

    assert problems == []


def test_faults_and_answer_of_a_message_are_accessible(browser: Browser, live_server: LiveServer) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", phone="0399-6612001", host="某县人民政府")
    sent = send_feedback(make_agency(name="某县民政局"))
    handler = handler_of(sent.feedback.agency)
    feedback.judge(sent.feedback.pk, Judgement.RIGHT, actor=handler, at=now())
    feedback.answer(sent.feedback.pk, "电话已经改为0399-6612560。", actor=handler, at=now())
    problems: list[str] = []

    for width, mode in PUBLIC_LOOKS:
        context = new_context(browser, live_server.url, width, mode)
        page = context.new_page()
        page.goto(live_server.url + reverse("feedback_new"))
        page.locator("main form button.btn").click()
        expect(page).to_have_title(re.compile("^错误："))
        problems += problems_of(page, mode)

        page.goto(live_server.url + reverse("feedback_lookup"))
        page.locator("#id_number").fill(sent.feedback.number)
        page.locator("#id_code").fill(sent.query_code)
        page.locator("main form button.btn").click()
        says(page, "0399-6612560")
        problems += problems_of(page, mode)
        context.close()

    assert problems == []
