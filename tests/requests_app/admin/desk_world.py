"""What the tests of the desk share: an office with its people signed in, and ways to ask its pages."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from govportal.models import Agency, User
from govportal.now import now
from govportal.permissions import Role
from requests_app.enums import State
from requests_app.models import InformationRequest
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_member
from tests.factories.requests import make_officer, make_releaser, request_in
from tests.requests_app.letter_cases import make_office

NAME = "admin:requests_app_informationrequest"


@dataclass
class Desk:
    """An agency whose settings name all that a letter needs, one who handles and one who signs."""

    agency: Agency = field(default_factory=make_office)
    officer: User = field(init=False)
    releaser: User = field(init=False)

    def __post_init__(self) -> None:
        self.officer, self.releaser = make_officer(self.agency), make_releaser(self.agency)

    def request(self, state: State = State.IN_REVIEW, at: datetime | None = None, **wanted: Any) -> InformationRequest:
        """Brought to the state by the services, today unless told otherwise."""
        return request_in(state, agency=self.agency, at=at or now(), **wanted)

    def member(self, role: Role) -> Client:
        return signed_in(make_member(role, self.agency))

    @property
    def handling(self) -> Client:
        return signed_in(self.officer)

    @property
    def signing(self) -> Client:
        return signed_in(self.releaser)


def page(row: InformationRequest) -> str:
    return reverse(f"{NAME}_change", args=[row.pk])


def verb(row: InformationRequest, name: str) -> str:
    return reverse(f"{NAME}_verb", args=[row.pk, name])


def changelist(query: str = "") -> str:
    return reverse(f"{NAME}_changelist") + query


def sent(client: Client, row: InformationRequest, name: str, /, **values: Any) -> Any:
    """The form of a verb as a browser sends it: opened first, then posted with what it showed and what was typed."""
    opened = client.get(verb(row, name), values.pop("opened", {}))
    form = opened.context["form"]
    shown = {bound.name: bound.value() for bound in form if bound.value() not in (None, "", False, [])}
    return client.post(verb(row, name), shown | values)


def problems(response: Any) -> list[str]:
    """Everything that a form says against what was sent."""
    assert response.status_code == 200, response.status_code
    form = response.context["form"]
    return [str(reason) for reasons in form.errors.values() for reason in reasons]
