import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from govportal.log_secrets import secrets_of

TOKEN = "ccbm-zrar-5b58-ssgt-cha5-h7nj"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the handler of the settings writes of requests."""
    written = StringIO()
    stream, configured = logging.StreamHandler(written), dict[str, Any](settings.LOGGING)
    for name in configured["handlers"]["stderr"]["filters"]:
        stream.addFilter(import_string(configured["filters"][name]["()"])())
    logger = logging.getLogger("django.request")
    logger.addHandler(stream)
    yield written
    logger.removeHandler(stream)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/surveys/invited/{TOKEN}/", f"/en/surveys/invited/{TOKEN}/"])
def test_log_of_a_failure_shows_the_address_without_its_token(
    lines: StringIO, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def failing(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("evaluation.views.survey_invited.survey_ballots.find_evaluator", failing)

    response = Client(raise_request_exception=False).get(path)

    assert response.status_code == 500
    assert f"Internal Server Error: {path.replace(TOKEN, '…')}" in lines.getvalue()
    assert TOKEN not in lines.getvalue()


def test_other_addresses_are_written_as_they_are(rf: RequestFactory) -> None:
    assert secrets_of(rf.get("/items/")) == []
    assert secrets_of(rf.get("/no/such/page/")) == []
    assert secrets_of(None) == []


def test_request_that_failed_before_it_was_resolved_has_its_secret(rf: RequestFactory) -> None:
    assert secrets_of(rf.get(f"/surveys/invited/{TOKEN}/")) == [TOKEN]
