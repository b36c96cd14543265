"""办理申请: whatever is done to a published item is asked by one person and decided by another (domain §4.6).

`grant` does the verb and settles the motion in one transaction; the verb writes its one log entry there.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import ItemAction, MotionState
from disclosure.models import Edition, Item, LogEntry, Motion
from disclosure.services import close, procedure, redact, remark, restore, ruling
from govportal import access, audit, notices
from govportal.html import clean_line, clean_text
from govportal.models import User
from govportal.permissions import Permission

# Whoever works on an agency's texts may ask; the decision is the approver's.
ASKERS = (
    Permission.DRAFT_ITEM,
    Permission.SECRECY_REVIEW,
    Permission.PRE_REVIEW,
    Permission.SECOND_REVIEW,
    Permission.APPROVE_ITEM,
)


def reasons_against_asking(item: Item, action: ItemAction, actor: Any) -> list[str]:
    """Why this person cannot ask that this be done to the item now; empty when he can."""
    reasons = ruling.reasons_against_state(item, action)
    if not any(access.can(actor, permission, item.agency) for permission in ASKERS):
        reasons.append(_("您在%s没有起草、审查或审定的角色。") % item.agency.display_name)
    open_motion = item.motions.asked().first()
    if open_motion:
        reasons.append(_("这条信息有一件“%s”的申请还没有决定。") % open_motion.get_action_display())
    return reasons


def reasons_against_deciding(motion: Motion, actor: Any) -> list[str]:
    """Why this person can neither grant nor refuse the motion; empty when he can do one of them at least."""
    if motion.state != MotionState.ASKED:
        return [_("这件申请已经决定：%s。") % motion.get_state_display()]
    return ruling.reasons_against_decider(motion.item, actor, motion.asked_by)


def reasons_against_granting(motion: Motion, actor: Any, *, on: date) -> list[str]:
    """Why this person cannot grant the motion now: not his to decide, or the item has changed since."""
    return reasons_against_deciding(motion, actor) or _faults(motion, on=on)


@transaction.atomic
def ask(
    item_id: int,
    action: ItemAction,
    *,
    actor: User,
    at: datetime,
    ground: str,
    basis: str,
    explanation: str,
    replacement: Item | None = None,
    edition: Edition | None = None,
    new_title: str = "",
) -> Motion:
    """Put a motion before those who decide. Raises ValidationError with every reason against it.

    `edition`, and if need be `new_title`, belong to a redaction; `replacement` to an end of the item.
    """
    item = ruling.locked(item_id)
    motion = Motion(
        item=item,
        action=action,
        ground=clean_text(ground),
        basis=clean_text(basis),
        explanation=clean_text(explanation),
        replacement=replacement,
        edition=edition,
        new_title=clean_line(new_title),
        asked_by=actor,
        asked_at=at,
    )
    procedure.check(
        [*reasons_against_asking(item, action, actor), *_faults(motion, on=localdate(at), without_state=True)]
    )
    blank = {name for name in ("ground", "basis", "explanation") if not getattr(motion, name)}
    motion.clean_fields(exclude={"item", "replacement", "edition", "asked_by", *blank})
    motion.save(force_insert=True)
    told = _told(motion, note=motion.ground, basis=motion.basis)
    audit.record(actor, "motion.ask", motion, agency=item.agency, after={"action": action}, **told)
    subject = _("待决定：%(action)s %(number)s") % _words(motion)
    _tell(motion, access.holders(Permission.APPROVE_ITEM, item.agency).exclude(pk=actor.pk), subject)
    return motion


@transaction.atomic
def grant(motion_id: int, *, actor: User, at: datetime, note: str = "") -> LogEntry:
    """Decide for the motion and do what it asks. Raises ValidationError with every reason against it."""
    motion = _locked(motion_id)
    procedure.check(reasons_against_granting(motion, actor, on=localdate(at)))
    _decide(motion, MotionState.GRANTED, actor=actor, at=at, note=note)
    return _carry_out(motion, actor, at)


@transaction.atomic
def refuse(motion_id: int, *, actor: User, at: datetime, note: str) -> Motion:
    """Decide against the motion, saying why; nothing is done. Raises ValidationError with every reason."""
    motion = _locked(motion_id)
    procedure.check(reasons_against_deciding(motion, actor))
    if not note.strip():
        raise ValidationError({"note": _("不同意的，须写明理由。")})
    _decide(motion, MotionState.REFUSED, actor=actor, at=at, note=note)
    return motion


def _locked(motion_id: int) -> Motion:
    """The motion and its item, locked: the item's row first, always, as all verbs do."""
    item = ruling.locked(Motion.objects.values_list("item_id", flat=True).get(pk=motion_id))
    motion = Motion.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=motion_id)
    motion.item = item
    return motion


