"""Pages of one citizen: none can be exempt from the check of its form's token and forget to make it."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse
from django.urls.resolvers import URLPattern

from requests_app import filing_urls
from requests_app.views import browser
from tests.requests_app.filing_journey import Citizen

pytestmark = pytest.mark.django_db


def _deed(_request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("done")


def _again(_request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("again", status=403)


def test_form_without_a_token_reaches_what_shows_it_again_and_not_the_deed() -> None:
    view = browser.personal_form(stale=_again)(_deed)

    posted = view(RequestFactory().post("/", {"text": "x"}))
    read = view(RequestFactory().get("/"))

    assert (posted.status_code, posted.content) == (403, b"again")  # type: ignore[attr-defined]
    assert read.content == b"done"  # type: ignore[attr-defined]
    assert "no-store" in posted["Cache-Control"] and "no-store" in read["Cache-Control"]


@pytest.mark.parametrize("pattern", filing_urls.urlpatterns, ids=lambda one: str(one.name))
def test_form_of_another_site_does_nothing_and_is_no_error(pattern: URLPattern) -> None:
    citizen = Citizen()
    citizen.fill()
    kwargs = {"key": "applicant", "number": "X", "seal": "x", "pk": 1}
    taken = {name: value for name, value in kwargs.items() if name in pattern.pattern.converters}
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = citizen.client.cookies
    before = citizen.draft.values

    response = strict.post(reverse(str(pattern.name), kwargs=taken), {"name": "林试九", "discard": "1"})

    assert response.status_code in {302, 403, 404, 405}
    assert citizen.draft.values == before
