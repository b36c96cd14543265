"""考核轮次: made, opened, told to the agencies and frozen. The one writer of AssessmentRound, but for the item that
publishes it (round_items.py).
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.services.publish import is_discarded
from evaluation.enums import RoundKind, RoundState, SetState
from evaluation.models import Assessment, AssessmentRound, IndicatorSet, Objection, Survey
from evaluation.services import archive, measure, samples, survey_procedure
from evaluation.services.checks import progress_of_all
from evaluation.services.procedure import basis_of, check, locked_assessment, locked_round, reasons_against_round
from evaluation.services.round_surveys import reasons_against_survey, untallied
from evaluation.workflow import RoundAction, next_round_state
from govportal import access, audit, files, notices
from govportal.calendar import load_calendar
from govportal.filetypes import ZIP
from govportal.html import clean_text
from govportal.models import Agency, User
from govportal.now import today
from govportal.permissions import Permission
from govportal.workdays import add_working_days

# Working days; domain §9 says "within a set time", no law names one. At the least one to read, one to ask those who did
# it, and one for the head to sign.
OBJECTION_DAYS, LEAST_OBJECTION, LONGEST_OBJECTION = 5, 3, 60
MAX_SAMPLE = 200
NOTICE_KIND = "assessment"
_SHOWN_FAULTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a round is of. `seed` empty: drawn by the machine when the round opens."""

    slug: str
    name: str
    kind: RoundKind
    indicator_set: IndicatorSet
    period_start: date
    period_end: date
    survey: Survey | None = None
    sample_size: int = 10
    seed: str = ""
    agencies: Collection[Agency] = ()


# --- made -----------------------------------------------------------------------------------------------------------


def reasons_against_making(plan: Plan, actor: Any) -> list[str]:
    reasons = []
    if not access.holds_for_all(actor, Permission.ASSESS):
        reasons.append(_("您没有组织考核的职责。"))
    if plan.period_start > plan.period_end:
        reasons.append(_("统计期的止日不能早于起日。"))
    if not 0 <= plan.sample_size <= MAX_SAMPLE:
        reasons.append(_("每单位抽查件数须在 0 至 %s 之间。") % MAX_SAMPLE)
    if plan.indicator_set.state != SetState.IN_FORCE:
        reasons.append(_("指标体系“%s”没有施行，不能用于考核。") % plan.indicator_set)
    if not plan.agencies:
        reasons.append(_("至少选一个参加考核的单位。"))
    return reasons + reasons_against_survey(
        plan.survey,
        kind=plan.kind,
        of=plan.indicator_set,
        period=(plan.period_start, plan.period_end),
        agencies=[agency.pk for agency in plan.agencies],
    )


@transaction.atomic
def make(plan: Plan, *, actor: User, at: datetime) -> AssessmentRound:
    """建立考核. Raises ValidationError with reasons."""
    check(reasons_against_making(plan, actor))
    row = AssessmentRound(made_by=actor)
    _fill(row, plan)
    row.full_clean(exclude={"made_by", "indicator_set", "survey", "item", "archive"}, validate_constraints=False)
    row.save(force_insert=True)
    _set_agencies(row, plan.agencies)
    audit.record(actor, "assessmentround.make", row, after=_snapshot(plan), basis=basis_of(row))
    return row


def reasons_against_changing(row: AssessmentRound) -> list[str]:
    if row.state != RoundState.DRAFT:
        return [_("考核的状态是“%s”，不能再修改。") % row.get_state_display()]
    return []


@transaction.atomic
def change(round_id: int, plan: Plan, *, actor: User) -> AssessmentRound:
    """Everything about it may still change while the round is being prepared."""
    row = locked_round(round_id)
    check([*reasons_against_making(plan, actor), *reasons_against_changing(row)])
    _fill(row, plan)
    row.full_clean(exclude={"made_by", "indicator_set", "survey", "item", "archive"}, validate_constraints=False)
    row.save()
    _set_agencies(row, plan.agencies)
    audit.record(actor, "assessmentround.change", row, after=_snapshot(plan), basis=basis_of(row))
    return row


