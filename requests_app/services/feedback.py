"""留言、纠错: sent from any page, judged, answered in its term, and the one writer of its state.

No law counts these days; the terms are the portal's (feedback_rules.feedback_term) and run from receipt, whoever has
the message meanwhile. Every text of the writer is encrypted, and a mail never holds one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import Item
from govportal import access, audit, personal_data
from govportal.calendar import load_calendar
from govportal.crypto import fingerprint
from govportal.html import clean_line, clean_text
from govportal.models import Agency, User
from govportal.models.agency import AgencyQuerySet
from govportal.permissions import Permission
from govportal.workdays import Calendar, add_working_days
from requests_app.complaint_enums import OtherPath
from requests_app.feedback_audit_words import WRITER
from requests_app.feedback_enums import FeedbackAction, FeedbackKind, FeedbackState, Judgement
from requests_app.feedback_rules import feedback_term
from requests_app.feedback_workflow import next_feedback_state
from requests_app.models import Feedback, FeedbackEvent
from requests_app.services import applicants, feedback_tell, receipts
from requests_app.services.procedure import check

LONGEST_LINE, LONGEST_TEXT, LONGEST_ANSWER, LONGEST_NOTE, LONGEST_PAGE = 200, 5_000, 3_000, 300, 500
# 留言纠错 itself is no other path. The empty one is the way to complain, which has a desk of its own.
COMPLAIN = ""
PATHS = (COMPLAIN, OtherPath.REQUEST, OtherPath.PETITION, OtherPath.REVIEW, OtherPath.DISCIPLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What somebody writes, and how he may be reached; nobody has to say who he is."""

    agency: Agency
    kind: FeedbackKind | str
    text: str
    page: str = ""
    item: Item | None = None
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """`query_code` opens the answer. The portal keeps its fingerprint alone, and the sender's form can make it anew."""

    feedback: Feedback
    query_code: str
    is_new: bool


# --- number and code ---------------------------------------------------------------------------------------------


def query_key(number: str, code: str) -> str:
    """The fingerprint under which a code is kept."""
    return receipts.query_key("feedback query code", number, code)


def find(number: str, code: str) -> Feedback | None:
    """What number and code open, in a time that does not tell which was wrong. The caller throttles."""
    pk = receipts.find(Feedback.objects.all(), "feedback query code", number, code)
    return Feedback.objects.select_related("agency", "item").get(pk=pk) if pk else None


# --- sending -----------------------------------------------------------------------------------------------------


def open_agencies() -> AgencyQuerySet:
    """Whoever has a page here can be written to."""
    return Agency.objects.listed()


def reasons_against_sending(writing: Writing) -> list[str]:
    """What is missing or cannot be taken."""
    reasons = []
    if writing.kind not in FeedbackKind.values:
        reasons.append(_("请选择留言还是纠错。"))
    if not writing.agency.is_active:
        reasons.append(_("%s不在本平台公开信息，请另选单位。") % writing.agency.display_name)
    if not any(sign.isalnum() for sign in writing.text):
        reasons.append(_("请填写内容。"))
    if len(writing.text) > LONGEST_TEXT:
        reasons.append(_("内容最多 %(most)s 个字，现有 %(count)s 个字。") % _counted(writing.text, LONGEST_TEXT))
    if any(len(line) > LONGEST_LINE for line in (writing.name, writing.phone, writing.email)):
        reasons.append(_("称呼、电话、电子邮箱每一项最多 %s 个字。") % LONGEST_LINE)
    if writing.email.strip() and not _is_email(clean_line(writing.email)):
        reasons.append(_("电子邮箱的格式不对。"))
    return reasons


def _counted(text: str, most: int) -> dict[str, int]:
    return {"most": most, "count": len(text)}


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def last_day(received_on: date, days: int, calendar: Calendar) -> date:
    """The last day for the answer to a message that has so many working days."""
    return add_working_days(received_on, days, calendar)


def send(writing: Writing, *, submission_key: str, at: datetime) -> Sent:
    """Take a message. The same form sent twice, at one moment too, gives the first receipt. Raises ValidationError.

    `submission_key` is the form as the browser holds it, its content included; what is kept of it is a fingerprint.
    """
    kept = fingerprint("feedback form", submission_key)
    # Made of what the browser holds, so that a form sent twice gets the same one; who reads the database gets none.
    code = receipts.code_of("feedback query code of a form", submission_key)

    def first() -> Sent | None:
        row = Feedback.objects.select_related("agency").filter(submission_key=kept).first()
        return Sent(row, code, is_new=False) if row else None

    def create(number: str) -> Sent:
        check(reasons_against_sending(writing))
        return Sent(_create(writing, number, query_key(number, code), kept, at), code, is_new=True)

    return receipts.once(f"LY-{localdate(at).year}-", create, first)


