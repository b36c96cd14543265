"""The one writer of a complaint's state: complaint_workflow.py applied under a lock, with record, audit row and mail.

`reasons_against` is what every verb has in common: state, role, and that nobody of the agency complained of ever
touches the case. Lock order: complaint → counter → what hangs on it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from govportal import audit
from govportal.html import clean_text
from govportal.models import User
from requests_app import complaint_workflow
from requests_app.complaint_enums import ComplaintAction, ComplaintState
from requests_app.complaint_words import COMPLAINANT
from requests_app.models import Complaint, ComplaintEvent
from requests_app.services import complaint_tell
from requests_app.services.complaint_desks import officers
from requests_app.services.procedure import check


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said with a step: `note` for the desk, `public` for the complainant too."""

    note: str = ""
    public: str = ""


NOTHING = Words()
LONGEST = 5000  # characters of whatever is said with a step


def locked(complaint_id: int) -> Complaint:
    """The complaint, locked until the transaction ends; read again after waiting. Its key never changes."""
    return Complaint.objects.select_for_update(no_key=True).get(pk=complaint_id)


def once[T](row: Complaint, question: object, ask: Callable[[], T]) -> T:
    """The answer to what each of twenty verbs asks of the object of one page (Complaint.asked)."""
    if row.asked is None:
        return ask()
    if question not in row.asked:
        row.asked[question] = ask()
    answer: T = row.asked[question]
    return answer


def may_see(row: Complaint, user: Any) -> bool:
    return once(row, ("may_see", user.pk), Complaint.objects.visible_to(user).filter(pk=row.pk).exists)


def officers_of(row: Complaint) -> list[User]:
    """Who may see it, all of them."""
    return once(row, "officers", lambda: officers(row.desk, row.agency))


def reasons_against(row: Complaint, action: ComplaintAction, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can. `actor` None: the complainant."""
    transition = complaint_workflow.COMPLAINT[action]
    if actor is not None and not may_see(row, actor):
        return [_("您不能办理这件投诉举报。")]  # without a word of how it stands
    if actor is None and not transition.by_complainant:
        return [_("这一步由办理单位进行。")]
    if row.state not in transition.sources:
        words = {"state": row.get_state_display(), "action": ComplaintAction(action).label}
        return [_("投诉举报的状态是“%(state)s”，不能%(action)s。") % words]
    if row.purged_at:
        return [_("投诉人信息已按保存期限清除。")]
    return []


def reasons_against_length(text: str) -> list[str]:
    """Why so long a text is not taken; empty when it is."""
    return [_("最多 %s 个字。") % LONGEST] if len(text) > LONGEST else []


def move(
    row: Complaint,
    action: ComplaintAction,
    *,
    actor: User | None,
    at: datetime,
    on: date,
    words: Words = NOTHING,
    fields: Iterable[str] = (),
    answer_by_before: date | None = None,
) -> ComplaintEvent:
    """Write the next state of a locked complaint, with `fields` set beside it. Raises ValidationError when the action
    leads nowhere from here."""
    before = ComplaintState(row.state)
    after = complaint_workflow.next_complaint_state(before, action)
    if after is None:
        raise ValidationError(reasons_against(row, action, actor))
    row.state = after
    row.save(update_fields=["state", *fields])
    event = ComplaintEvent.objects.create(
        complaint=row,
        action=action,
        from_state=before,
        to_state=after,
        on=on,
        at=at,
        desk=row.desk,
        answer_by_before=answer_by_before,
        answer_by=row.answer_by if answer_by_before else None,
        actor=actor,
        by_complainant=actor is None,
        note=clean_text(words.note),
        public_note=clean_text(words.public),
    )
    audit.record(
        actor or COMPLAINANT,
        f"complaint.{action}",
        row,
        agency=row.desk,
        before={"state": before},
        after={"state": after, "on": on.isoformat()},
    )
    complaint_tell.after(event)
    return event


__all__ = [
    "LONGEST",
    "NOTHING",
    "Words",
    "check",
    "locked",
    "may_see",
    "move",
    "officers_of",
    "once",
    "reasons_against",
    "reasons_against_length",
]
