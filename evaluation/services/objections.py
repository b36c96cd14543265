"""异议: an agency objects to what it was told, is heard, and gets a ruling. The one writer of Objection.

Who found a fault does not rule on it, nor does who objected; nobody rules who is of the agency. A ruling changes points
in the same transaction: an upheld case is excused, a finding takes off what the ruling leaves of it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation import case_lines
from evaluation.enums import OPEN_OBJECTIONS, FindingState, IndicatorMode, ObjectionState, RoundState, Ruling
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Assessment, Finding, Indicator, Objection, ObjectionFile, Score
from evaluation.scoring import COUNTED, TALLY, Case
from evaluation.services import measure
from evaluation.services.procedure import basis_of, check, locked_assessment, reasons_against_inspecting
from evaluation.services.rounds import NOTICE_KIND
from evaluation.workflow import OBJECTION, ObjectionAction, next_objection_state
from govportal import access, audit, notices, personal_data, private_files
from govportal.calendar import load_calendar
from govportal.html import clean_text
from govportal.models import PrivateFile, User
from govportal.permissions import Permission
from govportal.workdays import add_working_days

RULING_DAYS = 5  # working days; practice, as no law names any
# In the place of the title of a case: a record, Chinese on every page.
_COUNT = "各题合计的结果（可以对计票、评议对象等汇总上的错误提出异议，对评议人怎样评不能提出）"
# Ruled on while points may still change; told to the agency again when a reopened round is shared anew.
_MOVABLE = (RoundState.OPEN, RoundState.FEEDBACK)


@dataclass(frozen=True, slots=True)
class Target:
    """What is objected to: a finding, or a case of an automatic indicator."""

    indicator: Indicator
    finding: Finding | None = None
    case: Case | None = None

    @property
    def key(self) -> str:
        """As forms and addresses name it."""
        if self.finding is not None:
            return f"finding-{self.finding.pk}"
        return f"case-{self.indicator.pk}-{self.case.key if self.case else ''}"

    @property
    def case_key(self) -> str:
        return self.case.key if self.case else ""


# --- what can be objected to ----------------------------------------------------------------------------------------


def find_target(assessment: Assessment, key: str) -> Target | None:
    """What the key names, if that is a fault of this assessment which takes something off."""
    kind, _dash, rest = key.partition("-")
    if kind == "finding" and _is_id(rest):
        row = Finding.objects.standing().filter(assessment=assessment, pk=int(rest)).select_related("indicator").first()
        return Target(row.indicator, finding=row) if row and row.deduction > 0 else None
    number, _dash, case_key = rest.partition("-")
    if kind != "case" or not _is_id(number):
        return None
    score = Score.objects.filter(assessment=assessment, indicator=int(number)).select_related("indicator").first()
    if score is None or score.indicator.mode != IndicatorMode.AUTOMATIC:
        return None
    case = next((one for one in cases_at_fault(score) if one.key == case_key), None)
    return Target(score.indicator, case=case) if case else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def cases_at_fault(score: Score) -> Iterator[Case]:
    """Of one agency and indicator what may be objected to: the cases that bring less than they could."""
    return (case for case in disputed_cases(score) if case.earned < case.possible)


def disputed_cases(score: Score) -> list[Case]:
    """The cases as objections name them: how people voted is no fault of anybody, how that was counted may be."""
    cases = case_lines.unpack(score.cases)
    if not cases or AUTOMATIC_INDICATORS[score.indicator.measure].judged_by != COUNTED:
        return cases
    earned, possible = sum(case.earned for case in cases), sum(case.possible for case in cases)
    first = cases[0]
    return [first._replace(key=TALLY, title=_COUNT, earned=earned, possible=possible)]


def same_matter(assessment: Assessment, target: Target) -> list[Target]:
    """The same obligation, item or case where it takes something off in other indicators too: a ruling on one leaves
    the others."""
    if target.case is None:
        return []
    scores = Score.objects.filter(assessment=assessment, indicator__mode=IndicatorMode.AUTOMATIC)
    others = scores.exclude(indicator=target.indicator).select_related("indicator").order_by("indicator__position")
    found = ((score.indicator, case) for score in others for case in cases_at_fault(score))
    return [Target(indicator, case=case) for indicator, case in found if case.key == target.case.key]


# --- reasons --------------------------------------------------------------------------------------------------------


def reasons_against_filing(assessment: Assessment, actor: Any) -> list[str]:
    """Why this person cannot object now, to whatever it be."""
    return _against_answering(assessment, actor) or (
        [_("本单位已经确认无异议。")] if assessment.confirmed_at is not None else []
    )


def reasons_against_confirming(assessment: Assessment, actor: Any) -> list[str]:
    """Why this person cannot say that his agency agrees."""
    reasons = reasons_against_filing(assessment, actor)
    if not reasons and (waiting := Objection.objects.open().filter(assessment=assessment.pk).count()):
        reasons.append(_("还有 %s 件异议没有裁定。") % waiting)
    return reasons


def _against_answering(assessment: Assessment, actor: Any) -> list[str]:
    if not access.can(actor, Permission.OBJECT, assessment.agency):
        return [_("只有%s的负责人可以提出异议、确认结果。") % assessment.agency.display_name]
    the_round = assessment.round
    if the_round.state != RoundState.FEEDBACK or the_round.objections_by is None:
        return [_("考核的状态是“%s”，不在征求异议。") % the_round.get_state_display()]
    return []


def _against_late(assessment: Assessment, at: datetime) -> list[str]:
    last = assessment.round.objections_by
    return [_("异议期到 %s 为止，已经过了。") % last] if last and localdate(at) > last else []


def barring(assessment: Assessment, same: Iterable[Objection]) -> Objection | None:
    """Of the objections to one fault the one beside which no other is taken: not yet ruled on, or ruled since the
    agency was told. Told anew after a reopening, it may be objected to anew."""
    told = assessment.round.shared_at
    for one in same:
        is_final = one.state == ObjectionState.RULED and told and one.ruled_at and one.ruled_at >= told
        if one.state in OPEN_OBJECTIONS or is_final:
            return one
    return None


def _against_target(assessment: Assessment, target: Target) -> list[str]:
    same = assessment.objections.filter(indicator=target.indicator, finding=target.finding, case_key=target.case_key)
    if (other := barring(assessment, same)) is None:
        return []
    if other.state == ObjectionState.RULED:
        return [_("对这个问题的异议已经裁定，裁定是终局的。")]
    return [_("对这个问题已经提出异议，还没有裁定。")]


def reasons_against(row: Objection, action: ObjectionAction, actor: Any) -> list[str]:
    """Why this person cannot do this to the objection now; empty when he can. Filing: reasons_against_filing."""
    if next_objection_state(row.state, action) is None:
        words = {"state": row.get_state_display(), "action": ObjectionAction(action).label}
        reasons = [_("异议的状态是“%(state)s”，不能%(action)s。") % words]
        if action == ObjectionAction.RULE and row.state == ObjectionState.FILED:
            reasons.append(_("裁定以前须听取意见并记录。"))
        return reasons
    if row.assessment.round.state not in _MOVABLE:
        return [_("考核的状态是“%s”，异议不再办理。") % row.assessment.round.get_state_display()]
    if OBJECTION[action].permission == Permission.OBJECT:
        if access.can(actor, Permission.OBJECT, row.assessment.agency):
            return []
        return [_("只有提出异议的单位可以撤回。")]
    reasons = reasons_against_inspecting(row.assessment, actor)
    if action == ObjectionAction.RULE:
        reasons += _partial(row, actor)
    return reasons


def _partial(row: Objection, actor: Any) -> list[str]:
    """Why this person is no judge of this matter."""
    if actor.pk == row.filed_by_id:
        return [_("提出异议的人不能裁定。")]
    if row.finding is not None and actor.pk in {row.finding.found_by_id, row.finding.decided_by_id}:
        return [_("认定这个问题的人不能裁定对它的异议，须由另一名考核人员裁定。")]
    return []


def _against_publishing(text: str) -> list[str]:
    """An objection and the reason of its ruling stand on the public scorecard, word for word."""
    if personal_data.find(text):
        return [_("这段话随成绩单向社会公开：请删去身份证号、手机号或者银行卡号。")]
    return []


def reasons_against_ruling(row: Objection, ruling: str, left: Decimal | None) -> list[str]:
    """Why the objection cannot be ruled on so. `left`: what the finding still takes off, of a partly upheld one."""
    if ruling not in Ruling.values:
        return [_("请选择裁定结果。")]
    if ruling != Ruling.PARTLY:
        return [_("只有部分支持的须填裁定后扣分。")] if left is not None else []
    if row.finding is None:
        return [_("对一个事项的异议只能支持或者不支持。")]
    if left is None:
        return [_("部分支持的须填裁定后扣分。")]
    if not 0 < left < row.finding.deduction or left != round(left, 2):
        return [_("裁定后扣分须大于 0、小于 %s，最多两位小数。") % row.finding.deduction]
    return []


# --- verbs of the agency --------------------------------------------------------------------------------------------


@transaction.atomic
def file(
    assessment_id: int, target: str, *, text: str, files: Collection[PrivateFile] = (), actor: User, at: datetime
) -> Objection:
    """提出异议. `target`: a key of Target; `files`: written, not yet saved. Raises ValidationError with reasons."""
    assessment = locked_assessment(assessment_id)
    check(reasons_against_filing(assessment, actor) or _against_late(assessment, at))
    found = find_target(assessment, target)
    if found is None:
        raise ValidationError(_("没有这个扣分的问题或者事项，可能已经变化，请返回重新选择。"))
    words = clean_text(text)
    reasons = [] if words else [_("须写明异议和理由。")]
    check(_against_target(assessment, found) + reasons + _against_publishing(words))
    last = Objection.objects.filter(assessment__round=assessment.round_id).aggregate(last=Max("number"))["last"]
    row = Objection.objects.create(
        assessment=assessment,
        number=(last or 0) + 1,
        finding=found.finding,
        indicator=found.indicator,
        case_key=found.case_key,
        text=words,
        filed_by=actor,
        filed_at=at,
        rule_by=add_working_days(localdate(at), RULING_DAYS, load_calendar()),
    )
    for file in files:
        kept = private_files.keep(file)
        ObjectionFile.objects.create(objection=row, file=kept, title=kept.name[:120], added_by=actor, added_at=at)
    _record(row, ObjectionAction.FILE, actor, before="")
    _tell_inspectors(row, ObjectionAction.FILE, but=actor)
    return row


@transaction.atomic
def withdraw(objection_id: int, *, actor: User, at: datetime) -> Objection:
    """撤回异议: nothing of the points changes, and the agency may object again while the time lasts."""
    row = _locked(objection_id)
    check(reasons_against(row, ObjectionAction.WITHDRAW, actor))
    _move(row, ObjectionAction.WITHDRAW, (), actor=actor)
    _tell_inspectors(row, ObjectionAction.WITHDRAW, but=actor)
    return row


@transaction.atomic
def confirm(assessment_id: int, *, actor: User, at: datetime) -> Assessment:
    """确认无异议: the round may be frozen before the time is over once every agency has said so."""
    row = locked_assessment(assessment_id)
    check(reasons_against_confirming(row, actor) or _against_late(row, at))
    row.confirmed_by, row.confirmed_at = actor, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record(actor, "assessment.confirm", row, agency=row.agency, basis=basis_of(row.round))
    return row


# --- verbs of the inspectors ----------------------------------------------------------------------------------------


@transaction.atomic
def hear(objection_id: int, *, hearing: str, heard_on: date, actor: User, at: datetime) -> Objection:
    """记录听取意见: what the agency said, on which day. Heard once more, the record is replaced."""
    row = _locked(objection_id)
    reasons = reasons_against(row, ObjectionAction.HEAR, actor)
    words = clean_text(hearing)
    if not words:
        reasons.append(_("须记录听取的意见。"))
    if not localdate(row.filed_at) <= heard_on <= localdate(at):
        reasons.append(_("听取意见的日期须在提出异议以后、今天以前。"))
    check(reasons)
    row.hearing, row.heard_on, row.heard_by = words, heard_on, actor
    columns = ("hearing", "heard_on", "heard_by")
    _move(row, ObjectionAction.HEAR, columns, actor=actor, after={"heard_on": heard_on.isoformat()})
    _tell_agency(row, ObjectionAction.HEAR, at)
    return row


@transaction.atomic
def rule(
    objection_id: int, ruling: str, *, reason: str, left: Decimal | None = None, actor: User, at: datetime
) -> Objection:
    """裁定, and the points that follow from it. `left`: what a partly upheld finding still takes off.

    Raises ValidationError with reasons.
    """
    row = _locked(objection_id)
    words = clean_text(reason)
    reasons = reasons_against(row, ObjectionAction.RULE, actor) or reasons_against_ruling(row, ruling, left)
    check(reasons + ([] if words else [_("须写明裁定的理由。")]) + _against_publishing(words))
    before = _points(row)
    row.ruling, row.reason, row.ruled_by, row.ruled_at = ruling, words, actor, at
    state = _advance(row, ObjectionAction.RULE, ("ruling", "reason", "ruled_by", "ruled_at"))
    if ruling != Ruling.DISMISSED:
        _lessen(row, left if ruling == Ruling.PARTLY and left is not None else Decimal(0))
        measure.rescore(row.assessment, row.indicator)
        measure.rank(row.assessment.round)
    outcome = {"ruling": ruling, "points": [str(before), str(_points(row))]}
    _record(row, ObjectionAction.RULE, actor, before=state, after=outcome)
    _tell_agency(row, ObjectionAction.RULE, at)
    _tell_inspectors(row, ObjectionAction.RULE, but=actor)
    return row


def _lessen(row: Objection, left: Decimal) -> None:
    """What the finding takes off from now on; a case is excused by the objection itself."""
    if row.finding is None or row.finding.state != FindingState.STANDING:
        return
    row.finding.ruled_deduction = left
    row.finding.version += 1
    row.finding.save(update_fields=["ruled_deduction", "version"])


def _points(row: Objection) -> Decimal:
    points: Decimal = Score.objects.get(assessment=row.assessment_id, indicator=row.indicator_id).points
    return points


# --- what they share ------------------------------------------------------------------------------------------------


def _locked(objection_id: int) -> Objection:
    """The objection under the locks of its round and assessment, read again after waiting."""
    assessment_id = Objection.objects.values_list("assessment_id", flat=True).get(pk=objection_id)
    assessment = locked_assessment(assessment_id)
    row: Objection = Objection.objects.select_for_update(no_key=True).get(pk=objection_id)
    row.assessment = assessment
    if row.finding_id is not None:
        row.finding = Finding.objects.select_for_update(no_key=True).get(pk=row.finding_id)
    return row


def _advance(row: Objection, action: ObjectionAction, columns: Collection[str]) -> str:
    """Into the next state; answers the one before."""
    before = row.state
    target = next_objection_state(before, action)
    if target is None:
        raise ValidationError(_("异议的状态已经改变。"))
    row.state = target
    row.save(update_fields=["state", *columns])
    return str(before)


def _move(
    row: Objection,
    action: ObjectionAction,
    columns: Collection[str],
    *,
    actor: User,
    after: dict[str, Any] | None = None,
) -> None:
    before = _advance(row, action, columns)
    _record(row, action, actor, before=before, after=after)


def _record(
    row: Objection, action: ObjectionAction, actor: User, *, before: str, after: dict[str, Any] | None = None
) -> None:
    """What was said stands in the row alone: a text may name people."""
    target = {"indicator": row.indicator.code, "finding": row.finding.number if row.finding else row.case_key}
    audit.record(
        actor,
        f"objection.{action}",
        row,
        agency=row.assessment.agency,
        before={"state": before} if before else {},
        after={"state": row.state} | target | (after or {}),
        basis=basis_of(row.assessment.round),
    )


_TOLD = {
    ObjectionAction.FILE: lambda: _("%(round)s异议%(number)s已提出"),
    ObjectionAction.WITHDRAW: lambda: _("%(round)s异议%(number)s已撤回"),
    ObjectionAction.HEAR: lambda: _("%(round)s异议%(number)s已听取意见"),
    ObjectionAction.RULE: lambda: _("%(round)s异议%(number)s已裁定"),
}


def judges(assessment: Assessment) -> list[int]:
    """Ids of those who inspect this agency: from above, or of the agency that inspects it in a cross inspection."""
    agency = assessment.agency
    cases = [(agency.pk, agency.path, agency.pk)]
    if (other := assessment.inspecting_agency) is not None:
        cases.append((other.pk, other.path, agency.pk))
    found = access.holders_apart(Permission.ASSESS, cases)
    return sorted({pk for case in cases for pk in found[case]})


def _tell_inspectors(row: Objection, action: ObjectionAction, *, but: User) -> None:
    people = User.objects.filter(pk__in=judges(row.assessment)).exclude(pk=but.pk)
    _tell(row, action, people, f"objection-{action}-inspectors:{row.pk}")


def _tell_agency(row: Objection, action: ObjectionAction, at: datetime) -> None:
    people = access.holders(Permission.OBJECT, row.assessment.agency)
    words = _("裁定结果：%s") % row.get_ruling_display() if row.ruling else ""
    _tell(row, action, people, f"objection-{action}:{row.pk}:{at.isoformat()}", words)


def _tell(row: Objection, action: ObjectionAction, people: Any, key: str, body: str = "") -> None:
    words = {"round": row.assessment.round.name, "number": row.number}
    path = reverse("admin:evaluation_objection_change", args=[row.pk])
    notices.tell(people, kind=NOTICE_KIND, key=key, subject=_TOLD[action]() % words, path=path, body=body)
