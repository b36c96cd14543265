"""Editions under review, signatures and motions: what stands, what waits for whom."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from disclosure.enums import EditionState, MotionState, Procedure
from disclosure.types import ITEM_TYPES
from disclosure.workflow import ACTION_OF, EDITION, STEPS_BY_LEVEL, due_step, required_steps
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import Approval, Edition, Motion  # noqa: F401  (named in strings below)


class EditionQuerySet(models.QuerySet["Edition"]):
    def waiting_for(self, user: Any) -> Self:
        """Editions under review whose next signature this person may give: by role, not author, not yet a signer."""
        waiting = Q(pk__in=[])
        for level in STEPS_BY_LEVEL:
            for item_type in ITEM_TYPES:
                steps = required_steps(item_type, level)
                for state in EditionState:
                    if (step := due_step(state, steps)) is None:
                        continue
                    permission = EDITION[ACTION_OF[step]].permission
                    assert permission is not None
                    if agencies := access.agencies_with(user, permission):
                        waiting |= Q(
                            state=state, item__item_type=item_type, item__agency__level=level, item__agency__in=agencies
                        )
        signed = self.model._meta.get_field("approvals").related_model._default_manager.filter(
            edition=OuterRef("pk"), signer=user.pk, voided_at__isnull=True
        )
        return self.filter(waiting, ~Exists(signed)).exclude(created_by=user.pk).exclude(last_edited_by=user.pk)

    def due_for_publication(self, at: datetime) -> Self:
        """Scheduled for a minute that has come, the earliest first."""
        return self.filter(state=EditionState.SCHEDULED, publish_at__lte=at).order_by("publish_at", "pk")

    def emergencies(self) -> Self:
        """Published without the full review beforehand (应急公开)."""
        return self.filter(state=EditionState.PUBLISHED, procedure=Procedure.EMERGENCY)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def standing(self) -> Self:
        """Signatures that no edit or return has voided."""
        return self.filter(voided_at__isnull=True)


class MotionQuerySet(models.QuerySet["Motion"]):
    def asked(self) -> Self:
        return self.filter(state=MotionState.ASKED)

    def waiting_for(self, user: Any) -> Self:
        """Motions that this person may decide: of the agencies he approves for, and not his own."""
        agencies = access.agencies_with(user, Permission.APPROVE_ITEM)
        return self.asked().filter(item__agency__in=agencies).exclude(asked_by=user.pk)
