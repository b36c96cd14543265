"""The audit trail: `record(...)` inside the transaction of what it records."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from govportal.crypto import EncryptedTextField
from govportal.models import Agency, AuditEvent
from govportal.now import now

# Left out of the trail: what is private to a person, and moments that change of themselves.
_LEFT_OUT = {
    "govportal.User": frozenset({"password", "email", "phone", "last_login"}),
    "govportal.Agency": frozenset({"updated_at"}),
    "govportal.Webhook": frozenset({"url"}),  # many a messenger is opened by its address alone
}


def record(
    actor: Any,
    action: str,
    subject: models.Model,
    *,
    agency: Agency | None = None,
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
        agency_id=agency.pk if agency else None,
        agency_code=agency.code if agency else "",
        action=action,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        # A title may name a person, and this row can never be blanked: such rows say what they are called here.
        subject_name=str(getattr(subject, "audit_name", subject))[:200],
        before=before or {},
        after=after or {},
        basis=basis[:200],
        note=note[:500],
    )


def snapshot(row: models.Model) -> dict[str, Any]:
    """The columns of a row as JSON values, for before and after. Private and encrypted columns stay out."""
    left_out = _LEFT_OUT.get(row._meta.label, frozenset())
    return {
        field.name: field.value_to_string(row) if field.value_from_object(row) is not None else None
        for field in row._meta.concrete_fields
        if field.name not in left_out and not isinstance(field, EncryptedTextField)
    }


def links(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The ids that many-to-many fields of a row hold, in order: what a snapshot of its columns leaves out."""
    return {name: sorted(getattr(row, name).values_list("pk", flat=True)) for name in names}


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both snapshots, cut down to what differs."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
