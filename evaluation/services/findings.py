"""问题: filed by inspectors, proposed by supervisors, adopted, changed, withdrawn. The one writer of Finding beside
carry_over.py, finding_orders.py and objections.py (what a ruling leaves of it).

Whatever changes points computes them anew in the same transaction. The trail names numbers and points, never what was
found, and belongs to no agency: an agency learns of it when the round is told, and never who watched it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.models import Item, Obligation
from evaluation.enums import CheckResult, FindingSource, FindingState, RoundKind, RoundState
from evaluation.models import Assessment, Check, Finding, Indicator, SampleItem
from evaluation.services import checks, evidence, measure
from evaluation.services.evidence import Upload
from evaluation.services.procedure import check, locked_assessment, reasons_against_inspecting
from evaluation.services.rounds import NOTICE_KIND
from evaluation.workflow import FINDING, PROPOSER_ACTIONS, FindingAction, next_finding_state
from govportal import access, audit, notices, personal_data
from govportal.html import clean_text
from govportal.models import User
from govportal.permissions import Permission

MAX_TEXT, MAX_LINK, MAX_COUNT, MAX_REASON = 500, 500, 999, 500
_valid_address = URLValidator(schemes=["http", "https"])
_SOURCE_OF = {RoundKind.CROSS: FindingSource.CROSS, RoundKind.THIRD_PARTY: FindingSource.THIRD_PARTY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was found, how often, and what each time takes off; and where it can be seen."""

    text: str
    unit: Decimal
    count: int = 1
    link: str = ""
    item: Item | None = None
    obligation: Obligation | None = None


# --- why not ---------------------------------------------------------------------------------------------------------


def reasons_against_filing(assessment: Assessment, actor: Any) -> list[str]:
    """Why this person can neither find nor propose anything at this agency now; empty when he can."""
    if assessment.round.state != RoundState.OPEN:
        return [_("考核的状态是“%s”，不能登记问题。") % assessment.round.get_state_display()]
    if assessment.agency_id in access.own_agencies(actor):
        return [_("不能考核自己所在的单位。")]
    if may_inspect(assessment, actor) or access.can(actor, Permission.FILE_FINDING, assessment.agency):
        return []
    return [_("您没有对%s提出问题的职责。") % assessment.agency.display_name]


def may_inspect(assessment: Assessment, actor: Any) -> bool:
    """Whether what this person files stands at once; others propose."""
    return not reasons_against_inspecting(assessment, actor)


def reasons_against_content(
    assessment: Assessment, indicator: Indicator, content: Content, uploads: Sequence[Upload] = (), *, files: int = 0
) -> list[str]:
    """Why it cannot be filed in these words; empty when it can. `files`: how many pieces of evidence it has already."""
    reasons = [*_reasons_against_words(content), *_reasons_against_points(indicator, content)]
    has_proof = content.link or content.item or content.obligation or uploads or files
    if indicator.is_evidence_required and not has_proof:
        reasons.append(_("这条指标须附证据：填网址、信息索引号或者上传文件。"))
    if len(uploads) + files > evidence.MOST_FILES:
        reasons.append(_("一个问题最多 %s 份证据。") % evidence.MOST_FILES)
    if content.item and not _is_public_of(content.item, assessment):
        reasons.append(_("涉及的信息须是%s已经向社会公开的信息。") % assessment.agency.display_name)
    if content.obligation and content.obligation.agency_id != assessment.agency_id:
        reasons.append(_("涉及的公开义务须是%s的。") % assessment.agency.display_name)
    return reasons


def _reasons_against_words(content: Content) -> list[str]:
    reasons = []
    text, link = clean_text(content.text), clean_text(content.link)
    if not text:
        reasons.append(_("请写明发现的问题。"))
    if len(text) > MAX_TEXT:
        reasons.append(_("问题最多写 %(most)s 个字，现有 %(count)s 个。") % {"most": MAX_TEXT, "count": len(text)})
    if personal_data.find(text):
        reasons.append(_("问题随成绩单向社会公开：请删去身份证号、手机号或者银行卡号。"))
    if link and not _is_address(link):
        reasons.append(_("网址须以 http:// 或者 https:// 开头，最多 %s 个字符。") % MAX_LINK)
    return reasons


def _is_address(link: str) -> bool:
    try:
        _valid_address(link)
    except ValidationError:
        return False
    return len(link) <= MAX_LINK


