"""查阅: what an inspector saw of each manual indicator at each agency, and of each item drawn. The one writer of Check
and of what was seen of a SampleItem.

Whoever writes says which version he read: what somebody else wrote meanwhile is never written over.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from operator import add
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from evaluation.enums import CheckResult, FindingState, IndicatorMode, RoundState
from evaluation.models import Assessment, AssessmentRound, Check, Finding, Indicator, SampleItem
from evaluation.services.procedure import check, locked_assessment, reasons_against_inspecting
from govportal import audit
from govportal.html import clean_text
from govportal.models import User

MAX_NOTE = 500


class StaleEntry(ValidationError):
    """Somebody else has written meanwhile; the message says who and when."""


# --- one clause ------------------------------------------------------------------------------------------------------


def reasons_against_entering(assessment: Assessment, actor: Any) -> list[str]:
    """Why this person cannot enter anything for this agency now; empty when he can."""
    if assessment.round.state != RoundState.OPEN:
        return [_("考核的状态是“%s”，不能登记。") % assessment.round.get_state_display()]
    return reasons_against_inspecting(assessment, actor)


def reasons_against_indicator(assessment: Assessment, indicator: Indicator) -> list[str]:
    """Why nobody enters anything by hand for this indicator in this round; empty when he can."""
    if indicator.indicator_set_id != assessment.round.indicator_set_id:
        return [_("指标%s不属于这次考核的指标体系。") % indicator.code]
    if indicator.mode != IndicatorMode.MANUAL:
        return [_("%s是自动指标，由系统取数，不能手工登记。") % indicator.code]
    return []


def reasons_against_result(result: str, standing: int) -> list[str]:
    """Why this result does not go with as many findings that stand; empty when it does."""
    if result not in CheckResult.values:
        return [_("请选择查阅结果。")]
    if result == CheckResult.FOUND and not standing:
        return [_("标为“发现问题”的，请写明问题和扣分。")]
    if result != CheckResult.FOUND and standing:
        words = {"count": standing, "result": CheckResult(result).label}
        return [_("已登记 %(count)s 个问题，不能标为“%(result)s”；问题有误的，先撤销。") % words]
    return []


@transaction.atomic
def save_check(
    assessment_id: int, indicator_id: int, *, result: str, note: str, seen: int | None, actor: User, at: datetime
) -> Check:
    """查阅 of one clause. `seen`: the version that was read, 0 where there was none; None: whatever stands there.

    Raises StaleEntry, and ValidationError with reasons. Written again with the same words it is done already.
    """
    assessment = locked_assessment(assessment_id)
    indicator = Indicator.objects.get(pk=indicator_id)
    check(reasons_against_entering(assessment, actor) or reasons_against_indicator(assessment, indicator))
    row = Check.objects.select_related("checked_by").filter(assessment=assessment, indicator=indicator).first()
    note = fitting_note(note)
    if row and (row.result, row.note) == (result, note):
        return row
    refuse_stale(row, seen)
    standing = Finding.objects.standing().filter(assessment=assessment, indicator=indicator).count()
    check(reasons_against_result(result, standing))
    return write_check(assessment, indicator, row, result=result, note=note, actor=actor, at=at)


def fitting_note(note: str) -> str:
    note = clean_text(note)
    if len(note) > MAX_NOTE:
        raise ValidationError(_("说明最多 %(most)s 个字，现有 %(count)s 个。") % {"most": MAX_NOTE, "count": len(note)})
    return note


def refuse_stale(row: Check | None, seen: int | None) -> None:
    """Raise StaleEntry unless the row is as it was read."""
    if row and seen is not None and row.version != seen:
        raise StaleEntry(_written_meanwhile(row.checked_by, row.checked_at, row.get_result_display()))


def _written_meanwhile(who: User | None, when: datetime | None, result: str) -> str:
    words = {"who": who, "when": localtime(when).strftime("%H:%M") if when else "", "result": result}
    return _("%(who)s在 %(when)s 已写成“%(result)s”。您填的还在这里，核对以后再保存。") % words


def write_check(
    assessment: Assessment,
    indicator: Indicator,
    row: Check | None,
    *,
    result: str,
    note: str,
    actor: User,
    at: datetime,
) -> Check:
    """The row, made or changed, with its audit row. For services that have the lock and have asked."""
    before = {"result": row.result} if row else {}
    if row is None:
        row = Check(assessment=assessment, indicator=indicator, version=0)
    row.result, row.note, row.checked_by, row.checked_at = result, note, actor, at
    row.version += 1
    row.save()
    after = {"indicator": indicator.code, "result": row.result, "version": row.version}
    audit.record(actor, "check.save", assessment, before=before, after=after)
    return row


# --- the sample ------------------------------------------------------------------------------------------------------


@transaction.atomic
def check_sample(
    sample_id: int, *, result: str, note: str, seen: datetime | None, actor: User, at: datetime
) -> SampleItem:
    """查阅 of one item drawn. `seen`: when what was read had been written; None where nobody had looked.

    Raises StaleEntry, and ValidationError with reasons.
    """
    assessment = locked_assessment(SampleItem.objects.values_list("assessment_id", flat=True).get(pk=sample_id))
    check(reasons_against_entering(assessment, actor))
    row = SampleItem.objects.select_related("checked_by").get(pk=sample_id)
    note = fitting_note(note)
    if (row.result, row.note) == (result, note):
        return row
    if row.checked_at != seen:
        raise StaleEntry(_written_meanwhile(row.checked_by, row.checked_at, row.get_result_display()))
    check(_reasons_against_sample(row, result, note))
    return write_sample(row, result=result, note=note, actor=actor, at=at)


def _reasons_against_sample(row: SampleItem, result: str, note: str) -> list[str]:
    if result not in CheckResult.values:
        return [_("请选择查阅结果。")]
    has_findings = Finding.objects.standing().filter(sample=row).exists()
    if result == CheckResult.FOUND and not (note or has_findings):
        return [_("标为“发现问题”的，请写明问题；要扣分的，在相应的条目登记并填这件信息的索引号。")]
    if result != CheckResult.FOUND and has_findings:
        return [_("这件信息已登记问题，不能标为“%s”。") % CheckResult(result).label]
    return []


def write_sample(row: SampleItem, *, result: str, note: str, actor: User, at: datetime) -> SampleItem:
    """For services that have the lock and have asked."""
    before = {"result": row.result}
    row.result, row.note, row.checked_by, row.checked_at = result, note, actor, at
    row.save(update_fields=["result", "note", "checked_by", "checked_at"])
    after = {"sample": row.position, "result": row.result}
    audit.record(actor, "check.sample", row.assessment, before=before, after=after)
    return row


# --- the rest --------------------------------------------------------------------------------------------------------


def reasons_against_clearing(assessment: Assessment, actor: Any) -> list[str]:
    reasons = reasons_against_entering(assessment, actor)
    if reasons:
        return reasons
    return [] if _unchecked(assessment).exists() else [_("没有还没查阅的条目。")]


def _unchecked(assessment: Assessment) -> Any:
    manual = assessment.round.indicator_set.indicators.manual()
    return manual.exclude(pk__in=Check.objects.filter(assessment=assessment).values("indicator"))


@transaction.atomic
def mark_clear_rest(assessment_id: int, *, actor: User, at: datetime) -> int:
    """其余未查的都标为“未发现问题”; answers how many. Items drawn are looked at one by one."""
    assessment = locked_assessment(assessment_id)
    check(reasons_against_clearing(assessment, actor))
    signed = {"result": CheckResult.CLEAR, "checked_by": actor, "checked_at": at}
    rows = [Check(assessment=assessment, indicator=one, **signed) for one in _unchecked(assessment)]
    Check.objects.bulk_create(rows)
    audit.record(actor, "check.clear_rest", assessment, after={"count": len(rows)})
    return len(rows)


# --- progress --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one agency has been looked at, or all of a round: of `total` manual indicators, of the `samples`; and the
    `findings` entered, those that stand, and those proposed that wait for a decision."""

    checked: int = 0
    total: int = 0
    findings: int = 0
    standing: int = 0
    proposed: int = 0
    samples_checked: int = 0
    samples: int = 0

    @property
    def is_done(self) -> bool:
        return self.left == 0

    @property
    def left(self) -> int:
        return self.total - self.checked + self.samples - self.samples_checked + self.proposed

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(*map(add, astuple(self), astuple(other)))