def _fill(row: AssessmentRound, plan: Plan) -> None:
    row.slug, row.name, row.kind = plan.slug, clean_text(plan.name), plan.kind
    row.indicator_set, row.survey = plan.indicator_set, plan.survey
    row.period_start, row.period_end = plan.period_start, plan.period_end
    row.sample_size, row.seed = plan.sample_size, clean_text(plan.seed)


def _set_agencies(row: AssessmentRound, agencies: Collection[Agency]) -> None:
    wanted = {agency.pk for agency in agencies}
    row.assessments.exclude(agency__in=wanted).delete()
    known = set(row.assessments.values_list("agency_id", flat=True))
    Assessment.objects.bulk_create([Assessment(round=row, agency_id=pk) for pk in sorted(wanted - known)])


def _snapshot(plan: Plan) -> dict[str, Any]:
    return {
        "slug": plan.slug,
        "kind": plan.kind,
        "set": plan.indicator_set.code,
        "period": f"{plan.period_start}/{plan.period_end}",
        "agencies": len(plan.agencies),
    }


# --- opened, told, frozen -------------------------------------------------------------------------------------------


def reasons_against(row: AssessmentRound, action: RoundAction, actor: Any, on: date | None = None) -> list[str]:
    """Why this person cannot do this to the round `on` that day, today where none is given; empty when he can."""
    reasons = reasons_against_round(row, action, actor)
    if reasons:
        return reasons
    match action:
        case RoundAction.OPEN:
            if row.indicator_set.state != SetState.IN_FORCE:
                reasons.append(_("指标体系“%s”没有施行，不能用于考核。") % row.indicator_set)
            agencies = list(row.assessments.values_list("agency_id", flat=True))
            reasons += [] if agencies else [_("没有参加考核的单位。")]
            period = (row.period_start, row.period_end)
            reasons += reasons_against_survey(
                row.survey, kind=row.kind, of=row.indicator_set, period=period, agencies=agencies
            )
        case RoundAction.SHARE:
            reasons += _unfinished(row)
        case RoundAction.FREEZE:
            reasons += _unsettled(row, actor, on or today())
        case RoundAction.DRAFT_ITEM:
            reasons += [_("公开稿已经拟制。")] if has_draft(row) else []
    return reasons


def has_draft(row: AssessmentRound) -> bool:
    """Drafted, and not thrown away by those who were to publish it."""
    return row.item is not None and not is_discarded(row.item)


def _unfinished(row: AssessmentRound) -> list[str]:
    reasons = []
    if row.measured_at is None:
        reasons.append(_("自动指标还没有取数。"))
    elif localdate(row.measured_at) <= row.period_end:
        # What falls due on its last days would never be counted, and nobody could tell.
        words = {"day": row.period_end, "measured": localdate(row.measured_at)}
        reasons.append(_("统计期到 %(day)s 才结束，最近一次取数是 %(measured)s：期满以后重新取数再反馈。") % words)
    reasons += untallied(row)
    done = progress_of_all(row)
    if missing := done.total - done.checked:
        reasons.append(_("人工指标还有 %s 处没有查阅。") % missing)
    if unlooked := done.samples - done.samples_checked:
        reasons.append(_("抽查的信息还有 %s 件没有查阅。") % unlooked)
    if done.proposed:
        reasons.append(_("监督员等提出的问题还有 %s 个没有处理。") % done.proposed)
    return reasons


def _unsettled(row: AssessmentRound, actor: Any, on: date) -> list[str]:
    reasons = []
    if row.shared_by_id == getattr(actor, "pk", None):
        reasons.append(_("反馈初评的人不能定分。"))
    if open_objections := Objection.objects.open().filter(assessment__round=row.pk).count():
        reasons.append(_("还有 %s 件异议没有裁定。") % open_objections)
    waiting = row.assessments.filter(confirmed_at__isnull=True).count()
    if row.objections_by and on <= row.objections_by and waiting:
        words = {"day": row.objections_by, "count": waiting}
        reasons.append(_("异议期到 %(day)s 为止，还有 %(count)s 个单位没有确认无异议。") % words)
    return reasons


