"""Complaining on the web: named or not, once, with every answer kept; and what no form of ours would send."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from disclosure.enums import Audience
from govportal.models import PrivateFile
from govportal.now import now
from requests_app import filing_guard
from requests_app.complaint_enums import ComplaintGround
from requests_app.models import Complainant, Complaint, InformationRequest, RequestDraft
from requests_app.services import drafts
from requests_app.services.complaint_desks import desks_for
from requests_app.views import browser, complaint_browser
from tests.factories import make_item
from tests.factories.requests import file_request
from tests.markup import faults
from tests.requests_app.complaints.complaint_journey import ANONYMOUS, FACTS, NAMED, Complainer
from tests.requests_app.filing_journey import Citizen, scan, text_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


# --- the journey -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", [NAMED, ANONYMOUS], ids=["named", "anonymous"])
def test_complaint_is_filed_and_followed_by_its_code(contact: dict[str, str]) -> None:
    citizen = Complainer()
    citizen.fill(contact, evidence=[scan(name="照片.pdf")])
    check = text_of(citizen.get("check"))
    receipt = citizen.client.get(citizen.send()["Location"])
    row, code = Complaint.objects.get(), receipt.context["code"]
    case = citizen.client.post(reverse("complaint_lookup"), {"number": row.number, "code": code}, follow=True)

    assert row.is_named == (contact is NAMED) == Complainant.objects.exists()
    assert FACTS in check and "照片.pdf" in check
    for page in (check, text_of(receipt), text_of(case)):
        assert row.desk.name in page
        assert faults(page) == []
        assert "noindex" in page
        assert ("丢失的无法补发" in page) == (contact is ANONYMOUS)
    assert row.number in text_of(case) and "照片.pdf" in text_of(case)
    assert NAMED["name"] not in text_of(case)
    for response in (receipt, case):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"


def test_no_address_holds_number_or_code() -> None:
    citizen = Complainer()
    citizen.fill()
    sent = citizen.send()
    receipt = citizen.client.get(sent["Location"])
    row, code = Complaint.objects.get(), receipt.context["code"]
    found = citizen.client.post(reverse("complaint_lookup"), {"number": row.number, "code": code})

    for address in (sent["Location"], receipt.context["receipt_url"], found["Location"]):
        assert row.number not in address and code not in address


def test_receipt_survives_reloading_and_is_nobody_elses() -> None:
    citizen = Complainer()
    citizen.fill()
    address = citizen.send()["Location"]

    first, again = citizen.client.get(address), citizen.client.get(address)
    bookmark = citizen.client.get(reverse("complaint_sent"))
    stranger = Client().get(address)

    assert first.context["code"] == again.context["code"] == bookmark.context["code"] != ""
    assert stranger["Location"] == reverse("complaint_lookup") + "?gone=1"
    assert "回执只在送出投诉举报的浏览器里显示" in text_of(Client().get(stranger["Location"]))


def test_code_is_cleared_from_a_public_computer() -> None:
    citizen = Complainer()
    page = citizen.complain()
    address, cookie = page.wsgi_request.get_full_path(), citizen.client.cookies[complaint_browser.DRAFT].value

    response = citizen.client.post(reverse("complaint_sent"), {"d": citizen.d})
    citizen.client.cookies[complaint_browser.DRAFT] = cookie  # somebody had kept it

    assert response["Location"].endswith("?cleared=1")
    assert citizen.client.get(address).context["code"] == ""


def test_pdf_tells_the_number_and_never_the_code() -> None:
    citizen = Complainer()
    page = citizen.complain()

    response = citizen.client.get(page.context["receipt_url"])

    assert response.content.startswith(b"%PDF") and "no-store" in response["Cache-Control"]
    assert Complaint.objects.get().number not in response["Content-Disposition"]


def test_words_of_the_pdf_name_neither_code_nor_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def render(html: str, **_rest: Any) -> bytes:
        drawn.append(html)
        return b"%PDF"

    monkeypatch.setattr("requests_app.views.complaint_sent.pdf.render", render)
    citizen = Complainer()
    page = citizen.complain()

    citizen.client.get(page.context["receipt_url"])

    assert Complaint.objects.get().number in drawn[0]
    for secret in (page.context["code"], FACTS, NAMED["name"], citizen.agency.name):
        assert secret not in drawn[0]


# --- once --------------------------------------------------------------------------------------------------------


def test_pressing_twice_gives_the_first_receipt_and_going_back_leads_there() -> None:
    citizen = Complainer()
    citizen.fill()
    form = {"d": citizen.d, "seen": citizen.get("check").context["seen"]}

    first = citizen.client.post(citizen.path("check"), form)
    second = citizen.client.post(citizen.path("check"), form)

    assert first["Location"] == second["Location"] == citizen.get("check")["Location"]
    for step in ("matter", "contact"):
        assert citizen.get(step)["Location"] == citizen.post(step, facts="别的")["Location"] == first["Location"]
    assert Complaint.objects.get().facts == FACTS
    assert list(citizen.draft.values) == [drafts.CODE]


@pytest.mark.django_db(transaction=True)
def test_sixteen_presses_at_once_are_one_complaint() -> None:
    citizen = Complainer()
    citizen.fill(ANONYMOUS)
    form = {"d": citizen.d, "seen": citizen.get("check").context["seen"]}

    def press() -> str:
        client = Client()
        client.cookies = citizen.client.cookies
        return str(client.post(citizen.path("check"), form)["Location"])

    outcomes = at_once(press, times=16)

    assert len(set(outcomes)) == 1, outcomes
    assert Complaint.objects.count() == 1


def test_complaint_and_request_of_one_browser_never_mix() -> None:
    citizen = Complainer()
    applicant = Citizen(citizen.client, citizen.agency)
    applicant.fill()
    citizen.fill()
    crossed = [
        citizen.client.get(reverse("complaint_check"), {"d": applicant.d}),
        citizen.client.get(reverse("request_check"), {"d": citizen.d}),
    ]

    applicant.send()
    citizen.send()

    assert [response["Location"].partition("?")[2] for response in crossed] == ["lost=1", "lost=1"]
    assert Complaint.objects.get().facts == FACTS
    assert InformationRequest.objects.get().agency == Complaint.objects.get().agency


def test_draft_of_a_complaint_is_forgotten_on_demand_and_swept() -> None:
    citizen = Complainer()
    citizen.fill(evidence=[scan()])

    response = citizen.post("check", discard="1")

    assert "已删除" in text_of(citizen.client.get(response["Location"]))
    assert not RequestDraft.objects.exists() and not PrivateFile.objects.exists()
    Complainer(citizen.client, citizen.agency).complain(evidence=[scan()])
    assert drafts.sweep(now() + drafts.LIFETIME) == 1
    assert Complaint.objects.get().files.count() == 1


# --- what is not taken --------------------------------------------------------------------------------------------


def wrong_answers(citizen: Complainer) -> list[tuple[str, dict[str, Any], str]]:
    """Step, what is typed, the words of the refusal."""
    other = make_item()
    internal = make_item(agency=citizen.agency, audience=Audience.INTERNAL)
    return [
        ("matter", {"agency": ""}, "请选择反映哪个单位"),
        ("matter", {"agency": "\0; DROP"}, "请从单位名录中选择"),
        ("matter", {"ground": "x"}, "请选择属于哪一种情形"),
        ("matter", {"facts": "不行"}, "至少10个字"),
        ("matter", {"facts": "述" * 100_000}, "最多 10000 个字，现有 100000 个字"),
        ("matter", {"item_number": "没有这条"}, "没有这一条公开信息"),
        ("matter", {"item_number": internal.index_number}, "没有这一条公开信息"),
        ("matter", {"item_number": other.index_number}, "请选择该单位，或者去掉索引号"),
        ("matter", {"board": "栏" * 201}, "最多 200 个字"),
        ("contact", {}, "请选择署名还是匿名"),
        ("contact", {"is_named": "named"}, "署名的请填写姓名"),
        ("contact", {"is_named": "named", "name": "白诉一"}, "请至少填写一种"),
        ("contact", {"is_named": "named", "name": "白诉一", "email": "x"}, "请填写完整的电子邮箱"),
        ("contact", {"is_named": "named", "name": "述" * 100_000, "phone": "13812345521"}, "现有 100000 个字"),
    ]


def test_what_is_wrong_is_said_and_every_answer_kept() -> None:
    citizen = Complainer()
    citizen.post("matter")

    for step, values, words in wrong_answers(citizen):
        response = citizen.post(step, **values)
        page = text_of(response)

        assert response.status_code == 200, (values, words)
        assert words in page and "<title>错误：" in page, words
        assert faults(page) == [], words
        assert all(typed in page for name, typed in values.items() if name not in {"agency", "ground"}), words
        assert citizen.get("check").status_code == 302, words
    assert not Complaint.objects.exists()


def test_agency_that_nobody_here_may_handle_is_told_where_to_go() -> None:
    citizen = Complainer()
    desk = desks_for(citizen.agency)[0]

    response = citizen.post("matter", agency=desk.code)

    assert "请向其上一级行政机关提出" in text_of(response)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7\n" + b"0" * (11 * MEGABYTE), "大.pdf", "文件超过 10 MB"),
        (PNG, "照片.pdf", "文件内容是 PNG"),
        (b"<svg onload=alert(1)>", "图.png", "没有收下"),
        (b"", "空.pdf", "文件是空的"),
    ],
)
def test_unfit_evidence_is_refused_and_the_rest_kept(content: bytes, name: str, words: str) -> None:
    citizen = Complainer()

    response = citizen.post("matter", evidence=[scan(name="好的.pdf"), scan(content, name)])

    page = text_of(response)
    assert words in page and "好的.pdf" in page and FACTS in page
    assert PrivateFile.objects.count() == 1


def test_five_papers_are_kept_and_a_sixth_is_refused_by_name() -> None:
    citizen = Complainer()

    response = citizen.post("matter", evidence=[scan(name=f"第{n}份.pdf") for n in range(6)])
    citizen.post("matter", forget=[drafts.files(citizen.draft)[0].pk])

    assert "“第5份.pdf”没有收下" in text_of(response)
    assert citizen.draft.files.count() == 4


def test_characters_nobody_types_are_taken_out() -> None:
    Complainer().complain(NAMED | {"name": "白\0诉一"}, facts=f"\0{FACTS}\u202e", board="村口\0公开栏")

    row = Complaint.objects.get()
    assert (row.facts, row.board, row.complainant.name) == (FACTS, "村口公开栏", "白诉一")


def test_whoever_names_nobody_leaves_nothing_of_himself() -> None:
    citizen = Complainer()
    citizen.fill(ANONYMOUS | {"name": "白诉一", "phone": "13812345521"})

    assert citizen.draft.values["contact"] == ANONYMOUS
    citizen.send()
    assert not Complainant.objects.exists()


@pytest.mark.parametrize("name", ["\0", "' OR 1=1 --", "../x", "0" * 10_000, "ffffffffff"])
def test_draft_that_a_stranger_names_is_not_found(name: str) -> None:
    Complainer().fill()
    stranger = Client()

    answers = [stranger.get(reverse(door), {"d": name}) for door in ("complaint_check", "complaint_sent")]
    answers.append(stranger.post(reverse("complaint_check"), {"d": name, "seen": name}))

    assert [response.status_code for response in answers] == [302, 302, 302]
    assert not Complaint.objects.exists()


def test_old_form_is_shown_again_with_all_that_was_typed() -> None:
    citizen = Complainer(Client(enforce_csrf_checks=True))

    response = citizen.post("matter", facts="只写在这里的事实经过，请保留。")

    assert response.status_code == 403
    assert "只写在这里的事实经过" in text_of(response) and faults(text_of(response)) == []


def test_what_was_changed_in_another_window_is_not_sent_unseen() -> None:
    citizen = Complainer()
    citizen.fill()
    seen = citizen.get("check").context["seen"]
    citizen.post("matter", facts=f"{FACTS}改过。")

    response = citizen.client.post(citizen.path("check"), {"d": citizen.d, "seen": seen})

    assert "内容在另一个窗口里改过" in text_of(response)
    assert not Complaint.objects.exists()


# --- programs and limits --------------------------------------------------------------------------------------------


def test_filled_trap_asks_to_wait_and_then_takes_the_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = Complainer()
    citizen.fill()
    held = citizen.send(website="http://spam.example")
    form = {"d": citizen.d, "seen": held.context["seen"], "hold": held.context["hold"].note}
    early = citizen.client.post(citizen.path("check"), form)
    later = now() + filing_guard.WAIT + timedelta(seconds=1)
    monkeypatch.setattr("requests_app.views.complaint_filing.now", lambda: later)

    taken = citizen.client.post(citizen.path("check"), form)

    assert held.status_code == early.status_code == 200
    assert "请稍等一下再送出" in text_of(held) and faults(text_of(held)) == []
    assert taken.status_code == 302 and Complaint.objects.count() == 1


def test_an_address_files_so_many_in_a_day(settings: Settings) -> None:
    settings.REQUEST_FILINGS_PER_ADDRESS = 1
    citizen = Complainer()
    citizen.complain()
    again = Complainer(citizen.client, citizen.agency)
    again.fill()

    response = again.send()

    assert response.status_code == 429
    assert "一天内已送出 1 件" in text_of(response) and FACTS in text_of(response)


# --- what the page that led here knows --------------------------------------------------------------------------------


def test_item_and_agency_in_the_address_are_filled_in() -> None:
    citizen = Complainer()
    item = make_item(agency=citizen.agency)

    for query in ({"item": item.slug}, {"agency": citizen.agency.code}, {"item": "\0"}, {"item": "x" * 5000}):
        page = citizen.client.get(reverse("complaint_new"), query, follow=True)
        form = page.context["form"]
        assert page.status_code == 200
        assert ("item" in query and query["item"] == item.slug) == bool(form["item_number"].value()), query
    citizen.post("matter", item_number=item.slug)
    citizen.post("contact", **ANONYMOUS)
    citizen.send()

    assert Complaint.objects.get().item == item


def test_request_that_is_open_in_this_browser_is_filled_in() -> None:
    citizen = Complainer()
    filed = file_request(citizen.agency)
    form = {"number": filed.request.number, "code": filed.query_code}
    citizen.client.post(reverse("request_lookup"), form)

    page = citizen.client.get(reverse("complaint_new"), {"case": "1"}, follow=True)
    other = Client().get(reverse("complaint_new"), {"case": "1"}, follow=True)

    assert page.context["form"]["request_number"].value() == filed.request.number
    assert page.context["form"]["ground"].value() == ComplaintGround.REQUEST_REFUSED
    assert not other.context["form"]["request_number"].value()
    assert citizen.client.cookies[browser.CASE].value
