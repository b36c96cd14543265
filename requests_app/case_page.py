"""What an applicant reads of his case: where it stands, what he has to do, and what he was given.

Everything here is his alone: who else was asked is not named, nor what staff wrote for themselves.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.models import Item
from govportal.calendar import load_calendar
from requests_app.clock_calendar import clock_context
from requests_app.enums import (
    Action,
    Channel,
    DecisionKind,
    DecisionState,
    FileKind,
    InquiryKind,
    ReceiptBasis,
    State,
)
from requests_app.letter_rules import LETTER_RULES, LetterKind
from requests_app.models import Applicant, Correction, Decision, FeeNotice, InformationRequest, RequestFile
from requests_app.next_steps import Office, office_of
from requests_app.services import letter_delivery, procedure, publication_tasks
from requests_app.services.applicants import Line, masked

# The tone of the tag beside the words of a state.
TONES: Mapping[str, str] = {
    State.CORRECTION_ASKED: "warn",
    State.FEE_NOTIFIED: "warn",
    State.REPLIED: "ok",
    State.WITHDRAWN: "",
    State.LAPSED: "bad",
}
# Steps by which nothing changes for the applicant.
_SILENT = (Action.ASSIGN, Action.NOTE_DELIVERY, Action.BEGIN_REVIEW)
_TITLES: Mapping[str, Promise] = {
    Action.REGISTER: gettext_lazy("已受理"),
    Action.TRANSFER: gettext_lazy("转交其他单位"),
    Action.ASK_CORRECTION: gettext_lazy("请您补正"),
    Action.RECEIVE_CORRECTION: gettext_lazy("已补正"),
    Action.ASK_THIRD_PARTY: gettext_lazy("征求第三方意见（不计时）"),
    Action.ANSWER_THIRD_PARTY: gettext_lazy("收到第三方意见"),
    Action.ASK_CO_AGENCY: gettext_lazy("征求其他机关意见（不计时）"),
    Action.ANSWER_CO_AGENCY: gettext_lazy("收到其他机关意见"),
    Action.SETTLE_SILENCE: gettext_lazy("征求意见期满"),
    Action.ASK_REASONS: gettext_lazy("请您说明理由"),
    Action.RECEIVE_REASONS: gettext_lazy("已说明理由"),
    Action.NOTIFY_FEE: gettext_lazy("通知缴费"),
    Action.RECORD_PAYMENT: gettext_lazy("已缴费"),
    Action.EXTEND: gettext_lazy("已延期"),
    Action.DELAY: gettext_lazy("延迟答复"),
    Action.REPLY: gettext_lazy("已答复"),
    Action.LAPSE: gettext_lazy("终止办理"),
    Action.WITHDRAW: gettext_lazy("申请人撤回"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One point of the timeline. `note`: what the office wrote to the applicant; `text`: what the portal says.

    `by`: a last day to come; `is_now`: where the case stands.
    """

    title: Promise | str
    on: date | None = None
    text: str = ""
    note: str = ""
    by: date | None = None
    is_now: bool = False
    is_to_come: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter that was sent to the applicant."""

    pk: int
    title: Promise | str
    number: str
    issued_on: date
    is_sealed: bool
    is_reply: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What the office decided: the words, what it handed over, and where it is public."""

    decision: Decision
    files: list[RequestFile]
    items: list[Item]


@dataclass(frozen=True, slots=True)
class CasePage:
    row: InformationRequest
    office: Office
    tone: str
    timeline: list[Entry]
    clock: Mapping[str, Any]
    letters: list[Paper]
    messages: list[Any]
    own_files: list[RequestFile]
    applicant: list[Line]
    reply: Reply | None = None
    correction: Correction | None = None
    fee: FeeNotice | None = None
    asks_reasons: str = ""
    can_suggest: bool = False
    is_late: bool = False

    @property
    def is_open(self) -> bool:
        return not self.row.is_closed


def case_page(row: InformationRequest, today: date) -> CasePage:
    """Everything on the page of the case, as of `today`."""
    reading = procedure.reading(row, load_calendar(), today)
    own = (FileKind.PROOF, FileKind.CORRECTION, FileKind.MESSAGE)
    return CasePage(
        row=row,
        office=office_of(row.agency),
        tone=TONES.get(row.state, "info"),
        timeline=timeline(row, today),
        clock=clock_context(reading, today) if reading else {},
        letters=[
            Paper(
                one.pk,
                LETTER_RULES[LetterKind(one.kind)].title,
                one.number,
                one.issued_on,
                is_sealed=bool(one.sealed_file_id),
                is_reply=one.kind == row.reply_kind,
            )
            for one in letter_delivery.shown_to_applicant(row)
        ],
        messages=list(row.messages.all()),
        own_files=list(row.files.filter(kind__in=own, added_by=None).select_related("file")),
        applicant=masked(row.applicant) if _has_applicant(row) else [],
        reply=reply_of(row),
        correction=Correction.objects.filter(request=row).first() if row.state == State.CORRECTION_ASKED else None,
        fee=FeeNotice.objects.filter(request=row).first(),
        asks_reasons=reasons_asked(row),
        can_suggest=can_suggest(row),
        is_late=not row.is_closed and row.due_on is not None and row.due_on < today,
    )


