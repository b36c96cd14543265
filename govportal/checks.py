"""System checks of the kernel. Those that read the database run with `check --database default`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from govportal import access, dbsetup
from govportal.now import today
from govportal.permissions import ROLE_PERMISSIONS, SUBTREE_ROLES, Permission, Role


@register(Tags.database)
def check_database_objects(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """E001: a declared trigger or search table is absent or switched off."""
    return [
        Error(f"{name} is missing in database {using!r}", hint="run `./portal manage migrate`", id="govportal.E001")
        for using in _prepared(databases)
        for name in dbsetup.missing_objects(using)
    ]


@register(Tags.database)
def check_calendar(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Deadlines in working days need the holiday notice of the year (W002, E003)."""
    from govportal.models import HolidayYear

    messages: list[CheckMessage] = []
    for using in _prepared(databases):
        known = set(HolidayYear.objects.using(using).values_list("year", flat=True))
        messages += calendar_messages(today(), known)
    return messages


def calendar_messages(today: date, known: set[int]) -> list[CheckMessage]:
    """Error when this year's notice is missing; from 1 December, warning when next year's is."""
    hint = "import it: `./portal manage import_holidays FILE`, or in the admin"
    messages: list[CheckMessage] = []
    if today.year not in known:
        messages.append(Error(f"the holidays of {today.year} are missing", hint=hint, id="govportal.E003"))
    if today.month == 12 and today.year + 1 not in known:
        messages.append(Warning(f"the holidays of {today.year + 1} are missing", hint=hint, id="govportal.W002"))
    return messages


def _prepared(databases: Sequence[str] | None) -> list[str]:
    """The databases asked for that have been migrated; nothing can be said about the others."""
    return [u for u in databases or () if "govportal_holidayyear" in connections[u].introspection.table_names()]


@register(deploy=True)
def check_mail(**_kwargs: Any) -> list[CheckMessage]:
    """W007: nobody gets a mail that is only written down."""
    backend = str(settings.MAILERS["default"]["BACKEND"])
    if not backend.endswith((".console.EmailBackend", ".filebased.EmailBackend", ".dummy.EmailBackend")):
        return []
    hint = "set EMAIL_BACKEND to django.core.mail.backends.smtp.EmailBackend, and EMAIL_HOST"
    return [Warning("mails are written to files and sent to nobody", hint=hint, id="govportal.W007")]


@register()
def check_permissions(**_kwargs: Any) -> list[CheckMessage]:
    """E004–E006: the permission data is whole, and the admin opens only models that exist."""
    held = frozenset().union(*ROLE_PERMISSIONS.values())
    messages: list[CheckMessage] = [
        Error(f"no role holds the permission {permission}", id="govportal.E004")
        for permission in Permission
        if permission not in held
    ]
    messages += [
        Error(f"the role {role} has no line in ROLE_PERMISSIONS", id="govportal.E005")
        for role in {*Role, *SUBTREE_ROLES}
        if role not in ROLE_PERMISSIONS
    ]
    models = {model._meta.label_lower for model in apps.get_models()}
    messages += [
        Error(f"open_admin names {label}, which is no model", id="govportal.E006")
        for label in access.opened_models()
        if label not in models
    ]
    return messages
