import pytest
from django.test import Client
from django.urls import reverse

from govportal.models.agency import AgencyKind
from requests_app.models import RequestOffice
from tests.factories import make_agency
from tests.markup import faults
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db


def test_start_page_says_how_long_what_it_costs_and_where_else() -> None:
    government = make_agency(
        name="某县人民政府", kind=AgencyKind.GOVERNMENT, address="某县人民路1号", office="政务公开科"
    )
    RequestOffice.objects.create(agency=government, phone="0399-6612001")

    response = Client().get(reverse("requests"))

    page = text_of(response)
    for words in ("20个工作日内答复", "不收取费用", "某县人民路1号", "0399-6612001", "口头申请"):
        assert words in page
    for name in ("request_new", "request_lookup", "calculator", "search"):
        assert f'"{reverse(name)}"' in page
    assert faults(page) == []


def test_start_page_is_kept_like_every_public_page() -> None:
    client = Client()

    first = client.get(reverse("requests"))

    assert first["Cache-Control"].startswith("public")
    assert client.get(reverse("requests"), headers={"if-none-match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["requests", "request_lookup"])
def test_every_page_leads_to_requests(name: str) -> None:
    home = text_of(Client().get(reverse("home")))

    assert f'href="{reverse(name)}"' in home
