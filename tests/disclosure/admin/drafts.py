"""The drafting forms as a browser sends them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from disclosure.models import Edition
from disclosure.services import buffers
from govportal.models import Agency, User

NEW = "/admin/disclosure/item/new/"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(prefix: str, *filled: dict[str, Any], blank: int = 2) -> dict[str, Any]:
    values: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(filled) + blank,
        f"{prefix}-INITIAL_FORMS": 0,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 200,
    }
    for number, row in enumerate(filled):
        values |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return values


def typed(**values: Any) -> dict[str, Any]:
    """A form of the general type, filled."""
    return {
        "title": "城乡低保标准",
        "body": "一、每人每月 738 元。\n二、自印发之日起施行。",
        "category": "affairs",
        "validity": "valid",
        "mode": "proactive",
        "lock_version": "0",
        **rows("attachments"),
        **rows("records"),
    } | values


def place(agency: Agency, item_type: str = "general", **values: Any) -> dict[str, Any]:
    chosen = {"agency": agency.pk, "item_type": item_type, "audience": "public", "entry": ""} | values
    return {f"place-{name}": value for name, value in chosen.items()} | {"form_key": buffers.new_key()}


def edit_url(edition: Edition) -> str:
    return reverse("admin:disclosure_edition_edit", args=[edition.pk])


def desk_url(edition: Edition) -> str:
    return reverse("admin:disclosure_edition_change", args=[edition.pk])
