"""平时检查转入: what daily checks and spot checks of the period found counts in the round that covers it, once each.

Only what is settled is carried over: findings of frozen rounds, with what rulings left of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from evaluation.enums import FindingSource, FindingState, RoundKind, RoundState
from evaluation.models import Assessment, AssessmentRound, Finding, Indicator
from evaluation.services import findings, measure
from evaluation.services.procedure import check, locked_round
from govportal import access, audit
from govportal.models import User
from govportal.permissions import Permission

KINDS = (RoundKind.DAILY, RoundKind.SPOT, RoundKind.CROSS, RoundKind.THIRD_PARTY)


@dataclass(slots=True)
class Carried:
    """What was carried over; what this set has no indicator for; and rounds whose findings are not settled yet."""

    made: list[Finding] = field(default_factory=list)
    without_indicator: list[Finding] = field(default_factory=list)
    waiting: Sequence[AssessmentRound] = ()


def rounds_within(row: AssessmentRound) -> Any:
    """Checks whose period lies within that of the round."""
    within = AssessmentRound.objects.filter(
        kind__in=KINDS, period_start__gte=row.period_start, period_end__lte=row.period_end
    )
    return within.exclude(pk=row.pk)


def reasons_against_carrying(row: AssessmentRound, actor: Any) -> list[str]:
    """Why this person cannot do this now; empty when he can."""
    if row.state != RoundState.OPEN:
        return [_("考核的状态是“%s”，不能转入问题。") % row.get_state_display()]
    if not access.holds_for_all(actor, Permission.ASSESS):
        return [_("您没有组织考核的职责。")]
    settled = rounds_within(row).filter(state=RoundState.FROZEN)
    return [] if settled.exists() else [_("统计期内没有已定分的平时检查。")]


def left_over(row: AssessmentRound, actor: Any) -> tuple[int, list[Finding]]:
    """How many this person would carry over now; and those for which this set has no indicator."""
    agencies = Assessment.objects.inspected_by(actor).filter(round=row).order_by().values("agency")
    ready, without_indicator = _to_carry(row, agencies)
    return len(ready), without_indicator


@transaction.atomic
def carry_over(round_id: int, *, actor: User, at: datetime) -> Carried:
    """转入平时检查发现的问题; those carried over before, even if withdrawn since, are passed over."""
    row = locked_round(round_id)
    check(reasons_against_carrying(row, actor))
    inspected = Assessment.objects.inspected_by(actor).filter(round=row).select_related("agency")
    assessments = {one.agency_id: one for one in inspected.select_for_update(of=("self",), no_key=True)}
    ready, without_indicator = _to_carry(row, assessments)
    waiting = list(rounds_within(row).filter(state__in=[RoundState.OPEN, RoundState.FEEDBACK]))
    report = Carried(without_indicator=without_indicator, waiting=waiting)
    number = findings.next_number(row.pk)
    for one, indicator in ready:
        assessment = assessments[one.assessment.agency_id]
        assessment.round = row
        report.made.append(_copy(one, assessment, indicator, number + len(report.made), actor=actor, at=at))
    for made in {(one.assessment_id, one.indicator_id): one for one in report.made}.values():
        findings.settle_points(made, actor=actor, at=at)
    measure.rank(row)
    counts = {"made": len(report.made), "without_indicator": len(report.without_indicator)}
    audit.record(actor, "assessmentround.carry_over", row, after=counts)
    return report


def _to_carry(row: AssessmentRound, agencies: Any) -> tuple[list[tuple[Finding, Indicator]], list[Finding]]:
    """What still takes something off, with the indicator of this set that it falls under; and what falls under none."""
    indicators = {one.code: one for one in Indicator.objects.manual().filter(indicator_set=row.indicator_set_id)}
    ready: list[tuple[Finding, Indicator]] = []
    without_indicator: list[Finding] = []
    lessened = _lessened()
    for one in _settled(row, agencies):
        if (left := lessened.get(one.pk)) is not None:  # a ruling on a copy holds for what was copied
            one.ruled_deduction = left
        if one.ruled_deduction == 0:
            continue
        if indicator := indicators.get(one.indicator.code):
            ready.append((one, indicator))
        else:
            without_indicator.append(one)
    return ready, without_indicator


def _settled(row: AssessmentRound, agencies: Any) -> Any:
    """Those that take something off as they were found, of these agencies, not yet carried over into this round."""
    found = Finding.objects.standing().filter(
        assessment__round__in=rounds_within(row).filter(state=RoundState.FROZEN), assessment__agency__in=agencies
    )
    taken = Finding.objects.filter(assessment__round=row, carried_from__isnull=False).values("carried_from")
    found = found.exclude(pk__in=taken).exclude(ruled_deduction=0).exclude(source=FindingSource.CARRIED)
    return found.select_related("assessment__round", "assessment__agency", "indicator").order_by("pk")


def _lessened() -> dict[int, Decimal]:
    """What rulings in other rounds left of findings that had been carried there: by id of the original, the least."""
    found = Finding.objects.filter(carried_from__isnull=False, ruled_deduction__isnull=False)
    least = found.order_by().values("carried_from").annotate(left=Min("ruled_deduction"))
    return {original: left for original, left in least.values_list("carried_from", "left") if original is not None}


def _copy(
    one: Finding, assessment: Assessment, indicator: Indicator, number: int, *, actor: User, at: datetime
) -> Finding:
    return Finding.objects.create(
        assessment=assessment,
        indicator=indicator,
        number=number,
        source=FindingSource.CARRIED,
        state=FindingState.STANDING,
        text=one.text,
        count=one.count,
        unit_deduction=one.unit_deduction,
        ruled_deduction=one.ruled_deduction,
        link=one.link,
        item_id=one.item_id,
        obligation_id=one.obligation_id,
        found_by_id=one.found_by_id,
        found_at=one.found_at,
        decided_by=actor,
        decided_at=at,
        carried_from=one,
    )
