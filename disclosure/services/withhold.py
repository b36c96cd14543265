"""不予公开备案: proposed with a draft, in force by its approval, looked at again, released (条例第十四至十八条).

A matter without a text here is proposed by one person and decided by another. The audit trail names grounds, days
and numbers, never the matter.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import Mode, WithholdingState
from disclosure.models import Edition, Item, Withholding, WithholdingReview
from disclosure.rules import LONGEST_WITHHOLDING_REVIEW
from disclosure.services import events
from disclosure.services.procedure import check
from govportal import access, audit, notices
from govportal.html import clean_line, clean_text
from govportal.models import Agency, PublicRevision, User
from govportal.permissions import Permission

LONGEST_REVIEW = timedelta(days=LONGEST_WITHHOLDING_REVIEW.n * 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is withheld and why. `name` is for the office alone; on `review_on` it is looked at again.

    `postponed_until`: 暂缓公开 until that day; None without a known end.
    """

    name: str
    ground: str
    reason: str
    basis: str
    review_on: date
    postponed_until: date | None = None

    def columns(self) -> dict[str, Any]:
        return {
            "matter": clean_line(self.name),
            "ground": self.ground,
            "reason": clean_text(self.reason),
            "basis": clean_text(self.basis),
            "review_on": self.review_on,
            "postponed_until": self.postponed_until,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """备案: with which superior body, on which day, under which number."""

    agency: Agency
    filed_on: date
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """定期评估: kept until looked at again on `next_review_on`, or released."""

    is_kept: bool
    reason: str
    next_review_on: date | None = None


# --- register and decide: a matter without a text ------------------------------------------------------------


def matter_faults(matter: Matter, today: date) -> list[str]:
    """What is wrong with the entry itself, whoever makes it."""
    faults = []
    if not (matter.name.strip() and matter.reason.strip() and matter.basis.strip()):
        faults.append(_("须写明事项名称、理由和依据。"))
    faults += _review_day_faults(matter.review_on, today)
    if matter.postponed_until and matter.postponed_until <= today:
        faults.append(_("暂缓公开的截止日期须在今天以后。"))
    return faults


def _review_day_faults(day: date, today: date) -> list[str]:
    if day <= today:
        return [_("下次评估日期须在今天以后。")]
    if day > today + LONGEST_REVIEW:
        return [_("至少每%(n)s个月评估一次，下次评估日期太远。") % {"n": LONGEST_WITHHOLDING_REVIEW.n}]
    return []


def reasons_against_registering(
    agency: Agency, matter: Matter, actor: Any, today: date, deposit: Deposit | None = None
) -> list[str]:
    """Why this person cannot enter this matter for the agency; empty when they can."""
    reasons = [*_without_role(actor, Permission.DRAFT_ITEM, agency), *matter_faults(matter, today)]
    return [*reasons, *_deposit_faults(deposit, agency, today)]


def _without_role(actor: Any, permission: Permission, agency: Agency) -> list[str]:
    if access.can(actor, permission, agency):
        return []
    words = {"agency": agency.display_name, "role": _ROLE_WORDS[permission]}
    return [_("您不是%(agency)s的%(role)s。") % words]


_ROLE_WORDS = {Permission.DRAFT_ITEM: "承办人", Permission.APPROVE_ITEM: "审定人"}


@transaction.atomic
def register(
    agency: Agency, matter: Matter, *, deposit: Deposit | None = None, actor: User, at: datetime
) -> Withholding:
    """Propose that a matter without a text be withheld. Raises ValidationError with every reason against it."""
    check(reasons_against_registering(agency, matter, actor, localdate(at), deposit))
    row = Withholding(agency=agency, proposed_by=actor, proposed_at=at, **matter.columns(), **_deposited(deposit))
    row.clean_fields(exclude={"agency", "proposed_by", "filed_with"})
    row.save(force_insert=True)
    _record(actor, "withholding.register", row, {"ground": row.ground, "review_on": row.review_on})
    return row


def reasons_against_deciding(row: Withholding, actor: Any) -> list[str]:
    """Why this person cannot put the matter in force; empty when they can."""
    if row.state != WithholdingState.PROPOSED:
        return [_("这项备案的状态是“%s”，不能审定。") % row.get_state_display()]
    if row.edition_id:
        return [_("这项备案随它的文本一起审定。")]
    return [*_without_role(actor, Permission.APPROVE_ITEM, row.agency), *_own_proposal(row, actor)]


def _own_proposal(row: Withholding, actor: Any) -> list[str]:
    return [_("提出人不能审定、评估自己提出的备案。")] if actor.pk == row.proposed_by_id else []


@transaction.atomic
def decide(withholding_id: int, *, actor: User, at: datetime) -> Withholding:
    """审定 of a matter without a text: it is withheld from now on. Raises ValidationError with every reason."""
    row = _locked(withholding_id)
    check(reasons_against_deciding(row, actor))
    put_in_force(row, actor=actor, at=at)
    return row


def put_in_force(withholding: Withholding, *, actor: User, at: datetime) -> None:
    """With the final approval of its edition, inside that transaction: the matter is withheld from now on.

    Raises ValidationError when the approver proposed it himself.
    """
    check(_own_proposal(withholding, actor))
    withholding.state, withholding.decided_by, withholding.decided_at = WithholdingState.IN_FORCE, actor, at
    withholding.released_at = None
    withholding.save(update_fields=["state", "decided_by", "decided_at", "released_at"])
    PublicRevision.raise_number()  # the public sees counts by ground
    _record(actor, "withholding.in_force", withholding, {"ground": withholding.ground})
    events.follow_withholding(withholding, actor=actor, at=at)


# --- propose: with the draft of its text ---------------------------------------------------------------------


def propose(edition: Edition, matter: Matter, *, deposit: Deposit | None, actor: User, at: datetime) -> Withholding:
    """源头认定: the text is not to be published. Call inside the edit of the edition, whose role it rests on.

    In force by the final approval of the edition; what is in force already can be looked at again, not rewritten.
    Raises ValidationError with every reason against it.
    """
    row = Withholding.objects.filter(edition=edition).first() or Withholding(edition=edition)
    wanted: dict[str, Any] = {**matter.columns(), **_deposited(deposit)}
    if row.pk and all(getattr(row, name) == value for name, value in wanted.items()):
        return row
    check(_proposal_faults(row, edition, matter, deposit, localdate(at)))
    wanted |= {"agency": edition.item.agency, "state": WithholdingState.PROPOSED, "proposed_by": actor}
    wanted |= {"proposed_at": at, "decided_by": None, "decided_at": None, "released_at": None}
    for name, value in wanted.items():
        setattr(row, name, value)
    row.clean_fields(exclude={"agency", "edition", "filed_with", "proposed_by"})
    row.save()
    _record(actor, "withholding.propose", row, {"ground": row.ground, "review_on": row.review_on})
    return row


def _deposited(deposit: Deposit | None) -> dict[str, Any]:
    if deposit is None:
        return {"filed_with": None, "filed_on": None, "filing_number": ""}
    return {"filed_with": deposit.agency, "filed_on": deposit.filed_on, "filing_number": clean_line(deposit.number)}


def _proposal_faults(
    row: Withholding, edition: Edition, matter: Matter, deposit: Deposit | None, today: date
) -> list[str]:
    faults = matter_faults(matter, today)
    if row.state == WithholdingState.IN_FORCE:
        faults.append(_("不予公开备案 %s 已经审定，要改它的内容，须先评估解除。") % row.pk)
    return [*faults, *_deposit_faults(deposit, edition.item.agency, today)]


def _deposit_faults(deposit: Deposit | None, agency: Agency, today: date) -> list[str]:
    faults = []
    if deposit and not superiors(agency).filter(pk=deposit.agency.pk).exists():
        faults.append(_("备案机关不能是本单位或它的下级。"))
    if deposit and deposit.filed_on > today:
        faults.append(_("备案日期还没有到。"))
    return faults


def drop_proposal(edition: Edition, *, actor: User) -> None:
    """The text is to be published after all: forget what was proposed with it and never approved."""
    row = Withholding.objects.filter(edition=edition, state=WithholdingState.PROPOSED).first()
    if row:
        _record(actor, "withholding.drop", row, {"ground": row.ground})
        row.delete()


# --- file: 备案 with the superior body -----------------------------------------------------------------------


def superiors(agency: Agency) -> Any:
    """Bodies a matter may be filed with: whoever is neither the agency itself nor below it."""
    return Agency.objects.filter(is_active=True).exclude(pk=agency.pk).exclude(path__contains=f"/{agency.pk}/")


def reasons_against_filing(row: Withholding, deposit: Deposit | None, actor: Any, today: date) -> list[str]:
    """Why this person cannot record this 备案; without a deposit, why nobody like him could. Empty when he can."""
    if row.state != WithholdingState.IN_FORCE:
        return [_("这项备案的状态是“%s”，不能登记报备。") % row.get_state_display()]
    reasons = _without_role(actor, Permission.DRAFT_ITEM, row.agency)
    if deposit is None:
        return reasons
    reasons += _deposit_faults(deposit, row.agency, today)
    if row.decided_at and deposit.filed_on < localdate(row.decided_at):
        reasons.append(_("备案日期不能早于审定日期。"))
    return reasons


@transaction.atomic
def file_with(withholding_id: int, deposit: Deposit, *, actor: User, at: datetime) -> Withholding:
    """Record with whom the matter was filed; the staff of that body may read it from then on."""
    row = _locked(withholding_id)
    check(reasons_against_filing(row, deposit, actor, localdate(at)))
    row.filed_with, row.filed_on, row.filing_number = deposit.agency, deposit.filed_on, clean_line(deposit.number)
    row.clean_fields(exclude={"agency", "edition", "filed_with", "proposed_by", "decided_by"})
    row.save(update_fields=["filed_with", "filed_on", "filing_number"])
    _record(actor, "withholding.file", row, {"filed_with": deposit.agency.code, "filed_on": row.filed_on})
    return row


# --- review: looked at again, kept or released ---------------------------------------------------------------


def reasons_against_review(row: Withholding, verdict: Verdict | None, actor: Any, today: date) -> list[str]:
    """Why this person cannot give this verdict; without one, why nobody like him could. Empty when he can."""
    if row.state != WithholdingState.IN_FORCE:
        return [_("这项备案的状态是“%s”，不用评估。") % row.get_state_display()]
    reasons = [*_without_role(actor, Permission.APPROVE_ITEM, row.agency), *_own_proposal(row, actor)]
    if verdict is None:
        return reasons
    if not verdict.reason.strip():
        reasons.append(_("须写明评估意见。"))
    if verdict.is_kept and verdict.next_review_on is None:
        reasons.append(_("继续不公开的，须确定下次评估日期。"))
    elif verdict.is_kept and verdict.next_review_on:
        reasons += _review_day_faults(verdict.next_review_on, today)
    return reasons


@transaction.atomic
def review(withholding_id: int, verdict: Verdict, *, actor: User, at: datetime) -> WithholdingReview:
    """定期评估 (条例第十八条): kept, or released, so that its author may take its text through the procedure."""
    row = _locked(withholding_id)
    check(reasons_against_review(row, verdict, actor, localdate(at)))
    done = WithholdingReview(
        withholding=row,
        is_kept=verdict.is_kept,
        reason=clean_text(verdict.reason),
        next_review_on=verdict.next_review_on if verdict.is_kept else None,
        reviewed_by=actor,
        reviewed_at=at,
    )
    done.clean_fields(exclude={"withholding", "reviewed_by"})
    done.save(force_insert=True)
    if done.next_review_on:
        row.review_on = done.next_review_on
        row.save(update_fields=["review_on"])
        _record(actor, "withholding.keep", row, {"review_on": row.review_on})
    else:
        row.state, row.released_at = WithholdingState.RELEASED, at
        row.save(update_fields=["state", "released_at"])
        PublicRevision.raise_number()
        _record(actor, "withholding.release", row, {"ground": row.ground})
        events.follow_withholding(row, actor=actor, at=at)
        _tell_released(row, done)
    return done


def _tell_released(row: Withholding, done: WithholdingReview) -> None:
    """Mail whoever proposed it: its text may now be published. The number alone."""
    notices.tell(
        [row.proposed_by],
        kind="withholdings",
        key=f"withholding-review:{done.pk}",
        subject=_("不予公开备案 %s 已解除") % row.pk,
        path=reverse("admin:disclosure_withholding_change", args=[row.pk]),
        body=_("如有文本，请把公开方式改为主动公开后重新送审。"),
    )


def reasons_against_mode(item: Item, mode: str) -> list[str]:
    """Why a text of this item cannot have this 公开方式: what is withheld stays so until it is released."""
    row = Withholding.objects.in_force().filter(edition__item=item).first()
    if row is None or mode == Mode.NOT_PUBLIC:
        return []
    return [_("不予公开备案 %s 仍然有效，须先评估解除，才能改变公开方式。") % row.pk]


# --- all verbs -------------------------------------------------------------------------------------------------


def _locked(withholding_id: int) -> Withholding:
    rows = Withholding.objects.select_for_update(of=("self",)).select_related("agency", "proposed_by")
    return rows.get(pk=withholding_id)


def _record(actor: User, action: str, row: Withholding, after: dict[str, Any]) -> None:
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in after.items()}
    audit.record(actor, action, row, agency=row.agency, after=plain)
