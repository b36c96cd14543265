"""Following a complaint: by number and code alone, what is told, what is not, and what its complainant can do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from pytest_django import Settings

from govportal.models import ThrottleCount, User
from govportal.now import now
from requests_app.complaint_enums import (
    ComplaintFileKind,
    ComplaintResult,
    ComplaintState,
    OtherPath,
)
from requests_app.models import Complaint, ComplaintEvent
from requests_app.services import complaint_handling
from requests_app.views import complaint_browser
from tests.factories import make_private_file
from tests.factories.complaints import (
    bring_complaint_to,
    complaint_officer_of,
    file_complaint,
    make_answer,
    make_complaint_file,
    order_after_complaint,
)
from tests.factories.requests import AT
from tests.markup import faults
from tests.requests_app.complaints.complaint_journey import open_case
from tests.requests_app.filing_journey import scan, text_of

pytestmark = pytest.mark.django_db

LOOKUP = "/complaints/lookup/"
PERSONAL = ("complaint_case", "complaint_supplement", "complaint_withdraw")


def look_up(number: str, code: str, client: Client | None = None) -> Any:
    return (client or Client()).post(LOOKUP, {"number": number, "code": code})


def case_page(state: ComplaintState = ComplaintState.RECEIVED, **values: Any) -> tuple[Complaint, Client, str]:
    """A case brought to its state, a browser that has it open, and its page."""
    filed = file_complaint(**values)
    row = bring_complaint_to(state, filed.complaint)
    client = open_case(row, filed.query_code)
    return row, client, text_of(client.get(reverse("complaint_case")))


# --- number and code -----------------------------------------------------------------------------------------------


def without_token(page: str) -> str:
    before, _name, after = page.partition('name="csrfmiddlewaretoken" value="')
    return before + after.partition('"')[2]


def test_unknown_number_and_wrong_code_get_one_and_the_same_answer() -> None:
    number = file_complaint().complaint.number

    pages = [text_of(look_up(typed, "2222-2222")).replace(typed, "N") for typed in (number, "TS-2026-99999")]

    assert without_token(pages[0]) == without_token(pages[1])
    assert all("编号或者查询码不对" in page and "<title>错误：" in page for page in pages)
    assert faults(pages[0]) == []


def test_code_is_taken_as_people_type_it() -> None:
    filed = file_complaint()
    number, code = filed.complaint.number, filed.query_code

    for typed in (code.lower(), code.replace("-", ""), f" {code[:4]} {code[5:]} "):
        assert look_up(number.lower(), typed).status_code == 302, typed


@pytest.mark.parametrize("number", ["", "\0", "'; DROP TABLE x", "x" * 10_000, "%"])
def test_strange_number_opens_nothing(number: str) -> None:
    file_complaint()

    response = look_up(number, number)

    assert response.status_code == 200
    assert "<title>错误：" in text_of(response)


def test_guessing_ends_by_address_and_by_number(settings: Settings) -> None:
    filed = file_complaint()
    number, code = filed.complaint.number, filed.query_code
    settings.REQUEST_LOOKUPS_PER_ADDRESS = 2
    for _guess in range(2):
        look_up(number, "2222-2222")
    by_address = look_up(number, code)
    ThrottleCount.objects.all().delete()
    settings.REQUEST_LOOKUPS_PER_ADDRESS, settings.REQUEST_LOOKUPS_PER_NUMBER = 0, 2
    for host in (1, 2):
        look_up(number, "2222-2222", Client(REMOTE_ADDR=f"203.0.113.{host}"))
    by_number = look_up(number, code, Client(REMOTE_ADDR="203.0.113.9"))

    for response in (by_address, by_number):
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
        assert "查询次数太多" in text_of(response)


def test_nothing_opens_without_the_cookie_of_the_case() -> None:
    row, client, _page = case_page()
    addresses = [reverse(name) for name in PERSONAL] + [reverse("complaint_file", args=[1])]
    Complaint.objects.filter(pk=row.pk).update(query_key="1" * 64)  # the code was renewed

    for browser in (Client(), client):
        for address in addresses:
            assert browser.get(address)["Location"].startswith(reverse("complaint_lookup")), address
    for forged in ("", "x", "a:b:c"):
        client.cookies[complaint_browser.CASE] = forged
        assert client.get(addresses[0]).status_code == 302


def test_leaving_closes_the_case() -> None:
    _row, client, _page = case_page()

    client.post(reverse("complaint_leave"))

    assert client.get(reverse("complaint_case")).status_code == 302


# --- what is told ---------------------------------------------------------------------------------------------------


def test_every_state_has_its_page_and_names_no_officer() -> None:
    for state in ComplaintState:
        row, client, _page = case_page(state)
        User.objects.update(full_name="祁办件")
        page = text_of(client.get(reverse("complaint_case")))

        assert faults(page) == [], state
        assert row.number in page and row.desk.name in page and str(row.get_state_display()) in page
        assert complaint_officer_of(row).username not in page and "祁办件" not in page
        assert ("撤回投诉举报" in page) == (state in {*ComplaintState} and not row.is_ended and not row.answered_on), (
            state
        )
        assert ("申请行政复议或者提起行政诉讼" in page) == bool(row.answered_on), state
        assert "no-store" in client.get(reverse("complaint_case"))["Cache-Control"]


def test_case_shows_public_words_days_and_files_and_keeps_those_of_the_desk() -> None:
    filed = file_complaint()
    row = bring_complaint_to(ComplaintState.INVESTIGATING, filed.complaint)
    officer, handling = complaint_officer_of(row), complaint_handling
    until = row.answer_by + timedelta(days=7)
    handling.write_note(row.pk, actor=officer, at=AT, text="只给办理单位看的备注")
    handling.extend(row.pk, until=until, reason="需要到现场核实。", actor=officer, at=AT)
    inner = make_complaint_file(row, kind=ComplaintFileKind.INQUIRY, title="调查笔录")
    answer = make_answer(files=[make_private_file(name="答复.pdf")])
    handling.answer(row.pk, answer, actor=officer, at=AT)
    order = order_after_complaint(row)
    client = open_case(row, filed.query_code)

    page = text_of(client.get(reverse("complaint_case")))
    files = {held.kind: client.get(reverse("complaint_file", args=[held.pk])).status_code for held in row.files.all()}
    other = make_complaint_file()

    for words in ("需要到现场核实。", date_format(until), answer.text, "答复.pdf", str(ComplaintResult.UPHELD.label)):
        assert words in page, words
    assert order.number in page
    for words in ("只给办理单位看的备注", "调查笔录"):
        assert words not in page
    assert files == {ComplaintFileKind.INQUIRY: 404, ComplaintFileKind.ANSWER: 200}
    assert client.get(reverse("complaint_file", args=[other.pk])).status_code == 404
    assert inner.file_id != other.file_id


def redirected(path: OtherPath) -> tuple[Complaint, Client, str]:
    filed = file_complaint()
    row = filed.complaint
    notice = "您反映的不属于政务公开投诉的范围。"
    complaint_handling.redirect(row.pk, path=path, actor=complaint_officer_of(row), at=AT, notice=notice)
    client = open_case(row, filed.query_code)
    return row, client, text_of(client.get(reverse("complaint_case")))


def test_redirected_complaint_says_where_to_turn() -> None:
    ways = {
        OtherPath.REQUEST: reverse("complaint_to_request"),
        OtherPath.FEEDBACK: reverse("feedback_new"),
        OtherPath.PETITION: "信访接待场所",
        OtherPath.REVIEW: "60日内申请行政复议",
        OtherPath.DISCIPLINE: "12388",
    }
    for path in OtherPath:
        _row, client, page = redirected(path)

        assert "您反映的不属于政务公开投诉的范围。" in page and ways[path] in page, path
        assert faults(page) == []
        if path != OtherPath.REQUEST:
            assert client.post(reverse("complaint_to_request"))["Location"] == reverse("complaint_case")


def test_request_begins_with_what_was_complained_of() -> None:
    row, client, _page = redirected(OtherPath.REQUEST)

    begun = client.post(reverse("complaint_to_request"))
    name = begun["Location"].partition("?d=")[2]
    page = client.get(reverse("request_step", args=["information"]), {"d": name})

    assert row.facts in text_of(page)
    assert page.context["form"]["agency"].value() == row.agency.code
    assert client.get(begun["Location"]).status_code == 200


# --- what he does ---------------------------------------------------------------------------------------------------


def test_supplement_is_taken_with_its_files_or_kept_with_the_reason() -> None:
    row, client, _page = case_page()
    address = reverse("complaint_supplement")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"text": ""}, "请写明补充的情况"),
        ({"text": "补" * 100_000}, "100000 个字"),
        ({"text": "写在这里", "papers": [scan(b"<svg>", "图.png")]}, "没有收下"),
        ({"text": "写在这里", "papers": [scan(name=f"{n}.pdf") for n in range(6)]}, "最多 5 份"),
    ]
    for values, words in wrong:
        page = text_of(client.post(address, values))
        assert words in page and str(values["text"]) in page and faults(page) == [], words
    assert not ComplaintEvent.objects.exists()

    taken = client.post(address, {"text": "补充\0：名单还是旧的。", "papers": [scan(name="新照片.pdf")]}, follow=True)

    assert "补充：名单还是旧的。" in text_of(taken) and "新照片.pdf" in text_of(taken)
    assert row.files.count() == 1
    assert "补充材料已经收到" in text_of(taken)
    assert f'<time datetime="{localdate(now()).isoformat()}">' in text_of(taken).partition("新照片.pdf")[2]


def test_every_file_that_was_refused_is_told_with_what_is_taken() -> None:
    _row, client, _page = case_page()
    papers = [scan(b"PK broken", "说明.docx"), scan(b"<svg>", "图.png")]

    page = text_of(client.post(reverse("complaint_supplement"), {"text": "写在这里", "papers": papers}))

    assert "说明.docx”没有收下" in page and "这里只接受 PDF、JPEG、PNG 文件" in page and "图.png”没有收下" in page
    assert faults(page) == []


def test_extended_case_names_the_day_it_was_extended_to() -> None:
    filed = file_complaint()
    row = bring_complaint_to(ComplaintState.INVESTIGATING, filed.complaint)
    until = row.answer_by + timedelta(days=7)
    before = text_of(open_case(row, filed.query_code).get(reverse("complaint_case")))
    complaint_handling.extend(row.pk, until=until, reason="需要到现场核实。", actor=complaint_officer_of(row), at=AT)
    after = text_of(open_case(row, filed.query_code).get(reverse("complaint_case")))

    assert "收到次日起算7日" in before and f"已延期到{date_format(until)}" in after
    assert "收到次日起算7日" not in after


def test_withdrawal_asks_once_more_and_ends_the_case() -> None:
    row, client, _page = case_page()
    address = reverse("complaint_withdraw")

    asked = text_of(client.get(address))
    too_long = text_of(client.post(address, {"reason": "因" * 1001}))
    done = client.post(address, {"reason": "问题已经\0解决。"}, follow=True)
    again = client.post(address, {"reason": ""})

    assert "也不能恢复" in asked and faults(asked) == []
    assert "最多 1000 个字" in too_long
    assert "问题已经解决。" in text_of(done)
    assert Complaint.objects.get(pk=row.pk).state == ComplaintState.WITHDRAWN
    assert "不能撤回" in text_of(again)
    assert client.get(reverse("complaint_supplement"))["Location"] == reverse("complaint_case")


def test_old_form_keeps_what_was_typed_and_an_ended_visit_too() -> None:
    filed = file_complaint()
    client = Client(enforce_csrf_checks=True)
    client.cookies = open_case(filed.complaint, filed.query_code).cookies
    address, text = reverse("complaint_supplement"), "写了很久的补充材料"

    stale = client.post(address, {"text": text})
    ended = Client().post(address, {"text": text})

    for response in (stale, ended):
        assert response.status_code == 403
        assert text in text_of(response) and faults(text_of(response)) == []


def test_late_case_says_so() -> None:
    _row, _client, page = case_page(at=now() - timedelta(days=60))

    assert "已经超过期限，可以向办理单位询问" in page
