from xml.etree import ElementTree

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from govportal.contributions import sitemaps
from tests.factories import make_agency

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.mark.django_db
def test_healthz_says_ok(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_favicon_leads_to_the_icon(client: Client) -> None:
    response = client.get("/favicon.ico")

    assert (response.status_code, response.headers["Location"]) == (302, "/static/img/icon.svg")


def test_healthz_without_database_answers_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("govportal.views.machine.connection.cursor", away)

    assert client.get("/healthz").status_code == 503


@pytest.mark.django_db
def test_robots_names_the_sitemap_by_its_public_address(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /admin/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


@pytest.mark.django_db
def test_sitemap_index_lists_every_section(client: Client) -> None:
    make_agency()

    root = ElementTree.fromstring(client.get("/sitemap.xml").content)

    places = [node.text for node in root.findall("s:sitemap/s:loc", NS)]
    assert places == [f"http://testserver/sitemap-{key}.xml" for key in sitemaps]


@pytest.mark.django_db
def test_sitemap_section_uses_public_addresses(client: Client, settings: Settings) -> None:
    settings.PORTAL_BASE_URL = "https://x.gov.cn"
    agency = make_agency()
    make_agency(is_active=False)

    root = ElementTree.fromstring(client.get("/sitemap-agencies.xml").content)

    assert [node.text for node in root.findall("s:url/s:loc", NS)] == [f"https://x.gov.cn/agencies/{agency.code}/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sitemap-nothing.xml", "/sitemap-agencies.xml?p=99", "/sitemap-agencies.xml?p=x"])
def test_sitemap_that_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