@transaction.atomic
def open_round(round_id: int, *, actor: User, at: datetime) -> AssessmentRound:
    """启动考核: the seed is fixed and the samples are drawn. Measuring follows (services/measure.py).

    The set is locked first, so that it is not retired meanwhile; the survey last, so that it counts once of two rounds
    opened at one moment.
    """
    of = AssessmentRound.objects.values_list("indicator_set", flat=True).get(pk=round_id)
    the_set = IndicatorSet.objects.select_for_update(no_key=True).get(pk=of)
    row = locked_round(round_id)
    if row.indicator_set_id != the_set.pk:
        raise ValidationError(_("考核的方案刚刚改过，请核对以后再启动。"))
    if row.survey_id is not None:
        row.survey = survey_procedure.locked(row.survey_id)
    check(reasons_against(row, RoundAction.OPEN, actor))
    row.seed = row.seed or secrets.token_hex(16)
    row.opened_at = at
    _move(row, RoundAction.OPEN, ("seed", "opened_at"), actor=actor, after={"seed": row.seed})
    samples.draw_samples(row, row.assessments.all())
    return row


@transaction.atomic
def share(round_id: int, *, actor: User, at: datetime, days: int = OBJECTION_DAYS) -> AssessmentRound:
    """反馈初评: the agencies see what was found, and may object within `days` working days."""
    row = locked_round(round_id)
    reasons = reasons_against(row, RoundAction.SHARE, actor)
    reasons += _against_days(days)
    check(reasons)
    measure.rank(row)
    row.shared_by, row.shared_at = actor, at
    row.objections_by = add_working_days(localdate(at), days, load_calendar())
    columns = ("shared_by", "shared_at", "objections_by")
    _move(row, RoundAction.SHARE, columns, actor=actor, after={"objections_by": row.objections_by.isoformat()})
    row.assessments.update(confirmed_by=None, confirmed_at=None, shared_total=F("total"))
    _tell_agencies(row, at)
    return row


def _against_days(days: int) -> list[str]:
    if days < LEAST_OBJECTION:
        words = _("异议期至少 %s 个工作日：再短，单位来不及核对事实、听经办人说明、由负责人签字提出。")
        return [words % LEAST_OBJECTION]
    return [_("异议期最多 %s 个工作日。") % LONGEST_OBJECTION] if days > LONGEST_OBJECTION else []


def _tell_agencies(row: AssessmentRound, at: datetime) -> None:
    words = {"round": row.name, "day": row.objections_by}
    for one in row.assessments.select_related("agency"):
        notices.tell(
            access.holders(Permission.OBJECT, one.agency),
            kind=NOTICE_KIND,
            key=f"assessment-shared:{one.pk}:{at.isoformat()}",
            subject=_("%(round)s初评结果已反馈，异议截止 %(day)s") % words,
            path=reverse("admin:evaluation_assessment_change", args=[one.pk]),
        )


