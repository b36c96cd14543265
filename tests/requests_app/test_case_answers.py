"""What an applicant does in his case: corrects, gives reasons, writes, pays, withdraws."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from govportal.models import PrivateFile
from govportal.now import now
from requests_app.enums import Action, FileKind, MessageKind, State, TaskState
from requests_app.models import InformationRequest, Message, RequestOffice
from requests_app.services import converse
from tests.factories.requests import officer_of, request_in, reread_request
from tests.markup import faults
from tests.requests_app.filing_journey import scan, text_of
from tests.requests_app.open_cases import page_of, reader

pytestmark = pytest.mark.django_db


# --- correction ----------------------------------------------------------------------------------------------------


def test_correction_is_asked_answered_and_the_clock_begins_anew() -> None:
    row = request_in(State.CORRECTION_ASKED, at=now())
    client = reader(row)

    asked = text_of(client.get(reverse("request_case")))
    form = client.get(reverse("request_correct"))
    response = client.post(reverse("request_correct"), {"text": "指2025年度的养护资金。", "papers": [scan()]})

    row = reread_request(row)
    assert "请写明年度和项目。" in asked and "请写明年度和项目。" in text_of(form)
    assert faults(text_of(form)) == []
    assert (response.status_code, response["Location"]) == (302, reverse("request_case"))
    assert (row.state, row.correction.answer) == (State.CORRECTED, "指2025年度的养护资金。")
    assert row.files.get(kind=FileKind.CORRECTION).added_by is None
    assert row.due_on is not None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": ""}, "请写明补正的内容，或者上传材料。"),
        ({"text": "述" * 100_000}, "最多 5000 个字，现有 100000 个字"),
        ({"text": "好", "papers": [scan(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "照片.pdf")]}, "文件内容是 PNG"),
        ({"text": "好", "papers": [scan(name=f"{n}.pdf") for n in range(4)]}, "最多 3 份"),
    ],
)
def test_correction_that_cannot_be_taken_is_shown_again(values: dict[str, Any], words: str) -> None:
    row = request_in(State.CORRECTION_ASKED, at=now())
    for upload in values.get("papers", ()):
        assert isinstance(upload, SimpleUploadedFile)
        upload.seek(0)

    response = reader(row).post(reverse("request_correct"), values)

    page = text_of(response)
    assert response.status_code == 200
    assert words in page and "<title>错误：" in page and values["text"] in page
    assert reread_request(row).state == State.CORRECTION_ASKED
    assert not PrivateFile.objects.exists()
    assert faults(page) == []


def test_correction_that_nobody_asked_for_leads_back() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    client = reader(row)

    assert client.get(reverse("request_correct"))["Location"] == reverse("request_case")
    assert "不能收到补正" in text_of(client.post(reverse("request_correct"), {"text": "补充"}))


def test_correction_sent_twice_is_taken_once() -> None:
    row = request_in(State.CORRECTION_ASKED, at=now())
    client = reader(row)
    for _press in range(2):
        client.post(reverse("request_correct"), {"text": "指2025年度。"})

    assert row.events.filter(action=Action.RECEIVE_CORRECTION).count() == 1


def test_text_written_while_the_case_closed_stays_on_the_screen() -> None:
    request_in(State.CORRECTION_ASKED, at=now())

    response = Client().post(reverse("request_correct"), {"text": "写了半小时的补正"})

    assert response.status_code == 403
    assert "写了半小时的补正" in text_of(response) and "查询已经超时" in text_of(response)
    assert faults(text_of(response)) == []


def test_old_form_of_a_correction_is_shown_again() -> None:
    row = request_in(State.CORRECTION_ASKED, at=now())
    client = Client(enforce_csrf_checks=True)
    client.cookies = reader(row).cookies

    response = client.post(reverse("request_correct"), {"text": "指2025年度。"})

    assert response.status_code == 403
    assert "指2025年度。" in text_of(response)
    assert reread_request(row).state == State.CORRECTION_ASKED


# --- reasons, messages, fee, withdrawal ----------------------------------------------------------------------------


def test_reasons_are_asked_for_and_given() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    converse.ask_reasons(row.pk, "本月第31件，请说明理由。", actor=officer_of(row.agency), at=now())
    client = reader(row)

    asked = text_of(client.get(reverse("request_case")))
    response = client.post(reverse("request_reasons"), {"text": "研究需要。"})
    after = text_of(client.get(reverse("request_case")))

    assert "本月第31件，请说明理由。" in asked and reverse("request_reasons") in asked
    assert response.status_code == 302
    assert Message.objects.get(request=row).kind == MessageKind.REASONS
    assert reverse("request_reasons") not in after
    assert client.get(reverse("request_reasons"))["Location"] == reverse("request_case")


def test_messages_go_both_ways() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    client = reader(row)

    response = client.post(
        reverse("request_message"), {"text": "请问办到哪一步了？", "papers": [scan(name="补充.pdf")]}
    )
    converse.write(row.pk, "正在核对凭证。", actor=officer_of(row.agency), at=now())
    page = text_of(client.get(reverse("request_case")))

    assert response.status_code == 302
    assert "请问办到哪一步了？" in page and "正在核对凭证。" in page and "补充.pdf" in page
    assert faults(page) == []


def test_script_in_a_message_is_text() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    client = reader(row)

    client.post(reverse("request_message"), {"text": "<script>alert(1)</script>"})

    assert "<script>alert" not in text_of(client.get(reverse("request_case")))


def test_closed_case_takes_no_message() -> None:
    row = request_in(State.WITHDRAWN, at=now())
    client = reader(row)

    assert client.get(reverse("request_message"))["Location"] == reverse("request_case")
    assert "申请已经办结" in text_of(client.post(reverse("request_message"), {"text": "还有问题"}))


def test_fee_is_shown_with_its_last_day_and_how_to_pay() -> None:
    row = request_in(State.FEE_NOTIFIED, at=now())
    RequestOffice.objects.create(agency=row.agency, payee="某县财政局非税专户")

    page = page_of(row)

    assert "4700.00" in page and "某县财政局非税专户" in page
    assert f'datetime="{row.fee.pay_by.isoformat()}"' in page


def test_withdrawal_asks_once_more_and_closes_the_case() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    client = reader(row)

    asked = client.get(reverse("request_withdraw"))
    response = client.post(reverse("request_withdraw"))
    again = client.post(reverse("request_withdraw"))

    assert "不能恢复" in text_of(asked) and faults(text_of(asked)) == []
    assert response["Location"] == reverse("request_case")
    assert reread_request(row).state == State.WITHDRAWN
    assert "没有撤回" in text_of(again)
    assert row.events.filter(action=Action.WITHDRAW).count() == 1


def test_withdrawal_by_an_old_form_is_asked_for_again() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    client = Client(enforce_csrf_checks=True)
    client.cookies = reader(row).cookies

    response = client.post(reverse("request_withdraw"))

    assert "请再按一次" in text_of(response)
    assert reread_request(row).state == State.IN_REVIEW


# --- 建议主动公开 ----------------------------------------------------------------------------------------------------


def given() -> InformationRequest:
    """A request whose reply handed the information over."""
    return request_in(State.REPLIED, at=now())


def test_applicant_suggests_that_what_he_was_given_becomes_public() -> None:
    row = given()
    client = reader(row)

    before = text_of(client.get(reverse("request_case")))
    form = client.get(reverse("request_suggest"))
    response = client.post(reverse("request_suggest"), {"text": "全县的人都走这条路。"})
    after = text_of(client.get(reverse("request_case")))

    assert reverse("request_suggest") in before and reverse("request_suggest") not in after
    assert faults(before) == [] and faults(text_of(form)) == []
    assert (response.status_code, response["Location"]) == (302, reverse("request_case"))
    task = row.publication_tasks.get()
    assert (task.state, list(task.requests.all())) == (TaskState.OPEN, [row])
    assert "全县的人都走这条路。" in after


@pytest.mark.parametrize(("text", "words"), [(" ", "请写明建议主动公开的理由"), ("字" * 2001, "最多 2000 个字")])
def test_suggestion_that_cannot_be_taken_is_shown_again(text: str, words: str) -> None:
    row = given()

    response = reader(row).post(reverse("request_suggest"), {"text": text})

    page = text_of(response)
    assert words in page and text in page and "<title>错误：" in page
    assert not row.publication_tasks.exists()


def test_suggestion_sent_twice_is_one() -> None:
    row = given()
    client = reader(row)

    for _press in range(2):
        response = client.post(reverse("request_suggest"), {"text": "应当公开"})

    assert "已经提出过转为主动公开" in text_of(response)
    assert row.publication_tasks.count() == row.messages.count() == 1


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.WITHDRAWN])
def test_nothing_is_suggested_where_nothing_was_given(state: State) -> None:
    row = request_in(state, at=now())
    client = reader(row)

    page = text_of(client.get(reverse("request_case")))

    assert reverse("request_suggest") not in page
    assert client.get(reverse("request_suggest"))["Location"] == reverse("request_case")
    assert "只有已经答复提供的信息" in text_of(client.post(reverse("request_suggest"), {"text": "应当公开"}))
