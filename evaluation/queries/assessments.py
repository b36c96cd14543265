"""Rounds and assessments: who works on them, which agency sees its own, and what everybody may read."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from disclosure.models import Item
from evaluation.enums import RESULT_ITEM, Grade, RoundKind, RoundState
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from evaluation.models import Assessment, AssessmentRound  # noqa: F401  (named in strings below)

# What was told to the agency stays visible to it.
SHARED_STATES = (RoundState.FEEDBACK, RoundState.FROZEN)


class RoundQuerySet(models.QuerySet["AssessmentRound"]):
    def published(self) -> Self:
        """Frozen, with an item that everybody can read: as withdrawn as that item is."""
        readable = Item.objects.visible_to(AnonymousUser()).filter(item_type=RESULT_ITEM)
        return self.filter(state=RoundState.FROZEN, item__in=readable)

    def frozen(self) -> Self:
        return self.filter(state=RoundState.FROZEN)

    def year_end(self) -> Self:
        return self.filter(kind=RoundKind.YEAR_END)

    def newest_first(self) -> Self:
        return self.order_by("-period_end", "-id")

    def counted(self) -> Self:
        """With how many agencies each assessed, and how many of them it ranked."""
        assessment: Any = self.model._meta.get_field("assessments").related_model
        here = assessment._default_manager.filter(round=OuterRef("pk")).order_by().values("round")
        return self.annotate(assessed=_number_of(here), ranked=_number_of(here.ranked()))


def _number_of(grouped: Any) -> Coalesce:
    """A subquery, for joined they would be grouped by all that the round is read with."""
    return Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


# The best first, whoever is not ranked last: databases do not agree where an empty rank stands.
BY_RANK = (F("rank").asc(nulls_last=True), "agency__position", "agency__name")


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def inspected_by(self, user: Any) -> Self:
        """Those this person may inspect: of agencies below his office, or given to his agency in a cross inspection;
        never of an agency that he is a member of himself."""
        below = access.agencies_under(user, Permission.ASSESS)
        given = access.agencies_with(user, Permission.ASSESS)
        found = self.filter(Q(agency__in=below) | Q(inspecting_agency__in=given))
        return found.exclude(agency__in=access.own_agencies(user))

    def told_to(self, user: Any) -> Self:
        """Those of the agencies for which this person may object, once they have been told."""
        own = access.agencies_with(user, Permission.OBJECT)
        return self.filter(agency__in=own, round__state__in=SHARED_STATES)

    def visible_to(self, user: Any) -> Self:
        """In the admin: what he inspects, and what his agency was told."""
        return self.filter(
            Q(pk__in=self.inspected_by(user).order_by().values("pk"))
            | Q(pk__in=self.told_to(user).order_by().values("pk"))
        )

    def published(self) -> Self:
        readable = Item.objects.visible_to(AnonymousUser()).filter(item_type=RESULT_ITEM)
        return self.filter(round__state=RoundState.FROZEN, round__item__in=readable)

    def poor_at_year_end(self) -> Self:
        """年终考核为差, for good: what consequences follow from (《…考核制度》第八条)."""
        return self.filter(grade=Grade.POOR, round__kind=RoundKind.YEAR_END, round__state=RoundState.FROZEN)

    def ranked(self) -> Self:
        return self.filter(not_ranked_reason="")
