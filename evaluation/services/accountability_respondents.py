"""责任人: named, told what they are held to account for, heard; and what each bears.

The name is masked wherever a case is read, and shown to whoever says why; each look is in the trail of the case,
without what was seen. Nobody who has had his say can be taken out, nor what he said.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.accountability_division import Charge, Share, divide, is_told
from evaluation.accountability_enums import CaseAction, Circumstance, Part
from evaluation.models import AccountabilityCase, AccountabilityEvent, Respondent
from evaluation.services.accountability_notices import withdraw
from evaluation.services.accountability_procedure import (
    check,
    locked,
    may_see,
    move,
    reasons_against,
    reasons_against_day,
    reasons_against_paper,
    reasons_against_shares,
    reasons_against_words,
    respondents_of,
)
from govportal import audit, personal_data, private_files
from govportal.html import clean_line, clean_text
from govportal.models import PrivateFile, User
from requests_app.services.applicants import mask_name, reasons_against_reason

MOST_NAME = 60  # of a name or a post


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is held to account. `post` is what he does there, without his name."""

    name: str
    post: str
    part: Part
    circumstance: Circumstance
    dissent_on_record: bool = False


# --- what he bears --------------------------------------------------------------------------------------------------


def share_of(part: str, circumstance: str, *, dissent_on_record: bool) -> Share | None:
    return divide(Circumstance(circumstance), Part(part), dissent_on_record=dissent_on_record)


def _reasons_against_share(part: str, circumstance: str, *, dissent_on_record: bool) -> list[str]:
    if share_of(part, circumstance, dissent_on_record=dissent_on_record):
        return []
    words = {"part": Part(part).label, "circumstance": Circumstance(circumstance).label}
    if dissent_on_record:
        return [_("记录在案的不同意见只适用于集体讨论决定的班子其他成员。")]
    return [_("“%(circumstance)s”的情形没有规定%(part)s的责任，请核对身份和情形。") % words]


def reasons_against_naming(row: AccountabilityCase, person: Person, actor: Any) -> list[str]:
    """Why this person cannot be put into the case; empty when he can."""
    if reasons := reasons_against(row, CaseAction.NAME, actor):
        return reasons
    labels = ((person.name, _("姓名"), _("须填写姓名。")), (person.post, _("职务"), _("须填写职务。")))
    for value, label, missing in labels:
        reasons += reasons_against_words(value, missing=missing, most=MOST_NAME, label=label)
    reasons += _reasons_against_share(person.part, person.circumstance, dissent_on_record=person.dissent_on_record)
    if personal_data.names(person.post, [person.name]):
        reasons.append(_("职务里不写姓名。"))
    if personal_data.names(row.facts, [person.name]):
        reasons.append(
            _("查明的事实里有这个人的姓名，告知书已经制发，不能改动：请由另一人对本案不予追究，删去姓名后重新立案。")
            if row.notices.exists()
            else _("查明的事实里有这个人的姓名：请先“修改查明的事实”，用身份代替姓名，再登记。")
        )
    if personal_data.names(row.public_facts, [person.name]):
        reasons.append(
            _("可公开的事实里有这个人的姓名，立案以后不能改动：请由另一人对本案不予追究，删去姓名后重新立案。")
        )
        if row.complaint_id:
            reasons.append(_("移送的线索只能立案一次，重新立案时不再选择线索。"))
    return reasons