def _create(writing: Writing, number: str, key: str, submission_key: str, at: datetime) -> Feedback:
    received_on = localdate(at)
    term = feedback_term(
        writing.kind, message_days=settings.FEEDBACK_MESSAGE_DAYS, correction_days=settings.FEEDBACK_CORRECTION_DAYS
    )
    row = Feedback(
        number=number,
        kind=writing.kind,
        agency=writing.agency,
        page=writing.page if len(writing.page) <= LONGEST_PAGE else "",
        item=writing.item,
        text=clean_text(writing.text),
        name=clean_line(writing.name),
        phone=clean_line(writing.phone),
        email=clean_line(writing.email),
        filed_at=at,
        received_on=received_on,
        due_on=last_day(received_on, term.days, load_calendar()),
        answer_days=term.days,
        query_key=key,
        submission_key=submission_key,
    )
    row.clean_fields(exclude={"agency", "item"})
    row.save(force_insert=True)
    audit.record(WRITER, "feedback.send", row, agency=row.agency, after={"kind": row.kind})
    feedback_tell.of_sending(row)
    return row


# --- the verbs ---------------------------------------------------------------------------------------------------


def locked(feedback_id: int) -> Feedback:
    """The row, locked until the transaction ends. What it belongs to is read after the lock."""
    return Feedback.objects.select_for_update(no_key=True).get(pk=feedback_id)


