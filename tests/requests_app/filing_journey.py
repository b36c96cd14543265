"""A citizen with a browser: fills in the steps, sends, and opens his case."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from govportal.models import Agency
from requests_app.models import InformationRequest, RequestDraft
from tests.factories import make_agency

IDENTITY = "11010519491231002X"  # the example of GB 11643
CREDIT_CODE = "91350100M000100Y43"  # the example of GB 32100
PERSON = {
    "applicant_kind": "natural_person",
    "name": "林试一",
    "identity_kind": "resident",
    "identity_number": IDENTITY,
    "phone": "13812345521",
    "email": "lin@mail.example",
    "address": "某县柳园村12号",
}
ORGANISATION = {
    "applicant_kind": "business",
    "name": "某县顺通路桥公司",
    "credit_code": CREDIT_CODE,
    "legal_representative": "许试二",
    "contact_name": "沈试三",
    "phone": "0399-6612001",
}
SUPPLY = {"supply_form": "electronic", "supply_way": "download", "accepts_other": "on"}
PDF = b"%PDF-1.7\n%test\n"


def scan(content: bytes = PDF, name: str = "身份证.pdf", content_type: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


class Citizen:
    """`d` is the draft of his tab. `tab` opens another one of the same browser."""

    def __init__(self, client: Client | None = None, agency: Agency | None = None) -> None:
        self.client = client or Client()
        self.agency = agency or make_agency(name="某县交通局")
        self.d = self.client.get(reverse("request_new"))["Location"].partition("?d=")[2]

    def tab(self) -> "Citizen":
        return Citizen(self.client, self.agency)

    def information(self) -> dict[str, str]:
        return {
            "agency": self.agency.code,
            "subject": "农村公路养护资金使用明细",
            "description": "2025年度，按项目列出里程和金额。",
        }

    def path(self, step: str = "applicant") -> str:
        if step == "check":
            return f"{reverse('request_check')}?d={self.d}"
        name = reverse("request_new") if step == "applicant" else reverse("request_step", args=[step])
        return f"{name}?d={self.d}"

    def get(self, step: str = "applicant") -> Any:
        return self.client.get(self.path(step))

    def post(self, step: str, **values: Any) -> Any:
        filled = {"applicant": PERSON, "information": self.information(), "supply": SUPPLY}.get(step, {})
        return self.client.post(self.path(step), {"d": self.d} | filled | values)

    def fill(self, **changes: dict[str, Any]) -> None:
        """All three steps; `changes` by step. Every one must be taken."""
        for step in ("applicant", "information", "supply"):
            response = self.post(step, **changes.get(step, {}))
            assert response.status_code == 302, text_of(response)

    def send(self, **values: Any) -> Any:
        """Press the button on the page to check."""
        page = self.get("check")
        seen = page.context["seen"] if page.context else ""
        return self.client.post(self.path("check"), {"d": self.d, "seen": seen} | values)

    def file(self, **changes: dict[str, Any]) -> InformationRequest:
        self.fill(**changes)
        return request_of(self.send())

    @property
    def draft(self) -> RequestDraft:
        return RequestDraft.objects.latest("pk")


def request_of(response: Any) -> InformationRequest:
    """The request whose receipt the answer leads to."""
    assert response.status_code == 302, text_of(response)
    number = response["Location"].split("/")[-3]
    return InformationRequest.objects.get(number=number)


def text_of(response: Any) -> str:
    return str(response.content.decode())
