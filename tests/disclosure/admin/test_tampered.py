"""What a browser never sends: addresses and hidden fields that somebody typed himself are answered, not crashed on."""

from typing import Any

import pytest
from django.urls import reverse

from disclosure.enums import Mode
from disclosure.models import Edition
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_member
from tests.factories.published import draft_one

HUGE = "9" * 5000
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["²", "٣", HUGE, "9" * 19, "-1", "x"])
@pytest.mark.parametrize(
    "address",
    ["item/{}/change/", "edition/{}/change/", "motion/{}/change/", "edition/{}/submit/", "edition/{}/edit/"],
)
def test_address_that_names_nothing_is_not_found(address: str, number: str) -> None:
    reader = make_member(Role.PUBLISHER, make_agency())

    answer = signed_in(reader).get("/admin/disclosure/" + address.format(number))

    assert answer.status_code in {302, 404}


def form_of(edition: Edition, **values: Any) -> dict[str, Any]:
    return {
        "form_key": f"edition:{edition.pk}",
        "lock_version": str(edition.lock_version),
        "title": "公示办法",
        "body": "正文",
        "category": "policy",
        "validity": "valid",
        "mode": "proactive",
    } | values


@pytest.mark.parametrize(
    "values",
    [
        {"lock_version": HUGE},
        {"lock_version": "²"},
        {"add_rows": "attachments", "attachments-TOTAL_FORMS": HUGE},
        {"add_rows": "attachments", "attachments-TOTAL_FORMS": "-5"},
        {"attachments-TOTAL_FORMS": "-5", "attachments-INITIAL_FORMS": "0"},
        {"records-TOTAL_FORMS": HUGE, "records-INITIAL_FORMS": "-9"},
        {"form_key": "new:\x00"},
    ],
)
def test_hidden_field_that_was_changed_is_answered(values: dict[str, str]) -> None:
    edition = draft_one()

    answer = signed_in(edition.created_by).post(
        reverse("admin:disclosure_edition_edit", args=[edition.pk]), form_of(edition, **values)
    )

    assert answer.status_code in {200, 302, 409}


def test_key_of_a_form_that_nobody_gave_out_is_refused() -> None:
    author = make_member(Role.PUBLISHER, make_agency())
    client = signed_in(author)

    kept = client.post(reverse("admin:disclosure_edition_buffer"), {"form_key": "new:\x00", "title": "公示"})
    opened = client.get(reverse("admin:disclosure_item_new"), {"buffer": "new:\x00"})
    sent = client.post(reverse("admin:disclosure_item_new"), {"form_key": "new:\x00", "place-agency": HUGE})

    assert [kept.status_code, opened.status_code, sent.status_code] == [403, 404, 403]


def test_withheld_text_is_as_unknown_as_one_that_is_not_there() -> None:
    parent = make_agency()
    agency = make_agency(parent=parent)
    hidden = draft_one(agency=agency, content={"mode": Mode.NOT_PUBLIC})
    reader = make_member(Role.PUBLISHER, parent)

    answers = [
        signed_in(reader).get(reverse("admin:disclosure_edition_edit", args=[pk])).status_code
        for pk in (hidden.pk, hidden.pk + 1000)
    ]

    assert answers == [404, 404]