def _reasons_against_points(indicator: Indicator, content: Content) -> list[str]:
    reasons = []
    if not 1 <= content.count <= MAX_COUNT:
        reasons.append(_("次数须在 1 至 %s 之间。") % MAX_COUNT)
    amounts = deductions_of(indicator)
    if amounts and content.unit not in amounts:
        words = {"code": indicator.code, "amounts": "、".join(map(str, amounts))}
        only = _("%(code)s每次只能扣 %(amounts)s 分。")
        reasons.append((_("%(code)s每次可扣 %(amounts)s 分，请从中选一个。") if amounts[1:] else only) % words)
    elif not amounts and not _is_amount(content.unit, indicator.full_marks):
        reasons.append(_("每次扣分须大于 0，不超过满分 %s，最多两位小数。") % indicator.full_marks)
    return reasons


def deductions_of(indicator: Indicator) -> list[Decimal]:
    """What a fault may take off each time, each amount once; empty: the inspector names it, up to the full marks."""
    return list(dict.fromkeys(Decimal(amount) for amount in indicator.deductions))


def _is_amount(unit: Decimal, most: Decimal) -> bool:
    return unit.is_finite() and 0 < unit <= most and unit == round(unit, 2)


def _is_public_of(item: Item, assessment: Assessment) -> bool:
    found = Item.objects.visible_to(AnonymousUser()).filter(pk=item.pk, agency=assessment.agency_id)
    return found.exists()


def reasons_against(finding: Finding, action: FindingAction, actor: Any) -> list[str]:
    """Why this person cannot do this to the finding now; empty when he can."""
    transition, assessment = FINDING[action], finding.assessment
    label = FindingAction(action).label
    if next_finding_state(finding.state, action) is None:
        words = {"state": finding.get_state_display(), "action": label}
        return [_("问题的状态是“%(state)s”，不能%(action)s。") % words]
    if assessment.round.state not in transition.rounds:
        words = {"state": assessment.round.get_state_display(), "action": label}
        return [_("考核的状态是“%(state)s”，不能%(action)s。") % words]
    if action in PROPOSER_ACTIONS:
        is_his = finding.found_by_id == getattr(actor, "pk", None)
        return reasons_against_filing(assessment, actor) if is_his else [_("只有提出问题的人可以%s。") % label]
    if reasons := reasons_against_inspecting(assessment, actor):
        return reasons
    if not access.can(actor, transition.permission):
        return [_("您没有%s的职责。") % label]
    return _reasons_of_its_own(finding, action, actor)


def _reasons_of_its_own(finding: Finding, action: FindingAction, actor: Any) -> list[str]:
    match action:
        case FindingAction.ADOPT | FindingAction.REJECT:
            return [_("提出问题的人不能自己处理。")] if finding.found_by_id == actor.pk else []
        case FindingAction.EDIT:
            if finding.ruled_deduction is not None:
                return [_("这个问题已经裁定，不能再修改。")]
            is_carried = finding.source == FindingSource.CARRIED
            return [_("平时检查转入的问题已经定分，不能修改，有误的可以撤销。")] if is_carried else []
        case FindingAction.ORDER:
            if finding.order:
                return [_("已经交办整改：%s。") % finding.order]
            is_excused = Finding.objects.same_as(finding).filter(ruled_deduction=0).exists()
            return [_("裁定不再扣分的问题，不交办整改。")] if is_excused else []
    return []


# --- filed -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def file(
    assessment_id: int,
    indicator_id: int,
    content: Content,
    uploads: Sequence[Upload] = (),
    *,
    actor: User,
    at: datetime,
    seen: int | None = None,
) -> Finding:
    """登记问题: of an inspector it stands, of a supervisor it waits to be adopted.

    `seen`: the version of the check that was read, where one was shown. What the same person has filed in the same
    words is filed: pressed twice, it is one finding. Raises checks.StaleEntry, and ValidationError with reasons.
    """
    assessment = locked_assessment(assessment_id)
    indicator = Indicator.objects.get(pk=indicator_id)
    check(reasons_against_filing(assessment, actor) or checks.reasons_against_indicator(assessment, indicator))
    check(reasons_against_content(assessment, indicator, content, uploads))
    if same := _same(assessment, indicator, content):
        if (same.found_by_id, same.count, same.unit_deduction) == (actor.pk, content.count, content.unit):
            return same
        raise ValidationError(_("同样的问题已经登记为 %s，多次发生的请修改它的次数。") % same)
    is_inspector = may_inspect(assessment, actor)
    if is_inspector:
        checks.refuse_stale(_check_of(assessment, indicator), seen)
    row = Finding(
        assessment=assessment,
        indicator=indicator,
        number=next_number(assessment.round_id),
        source=_source(assessment) if is_inspector else FindingSource.SUPERVISOR,
        state=FindingState.STANDING if is_inspector else FindingState.PROPOSED,
        found_by=actor,
        found_at=at,
    )
    _fill(row, content)
    row.save(force_insert=True)
    evidence.keep(row, uploads, actor=actor, at=at)
    after = {"indicator": indicator.code, "source": row.source, "files": len(uploads)}
    _record(row, FindingAction.FILE, actor, after=after)
    if is_inspector:
        settle(row, actor=actor, at=at)
    return row


