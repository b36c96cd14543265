"""The verbs of the review procedure: submit, recall, sign, return, discard (domain §4.1, §4.2).

Every verb takes the edition's id and asks `reasons_against`, as its button and its test do.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure import public_reviews, publication_log, workflow
from disclosure.enums import EditionAction, EditionState, Mode, ReviewStep
from disclosure.models import Approval, Edition, EditionEvent
from disclosure.services import events, procedure, relate, submission, withhold
from govportal import access, audit
from govportal.models import User

REVIEWS = (
    EditionAction.SECRECY_REVIEW,
    EditionAction.PRE_REVIEW,
    EditionAction.SECOND_REVIEW,
    EditionAction.APPROVE,
)


def reasons_against(edition: Edition, action: EditionAction, actor: Any, *, at: datetime) -> list[str]:
    """Why this person cannot do this to this edition at that moment; empty when they can."""
    reasons = procedure.reasons_against(edition, action, actor)
    if action == EditionAction.SUBMIT and edition.state == EditionState.DRAFT:
        reasons += submission.faults(edition, localdate(at))
    return reasons


@transaction.atomic
def submit(edition_id: int, *, actor: User, at: datetime, note: str = "") -> EditionEvent:
    """送审, with the drafts that interpret the text: each is signed for itself, and they are published together.

    Raises ValidationError with every reason against it, those of an interpretation under its number.
    """
    edition = procedure.locked(edition_id)
    partners = [procedure.locked(partner.pk) for partner in submission.drafts_beside(edition)]
    procedure.check(reasons_against(edition, EditionAction.SUBMIT, actor, at=at))
    for partner in partners:
        _submit(partner, actor=actor, at=at, note=_("随 %s 一并送审。") % edition.item.index_number)
    return _submit(edition, actor=actor, at=at, note=note)


def _submit(edition: Edition, *, actor: User, at: datetime, note: str) -> EditionEvent:
    """Fix the digest that signatures will be bound to, and whether the change is substantive."""
    edition.is_substantive = submission.is_substantive(edition)
    edition.review_digest = publication_log.review_digest(edition)
    edition.review_steps = list(edition.steps)
    fields = ("review_digest", "review_steps", "is_substantive")
    return procedure.move(edition, EditionAction.SUBMIT, actor=actor, at=at, note=note, fields=fields)


@transaction.atomic
def review(edition_id: int, action: EditionAction, *, actor: User, at: datetime, note: str = "") -> EditionEvent:
    """One signature: secrecy review, pre-review, second review or approval. Raises ValidationError with reasons.

    With the approval of a text that is not to be published its withholding comes into force.
    """
    if action not in REVIEWS:
        raise ValueError(f"{action} is no review")
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against(edition, action, actor, at=at))
    procedure.sign(edition, workflow.STEP_OF[action], actor=actor, at=at, note=note)
    event = procedure.move(edition, action, actor=actor, at=at, note=note)
    if action == EditionAction.APPROVE and edition.mode == Mode.NOT_PUBLIC:
        withhold.put_in_force(edition.withholding, actor=actor, at=at)
    return event


@transaction.atomic
def send_back(edition_id: int, *, actor: User, at: datetime, reason: str) -> EditionEvent:
    """退回: to the author with a reason, by whoever would sign next; what was signed is void."""
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against(edition, EditionAction.RETURN, actor, at=at))
    if not reason.strip():
        raise ValidationError(_("退回须写明理由。"))
    return _back_to_draft(edition, EditionAction.RETURN, actor=actor, at=at, note=reason)


@transaction.atomic
def recall(edition_id: int, *, actor: User, at: datetime, note: str = "") -> EditionEvent:
    """撤回送审: the author takes the text back; what was signed is void."""
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against(edition, EditionAction.RECALL, actor, at=at))
    return _back_to_draft(edition, EditionAction.RECALL, actor=actor, at=at, note=note)


def _back_to_draft(edition: Edition, action: EditionAction, *, actor: User, at: datetime, note: str) -> EditionEvent:
    procedure.void_signatures(edition, str(action.label), at)
    edition.review_digest, edition.review_steps = "", []
    edition.publish_at, edition.publish_fault = None, ""
    fields = ("review_digest", "review_steps", "publish_at", "publish_fault")
    return procedure.move(edition, action, actor=actor, at=at, note=note, fields=fields)


@transaction.atomic
def discard(edition_id: int, *, actor: User, at: datetime, note: str = "") -> EditionEvent:
    """废弃 a draft. It is kept, with its number, and never shown; what it alone said had happened is taken back."""
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against(edition, EditionAction.DISCARD, actor, at=at))
    relate.forget(edition)
    events.follow_discard(edition.item, actor=actor, at=at)
    return procedure.move(edition, EditionAction.DISCARD, actor=actor, at=at, note=note)


# --- 补审: the review after an emergency publication (domain §4.7) ------------------------------------------


def missing_afterwards(edition: Edition) -> tuple[public_reviews.Debt, ...]:
    """What an emergency publication still owes: signatures in their order, then records and interpretation."""
    if edition.state != EditionState.PUBLISHED:
        return ()
    return public_reviews.missing([edition]).get(edition.pk, ())


def step_afterwards(edition: Edition) -> ReviewStep | None:
    """The signature an emergency publication owes next."""
    return next((debt for debt in missing_afterwards(edition) if isinstance(debt, ReviewStep)), None)


def reasons_against_afterwards(edition: Edition, actor: Any) -> list[str]:
    """Why this person cannot give the next signature that an emergency publication owes."""
    step = step_afterwards(edition)
    if step is None:
        return [_("这一版没有待补的审查。")]
    permission = workflow.EDITION[workflow.ACTION_OF[step]].permission
    assert permission is not None
    reasons = []
    if not access.can(actor, permission, edition.item.agency):
        words = {"agency": edition.item.agency.display_name, "step": step.label}
        reasons.append(_("您在%(agency)s没有“%(step)s”的角色。") % words)
    return reasons + procedure.reasons_against_signing(edition, actor)


@transaction.atomic
def sign_afterwards(edition_id: int, *, actor: User, at: datetime, note: str = "") -> Approval:
    """Give the next signature that an emergency publication owes, under the very text that was published."""
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against_afterwards(edition, actor))
    step = step_afterwards(edition)
    assert step is not None  # a reason against it
    approval = procedure.sign(edition, step, actor=actor, at=at, note=note)
    audit.record(
        actor, "edition.review_afterwards", edition, agency=edition.item.agency, after={"step": step}, note=note
    )
    return approval