@transaction.atomic
def name(case_id: int, person: Person, *, actor: User, at: datetime) -> Respondent:
    """登记责任人, with what he bears by 第十条. Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_naming(row, person, actor))
    share = share_of(person.part, person.circumstance, dissent_on_record=person.dissent_on_record)
    assert share is not None  # reasons_against_naming has looked
    found = Respondent(
        case=row,
        name=clean_line(person.name),
        post=clean_line(person.post),
        part=person.part,
        circumstance=person.circumstance,
        dissent_on_record=person.dissent_on_record,
        responsibility=share.responsibility,
        responsibility_basis=share.basis,
    )
    found.name_print = found.print_of(found.name)
    found.save(force_insert=True)
    move(row, CaseAction.NAME, actor=actor, at=at, part=found.part, after={"responsibility": found.responsibility})
    return found


def reasons_against_striking(row: AccountabilityCase, who: Respondent, actor: Any) -> list[str]:
    """Why somebody named by mistake cannot be taken out; empty when he can."""
    if reasons := reasons_against(row, CaseAction.STRIKE, actor):
        return reasons
    if who.has_had_his_say:
        return [_("已经陈述或者放弃陈述的责任人不能撤销登记；不应承担责任的，在决定中写明。")]
    return [_("已经制发告知书的责任人不能撤销登记。")] if who.notices.exists() else []


@transaction.atomic
def strike(respondent_id: int, *, actor: User, at: datetime, reason: str) -> None:
    """撤销责任人登记. His name goes with the row; the reason says nothing of him."""
    who, row = _with_case(respondent_id)
    check(
        reasons_against_striking(row, who, actor)
        or reasons_against_words(reason, missing=_("须写明撤销登记的理由。"), most=500, label=_("理由"))
        or ([_("理由里不写姓名。")] if personal_data.names(reason, [who.name]) else [])
    )
    part = who.part
    who.delete()
    move(row, CaseAction.STRIKE, actor=actor, at=at, part=part, note=reason)


def reasons_against_dividing(
    row: AccountabilityCase, who: Respondent, actor: Any, *, part: str, circumstance: str, dissent_on_record: bool
) -> list[str]:
    """Why he cannot be said to have had this part in it; empty when he can."""
    reasons = reasons_against(row, CaseAction.DIVIDE, actor)
    return reasons or _reasons_against_share(part, circumstance, dissent_on_record=dissent_on_record)


@transaction.atomic
def redivide(
    respondent_id: int, *, part: str, circumstance: str, dissent_on_record: bool, actor: User, at: datetime, note: str
) -> Respondent:
    """区分责任 anew, because of what was found or said. Raises ValidationError.

    Who is charged with what his notice does not say is told and heard anew, and the case is open again.
    """
    who, row = _with_case(respondent_id)
    check(
        reasons_against_dividing(
            row, who, actor, part=part, circumstance=circumstance, dissent_on_record=dissent_on_record
        )
        or reasons_against_words(note, missing=_("须写明重新区分的理由。"), label=_("理由"))
    )
    share = share_of(part, circumstance, dissent_on_record=dissent_on_record)
    assert share is not None  # reasons_against_dividing has looked
    before = who.responsibility
    notice = who.hearing_notice
    if notice and not is_told(notice.charge, Charge(part, circumstance, share.responsibility)):
        withdraw(row, who, notice, actor=actor, at=at)
    who.part, who.circumstance, who.dissent_on_record = Part(part), Circumstance(circumstance), dissent_on_record
    who.responsibility, who.responsibility_basis = share.responsibility, share.basis
    who.save(update_fields=["part", "circumstance", "dissent_on_record", "responsibility", "responsibility_basis"])
    after = {"responsibility_before": before, "responsibility": who.responsibility}
    move(row, CaseAction.DIVIDE, actor=actor, at=at, part=who.part, note=note, after=after)
    return who


# --- heard ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """陈述和申辩, as it was taken down. `paper`: the record he signed, written and not yet kept."""

    text: str
    on: date
    paper: PrivateFile | None = None


def _reasons_against_hearing(
    row: AccountabilityCase, who: Respondent, action: CaseAction, actor: Any, paper: PrivateFile | None
) -> list[str]:
    if reasons := reasons_against(row, action, actor):
        return reasons
    if who.has_had_his_say:
        return [_("这位责任人已经陈述或者放弃陈述，不能再次登记。")]
    if who.hearing_notice is None:
        return [_("须先制发告知书，告知陈述和申辩的权利。")]
    if not who.is_told:
        return [_("告知书还没有登记送达这位责任人，送达以后才能听取陈述或者登记放弃。")]
    return reasons_against_paper(paper)


def _reasons_against_day(who: Respondent, on: date, today: date) -> list[str]:
    """Not before the paper reached him that tells of his right to be heard."""
    told_on = who.hearing_notice.delivered_on if who.hearing_notice else None
    return reasons_against_day(on, since=told_on or on, today=today)


def reasons_against_statement(
    row: AccountabilityCase, who: Respondent, statement: Statement, actor: Any, today: date
) -> list[str]:
    """Why his statement cannot be taken down so; empty when it can."""
    reasons = _reasons_against_hearing(row, who, CaseAction.HEAR, actor, statement.paper)
    reasons += _reasons_against_day(who, statement.on, today)
    missing = _("须记录陈述和申辩的内容。")
    return reasons or reasons_against_words(statement.text, missing=missing, label=_("陈述和申辩"))


@transaction.atomic
def hear(respondent_id: int, statement: Statement, *, actor: User, at: datetime) -> Respondent:
    """听取陈述和申辩 (第十二条). Raises ValidationError."""
    who, row = _with_case(respondent_id)
    check(reasons_against_statement(row, who, statement, actor, localdate(at)))
    who.statement, who.heard_on, who.heard_by = clean_text(statement.text), statement.on, actor
    who.statement_print = who.print_of(who.statement)
    who.paper = private_files.keep(statement.paper) if statement.paper else None
    who.save(update_fields=["statement", "statement_print", "heard_on", "heard_by", "paper"])
    move(row, CaseAction.HEAR, actor=actor, at=at, on=statement.on, part=who.part)
    return who


def reasons_against_waiver(
    row: AccountabilityCase, who: Respondent, paper: PrivateFile | None, on: date, actor: Any, today: date
) -> list[str]:
    """Why he cannot be said to have nothing to say; empty when he can. Only his own hand says so."""
    reasons = _reasons_against_hearing(row, who, CaseAction.WAIVE, actor, paper)
    reasons += _reasons_against_day(who, on, today)
    return reasons or ([] if paper else [_("放弃陈述须有本人签名的书面材料。")])


@transaction.atomic
def waive(respondent_id: int, paper: PrivateFile | None, *, on: date, actor: User, at: datetime) -> Respondent:
    """登记放弃陈述, in writing. Raises ValidationError."""
    who, row = _with_case(respondent_id)
    check(reasons_against_waiver(row, who, paper, on, actor, localdate(at)))
    assert paper is not None  # reasons_against_waiver has looked
    who.waived_on, who.paper = on, private_files.keep(paper)
    who.save(update_fields=["waived_on", "paper"])
    move(row, CaseAction.WAIVE, actor=actor, at=at, on=on, part=who.part)
    return who


def reasons_against_concluding(row: AccountabilityCase, actor: Any) -> list[str]:
    """Why the hearing is not over; empty when it is."""
    if reasons := reasons_against(row, CaseAction.CONCLUDE, actor):
        return reasons
    people = respondents_of(row)
    if not people:
        return [_("还没有登记责任人。")]
    unheard = sum(not (who.is_told and who.has_had_his_say) for who in people)
    if unheard:
        reasons.append(_("还有 %s 名责任人没有陈述，也没有书面放弃。") % unheard)
    return reasons + reasons_against_shares(row)


@transaction.atomic
def conclude(case_id: int, *, actor: User, at: datetime) -> AccountabilityEvent:
    """陈述听取完毕: everybody has had his say. Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_concluding(row, actor))
    row.heard_on = localdate(at)
    return move(row, CaseAction.CONCLUDE, actor=actor, at=at, fields=("heard_on",))


