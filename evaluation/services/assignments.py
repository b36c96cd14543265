"""分工: which inspector looks at which agency, and in a cross inspection which agency inspects which other."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.enums import RoundState
from evaluation.models import Assessment, AssessmentRound
from evaluation.services.procedure import check, locked_round, reasons_against_inspecting
from govportal import access, audit
from govportal.models import Agency, User
from govportal.permissions import Permission


def reasons_against_assigning(row: AssessmentRound, actor: Any) -> list[str]:
    """Why this person cannot divide the work of this round now; empty when he can."""
    if row.state not in (RoundState.DRAFT, RoundState.OPEN):
        return [_("考核的状态是“%s”，不能再分工。") % row.get_state_display()]
    return [] if access.holds_for_all(actor, Permission.ASSESS) else [_("您没有组织考核的职责。")]


def candidates(row: AssessmentRound) -> Any:
    """Who may inspect anybody in this round: inspectors of the agencies above, and of those that inspect others."""
    above: set[int] = set()
    for one in row.assessments.select_related("agency"):
        above |= {int(part) for part in one.agency.path.split("/") if part} | {one.inspecting_agency_id or 0}
    return access.holders(Permission.ASSESS, *Agency.objects.filter(pk__in=above))


@transaction.atomic
def assign(
    round_id: int,
    agencies: Collection[int],
    *,
    inspector: User | None = None,
    inspecting_agency: Agency | None = None,
    actor: User,
) -> int:
    """分派; answers to how many agencies (ids). An inspector or an inspecting agency that is None stays as it was;
    an inspector only if he may inspect it still.

    Raises ValidationError with every reason, and then changes nothing.
    """
    row = locked_round(round_id)
    check(reasons_against_assigning(row, actor))
    chosen = list(
        row.assessments.filter(agency__in=agencies)
        .select_related("agency", "inspector")
        .select_for_update(of=("self",), no_key=True)
    )
    if not chosen or not (inspector or inspecting_agency):
        raise ValidationError(_("请选择单位，并选择考核人或者检查单位。"))
    reasons = []
    for one in chosen:
        one.round = row
        if inspecting_agency:
            if inspecting_agency.pk == one.agency_id:
                reasons.append(_("%s不能检查自己。") % one.agency.display_name)
            one.inspecting_agency = inspecting_agency
        one.inspector = inspector or one.inspector
        if one.inspector and reasons_against_inspecting(one, one.inspector):
            words = {"who": one.inspector, "agency": one.agency.display_name}
            chosen_so = _("%(who)s不能考核%(agency)s：没有职责，或者是该单位的人员。")
            kept = _("现在的考核人%(who)s以后不能考核%(agency)s，请同时另选考核人。")
            reasons.append((chosen_so if inspector else kept) % words)
    check(reasons)
    Assessment.objects.bulk_update(chosen, ["inspector", "inspecting_agency"])
    after = {"agencies": sorted(one.agency.code for one in chosen), "inspector": str(inspector or ""),
             "inspecting_agency": inspecting_agency.code if inspecting_agency else ""}  # fmt: skip
    audit.record(actor, "assessmentround.assign", row, after=after)
    return len(chosen)
