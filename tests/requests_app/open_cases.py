"""Browsers that have opened a case, and what lies in one."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from govportal import private_files
from govportal.models import PrivateFile
from govportal.now import now
from requests_app.models import InformationRequest
from requests_app.services import intake
from tests.factories.requests import file_request, officer_of
from tests.requests_app.filing_journey import PDF, text_of


def reader(row: InformationRequest) -> Client:
    """A browser that has opened the case, by a code made for the test."""
    code = intake.renew_code(row.pk, actor=officer_of(row.agency), at=now())
    client = Client()
    response = client.post(reverse("request_lookup"), {"number": row.number, "code": code})
    assert response.status_code == 302
    return client


def filed(**wanted: Any) -> InformationRequest:
    """Filed a few days ago, so that later steps are not dated before it."""
    return file_request(at=now() - timedelta(days=1), **wanted).request


def kept(name: str = "资金明细.pdf") -> PrivateFile:
    return private_files.store(ContentFile(PDF, name=name), by=None)


def page_of(row: InformationRequest) -> str:
    response = reader(row).get(reverse("request_case"))
    assert response.status_code == 200
    return text_of(response)
