"""The whole way from the first page to the case weighs little: people file from the edge of a network."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from tests.requests_app.filing_journey import Citizen

pytestmark = pytest.mark.django_db

PAGE = 14 * 1024
JOURNEY = 60 * 1024


def style_sheet() -> bytes:
    """As collectstatic ships it: one file, imports and all."""
    folder = Path(settings.BASE_DIR) / "static/css"
    sheets = [folder / "site.css", *sorted(folder.glob("components/*.css")), *sorted(folder.glob("pages/*.css"))]
    return b"".join(sheet.read_bytes() for sheet in [*sheets, *(folder / f"{n}.css" for n in ("tokens", "base"))])


def test_filing_journey_is_light() -> None:
    citizen = Citizen()
    pages = [citizen.client.get(reverse("requests")), citizen.get("applicant")]
    citizen.post("applicant")
    pages.append(citizen.get("information"))
    citizen.post("information")
    pages.append(citizen.get("supply"))
    citizen.post("supply")
    pages.append(citizen.get("check"))
    receipt = citizen.client.get(citizen.send()["Location"])
    form = {"number": receipt.context["row"].number, "code": receipt.context["code"]}
    case = citizen.client.post(reverse("request_lookup"), form, follow=True)

    weights = [len(gzip.compress(page.content, 6)) for page in (*pages, receipt, case)]

    assert max(weights) <= PAGE
    assert sum(weights) + len(gzip.compress(style_sheet(), 6)) <= JOURNEY
