"""What the tests of the admin share: a tree with its administrators, and ways to ask its pages."""

from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from govportal.models import User
from govportal.permissions import Role
from tests.factories import make_agency, make_member


class Tree:
    """County, its bureau and the bureau's office; another county beside it.

    `chief` administers the county, hence the whole site; `administrator` the bureau.
    """

    def __init__(self) -> None:
        self.county = make_agency(name="澄明县人民政府")
        self.bureau = make_agency(name="民政局", parent=self.county)
        self.office = make_agency(name="救助站", parent=self.bureau)
        self.other = make_agency(name="邻县人民政府")
        self.chief = make_member(Role.ADMINISTRATOR, self.county)
        self.administrator = make_member(Role.ADMINISTRATOR, self.bureau)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def address(model: str, view: str, *args: Any) -> str:
    return reverse(f"admin:govportal_{model}_{view}", args=args)


def formset(prefix: str, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data
