"""The pages of messages and correction reports, as people and programs use them."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from disclosure.services.draft import Source
from govportal import throttle
from govportal.now import now
from requests_app import filing_guard
from requests_app.complaint_enums import OtherPath
from requests_app.feedback_enums import FeedbackState
from requests_app.models import Feedback
from requests_app.services import feedback
from requests_app.views.feedback import clean_page, receipt_path
from tests.factories import make_agency
from tests.factories.complaints import file_complaint
from tests.factories.feedback import make_feedback, send_feedback
from tests.factories.published import publish_one
from tests.markup import faults
from tests.requests_app.complaints.complaint_journey import open_case
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db

TEXT = "第二段的电话已经换了，应当是0399-6610001。"
NEW = "/feedback/new/"


def hidden(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


def opened(client: Client, query: str = "") -> str:
    return text_of(client.get(NEW + query))


def post(client: Client, shown_page: str, /, **values: Any) -> Any:
    shown = {name: hidden(shown_page, name) for name in ("sheet", "page", "item")}
    return client.post(NEW, shown | {"kind": "correction", "agency": make_agency().code, "text": TEXT} | values)


def test_sent_page_gives_number_and_code_that_open_the_answer() -> None:
    client, agency = Client(), make_agency()
    response = post(client, opened(client), agency=agency.code, name="林试一", email="lin@mail.example")
    row = Feedback.objects.get()

    receipt = text_of(client.get(response["Location"]))

    code = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", receipt)[0]
    assert row.number in receipt and row.due_on.isoformat() in receipt and code not in response["Location"]
    assert (row.text, row.name, row.email, row.agency) == (TEXT, "林试一", "lin@mail.example", agency)
    elsewhere = text_of(Client().get(response["Location"]))
    assert row.number in elsewhere and code not in elsewhere
    assert Client().get(response["Location"].replace(row.number, "LY-2026-00099")).status_code == 404
    answer = Client().post(reverse("feedback_lookup"), {"number": row.number, "code": code})
    assert TEXT in text_of(answer) and "no-store" in answer["Cache-Control"]
    client.post(response["Location"])
    assert code not in text_of(client.get(response["Location"]))


def test_button_pressed_twice_is_one_message_and_another_text_is_another() -> None:
    client, agency = Client(), make_agency().code
    page = opened(client)

    first, again = (post(client, page, agency=agency) for _press in range(2))
    other = post(client, page, agency=agency, text="还有一处也不对。")

    assert first["Location"] == again["Location"] != other["Location"]
    assert Feedback.objects.count() == 2
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", text_of(client.get(again["Location"])))


def test_page_and_item_it_was_written_from_are_kept_and_choose_the_agency() -> None:
    item = publish_one()
    address = item.get_absolute_url()
    client = Client()
    link = f'href="{NEW}?kind=correction&amp;page={quote(address)}"'
    assert link in text_of(client.get(address))
    assert f'href="{NEW}?kind=correction&amp;item={quote(item.slug)}"' in text_of(client.get(address))

    for query in (f"?page={quote(address)}", f"?item={item.slug}", f"?page=/en{quote(address)}&item={item.slug}"):
        page = opened(client, query)
        assert f'value="{item.agency.code}" selected' in page, query
        assert item.title in page and hidden(page, "item") == item.slug, query
    post(client, opened(client, f"?page={quote(address)}%3Fq=1%23top"))

    row = Feedback.objects.get()
    assert (row.item, row.page) == (item, address)


def test_only_own_paths_are_kept() -> None:
    row = make_feedback()
    kept = {"/items/a-b/": "/items/a-b/", "/search/?q=1": "/search/", "/nothing/here/": "/nothing/here/"}
    strange = ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "items/",
               "/a\x00b/", "/" + "a" * 500, "/a\n b")  # fmt: skip

    assert {text: clean_page(text) for text in kept} == kept
    assert [clean_page(text) for text in strange] == [""] * len(strange)
    # The receipt of somebody is opened by its address, so neither link nor form repeats it.
    assert hidden(opened(Client(), f"?page={receipt_path(row)}"), "page") == ""
    assert "内容有误？" not in text_of(Client().get(receipt_path(row)))


def test_nobody_is_told_that_whoever_writes_complains_or_applies() -> None:
    personal = ("/complaints/case/", "/complaints/case", "/complaints", "/complaints/nothing/here", "/Complaints/new/",
                "/en/complaints/case/supplement/", "/en/complaints/sent", "/zh-hans/complaints/x/", "/requests/case/",
                "/requests/new/check", "/en/requests/case/message/", "/feedback/lookup/", "/en/feedback/sent/a/b",
                "/%63omplaints/case/", "/%2563omplaints/case/", "/x/../complaints/case/", "/./complaints/",
                "/en//complaints/case/", "/en/%2e%2e/complaints/", "/ complaints/case/")  # fmt: skip
    told = {"/requests/", "/en/requests/calculator/", "/feedback/", "/search/", "/en/"}
    for new in (NEW, f"/en{NEW}"):
        kept = {path: hidden(text_of(Client().get(new, {"page": path})), "page") for path in (*personal, *told)}
        assert {path for path, page in kept.items() if page} == told, new


def test_page_of_somebody_has_no_link_to_write_about_it() -> None:
    link = "kind=correction&amp;page="
    assert link in text_of(Client().get(reverse("complaints")))

    filed = file_complaint()
    client = open_case(filed.complaint, filed.query_code)
    paths = [
        reverse(name)
        for name in (
            *("complaint_case", "complaint_supplement", "complaint_withdraw", "complaint_sent", "complaint_lookup"),
            *("complaint_new", "complaint_check", "request_case", "request_new", "feedback_lookup"),
        )
    ]
    for path in [*paths, reverse("complaint_file", args=[999])]:
        page = text_of(client.get(path, follow=True))
        assert "<footer" in page and link not in page, path


def test_bad_input_is_told_keeps_every_answer_and_never_breaks() -> None:
    client, agency = Client(), make_agency().code
    page = opened(client)
    typed = {"name": "林试一", "phone": "12", "email": "不是邮箱", "text": "长" * 5001}

    said = text_of(post(client, page, agency=agency, **typed))

    for words in ("最多 5000 个字，现有 5001 个字", "请填写完整的号码", "请填写完整的电子邮箱", *typed.values()):
        assert words in said, words
    assert "<title>错误：" in said and faults(said) == []
    cases: list[dict[str, Any]] = [
        {"text": " "}, {"text": "\x00"}, {"kind": "praise"}, {"kind": "\x00"}, {"agency": "nobody"},
        {"agency": "a\x00b"}, {"agency": ""}, {"name": "长" * 500}, {"email": "a" * 9000 + "@b.example"},
    ]  # fmt: skip
    for case in cases:
        response = post(client, page, **{"agency": agency} | case)
        assert response.status_code == 200 and "请先改正下面的问题" in text_of(response), case
    for query in ("?item=%00", "?page=%00", "?kind=%00&agency=%00", "?item=" + "a" * 3000, "?page=/items/%252e/"):
        assert client.get(NEW + query).status_code == 200, query
    assert not Feedback.objects.exists()
    assert post(client, page, agency=agency, text="甲\x00乙", item="\x00", page="\x00").status_code == 302
    assert Feedback.objects.get().text == "甲乙"


def test_form_that_is_not_ours_or_too_old_is_shown_again_with_its_text(settings: Settings) -> None:
    client = Client(enforce_csrf_checks=True)
    page = opened(client)
    without_token = post(client, page)
    forged = post(Client(), page, sheet="forged")

    for response in (without_token, forged):
        assert response.status_code == 403 and TEXT in text_of(response)
        assert "请再按一次“送出”" in text_of(response)
    assert not Feedback.objects.exists()


def test_programs_wait_and_floods_end(settings: Settings) -> None:
    settings.REQUEST_FILINGS_PER_ADDRESS = 1
    client, agency = Client(), make_agency().code
    page = opened(client)

    held = text_of(post(client, page, agency=agency, website="http://spam.example"))
    still = post(client, page, agency=agency, hold=hidden(held, "hold"))
    sent = post(client, page, agency=agency)
    full = post(client, page, agency=agency, text="又一条。")

    assert "请稍等一下再送出" in held and TEXT in held and faults(held) == []
    assert (still.status_code, sent.status_code, full.status_code) == (200, 302, 429)
    assert "又一条。" in text_of(full)
    assert Feedback.objects.count() == 1
    assert throttle.taken(filing_guard.EASY, "127.0.0.1", at=now()) == 1


def test_no_cache_keeps_the_form_the_receipt_or_the_answer() -> None:
    row = send_feedback().feedback
    for path in (NEW, receipt_path(row), reverse("feedback_lookup")):
        response = Client().get(path)
        assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"], path
    assert "public" in Client().get(reverse("feedback"))["Cache-Control"]


def test_lookup_tells_nobody_which_was_wrong_and_ends_guessing(settings: Settings) -> None:
    settings.REQUEST_LOOKUPS_PER_ADDRESS = 3
    sent = send_feedback()
    client = Client()
    answers = [
        client.post(reverse("feedback_lookup"), {"number": number, "code": "2222-2222"})
        for number in (sent.feedback.number, "LY-2026-09999", "\x00LY")
    ]

    assert all("编号或者查询码不对" in text_of(answer) for answer in answers)
    closed = client.post(reverse("feedback_lookup"), {"number": sent.feedback.number, "code": sent.query_code})
    assert closed.status_code == 429 and closed["Retry-After"]


def test_answer_page_says_what_was_done() -> None:
    number, code = "LY-2026-01000", "7K4M-92PX"
    told: dict[str, Any] = {"answer": "请依法申请。", "query_key": feedback.query_key(number, code), "number": number}
    row = make_feedback(state=FeedbackState.REDIRECTED, other_path=OtherPath.REQUEST, **told)

    def page() -> str:
        shown = text_of(Client().post(reverse("feedback_lookup"), {"number": number, "code": code}))
        assert faults(shown) == []
        return shown

    assert "请依法申请。" in page() and f'class="tap" href="{reverse("requests")}"' in page()
    Feedback.objects.filter(pk=row.pk).update(purged_at=now(), query_key="", text="", answer="")
    assert "编号或者查询码不对" in page()


def test_start_page_is_cheap_and_well_formed(django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        publish_one(
            item_type="feedback_summary",
            content={"extra": {"period": "2026年1月"}},
            source=Source("feedback", str(number)),
        )
    petitions = publish_one(item_type="feedback_summary", content={"extra": {"period": "2026年1月"}})
    with django_assert_max_num_queries(8):
        page = text_of(Client().get(reverse("feedback")))

    assert faults(page) == [] and "3个工作日内" in page and page.count("/items/") >= 3
    assert petitions.get_absolute_url() not in page
    for path in (NEW, reverse("feedback_lookup"), receipt_path(make_feedback())):
        assert faults(text_of(Client().get(path))) == [], path


def test_english_address_leads_through_english_pages() -> None:
    with translation.override("en"):
        path = reverse("feedback_new")
    page = text_of(Client().get(path))

    assert f'action="{path}"' in page
