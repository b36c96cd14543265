"""Findings and objections: which count, which wait, who sees them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from evaluation.enums import OPEN_OBJECTIONS, FindingState, ObjectionState, RoundState, Ruling
from evaluation.queries.assessments import SHARED_STATES
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from evaluation.models import Finding, FindingFile, Objection  # noqa: F401  (named in strings below)


def _assessments(model: type[models.Model]) -> Any:
    """All of them, by way of the row that names one: queries stand below models."""
    assessment: Any = model._meta.get_field("assessment").related_model
    return assessment._default_manager.all()


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> Self:
        """Those that take something off."""
        return self.filter(state=FindingState.STANDING)

    def same_as(self, finding: "Finding") -> Self:
        """The finding, the one it was carried over from, and all that were carried over from that."""
        origin = finding.carried_from_id or finding.pk
        return self.filter(Q(pk=origin) | Q(carried_from=origin))

    def proposed(self) -> Self:
        return self.filter(state=FindingState.PROPOSED)

    def to_decide_for(self, user: Any) -> Self:
        """Proposed by others, of agencies this person inspects, while their round is open."""
        waiting = self.visible_to(user).proposed().filter(assessment__round__state=RoundState.OPEN)
        return waiting.exclude(found_by=user.pk)

    def visible_to(self, user: Any) -> Self:
        """Of what he inspects, all; of his own agency what stands, once it was told; and what he filed himself."""
        inspected = _assessments(self.model).inspected_by(user).order_by().values("pk")
        own = access.agencies_with(user, Permission.OBJECT)
        told = Q(assessment__agency__in=own, assessment__round__state__in=SHARED_STATES, state=FindingState.STANDING)
        filed = Q(found_by=user.pk) if access.can(user, Permission.FILE_FINDING) else Q(pk__in=[])
        return self.filter(Q(assessment__in=inspected) | told | filed)


class FindingFileQuerySet(models.QuerySet["FindingFile"]):
    def evidence_of(self, findings: "Iterable[Finding]") -> Self:
        """What was brought for them, and for those that they were carried over from."""
        ids = {pk for one in findings for pk in (one.pk, one.carried_from_id) if pk}
        return self.filter(finding__in=ids).select_related("file").order_by("pk")


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_OBJECTIONS)

    def excusing(self) -> Self:
        """Upheld objections to a case of an automatic indicator."""
        return self.filter(state=ObjectionState.RULED, ruling=Ruling.UPHELD, finding__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """For both sides: who inspects the agency, and who objects for it."""
        return self.filter(assessment__in=_assessments(self.model).visible_to(user).order_by().values("pk"))
