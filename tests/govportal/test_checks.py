from datetime import date
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connection

from govportal import access, checks, dbsetup, permissions
from govportal.models import HolidayYear
from govportal.permissions import Permission, Role


def ids(messages: list[CheckMessage]) -> list[str]:
    return [message.id or "" for message in messages]


@pytest.mark.parametrize(
    ("today", "known", "expected"),
    [
        (date(2026, 11, 30), {2026}, []),
        (date(2026, 12, 1), {2026}, ["govportal.W002"]),
        (date(2026, 12, 31), {2026, 2027}, []),
        (date(2027, 1, 1), {2026}, ["govportal.E003"]),
        (date(2027, 12, 1), {2026}, ["govportal.E003", "govportal.W002"]),
    ],
)
def test_calendar_is_asked_for_in_time(today: date, known: set[int], expected: list[str]) -> None:
    assert ids(checks.calendar_messages(today, known)) == expected


@pytest.mark.django_db
def test_missing_year_is_found_in_the_database() -> None:
    HolidayYear.objects.all().delete()

    messages = checks.check_calendar(databases=["default"])

    assert "govportal.E003" in ids(messages)


@pytest.mark.django_db
def test_missing_trigger_is_an_error() -> None:
    trigger = next(item for item in dbsetup.declared_objects() if item.is_trigger)
    with connection.cursor() as cursor:
        cursor.execute(trigger.drop[connection.vendor][0])

    messages = checks.check_database_objects(databases=["default"])

    assert ids(messages) == ["govportal.E001"]


@pytest.mark.django_db
def test_database_checks_are_silent_before_the_first_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", lambda cursor=None: [])

    assert checks.check_calendar(databases=["default"]) == []
    assert checks.check_database_objects(databases=["default"]) == []


def test_plain_check_does_not_touch_the_database() -> None:
    assert checks.check_calendar() == []
    assert checks.check_database_objects() == []


def test_permission_data_is_whole() -> None:
    assert checks.check_permissions() == []


def test_permission_held_by_no_role_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {role: held - {Permission.ASSESS} for role, held in permissions.ROLE_PERMISSIONS.items()}
    monkeypatch.setattr(checks, "ROLE_PERMISSIONS", lacking)

    assert ids(checks.check_permissions()) == ["govportal.E004"]


def test_role_without_permissions_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {role: held for role, held in permissions.ROLE_PERMISSIONS.items() if role != Role.STAFF}
    monkeypatch.setattr(checks, "ROLE_PERMISSIONS", lacking)

    assert ids(checks.check_permissions()) == ["govportal.E005"]


def test_admin_opened_for_no_model_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_ADMIN", {"govportal.nothing": (Permission.MANAGE_SITE, None)})

    assert ids(checks.check_permissions()) == ["govportal.E006"]


@pytest.mark.parametrize(
    ("backend", "expected"), [("smtp", []), ("filebased", ["govportal.W007"]), ("console", ["govportal.W007"])]
)
def test_mails_that_reach_nobody_are_warned_of_before_deployment(
    backend: str, expected: list[str], settings: Any
) -> None:
    settings.MAILERS = {"default": {"BACKEND": f"django.core.mail.backends.{backend}.EmailBackend", "OPTIONS": {}}}

    assert ids(checks.check_mail()) == expected
