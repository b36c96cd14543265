"""The pages of one citizen in English: Chinese stands only where it is marked as Chinese (WCAG 3.1.2)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from govportal.models import SiteProfile
from govportal.now import now
from requests_app.enums import State
from requests_app.services import converse
from tests.factories.requests import officer_of, request_in
from tests.requests_app.filing_journey import Citizen, scan, text_of
from tests.requests_app.open_cases import reader
from tests.test_english import chinese_outside_records

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english_name() -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", name_en="County Open Government")


def english(client: Client, path: str) -> Any:
    with override("en"):
        response = client.get(path if path.startswith("/en/") else f"/en{path}")
    assert response.status_code == 200
    assert '<html lang="en"' in text_of(response)
    return response


@pytest.mark.parametrize("step", ["applicant", "information", "supply", "check"])
def test_step_is_english(step: str) -> None:
    """A field holds whatever language somebody wrote in it, so nothing is written in this one."""
    citizen = Citizen()
    citizen.fill(applicant={"proofs": [scan()]}, information={"description": "all contracts"})

    assert chinese_outside_records(text_of(english(citizen.client, citizen.path(step)))) == []


def test_receipt_is_english() -> None:
    citizen = Citizen()
    citizen.fill()

    assert chinese_outside_records(text_of(english(citizen.client, citizen.send()["Location"]))) == []


@pytest.mark.parametrize("state", list(State))
def test_case_is_english(state: State) -> None:
    row = request_in(state, at=now())
    if state == State.IN_REVIEW:
        converse.write(row.pk, "请问办到哪一步了？", actor=None, at=now())
        converse.ask_reasons(row.pk, "本月第31件，请说明理由。", actor=officer_of(row.agency), at=now())
    client = reader(row)

    assert chinese_outside_records(text_of(english(client, reverse("request_case")))) == []


def test_suggestion_to_publish_is_english() -> None:
    client = reader(request_in(State.REPLIED, at=now()))

    assert chinese_outside_records(text_of(english(client, reverse("request_suggest")))) == []
