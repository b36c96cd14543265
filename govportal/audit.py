"""The audit trail: `record(...)` inside the transaction of what it records."""

from typing import Any

from django.db import models, transaction

from govportal.models import AuditEvent
from govportal.now import now


def record(
    actor: Any,
    action: str,
    subject: models.Model,
    *,
    agency_code: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    basis: str = "",
    note: str = "",
) -> AuditEvent:
    """Append one event. Raises if no transaction is open: a record without its deed must not survive."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("audit.record needs an open transaction")
    return AuditEvent.objects.create(
        at=now(),
        actor_id=getattr(actor, "pk", None),
        actor_name=str(actor)[:150] if actor else "system",
        agency_code=agency_code,
        action=action,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        subject_name=str(subject)[:200],
        before=before or {},
        after=after or {},
        basis=basis[:200],
        note=note[:500],
    )
