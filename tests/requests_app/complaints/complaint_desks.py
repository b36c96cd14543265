"""What the tests of the complaint desk share: an agency complained of, two desks above it, ways to ask their pages."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from govportal.models import Agency, User
from requests_app.models import Complaint
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency
from tests.factories.complaints import file_complaint, make_complaint_officer

NAME = "admin:requests_app_complaint"
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock in Beijing


@dataclass
class ComplaintDesks:
    """City over county over township: of the township complains whoever complains, the county has it first."""

    city: Agency = field(default_factory=lambda: make_agency(name="澄州市政府"))
    county: Agency = field(init=False)
    township: Agency = field(init=False)
    city_officer: User = field(init=False)
    officer: User = field(init=False)

    def __post_init__(self) -> None:
        self.county = make_agency(name="澄明县政府", parent=self.city)
        self.township = make_agency(name="柳林镇政府", parent=self.county)
        self.officer, self.city_officer = make_complaint_officer(self.county), make_complaint_officer(self.city)

    def complaint(self, **values: Any) -> Complaint:
        return file_complaint(self.township, **{"at": timezone.now()} | values).complaint

    @property
    def handling(self) -> Client:
        return signed_in(self.officer)


class Clock:
    """The time of all who ask it, at ten o'clock of a day in March 2026."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = MONDAY
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def go_to(self, day: int) -> None:
        self.at = MONDAY.replace(day=day)


def page(row: Complaint) -> str:
    return reverse(f"{NAME}_change", args=[row.pk])


def verb(row: Complaint, name: str) -> str:
    return reverse(f"{NAME}_verb", args=[row.pk, name])


def changelist(query: str = "") -> str:
    return reverse(f"{NAME}_changelist") + query


def sent(client: Client, row: Complaint, name: str, /, **values: Any) -> Any:
    """The form of a verb as a browser sends it: opened first, then posted with what it showed and what was typed."""
    form = client.get(verb(row, name)).context["form"]
    shown = {bound.name: bound.value() for bound in form if bound.value() not in (None, "", False, [])}
    return client.post(verb(row, name), shown | values)


def problems(response: Any) -> list[str]:
    """Everything that a form says against what was sent."""
    assert response.status_code == 200, response.status_code
    return [str(reason) for reasons in response.context["form"].errors.values() for reason in reasons]


def allowed(response: Any) -> set[str]:
    return {button.verb.name for group in response.context["groups"] for button in group.buttons}


def refused(response: Any) -> dict[str, list[str]]:
    return {button.verb.name: button.reasons for button in response.context["refused"]}