def _decide(motion: Motion, state: MotionState, *, actor: User, at: datetime, note: str) -> None:
    motion.state, motion.decided_by, motion.decided_at, motion.decision_note = state, actor, at, clean_text(note)
    motion.clean_fields(exclude={"item", "replacement", "edition", "asked_by", "decided_by", "basis", "explanation"})
    motion.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    after, told = {"action": motion.action, "state": state}, _told(motion, note=note)
    audit.record(actor, f"motion.{_VERB[state]}", motion, agency=motion.item.agency, after=after, **told)
    subject = _("%(state)s：%(action)s %(number)s") % _words(motion)
    _tell(motion, User.objects.filter(pk=motion.asked_by_id, is_active=True), subject)


_VERB = {MotionState.GRANTED: "grant", MotionState.REFUSED: "refuse"}


def _faults(motion: Motion, *, on: date, without_state: bool = False) -> list[str]:
    """What the verb itself has against it, whoever decides."""
    item, words = motion.item, (motion.ground, motion.basis, motion.explanation)
    if motion.action == ItemAction.RESTORE:
        reasons = restore.faults(item, *words, on=on)
    elif motion.action == ItemAction.NOTE:
        reasons = remark.faults(item, motion.ground)
    elif motion.action == ItemAction.REDACT:
        reasons = _redaction_faults(motion)
    else:
        reasons = close.faults(item, _closing(motion))
    known = ruling.reasons_against_state(item, ItemAction(motion.action)) if without_state else []
    return [reason for reason in reasons if reason not in known]


def _redaction_faults(motion: Motion) -> list[str]:
    if motion.edition is None or motion.edition.item_id != motion.item_id:
        return [_("请选择要删除内容的版本。")]
    motion.edition.item = motion.item
    return redact.faults(motion.edition, motion.ground, motion.basis, motion.explanation)


def _closing(motion: Motion) -> close.Closing:
    return close.Closing(
        action=ItemAction(motion.action),
        ground=motion.ground,
        basis=motion.basis,
        explanation=motion.explanation,
        replacement=motion.replacement,
    )


def _carry_out(motion: Motion, actor: User, at: datetime) -> LogEntry:
    words = {"ground": motion.ground, "basis": motion.basis, "explanation": motion.explanation}
    asked_by = motion.asked_by
    if motion.action == ItemAction.RESTORE:
        return restore.restore(motion.item_id, actor=actor, at=at, asked_by=asked_by, **words)
    if motion.action == ItemAction.NOTE:
        text = words.pop("ground")
        return remark.remark(motion.item_id, actor=actor, at=at, asked_by=asked_by, text=text, **words)
    if motion.action == ItemAction.REDACT:
        assert motion.edition_id is not None  # a constraint: a redaction names its edition
        title = motion.new_title
        return redact.redact(motion.edition_id, actor=actor, at=at, asked_by=asked_by, new_title=title, **words)
    return close.close(motion.item_id, _closing(motion), actor=actor, at=at, asked_by=asked_by)


def _told(motion: Motion, **words: str) -> dict[str, Any]:
    """The words for the audit trail; empty where its readers may not read the text itself."""
    return {name: procedure.open_words(motion.item, motion.item.current_edition, text) for name, text in words.items()}


def _words(motion: Motion) -> dict[str, str]:
    return {
        "state": motion.get_state_display(),
        "action": motion.get_action_display(),
        "number": motion.item.index_number,
    }


def _tell(motion: Motion, people: "QuerySet[User]", subject: str) -> None:
    """Numbers only: no title, no ground."""
    path = reverse("admin:disclosure_motion_change", args=[motion.pk])
    notices.tell(people, kind="motion", key=f"motion:{motion.pk}:{motion.state}", subject=subject, path=path)
