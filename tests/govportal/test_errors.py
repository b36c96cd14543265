from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from govportal.models import SiteProfile
from govportal.views import errors
from tests.markup import faults


@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted(errors.TEXTS))
@pytest.mark.parametrize("path", ["/x/", "/en/x/"])
def test_error_page_is_well_formed(rf: RequestFactory, status: int, path: str) -> None:
    response = errors.error_page(rf.get(path), status)

    html = response.content.decode()
    assert response.status_code == status
    assert faults(html) == []
    assert str(errors.TEXTS[status].title) in html


@pytest.mark.django_db
def test_unknown_address_answers_404_with_search_and_phone(client: Client) -> None:
    SiteProfile.objects.create(pk=1, phone="0399-1234567")

    response = client.get("/no/such/page/")

    assert response.status_code == 404
    html = response.content.decode()
    assert "0399-1234567" in html
    assert html.count('role="search"') == 1


@pytest.mark.django_db
def test_english_404_is_in_english(client: Client) -> None:
    assert '<html lang="en"' in client.get("/en/no/such/page/").content.decode()


@pytest.mark.parametrize("status", sorted(errors.TEXTS))
def test_error_page_without_database(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("govportal.context.site_profile", away)

    response = errors.error_page(rf.get("/x/"), status)

    assert response.status_code == status
    assert faults(response.content.decode()) == []


def _failing(error: Exception) -> Callable[..., HttpResponse]:
    def view(*_args: object, **_kwargs: object) -> HttpResponse:
        raise error

    return view


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (ZeroDivisionError(), 500)])
def test_failing_page_answers_without_database(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    client.raise_request_exception = False
    client.cookies["display"] = "elder"
    monkeypatch.setattr("govportal.views.display.render", _failing(error))

    response = client.get("/display/")

    assert response.status_code == status
    assert "data-elder" in response.content.decode()
    assert ("Retry-After" in response.headers) == (status == 503)


def test_error_5xx_asks_the_database_nothing(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        errors.error_page(rf.get("/x/"), 500)


@pytest.mark.django_db
def test_expired_form_is_told_in_chinese() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/admin/login/", {"username": "a", "password": "b"})

    assert response.status_code == 403
    assert "表单已经过期" in response.content.decode()


@pytest.mark.django_db
def test_locked_out_answers_429(rf: RequestFactory) -> None:
    response = errors.locked_out(rf.post("/admin/login/"))

    assert response.status_code == 429
    assert "15分钟" in response.content.decode()


@pytest.mark.django_db
def test_refusal_shows_its_reason_escaped(rf: RequestFactory) -> None:
    response = errors.forbidden(rf.get("/x/"), PermissionError("您没有<此>权限"))

    assert "您没有&lt;此&gt;权限" in response.content.decode()
