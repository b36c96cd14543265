"""Editions under review, signatures and motions: what stands, what waits for whom."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from disclosure.enums import EditionAction, EditionState, MotionState, Procedure, ReviewStep
from disclosure.types import ITEM_TYPES
from disclosure.workflow import ACTION_OF, EDITION, STEPS_BY_LEVEL, due_step, required_steps
from govportal import access
from govportal.permissions import ROLE_PERMISSIONS, Permission

if TYPE_CHECKING:
    from disclosure.models import Approval, Edition, Motion  # noqa: F401  (named in strings below)


# Every set of signatures that some type asks for at some level: an edition keeps its own from submission on.
_STEP_SETS = frozenset(required_steps(item_type, level) for level in STEPS_BY_LEVEL for item_type in ITEM_TYPES)

_DRAFTERS = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.DRAFT_ITEM in permissions]


def _signing_for(user: Any, step: ReviewStep) -> list[Any]:
    """The agencies at which this person gives this signature."""
    permission = EDITION[ACTION_OF[step]].permission
    assert permission is not None  # every signature has its role
    return access.agencies_with(user, permission)


class EditionQuerySet(models.QuerySet["Edition"]):
    def waiting_for(self, user: Any) -> Self:
        """Editions under review whose next signature this person may give: by role, not a writer, not yet a signer."""
        waiting = Q(pk__in=[])
        for steps in _STEP_SETS:
            for state in EditionState:
                step = due_step(state, steps)
                if step and (agencies := _signing_for(user, step)):
                    waiting |= Q(review_steps=list(steps), state=state, item__agency__in=agencies)
        signed = self._related("approvals").filter(edition=OuterRef("pk"), signer=user.pk, voided_at__isnull=True)
        return self.filter(waiting, ~Exists(signed))._not_written_by(user)

    def due_for_publication(self, at: datetime) -> Self:
        """Scheduled for a minute that has come, the earliest first."""
        return self.filter(state=EditionState.SCHEDULED, publish_at__lte=at).order_by("publish_at", "pk")

    def emergencies(self) -> Self:
        """Published without the full review beforehand (应急公开)."""
        return self.filter(state=EditionState.PUBLISHED, procedure=Procedure.EMERGENCY)

    def owing_to(self, user: Any) -> Self:
        """Emergency publications whose next owed signature this person may give (补审), as services/review.py asks."""
        standing = self._related("approvals").filter(edition=OuterRef("pk"), voided_at__isnull=True)
        steps = [step for step in ReviewStep if step not in (ReviewStep.APPROVAL, ReviewStep.EMERGENCY)]
        emergencies = self.emergencies().alias(
            **{f"has_{step.value}": Exists(standing.filter(step=step)) for step in steps},
            has_signed=Exists(standing.filter(signer=user.pk)),
        )
        owed = Q(pk__in=[])
        for required in _STEP_SETS:
            earlier = Q(review_steps=list(required))
            for step in (step for step in required if step in steps):
                if agencies := _signing_for(user, step):
                    owed |= earlier & Q(item__agency__in=agencies, **{f"has_{step.value}": False})
                earlier &= Q(**{f"has_{step.value}": True})
        return emergencies.filter(owed, has_signed=False)._not_written_by(user)

    def _not_written_by(self, user: Any) -> Self:
        """Without those this person began or ever edited, as services/procedure.py counts writers."""
        edits = self._related("events").filter(edition=OuterRef("pk"), action=EditionAction.EDIT, actor=user.pk)
        return self.filter(~Exists(edits)).exclude(created_by=user.pk).exclude(last_edited_by=user.pk)

    def written_by(self, user: Any) -> Self:
        """Drafts that this person began or last edited."""
        return self.filter(Q(created_by=user.pk) | Q(last_edited_by=user.pk), state=EditionState.DRAFT)

    def left_to(self, user: Any) -> Self:
        """Drafts at the agencies where this person drafts whose writer does not: what an inspector had drafted out of a
        round, say. Nobody else goes on with them."""
        agencies = access.agencies_with(user, Permission.DRAFT_ITEM)
        drafts = self.filter(state=EditionState.DRAFT, item__agency__in=agencies)
        in_hand = drafts.filter(
            last_edited_by__is_active=True,
            last_edited_by__memberships__agency=F("item__agency"),
            last_edited_by__memberships__role__in=_DRAFTERS,
        )
        return drafts.exclude(pk__in=in_hand.values("pk"))

    def with_last_event(self) -> Self:
        """`last_action` and `last_at`: what was last done to each edition, and when."""
        last = self._related("events").filter(edition=OuterRef("pk")).order_by("-id")
        return self.annotate(last_action=Subquery(last.values("action")[:1]), last_at=Subquery(last.values("at")[:1]))

    def returned(self) -> Self:
        """Drafts that a reviewer has sent back and nobody has touched since."""
        return self.with_last_event().filter(state=EditionState.DRAFT, last_action=EditionAction.RETURN)

    def _related(self, name: str) -> Any:
        """The rows that point to editions: this module imports no model."""
        model: Any = self.model._meta.get_field(name).related_model
        return model._default_manager


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
