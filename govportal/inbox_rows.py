"""What of a person's inbox he may read: all of it but what some matter has closed to him since."""

from typing import Any

from django.db.models import QuerySet

from govportal import contributions
from govportal.models import InboxMessage


def messages_of(user: Any) -> "QuerySet[InboxMessage]":
    rows = InboxMessage.objects.filter(user=user.pk)
    for narrowed in contributions.inbox_filters:
        rows = narrowed(user, rows)
    return rows
