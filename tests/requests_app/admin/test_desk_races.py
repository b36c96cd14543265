"""The button pressed twice at one moment, as a slow network lets people do it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from govportal.now import today
from requests_app.enums import State
from requests_app.models import InformationRequest
from tests.requests_app.admin.desk_world import NAME, Desk, verb
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 4


def presses(desk: Desk, address: str, values: dict[str, Any]) -> list[Callable[[], int]]:
    clients = [desk.handling for _press in range(PRESSES)]
    return [lambda client=client: client.post(address, values).status_code for client in clients]  # type: ignore[misc]


def test_note_is_written_once() -> None:
    desk = Desk()
    row = desk.request(State.IN_REVIEW)
    key = desk.handling.get(verb(row, "note")).context["form"]["form_key"].value()

    outcomes = at_once(*presses(desk, verb(row, "note"), {"text": "备注", "form_key": key}))

    assert outcomes == [302] * PRESSES and row.notes.count() == 1


def test_step_is_taken_once() -> None:
    desk = Desk()
    row = desk.request(State.REGISTERED)
    key = desk.handling.get(verb(row, "begin")).context["form"]["form_key"].value()

    outcomes = at_once(*presses(desk, verb(row, "begin"), {"form_key": key}))

    assert outcomes == [302] * PRESSES
    assert row.events.filter(action="begin_review").count() == 1


def test_sheet_makes_one_request() -> None:
    desk = Desk()
    typed = {
        "form_key": "a" * 32, "channel": "counter", "basis": "submitted", "received_on": today().isoformat(),
        "agency": desk.agency.pk, "applicant_kind": "natural_person", "name": "林小溪", "phone": "0399-6610001",
        "subject": "检测报告", "supply_form": "paper", "supply_way": "counter",
    }  # fmt: skip

    outcomes = at_once(*presses(desk, reverse(f"{NAME}_add"), typed))

    assert outcomes == [200] * PRESSES and InformationRequest.objects.count() == 1