def _same(assessment: Assessment, indicator: Indicator, content: Content) -> Finding | None:
    entered = Finding.objects.filter(assessment=assessment, indicator=indicator)
    entered = entered.filter(state__in=[FindingState.STANDING, FindingState.PROPOSED], item=content.item)
    return entered.filter(text=clean_text(content.text), link=clean_text(content.link)).first()


def _source(assessment: Assessment) -> FindingSource:
    if assessment.inspecting_agency_id:
        return FindingSource.CROSS
    return _SOURCE_OF.get(RoundKind(assessment.round.kind), FindingSource.INSPECTION)


def next_number(round_id: int) -> int:
    """Call with the round locked."""
    last = Finding.objects.filter(assessment__round=round_id).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _fill(row: Finding, content: Content) -> None:
    row.text, row.link = clean_text(content.text), clean_text(content.link)
    row.count, row.unit_deduction = content.count, content.unit
    row.item, row.obligation = content.item, content.obligation
    drawn = SampleItem.objects.filter(assessment=row.assessment_id, item=content.item)
    row.sample = drawn.first() if content.item else None


# --- decided ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def adopt(
    finding_id: int, *, unit: Decimal, count: int, note: str = "", seen: int | None = None, actor: User, at: datetime
) -> Finding:
    """采纳 what somebody else proposed; the inspector says what it takes off. `seen`: the version that was read, where
    one was shown. Raises checks.StaleEntry, and ValidationError with reasons."""
    row = evidence.locked_finding(finding_id)
    check(reasons_against(row, FindingAction.ADOPT, actor))
    _refuse_stale(row, seen)
    content = Content(text=row.text, unit=unit, count=count, link=row.link, item=row.item, obligation=row.obligation)
    check(reasons_against_content(row.assessment, row.indicator, content, files=row.files.count()))
    check(_reasons_against_length(note))
    row.count, row.unit_deduction = count, unit
    _decide(row, FindingAction.ADOPT, note, actor=actor, at=at, columns=("count", "unit_deduction"))
    settle(row, actor=actor, at=at)
    _tell_proposer(row, actor, _("您提出的问题已采纳：%s"))
    return row


@transaction.atomic
def reject(finding_id: int, *, reason: str, actor: User, at: datetime) -> Finding:
    """不采纳, with the reason, which the proposer reads."""
    row = evidence.locked_finding(finding_id)
    check(reasons_against(row, FindingAction.REJECT, actor) or reasons_against_reason(reason))
    _decide(row, FindingAction.REJECT, reason, actor=actor, at=at)
    _tell_proposer(row, actor, _("您提出的问题没有采纳：%s"))
    return row


@transaction.atomic
def edit(finding_id: int, content: Content, *, seen: int, actor: User, at: datetime) -> Finding:
    """修改 what stands, or what one has proposed oneself. `seen`: the version that was read. Raises checks.StaleEntry,
    and ValidationError with reasons."""
    row = evidence.locked_finding(finding_id)
    action = FindingAction.REVISE if row.state == FindingState.PROPOSED else FindingAction.EDIT
    check(reasons_against(row, action, actor))
    check(reasons_against_content(row.assessment, row.indicator, content, files=row.files.count()))
    _refuse_stale(row, seen)
    before = {"count": row.count, "unit_deduction": str(row.unit_deduction)}
    sample_before = row.sample
    _fill(row, content)
    row.version += 1
    row.save(update_fields=["text", "link", "count", "unit_deduction", "item", "obligation", "sample", "version"])
    _record(row, action, actor, before=before)
    if row.state == FindingState.PROPOSED:
        return row
    settle(row, actor=actor, at=at)
    if sample_before and sample_before != row.sample:
        _settle_sample(sample_before, actor=actor, at=at)
    return row


