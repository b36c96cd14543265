"""How much a complainant may add: not without end, and the same once, however often the button is pressed."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from govportal.models import Notice, PrivateFile, User
from govportal.now import now
from govportal.throttle import Limit
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint, ComplaintEvent
from requests_app.services import complaint_handling as handling
from requests_app.services.complaint_supplements import MOST_A_DAY, MOST_FILES, reasons_against_more
from requests_app.views import complaint_answers
from tests.factories import make_private_file
from tests.factories.complaints import complaint_officer_of, file_complaint, make_complaint, make_complaint_file
from tests.factories.requests import AT
from tests.requests_app.complaints.complaint_journey import open_case
from tests.requests_app.filing_journey import scan, text_of
from tests.threads import at_once

WORDS = "又去问过一次，还是没有更新。"


def add(row: Complaint, files: int = 0, *, at: datetime = AT, actor: User | None = None) -> ComplaintEvent:
    papers = [make_private_file() for _number in range(files)]
    return handling.supplement(row.pk, text=WORDS, files=papers, at=at, actor=actor)


def opened(client: Client) -> str:
    return str(client.get(reverse("complaint_supplement")).context["sheet"])


def sent(client: Client, sheet: str, text: str = WORDS, **values: Any) -> Any:
    return client.post(reverse("complaint_supplement"), {"sheet": sheet, "text": text} | values)


@pytest.mark.django_db
def test_supplements_of_a_day_and_files_of_a_case_are_bounded() -> None:
    row = make_complaint(ComplaintState.ACCEPTED)
    for _number in range(MOST_A_DAY):
        add(row, files=3)

    with pytest.raises(ValidationError, match="今天已补充 5 次"):
        add(row)
    with pytest.raises(ValidationError, match="最多在网上提交 20 份材料，还可以提交 5 份"):
        add(row, files=6, at=AT + timedelta(days=1))
    add(row, files=5, at=AT + timedelta(days=1))
    add(row, files=6, actor=complaint_officer_of(row))  # it came by post

    assert row.files.count() == MOST_FILES + 6


@pytest.mark.django_db
def test_same_form_sent_twice_is_one_supplement_and_one_mail() -> None:
    filed = file_complaint()
    client, before = open_case(filed.complaint, filed.query_code), Notice.objects.count()
    sheet, other = opened(client), opened(client)

    first, again = (sent(client, sheet, papers=[scan(name="照片.pdf")]) for _press in range(2))
    events, mails = ComplaintEvent.objects.count(), Notice.objects.count() - before
    for text, on_sheet in (("另外一段补充的话。", sheet), (WORDS, other)):
        sent(client, on_sheet, text)

    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert (events, mails, PrivateFile.objects.count()) == (1, 1, 1)
    assert ComplaintEvent.objects.count() == 3
    refused = text_of(sent(client, sheet, "短"))
    assert f'name="sheet" value="{sheet}"' in refused
    assert f'name="sheet" value="{sheet}"' in text_of(sent(Client(), sheet))


@pytest.mark.django_db
def test_press_that_the_other_one_stands_against_leads_to_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ends after the second has asked whether it was done, and was the last that the day allows."""
    filed = file_complaint()
    client, judge = open_case(filed.complaint, filed.query_code), reasons_against_more
    sheet = opened(client)
    for _number in range(MOST_A_DAY - 1):
        add(filed.complaint, at=now())

    def end_first_one_meanwhile(row: Complaint, files: int, at: datetime) -> list[str]:
        monkeypatch.setattr(complaint_answers, "reasons_against_more", judge)
        sent(client, sheet)
        return judge(row, files, at)

    monkeypatch.setattr(complaint_answers, "reasons_against_more", end_first_one_meanwhile)
    second = sent(client, sheet)

    assert second.status_code == 302 and ComplaintEvent.objects.count() == MOST_A_DAY


@pytest.mark.django_db
def test_one_address_does_not_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaint_answers, "_SUPPLEMENTS", Limit("two a day", 2, timedelta(days=1)))
    row = file_complaint()
    client = open_case(row.complaint, row.query_code)
    for _number in range(2):
        sent(client, opened(client))

    page = text_of(sent(client, opened(client), "第三次补充。", papers=[scan()]))

    assert "从这个网络地址一天内补充的材料太多" in page and "第三次补充。" in page
    assert (ComplaintEvent.objects.count(), PrivateFile.objects.count()) == (2, 0)


@pytest.mark.django_db
def test_full_case_says_so_before_anything_is_written() -> None:
    filed = file_complaint()
    client = open_case(filed.complaint, filed.query_code)
    for _number in range(MOST_FILES):
        make_complaint_file(filed.complaint)

    page = text_of(sent(client, opened(client), papers=[scan()]))

    assert "还可以提交 0 份" in page and PrivateFile.objects.count() == MOST_FILES


@pytest.mark.django_db(transaction=True)
def test_many_windows_at_once_add_no_more_than_the_day_allows() -> None:
    filed = file_complaint()
    clients = [open_case(filed.complaint, filed.query_code) for _number in range(8)]
    sheet = opened(clients[0])

    same = at_once(*(partial(sent, client, sheet) for client in clients))
    apart = at_once(*(partial(sent, client, opened(client)) for client in clients))

    assert {getattr(one, "status_code", one) for one in same} == {302}
    assert sorted(getattr(one, "status_code", 0) for one in apart) == [200] * 4 + [302] * 4
    assert ComplaintEvent.objects.filter(action="supplement").count() == MOST_A_DAY
