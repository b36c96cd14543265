"""System checks of requests. What reads the database runs with `check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from govportal.permissions import ROLE_PERMISSIONS, Permission


@register(Tags.database)
def check_officers(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """W001: requests wait at an agency at which nobody handles any, so that nobody sees them fall due."""
    from requests_app.models import InformationRequest

    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.HANDLE_REQUEST in held]
    messages: list[CheckMessage] = []
    for using in databases or ():
        if InformationRequest._meta.db_table not in connections[using].introspection.table_names():
            continue
        waiting = InformationRequest.objects.using(using).open().order_by()
        handled = waiting.filter(agency__memberships__role__in=roles, agency__memberships__user__is_active=True)
        alone = waiting.exclude(agency__in=handled.values("agency")).values_list("agency__code", flat=True)
        messages += [
            Warning(
                f"requests wait at {code}, where nobody handles any",
                hint="give somebody there the role request_officer, in the admin or with `./portal manage appoint`",
                id="requests_app.W001",
            )
            for code in sorted(set(alone))
        ]
    return messages