def _has_applicant(row: InformationRequest) -> bool:
    with suppress(Applicant.DoesNotExist):  # purged after its time
        return bool(row.applicant)
    return False


def reasons_asked(row: InformationRequest) -> str:
    """What the office wants reasons for (第三十五条), while it waits for them."""
    last = row.events.filter(action__in=[Action.ASK_REASONS, Action.RECEIVE_REASONS]).last()
    return last.public_note if last and last.action == Action.ASK_REASONS and not row.is_closed else ""


def can_suggest(row: InformationRequest) -> bool:
    """Whether he can suggest that what he was given becomes public (第四十四条); once, and nobody else has."""
    return publication_tasks.was_given(row) and not row.publication_tasks.exists()


def reply_of(row: InformationRequest) -> Reply | None:
    """The reply as it was signed; None before."""
    replied = Q(kind=DecisionKind.REPLY, state=DecisionState.RELEASED)
    decision = row.decisions.filter(replied).last()
    if decision is None:
        return None
    public = Item.objects.visible_to(AnonymousUser()).filter(pk__in=decision.items.values("pk"))
    return Reply(decision, list(disclosed_files(row)), list(public.select_related("agency")))


def disclosed_files(row: InformationRequest) -> Any:
    """The information itself: what a signed decision hands over, and nothing before."""
    rows = RequestFile.objects.filter(request=row, kind=FileKind.DISCLOSED)
    return rows.filter(decision__state=DecisionState.RELEASED).select_related("file")


# --- the timeline --------------------------------------------------------------------------------------------------


def timeline(row: InformationRequest, today: date) -> list[Entry]:
    """From the receipt to what comes next. The words of a step are those that were meant for the applicant."""
    entries = [_first(row)]
    for event in row.events.exclude(action__in=_SILENT):
        title = _TITLES.get(event.action) or event.get_action_display()
        if event.action == Action.REPLY and row.reply_kind:
            entries.append(Entry(title, event.on, text=row.get_reply_kind_display()))
        else:
            entries.append(Entry(title, event.on, note=event.public_note))
    return entries + ([] if row.is_closed else _to_come(row, today))


def _first(row: InformationRequest) -> Entry:
    words = {
        "channel": Channel(row.channel).label,
        "basis": ReceiptBasis(row.receipt_basis).label if row.receipt_basis else "",
    }
    if row.received_on is None:
        return Entry(
            _("已送出"), localdate(row.filed_at), _("等待经办人与您确认，确认之日为收到之日（条例第三十一条）。")
        )
    return Entry(_("已收到"), row.received_on, _("%(channel)s提交，以%(basis)s为收到之日。") % words)


def _to_come(row: InformationRequest, today: date) -> list[Entry]:
    now = _now(row)
    if row.due_on is None:
        return [now]
    is_late = row.due_on < today
    text = _("已经超过期限。可以向受理单位询问，或者依法投诉、申请行政复议、提起行政诉讼。") if is_late else ""
    return [now, Entry(_("答复"), by=row.due_on, text=text, is_to_come=True)]


def _now(row: InformationRequest) -> Entry:
    if row.state == State.CORRECTION_ASKED:
        correction = Correction.objects.filter(request=row).first()
        return Entry(_("等待您补正"), by=correction.due_on if correction else None, is_now=True)
    if row.state == State.FEE_NOTIFIED:
        fee = FeeNotice.objects.filter(request=row).first()
        return Entry(_("等待您缴费"), by=fee.pay_by if fee else None, is_now=True)
    waits = {
        State.CONSULTING_THIRD_PARTY: InquiryKind.THIRD_PARTY,
        State.CONSULTING_CO_AGENCY: InquiryKind.CO_AGENCY,
    }
    if row.state in waits:
        last = row.inquiries.filter(kind=waits[State(row.state)], answered_on=None).order_by("due_on").last()
        text = _("对方应在收到征求意见书之日起15个工作日内答复。")
        return Entry(_("等待对方意见"), text=text, by=last.due_on if last else None, is_now=True)
    if row.state == State.RECEIVED:
        return Entry(_("等待受理"), text=_("经办人核对申请内容，需要补正的一次告知。"), is_now=True)
    return Entry(_("办理中"), is_now=True)