@transaction.atomic
def withdraw(finding_id: int, *, reason: str, actor: User, at: datetime) -> Finding:
    """撤销, with the reason; 撤回 of what one has proposed oneself. A clause that has no other finding is then one
    without."""
    row = evidence.locked_finding(finding_id)
    was_standing = row.state == FindingState.STANDING
    is_own = not was_standing and row.found_by_id == actor.pk
    action = FindingAction.RETRACT if is_own else FindingAction.WITHDRAW
    check(reasons_against(row, action, actor) or reasons_against_reason(reason))
    _decide(row, action, reason, actor=actor, at=at)
    if was_standing:
        settle(row, actor=actor, at=at)
    else:
        _tell_proposer(row, actor, _("您提出的问题没有采纳：%s"))
    return row


def _refuse_stale(row: Finding, seen: int | None) -> None:
    if seen is not None and row.version != seen:
        raise checks.StaleEntry(_("这个问题刚刚被别人修改过。您填的还在这里，核对以后再保存。"))


def reasons_against_reason(reason: str) -> list[str]:
    reason = clean_text(reason)
    if not reason:
        return [_("须写明理由。")]
    return _reasons_against_length(reason)


def _reasons_against_length(note: str) -> list[str]:
    return [_("理由最多 %s 个字。") % MAX_REASON] if len(note) > MAX_REASON else []


def _decide(
    row: Finding, action: FindingAction, note: str, *, actor: User, at: datetime, columns: Sequence[str] = ()
) -> None:
    before, target = row.state, next_finding_state(row.state, action)
    assert target is not None  # reasons_against has looked
    row.state, row.note, row.decided_by, row.decided_at = target, clean_text(note), actor, at
    row.version += 1
    row.save(update_fields=["state", "note", "decided_by", "decided_at", "version", *columns])
    _record(row, action, actor, before={"state": before})


def settle(row: Finding, *, actor: User, at: datetime) -> None:
    """What follows a change of what stands: the check of the clause, that of the item drawn, points and ranks."""
    settle_points(row, actor=actor, at=at)
    measure.rank(row.assessment.round)


def settle_points(row: Finding, *, actor: User, at: datetime) -> None:
    """The same but for the ranks, for whoever settles many and ranks once."""
    standing = Finding.objects.standing().filter(assessment=row.assessment, indicator=row.indicator)
    result = CheckResult.FOUND if standing.exists() else CheckResult.CLEAR
    looked = _check_of(row.assessment, row.indicator)
    if looked is None or (looked.result == CheckResult.FOUND) != (result == CheckResult.FOUND):
        note = looked.note if looked else ""
        checks.write_check(row.assessment, row.indicator, looked, result=result, note=note, actor=actor, at=at)
    if row.sample:
        _settle_sample(row.sample, actor=actor, at=at)
    measure.rescore(row.assessment, row.indicator)


def _settle_sample(sample: SampleItem, *, actor: User, at: datetime) -> None:
    result = CheckResult.FOUND if Finding.objects.standing().filter(sample=sample).exists() else CheckResult.CLEAR
    if sample.result != result and (result == CheckResult.FOUND or not sample.note):
        checks.write_sample(sample, result=result, note=sample.note, actor=actor, at=at)


def _check_of(assessment: Assessment, indicator: Indicator) -> Check | None:
    rows = Check.objects.select_related("checked_by")
    return rows.filter(assessment=assessment, indicator=indicator).first()


def _record(
    row: Finding,
    action: FindingAction,
    actor: User,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    state = {"state": row.state, "count": row.count, "unit_deduction": str(row.unit_deduction)}
    audit.record(actor, f"finding.{action}", row, before=before, after=state | (after or {}))


def _tell_proposer(row: Finding, actor: User, subject: str) -> None:
    if row.found_by_id == actor.pk:
        return
    notices.tell(
        [row.found_by],
        kind=NOTICE_KIND,
        key=f"finding-decided:{row.pk}:{row.version}",
        subject=subject % row,
        path=reverse("admin:evaluation_finding_change", args=[row.pk]),
    )
