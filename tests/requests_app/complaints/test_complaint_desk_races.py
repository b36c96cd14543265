"""The desk's button pressed several times at one moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from govportal.models import User
from govportal.now import today
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from requests_app.services import complaint_procedure
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


def test_press_whose_twin_ends_before_it_is_judged_leads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not done when that was asked first; when the reasons are asked, the case is another desk's."""
    desks = ComplaintDesks()
    row = bring_complaint_to(ComplaintState.ACCEPTED, desks.complaint(), at=timezone.now())
    typed = {"desk": desks.city.pk, "note": "涉及本级审批，请直接办理", "form_key": "a" * 32}
    client, address, judge = desks.handling, verb(row, "transfer"), complaint_procedure.may_see
    twin: list[int] = []

    def end_twin_first(case: Complaint, reader: User) -> bool:
        monkeypatch.setattr(complaint_procedure, "may_see", judge)
        twin.append(client.post(address, typed).status_code)
        return judge(case, reader)

    monkeypatch.setattr(complaint_procedure, "may_see", end_twin_first)
    second = client.post(address, typed)

    assert twin == [302] and second.status_code == 302 and row.events.filter(action="transfer").count() == 1


def test_sheet_makes_one_complaint() -> None:
    desks = ComplaintDesks()
    typed = {
        "form_key": "a" * 32, "channel": "visit", "received_on": today().isoformat(), "agency": desks.township.pk,
        "ground": "false", "facts": "公示的名单与实际发放的名单不一致。", "who": "anonymous",
    }  # fmt: skip

    outcomes = at_once(*presses(desks, reverse(f"{NAME}_add"), typed))

    assert outcomes == [200] * PRESSES and Complaint.objects.count() == 1
