"""The desk's button pressed several times at one moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from govportal.now import today
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from tests.factories.complaints import bring_complaint_to
from tests.requests_app.complaints.complaint_desks import NAME, ComplaintDesks, verb
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 4


def presses(desks: ComplaintDesks, address: str, values: dict[str, Any]) -> list[Callable[[], int]]:
    clients = [desks.handling for _press in range(PRESSES)]
    return [lambda client=client: client.post(address, values).status_code for client in clients]  # type: ignore[misc]


def test_case_is_transferred_once() -> None:
    desks = ComplaintDesks()
    row = bring_complaint_to(ComplaintState.ACCEPTED, desks.complaint(), at=timezone.now())
    typed = {"desk": desks.city.pk, "note": "涉及本级审批，请直接办理", "form_key": "a" * 32}

    outcomes = at_once(*presses(desks, verb(row, "transfer"), typed))

    assert outcomes == [302] * PRESSES and row.events.filter(action="transfer").count() == 1


def test_sheet_makes_one_complaint() -> None:
    desks = ComplaintDesks()
    typed = {
        "form_key": "a" * 32, "channel": "visit", "received_on": today().isoformat(), "agency": desks.township.pk,
        "ground": "false", "facts": "公示的名单与实际发放的名单不一致。", "who": "anonymous",
    }  # fmt: skip

    outcomes = at_once(*presses(desks, reverse(f"{NAME}_add"), typed))

    assert outcomes == [200] * PRESSES and Complaint.objects.count() == 1
