"""Rows for tests: plain functions, keyword arguments, valid by default and different every time."""

from tests.factories.disclosure import make_catalogue_entry, make_edition, make_item
from tests.factories.kernel import (
    make_agency,
    make_attachment,
    make_inbox_message,
    make_member,
    make_notice,
    make_private_file,
    make_user,
    make_webhook,
)
from tests.factories.requests import make_applicant, make_officer, make_releaser, make_request

__all__ = [
    "make_agency",
    "make_applicant",
    "make_attachment",
    "make_catalogue_entry",
    "make_edition",
    "make_inbox_message",
    "make_item",
    "make_member",
    "make_notice",
    "make_officer",
    "make_private_file",
    "make_releaser",
    "make_request",
    "make_user",
    "make_webhook",
]
