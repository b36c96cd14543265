"""Somebody who complains with a browser: fills in the steps, sends, and opens the case."""

from typing import Any

from django.test import Client
from django.urls import reverse

from govportal.models import Agency
from requests_app.models import Complaint, RequestDraft
from tests.factories.complaints import make_accused
from tests.requests_app.filing_journey import text_of

FACTS = "低保名单2025年3月以后没有更新，打电话问过两次没有答复。"
NAMED = {"is_named": "named", "name": "白诉一", "phone": "13812345521", "email": "bai@mail.example"}
ANONYMOUS = {"is_named": "anonymous"}
_NAMES = {"matter": "complaint_new", "contact": "complaint_contact", "check": "complaint_check"}


class Complainer:
    """`d` is the draft of his tab."""

    def __init__(self, client: Client | None = None, agency: Agency | None = None) -> None:
        self.client = client or Client()
        self.agency = agency or make_accused(name="某县民政局")
        self.d = self.client.get(reverse("complaint_new"))["Location"].partition("?d=")[2]

    def matter(self) -> dict[str, str]:
        return {"agency": self.agency.code, "ground": "late_or_stale", "facts": FACTS}

    def path(self, step: str = "matter") -> str:
        return f"{reverse(_NAMES[step])}?d={self.d}"

    def get(self, step: str = "matter") -> Any:
        return self.client.get(self.path(step))

    def post(self, step: str, **values: Any) -> Any:
        filled = self.matter() if step == "matter" else {}
        return self.client.post(self.path(step), {"d": self.d} | filled | values)

    def fill(self, contact: dict[str, str] = NAMED, **matter: Any) -> None:
        """Both steps; each must be taken."""
        for response in (self.post("matter", **matter), self.post("contact", **contact)):
            assert response.status_code == 302, text_of(response)

    def send(self, **values: Any) -> Any:
        """Press the button on the page to check."""
        page = self.get("check")
        seen = page.context["seen"] if page.context else ""
        return self.client.post(self.path("check"), {"d": self.d, "seen": seen} | values)

    def complain(self, contact: dict[str, str] = NAMED, **matter: Any) -> Any:
        """All of it; answers the page of the receipt."""
        self.fill(contact, **matter)
        response = self.send()
        assert response.status_code == 302, text_of(response)
        return self.client.get(response["Location"])

    @property
    def draft(self) -> RequestDraft:
        return RequestDraft.objects.latest("pk")


def open_case(row: Complaint, code: str) -> Client:
    """A browser that has opened the case."""
    client = Client()
    response = client.post(reverse("complaint_lookup"), {"number": row.number, "code": code})
    assert response.status_code == 302, text_of(response)
    return client