@transaction.atomic
def reopen(case_id: int, *, actor: User, at: datetime, note: str) -> AccountabilityEvent:
    """退回补充调查: somebody else is to be heard, or more to be found. Raises ValidationError."""
    row = locked(case_id)
    reasons = reasons_against(row, CaseAction.REOPEN, actor)
    check(reasons or reasons_against_words(note, missing=_("须写明退回的理由。"), label=_("理由")))
    row.heard_on = None
    return move(row, CaseAction.REOPEN, actor=actor, at=at, note=note, fields=("heard_on",))


# --- behind the mask ------------------------------------------------------------------------------------------------


def masked(who: Respondent) -> str:
    return mask_name(who.name) or _("已清除")


def reasons_against_looking(row: AccountabilityCase, actor: Any) -> list[str]:
    if not may_see(row, actor):
        return [_("您不能查看这件责任追究。")]
    return [_("个人信息已按保存期限清除。")] if row.purged_at else []


def reasons_against_unmasking(row: AccountabilityCase, reason: str, actor: Any) -> list[str]:
    """Why this person is not shown the names; empty when he is."""
    reasons = reasons_against_looking(row, actor)
    people = [who.name for who in respondents_of(row)]
    return reasons + reasons_against_reason(
        reason,
        missing=_("请写明查看的理由，例如“核对笔录”。"),
        naming=_("理由会记入审计，不要写责任人的姓名。"),
        is_named=lambda: not reasons and personal_data.names(reason, people),
    )


@transaction.atomic
def unmask(case_id: int, reason: str, *, actor: User) -> list[Respondent]:
    """The people of a case with their names and what they said, for this one answer. Raises ValidationError."""
    row = AccountabilityCase.objects.select_related("office").get(pk=case_id)
    check(reasons_against_unmasking(row, reason, actor))
    audit.record(actor, "accountability.unmask", row, agency=row.office, note=clean_line(reason))
    return respondents_of(row)


@transaction.atomic
def open_paper(respondent_id: int, *, actor: User) -> PrivateFile:
    """What he signed; each look is in the trail. Raises Respondent.DoesNotExist, as of nobody."""
    seen = AccountabilityCase.objects.visible_to(actor)
    rows = Respondent.objects.select_related("paper", "case__office")
    who = rows.get(pk=respondent_id, case__in=seen, paper__isnull=False)
    assert who.paper is not None
    audit.record(actor, "accountability.open_paper", who.case, agency=who.case.office, after={"part": who.part})
    return who.paper


@transaction.atomic
def open_step_paper(event_id: int, *, actor: User) -> PrivateFile:
    """What came with a step; each look is in the trail. The agency opens what it has reported and no more. Raises
    AccountabilityEvent.DoesNotExist."""
    seen = Q(case__in=AccountabilityCase.objects.visible_to(actor).values("pk"))
    told = Q(case__in=AccountabilityCase.objects.told_to(actor).values("pk"), action=CaseAction.REPORT)
    rows = AccountabilityEvent.objects.filter(seen | told, paper__isnull=False)
    step = rows.select_related("paper", "case__office").get(pk=event_id)
    assert step.paper is not None
    after = {"action": step.action, **({"part": step.part} if step.part else {})}
    audit.record(actor, "accountability.open_paper", step.case, agency=step.case.office, after=after)
    return step.paper


def _with_case(respondent_id: int) -> tuple[Respondent, AccountabilityCase]:
    """The person and his case, which is locked until the transaction ends."""
    row = locked(Respondent.objects.values_list("case_id", flat=True).get(pk=respondent_id))
    who = Respondent.objects.get(pk=respondent_id)
    who.case = row
    return who, row