def progress(row: AssessmentRound) -> Mapping[int, Progress]:
    """By assessment (id), each of the round. Five queries, however many agencies."""
    total = Indicator.objects.manual().filter(indicator_set=row.indicator_set_id).count()
    checked = _counted(Check.objects.filter(assessment__round=row), n=Count("pk"))
    of_state = {state: Count("pk", filter=Q(state=state)) for state in (FindingState.STANDING, FindingState.PROPOSED)}
    findings = _counted(Finding.objects.filter(assessment__round=row), n=Count("pk"), **of_state)
    looked_at = Count("pk", filter=~Q(result=""))
    samples = _counted(SampleItem.objects.filter(assessment__round=row), n=Count("pk"), seen=looked_at)
    found = {}
    for pk in row.assessments.order_by().values_list("pk", flat=True):
        entered, drawn = findings.get(pk, {}), samples.get(pk, {})
        found[pk] = Progress(
            checked=checked.get(pk, {}).get("n", 0),
            total=total,
            findings=entered.get("n", 0),
            standing=entered.get(FindingState.STANDING, 0),
            proposed=entered.get(FindingState.PROPOSED, 0),
            samples_checked=drawn.get("seen", 0),
            samples=drawn.get("n", 0),
        )
    return found


def progress_of_all(row: AssessmentRound) -> Progress:
    return sum(progress(row).values(), Progress())


def _counted(rows: Any, **counts: Count) -> dict[int, dict[str, int]]:
    grouped = rows.order_by().values("assessment").annotate(**counts)
    return {one["assessment"]: one for one in grouped}