@transaction.atomic
def reopen(round_id: int, *, actor: User, at: datetime, note: str) -> AssessmentRound:
    """退回评分: back to measuring and checking, with the reason. What was ruled stays ruled."""
    row = locked_round(round_id)
    reasons = reasons_against(row, RoundAction.REOPEN, actor)
    check(reasons if reasons or note.strip() else [_("须写明退回的原因。")])
    row.shared_by, row.shared_at, row.objections_by = None, None, None
    _move(row, RoundAction.REOPEN, ("shared_by", "shared_at", "objections_by"), actor=actor, note=clean_text(note))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The archive of a round, made and recomputed; `version`: of the round as it was then."""

    round_id: int
    version: tuple[object, ...]
    data: bytes
    at: datetime


def freeze(round_id: int, *, actor: User, at: datetime) -> AssessmentRound:
    """定分: every point for good, in an archive that outsiders recompute, and that was recomputed before it is kept.

    Raises ValidationError with reasons.
    """
    return keep(pack(round_id, actor=actor, at=at), actor=actor)


def pack(round_id: int, *, actor: User, at: datetime) -> Packed:
    """Of 500 agencies the archive takes seconds: it is made while nothing is locked. Raises as `freeze`."""
    with transaction.atomic():
        row = locked_round(round_id)
        check(reasons_against(row, RoundAction.FREEZE, actor, localdate(at)))
        measure.rank(row)
    packed = Packed(round_id=round_id, version=_version(row), data=archive.build(row, at=at), at=at)
    check(_not_recomputed(packed.data))
    return packed


@transaction.atomic
def keep(packed: Packed, *, actor: User) -> AssessmentRound:
    """Frozen with this archive, which was made in vain if anything of the round has changed meanwhile."""
    row = locked_round(packed.round_id)
    check(reasons_against(row, RoundAction.FREEZE, actor, localdate(packed.at)))
    if _version(row) != packed.version:
        raise ValidationError(_("定分期间有人改动了这次考核，请再按一次。"))
    row.archive = files.store_made(packed.data, name=f"{row.slug}", kind=ZIP, by=actor)
    row.digest = row.archive.sha256
    row.frozen_by, row.frozen_at = actor, packed.at
    columns = ("archive", "digest", "frozen_by", "frozen_at")
    _move(row, RoundAction.FREEZE, columns, actor=actor, after={"digest": row.digest})
    return row


def _version(row: AssessmentRound) -> tuple[object, ...]:
    """What of a told round may change: it is told anew, or a ruling changes points."""
    ruled = Objection.objects.filter(assessment__round=row.pk).order_by("pk").values_list("pk", "state", "ruled_at")
    return row.state, row.shared_at, row.measured_at, tuple(ruled)


def _not_recomputed(data: bytes) -> list[str]:
    faults = archive.faults_of(data)
    return [_("复算包与得分不一致，不能定分：%s") % "；".join(faults[:_SHOWN_FAULTS])] if faults else []


def reasons_against_leaving_out(row: AssessmentRound, actor: Any) -> list[str]:
    if row.state != RoundState.OPEN:
        return [_("考核的状态是“%s”，不能再改参加排名的单位。") % row.get_state_display()]
    return [] if access.holds_for_all(actor, Permission.ASSESS) else [_("您没有组织考核的职责。")]


@transaction.atomic
def leave_out(assessment_id: int, *, reason: str, actor: User) -> Assessment:
    """不参加排名, with a reason that everybody reads; an empty one takes the agency back into the ranking."""
    row = locked_assessment(assessment_id)
    reasons = reasons_against_leaving_out(row.round, actor)
    words = clean_text(reason)
    if not words and row.not_ranked_reason == measure.NO_FACTS:
        reasons.append(_("%s：有了可评的事实以后自动参加排名，不能现在改回。") % measure.NO_FACTS)
    if len(words) > (most := Assessment._meta.get_field("not_ranked_reason").max_length or 0):
        reasons.append(_("原因最多写 %s 个字。") % most)
    check(reasons)
    before, row.not_ranked_reason = row.not_ranked_reason, words
    row.save(update_fields=["not_ranked_reason"])
    # Of no agency: until the round is told, the agency does not know of it.
    audit.record(
        actor,
        "assessment.leave_out",
        row,
        before={"reason": before},
        after={"reason": words},
        basis=basis_of(row.round),
    )
    measure.rank(row.round)
    return row


@transaction.atomic
def cancel(round_id: int, *, actor: User, at: datetime, note: str) -> AssessmentRound:
    row = locked_round(round_id)
    reasons = reasons_against(row, RoundAction.CANCEL, actor)
    check(reasons if reasons or note.strip() else [_("须写明取消的原因。")])
    _move(row, RoundAction.CANCEL, (), actor=actor, note=clean_text(note))
    return row


def _move(
    row: AssessmentRound,
    action: RoundAction,
    columns: Iterable[str],
    *,
    actor: User,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    before = row.state
    target = next_round_state(before, action)
    if target is None:
        raise ValidationError(_("考核的状态已经改变。"))
    row.state = target
    row.save(update_fields=["state", *columns])
    audit.record(
        actor,
        f"assessmentround.{action}",
        row,
        before={"state": before},
        after={"state": target} | (after or {}),
        basis=basis_of(row),
        note=note,
    )
