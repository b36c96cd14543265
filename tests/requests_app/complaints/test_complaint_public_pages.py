"""What everybody reads of complaints: how to complain, figures, published summaries; and the links."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import Audience, ItemState
from govportal.now import today
from requests_app.case_page import case_page
from requests_app.complaint_enums import ComplaintGround, ComplaintState
from requests_app.models import Complaint, InformationRequest
from tests.factories import make_agency, make_item
from tests.factories.complaints import make_accused, make_complaint, make_complaint_officer
from tests.factories.requests import file_request
from tests.markup import faults
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db


def page_of(name: str, **query: str) -> str:
    response = Client().get(reverse(name), query)
    assert response.status_code == 200
    page = text_of(response)
    assert faults(page) == []
    return page


def summarised(state: ItemState = ItemState.LIVE, **values: Any) -> Complaint:
    """A closed complaint with its summary in that state."""
    row = make_complaint(ComplaintState.CLOSED)
    item = make_item(agency=row.desk, item_type="feedback_summary", state=state, **values)
    Complaint.objects.filter(pk=row.pk).update(summary=item)
    row.summary = item
    return row


def test_start_page_says_what_who_how_long_and_where_else() -> None:
    desk = make_agency(name="某县政务公开办公室", complaint_phone="0399-6612388", address="某县人民路1号")
    make_complaint_officer(desk)

    page = page_of("complaints")

    for ground in ComplaintGround:
        assert str(ground.label) in page
    for words in ("0399-6612388", "某县人民路1号", "5个工作日内", "5日内", "7日内", "被投诉的单位看不到投诉"):
        assert words in page, words
    for name in ("complaint_new", "complaint_lookup", "complaint_statistics", "requests"):
        assert f'"{reverse(name)}"' in page
    assert "还没有公开的办理摘要" in page


def test_pages_for_everybody_are_kept_and_those_of_one_are_not() -> None:
    for name in ("complaints", "complaint_statistics"):
        response = Client().get(reverse(name))
        assert response["Cache-Control"].startswith("public"), name
        assert Client().get(reverse(name), headers={"if-none-match": response["ETag"]}).status_code == 304
    for name in ("complaint_new", "complaint_lookup"):
        assert "no-store" in Client().get(reverse(name))["Cache-Control"], name


def test_summary_is_shown_once_everybody_may_read_it() -> None:
    shown = summarised()
    hidden = [summarised(ItemState.UNPUBLISHED), summarised(audience=Audience.INTERNAL)]

    for name in ("complaints", "complaint_statistics"):
        page = page_of(name)
        linked = [f'href="{row.summary.get_absolute_url()}"' in page for row in (shown, *hidden) if row.summary]
        assert linked == [True, False, False]
        assert shown.number not in page


def test_figures_name_the_closed_and_never_the_running() -> None:
    accused = make_accused(name="某县被投诉局")
    make_complaint(ComplaintState.CLOSED, agency=accused)
    before = page_of("complaint_statistics")
    make_complaint(ComplaintState.INVESTIGATING, agency=accused)

    assert "某县被投诉局" in before
    assert page_of("complaint_statistics") == before


def test_year_that_is_none_shows_the_newest() -> None:
    row = make_complaint(ComplaintState.CLOSED)
    assert row.closed_on

    for year in ("1999", "x", "\0", "9" * 400, str(row.closed_on.year)):
        assert f"<h1>{row.closed_on.year}年投诉举报统计" in page_of("complaint_statistics", year=year), year


def test_empty_year_is_said_in_words() -> None:
    assert "没有办结的投诉举报" in page_of("complaint_statistics")


def test_every_page_leads_to_complaints() -> None:
    assert f'href="{reverse("complaints")}"' in page_of("home")


def test_item_and_agency_pages_lead_to_a_form_that_knows_them() -> None:
    item = make_item()
    agency = item.agency
    item_page = text_of(Client().get(item.get_absolute_url()))
    agency_page = text_of(Client().get(reverse("agency", args=[agency.code])))

    assert f"{reverse('complaint_new')}?item={item.slug}" in item_page
    assert f"{reverse('complaint_new')}?agency={agency.code}" in agency_page


def test_request_leads_to_a_complaint_and_a_late_one_says_that_it_is() -> None:
    filed = file_request()
    client = Client()
    client.post(reverse("request_lookup"), {"number": filed.request.number, "code": filed.query_code})
    link = f"{reverse('complaint_new')}?case=1"

    for due_on, is_late in ((date(2026, 3, 3), True), (date(today().year + 1, 1, 4), False)):
        InformationRequest.objects.filter(pk=filed.request.pk).update(due_on=due_on)
        row = InformationRequest.objects.get(pk=filed.request.pk)
        assert case_page(row, today()).is_late == is_late
        page = text_of(client.get(reverse("request_case")))
        assert link in page and ("已经超过答复期限。" in page) == is_late


def test_home_help_and_search_lead_to_complaints_and_messages() -> None:
    complaints, feedback = (f'href="{reverse(name)}"' for name in ("complaints", "feedback"))
    for path, expected in {
        reverse("home"): (complaints,),
        reverse("help"): (complaints, feedback),
        f"{reverse('search')}?q=怎么举报": (complaints, "要办这件事："),
        f"{reverse('search')}?q=纠错": (feedback, "要办这件事："),
    }.items():
        main = text_of(Client().get(path)).partition("<main")[2].partition("</main>")[0]
        assert all(words in main for words in expected), path
    assert "要办这件事" not in text_of(Client().get(reverse("search"), {"q": "低保"}))
