"""What every verb of the evaluation has in common. Lock order: round → assessment → finding or objection → counter."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from evaluation.models import Assessment, AssessmentRound
from evaluation.workflow import ROUND, RoundAction, next_round_state
from govportal import access
from govportal.permissions import Permission

BASIS = "《政务公开考核制度》"  # where the set of indicators names none: each place has its own


def basis_of(row: AssessmentRound) -> str:
    return row.indicator_set.basis or BASIS


def check(reasons: Iterable[str]) -> None:
    """Raise ValidationError with every reason, or do nothing."""
    if found := list(reasons):
        raise ValidationError(found)


def locked_round(round_id: int) -> AssessmentRound:
    """The round, locked until the transaction ends; read again after waiting."""
    return AssessmentRound.objects.select_for_update(no_key=True).get(pk=round_id)


def locked_assessment(assessment_id: int) -> Assessment:
    """The assessment with its round, which is locked first: a score and a freeze never pass each other."""
    round_id = Assessment.objects.values_list("round_id", flat=True).get(pk=assessment_id)
    the_round = locked_round(round_id)
    row = Assessment.objects.select_for_update(no_key=True).get(pk=assessment_id)
    row.round = the_round
    return row


def reasons_against_round(row: AssessmentRound, action: RoundAction, actor: Any) -> list[str]:
    """Why this person cannot do this to the round now, as far as state and role go; empty when he can."""
    if next_round_state(row.state, action) is None:
        words = {"state": row.get_state_display(), "action": RoundAction(action).label}
        return [_("考核的状态是“%(state)s”，不能%(action)s。") % words]
    if not access.holds_for_all(actor, ROUND[action].permission):
        return [_("您没有组织考核的职责。")]
    return []


def reasons_against_inspecting(assessment: Assessment, actor: Any) -> list[str]:
    """Why this person cannot inspect this agency: not in his charge, or his own."""
    if assessment.agency_id in access.own_agencies(actor):
        return [_("不能考核自己所在的单位。")]
    if access.can(actor, Permission.ASSESS, assessment.agency):
        return []
    given = {agency.pk for agency in access.agencies_with(actor, Permission.ASSESS)}
    if assessment.inspecting_agency_id in given:
        return []
    return [_("您没有考核%s的职责。") % assessment.agency.display_name]
