"""Pages of one citizen: none can be exempt from the check of its form's token and forget to make it."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse
from django.urls.resolvers import URLPattern

from requests_app import filing_urls
from requests_app.forms.uploads import MOST_BODY_BYTES, MOST_FILE_BYTES
from requests_app.views import browser
from tests.requests_app.filing_journey import Citizen, scan, text_of

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


# --- uploads -------------------------------------------------------------------------------------------------------


def received(*sizes: int) -> list[int]:
    """What is left of files of these sizes when a form of a citizen has been read."""
    files = [scan(b"x" * size, f"{size}.pdf") for size in sizes]
    request = RequestFactory().post("/", {"papers": files, "text": "补充"})

    browser.personal_form(stale=_again)(_deed)(request)

    assert request.POST["text"] == "补充"
    return [upload.size or 0 for upload in request.FILES.getlist("papers")]


def test_file_that_is_too_large_is_written_to_little_more_than_the_limit() -> None:
    large, fit = received(3 * MOST_FILE_BYTES, 1000)

    assert MOST_FILE_BYTES < large < MOST_FILE_BYTES + 1024 * 1024
    assert fit == 1000


def test_files_beyond_the_number_are_not_written() -> None:
    assert received(10, 20, 30, 40, 50) == [10, 20, 30, 0, 0]


def test_body_beyond_all_measure_is_not_read() -> None:
    citizen = Citizen()
    citizen.post("applicant")
    before = citizen.draft.values

    length = str(MOST_BODY_BYTES + 1)
    response = citizen.client.post(citizen.path(), {"name": "林试九"}, CONTENT_LENGTH=length)

    assert response.status_code == 400
    assert "提交的文件太大" in text_of(response) and "后退" in text_of(response)
    assert citizen.draft.values == before
