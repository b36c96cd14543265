"""The one writer of an edition's state: workflow.py applied under a lock, with its record, audit row and mail.

`reasons_against` is what every verb has in common: state, role, separation of duties. What a verb asks beside
that stands in its own module (review, publish, draft).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure import publication_log, workflow
from disclosure.enums import Audience, EditionAction, EditionState, Mode, ReviewStep
from disclosure.models import Approval, Edition, EditionEvent, Item
from govportal import access, audit, notices
from govportal.html import clean_text
from govportal.models import User

# Verbs that may be done by nobody who wrote the text.
_SIGNING = frozenset(workflow.STEP_OF)


def locked(edition_id: int) -> Edition:
    """The edition with its item and agency, locked: the item's row first, always, so that nobody waits crosswise."""
    item = Item.objects.select_for_update(of=("self",)).select_related("agency").filter(editions=edition_id).get()
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    edition.item = item
    return edition


def reasons_against(edition: Edition, action: EditionAction, actor: Any) -> list[str]:
    """Why this person cannot do this to this edition now; empty when nothing common to all verbs forbids it."""
    if workflow.next_state(edition.state, action, edition.steps) is None:
        return [_("这一版的状态是“%s”，不能%s。") % (edition.get_state_display(), EditionAction(action).label)]
    permission = workflow.permission_for(action, edition.state, edition.steps)
    if permission is None:
        is_own = actor.pk in {edition.created_by_id, edition.last_edited_by_id}
        return [] if is_own else [_("只有起草人或最后修改人可以撤回送审。")]
    reasons = []
    if not access.can(actor, permission, edition.item.agency):
        reasons.append(_("您在%(agency)s没有“%(action)s”的角色。") % _words(edition, action))
    if action in _SIGNING:
        reasons += reasons_against_signing(edition, actor)
    return reasons


def _words(edition: Edition, action: EditionAction) -> dict[str, Any]:
    return {"agency": edition.item.agency.display_name, "action": EditionAction(action).label}


def writers(edition: Edition) -> set[int]:
    """The author and everybody who has ever edited this edition: no sentence of it is signed by who wrote it."""
    editors = {
        event.actor_id for event in edition.events.all() if event.action == EditionAction.EDIT and event.actor_id
    }
    return {edition.created_by_id, edition.last_edited_by_id} | editors


def reasons_against_signing(edition: Edition, actor: Any) -> list[str]:
    """起草、审查、审定分离: nobody signs his own text, nobody signs twice (domain §4.1)."""
    reasons = []
    if actor.pk in {edition.created_by_id, edition.last_edited_by_id}:
        reasons.append(_("起草人和最后修改人不能审查、审定自己的文本。"))
    elif actor.pk in writers(edition):
        reasons.append(_("您修改过这一版，不能审查、审定自己的文本。"))
    signed = edition.approvals.standing().filter(signer=actor.pk).first()
    if signed:
        reasons.append(_("您已经作过“%s”，同一人不能在同一版上签两个环节。") % signed.get_step_display())
    return reasons


def check(reasons: Iterable[str]) -> None:
    """Raise ValidationError with every reason, or do nothing."""
    if found := list(reasons):
        raise ValidationError(found)


def sign(edition: Edition, step: ReviewStep, *, actor: User, at: datetime, note: str = "") -> Approval:
    """Put a signature under the text as it was submitted. The database refuses one that is no true copy.

    Raises ValidationError when the text is not what was submitted: then it must be submitted anew.
    """
    if publication_log.review_digest(edition) != edition.review_digest:
        raise ValidationError(_("文本与送审时的摘要不一致，须重新送审。"))
    approval = Approval(
        edition=edition,
        step=step,
        digest=edition.review_digest,
        signer=actor,
        author_id=edition.created_by_id,
        last_editor_id=edition.last_edited_by_id,
        note=note,
        at=at,
    )
    approval.clean_fields(exclude={"edition", "signer", "author", "last_editor"})
    approval.save(force_insert=True)
    return approval


def void_signatures(edition: Edition, reason: str, at: datetime) -> int:
    """Void what stands: before any edit, and when a text is returned or taken back."""
    return edition.approvals.standing().update(voided_at=at, void_reason=reason)


def move(
    edition: Edition,
    action: EditionAction,
    *,
    actor: User | None,
    at: datetime,
    note: str = "",
    fields: Iterable[str] = (),
) -> EditionEvent:
    """Write the next state of a locked edition, with `fields` set beside it. `actor` None: the scheduler.

    Raises ValidationError when the action does not lead anywhere from here, or the note is too long.
    """
    before = EditionState(edition.state)
    after = workflow.next_state(before, action, edition.steps)
    if after is None:
        raise ValidationError(reasons_against(edition, action, actor))
    event = EditionEvent(
        edition=edition, action=action, from_state=before, to_state=after, actor=actor, note=clean_text(note), at=at
    )
    event.clean_fields(exclude={"edition", "actor"})
    edition.state = after
    edition.save(update_fields=["state", *fields])
    event.save(force_insert=True)
    audit.record(
        actor,
        f"edition.{action}",
        edition,
        agency=edition.item.agency,
        before={"state": before},
        after={"state": after, "digest": edition.digest or edition.review_digest},
        note=open_words(edition.item, edition, note),
    )
    _tell(edition, event)
    return event


def open_words(item: Item, edition: Edition | None, words: str) -> str:
    """What was said, for the audit trail, which more people read than may read a text that is internal or withheld.

    Such words stand in EditionEvent and Motion, for those who may read the text itself.
    """
    is_open = edition is not None and item.audience == Audience.PUBLIC and edition.mode == Mode.PROACTIVE
    return words if is_open else ""


def _tell(edition: Edition, event: EditionEvent) -> None:
    """Mail whoever has to do the next thing: the next signers, or the author. Numbers only, no title."""
    step = workflow.due_step(edition.state, edition.steps)
    permission = workflow.EDITION[workflow.ACTION_OF[step]].permission if step else None
    if step and permission:
        people = access.holders(permission, edition.item.agency)
        subject = _("待办：%(step)s %(number)s") % {"step": step.label, "number": edition.item.index_number}
    elif event.action in {EditionAction.RETURN, EditionAction.APPROVE, EditionAction.PUBLISH}:
        people = User.objects.filter(Q(pk=edition.created_by_id) | Q(pk=edition.last_edited_by_id), is_active=True)
        subject = _("%(state)s：%(number)s") % {
            "state": _("已退回") if event.action == EditionAction.RETURN else edition.get_state_display(),
            "number": edition.item.index_number,
        }
    else:
        return
    notices.tell(
        people.exclude(pk=event.actor_id or 0),
        kind="review",
        key=f"edition-event:{event.pk}",
        subject=subject,
        path=reverse("admin:disclosure_edition_change", args=[edition.pk]),
        body=event.note,
    )