def reasons_against(row: Feedback, action: FeedbackAction, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can."""
    if next_feedback_state(row.state, action) is None:
        words = {"state": row.get_state_display(), "action": FeedbackAction(action).label}
        if action == FeedbackAction.ANSWER and row.state == FeedbackState.RECEIVED:
            return [_("还没有研判，先研判再答复。")]
        return [_("状态是“%(state)s”，不能%(action)s。") % words]
    return reasons_against_role(row, actor)


def reasons_against_role(row: Feedback, actor: Any) -> list[str]:
    """Empty for whoever handles messages at the agency that has this one."""
    if access.can(actor, Permission.HANDLE_FEEDBACK, row.agency):
        return []
    return [_("您在%s没有办理留言纠错的角色。") % row.agency.display_name]


def _against_text(text: str, most: int, missing: str) -> list[str]:
    if not any(sign.isalnum() for sign in text):
        return [missing]
    return [] if len(text) <= most else [_("最多 %(most)s 个字，现有 %(count)s 个字。") % _counted(text, most)]


@transaction.atomic
def judge(feedback_id: int, judgement: Judgement | str, *, actor: User, at: datetime, note: str = "") -> FeedbackEvent:
    """研判: what is in it. Whoever judges has it in hand from then on; may be done anew until it is answered."""
    row = locked(feedback_id)
    check(reasons_against(row, FeedbackAction.JUDGE, actor))
    check([] if judgement in Judgement.values else [_("请选择研判的结论。")])
    row.judgement, row.handler = judgement, actor
    return _move(row, FeedbackAction.JUDGE, actor=actor, at=at, note=note, fields=("judgement", "handler"))


def reasons_against_passing(row: Feedback, agency: Agency, reason: str, actor: Any) -> list[str]:
    """Why it cannot go to that agency; empty when it can."""
    reasons = reasons_against(row, FeedbackAction.PASS_ON, actor)
    if agency.pk == row.agency_id:
        reasons.append(_("已经在%s。") % agency.display_name)
    elif not agency.is_active:
        reasons.append(_("%s已经停用。") % agency.display_name)
    return reasons + _against_text(reason, LONGEST_NOTE, _("须写明转办的理由。"))


@transaction.atomic
def pass_on(feedback_id: int, agency: Agency, *, actor: User, at: datetime, reason: str) -> FeedbackEvent:
    """转其他单位: judged there anew, and answered by the day that was counted from its first receipt."""
    row = locked(feedback_id)
    check(reasons_against_passing(row, agency, reason, actor))
    before = row.agency
    row.agency, row.handler, row.judgement = agency, None, ""
    fields = ("agency", "handler", "judgement")
    event = _move(row, FeedbackAction.PASS_ON, actor=actor, at=at, note=reason, fields=fields)
    # The receiving agency's trail has the event above; the one that gave it away keeps its own.
    audit.record(actor, "feedback.pass_on", row, agency=before, after={"to": agency.code})
    return event


@transaction.atomic
def answer(feedback_id: int, text: str, *, actor: User, at: datetime, note: str = "") -> FeedbackEvent:
    """答复 what was judged."""
    missing = _("须写明答复的内容。")
    return _end(feedback_id, FeedbackAction.ANSWER, text, missing, actor=actor, at=at, note=note)


@transaction.atomic
def redirect(feedback_id: int, path: OtherPath | str, text: str, *, actor: User, at: datetime) -> FeedbackEvent:
    """告知其他途径: what was written is a request, a complaint or a petition. One of PATHS."""
    check([] if path in PATHS else [_("请选择告知的途径。")])
    missing = _("须告诉留言人为什么不在这里办理、到哪里去办。")

    def set_path(row: Feedback) -> None:
        row.other_path = path

    return _end(feedback_id, FeedbackAction.REDIRECT, text, missing, actor=actor, at=at, change=set_path)


@transaction.atomic
def set_aside(feedback_id: int, reason: str, *, actor: User, at: datetime) -> FeedbackEvent:
    """不予办理, with the reason, which the writer is told."""
    missing = _("须写明不予办理的理由，留言人看得到。")
    return _end(feedback_id, FeedbackAction.SET_ASIDE, reason, missing, actor=actor, at=at)


def _end(
    feedback_id: int,
    action: FeedbackAction,
    text: str,
    missing: str,
    *,
    actor: User,
    at: datetime,
    note: str = "",
    change: Callable[[Feedback], None] | None = None,
) -> FeedbackEvent:
    row = locked(feedback_id)
    check([*reasons_against(row, action, actor), *_against_text(text, LONGEST_ANSWER, missing)])
    row.answer, row.answered_on, row.handler = clean_text(text), localdate(at), row.handler or actor
    if change:
        change(row)
    fields = ("answer", "answered_on", "handler", "other_path")
    return _move(row, action, actor=actor, at=at, note=note, fields=fields)


def _move(
    row: Feedback, action: FeedbackAction, *, actor: User, at: datetime, note: str, fields: Iterable[str]
) -> FeedbackEvent:
    """Write the next state of a locked row with `fields` set beside it."""
    before, after = FeedbackState(row.state), next_feedback_state(row.state, action)
    assert after is not None  # reasons_against has said so
    row.state = after
    row.save(update_fields=["state", *fields])
    event = FeedbackEvent.objects.create(
        feedback=row,
        action=action,
        from_state=before,
        to_state=after,
        agency=row.agency,
        at=at,
        actor=actor,
        note=clean_text(note),
    )
    changed = {"state": after, "judgement": row.judgement, "other_path": row.other_path}
    audit.record(actor, f"feedback.{action}", row, agency=row.agency, before={"state": before}, after=changed)
    feedback_tell.after(event)
    return event


# --- who wrote ---------------------------------------------------------------------------------------------------


def reasons_against_contact(row: Feedback, actor: Any) -> list[str]:
    """Why this person cannot see how the writer is reached; empty when he can."""
    reasons = reasons_against_role(row, actor)
    if not (row.name or row.phone or row.email):
        reasons.append(_("留言人没有留称呼和联系方式，或者已按保存期限清除。"))
    return reasons


def is_named_in(row: Feedback, text: str) -> bool:
    """Whether a text tells who wrote."""
    return personal_data.names(text, [row.name], [row.phone, row.email])


@transaction.atomic
def view_contact(feedback_id: int, reason: str, *, actor: User) -> Feedback:
    """Name and contact in full, for this one answer, with the reason in the trail. Raises ValidationError."""
    row = locked(feedback_id)
    reasons = reasons_against_contact(row, actor)
    reasons += applicants.reasons_against_reason(
        reason,
        missing=_("请写明查看的理由。"),
        naming=_("理由会记入审计，不要写留言人的称呼或者联系方式。"),
        is_named=lambda: not reasons and is_named_in(row, reason),  # told to nobody who may not look anyway
    )
    check(reasons)
    audit.record(actor, "feedback.view_contact", row, agency=row.agency, note=clean_line(reason))
    return row
