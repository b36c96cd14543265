"""What a complainant reads: who handles complaints and in which terms, and in his case where it stands.

Everything here is his alone, but for the officers of the desk, who have no names.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from govportal.calendar import load_calendar
from govportal.models import Agency
from govportal.permissions import ROLE_PERMISSIONS, Permission
from govportal.workdays import Calendar
from requests_app import complaint_rules
from requests_app.complaint_enums import ComplaintAction, ComplaintFileKind, ComplaintState, OtherPath
from requests_app.models import Complainant, Complaint, ComplaintFile
from requests_app.next_steps import NextStep
from requests_app.services.applicants import Line
from requests_app.services.complainants import masked
from requests_app.services.complaint_procedure import reasons_against

_MOST_OFFICES = 3  # the start page is no register
_OFFICER_ROLES = [role for role, granted in ROLE_PERMISSIONS.items() if Permission.HANDLE_COMPLAINT in granted]

# The tone of the tag beside the words of a state.
_TONES: Mapping[str, str] = {
    ComplaintState.ANSWERED: "ok",
    ComplaintState.CLOSED: "ok",
    ComplaintState.NOT_ACCEPTED: "bad",
    ComplaintState.REDIRECTED: "warn",
    ComplaintState.WITHDRAWN: "",
}
_TITLES: Mapping[str, Promise] = {
    ComplaintAction.ACCEPT: gettext_lazy("已受理"),
    ComplaintAction.REFUSE: gettext_lazy("不予受理"),
    ComplaintAction.REDIRECT: gettext_lazy("已告知其他途径"),
    ComplaintAction.TRANSFER: gettext_lazy("已转送"),
    ComplaintAction.INVESTIGATE: gettext_lazy("开始调查"),
    ComplaintAction.EXTEND: gettext_lazy("已延期"),
    ComplaintAction.ANSWER: gettext_lazy("已答复"),
    ComplaintAction.ORDER: gettext_lazy("已交办整改"),
    ComplaintAction.CLOSE: gettext_lazy("已办结"),
    ComplaintAction.SUPPLEMENT: gettext_lazy("已补充材料"),
    ComplaintAction.WITHDRAW: gettext_lazy("已撤回"),
}
_WHOM_TO_ASK: Mapping[str, Promise] = {
    OtherPath.PETITION: gettext_lazy(
        "可以到当地信访接待场所，或者通过国家信访局网站提出（《信访工作条例》第十七条）。"
    ),
    OtherPath.REVIEW: gettext_lazy(
        "对行政行为不服的，一般自知道之日起60日内申请行政复议，或者六个月内向人民法院提起诉讼；收到的文书另有写明的，从其写明。"
    ),
    OtherPath.DISCIPLINE: gettext_lazy("向有管理权限的纪检监察机关反映，电话12388。"),
}


# --- for everybody -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """How long something takes: `days` in words."""

    title: str
    days: str
    basis: str


def _days(term: complaint_rules.Term) -> str:
    words = _("%s个工作日内") if term.is_working else _("%s日内")
    return words % term.days


def _answer_term() -> complaint_rules.Term:
    is_working = settings.COMPLAINT_ANSWER_IN_WORKING_DAYS
    return complaint_rules.answer_term(settings.COMPLAINT_ANSWER_DAYS, is_working=is_working)


def terms() -> list[Term]:
    """The three terms, each from the day of receipt."""
    return [
        Term(str(title), _days(term), term.basis)
        for title, term in (
            (_("不予受理的，告知理由"), complaint_rules.ACCEPTANCE),
            (_("需要转送的，转送有权单位"), complaint_rules.TRANSFER),
            (_("告知处理结果"), _answer_term()),
        )
    ]


def offices() -> list[Agency]:
    """The agencies with complaint officers: where to call, write and go."""
    posts = {"memberships__role__in": _OFFICER_ROLES, "memberships__user__is_active": True}
    return list(Agency.objects.listed().filter(**posts).distinct()[:_MOST_OFFICES])


# --- why that day -------------------------------------------------------------------------------------------------


def why_that_day(term: complaint_rules.Term, received_on: date, by: date, calendar: Calendar, *, moves: bool) -> str:
    """How `by` comes out of the term; empty where it does not, as after an extension."""
    if term.ends_on(received_on, calendar, moves=moves) != by:
        return ""
    if term.is_working:
        return _("收到次日起算%s个工作日。") % term.days
    last = received_on + timedelta(days=term.days)
    if last == by:
        return _("收到次日起算%s日。") % term.days
    words = {"days": term.days, "off": _short(last), "by": _short(by)}
    return _("收到次日起算%(days)s日；%(off)s是休息日，顺延到%(by)s。") % words


def _short(day: date) -> str:
    return date_format(day, pgettext("date format without year", "n月j日"))


def _why(row: Complaint, term: complaint_rules.Term, by: date, calendar: Calendar) -> str:
    return why_that_day(term, row.received_on, by, calendar, moves=settings.CALENDAR_TERMS_MOVE)


# --- the receipt --------------------------------------------------------------------------------------------------


def next_steps(row: Complaint) -> list[NextStep]:
    """From the day of receipt on, as if nothing else happened to it."""
    calendar = load_calendar()
    known = calendar.announced
    told = _("按您留下的联系方式告知，也可以凭编号和查询码查看。") if row.is_named else _("请凭编号和查询码查看。")
    planned = (
        (_("决定是否受理"), _("不予受理的，告知理由。"), complaint_rules.ACCEPTANCE, row.accept_by),
        (_("需要时转送有权单位"), _("转送以后，由接收单位办理。"), complaint_rules.TRANSFER, row.transfer_by),
        (_("告知处理结果"), told, row.answer_term, row.answer_by),
    )
    return [
        NextStep(title, _why(row, term, by, calendar) + text, term.basis, by, is_provisional=by.year not in known)
        for title, text, term, by in planned
    ]


# --- the case -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One point of the timeline. `text`: what the portal says; `note`: what somebody wrote; `by`: a day to come."""

    title: Promise | str
    on: date | None = None
    text: str = ""
    note: str = ""
    by: date | None = None
    is_now: bool = False
    is_to_come: bool = False


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    row: Complaint
    tone: str
    timeline: Sequence[Step]
    notice: str  # of a redirection or a refusal
    whom_to_ask: Promise | str
    remains: str  # what is left to him once he has the answer, and by which rule
    remains_basis: str
    evidence: Sequence[ComplaintFile]
    answers: Sequence[ComplaintFile]
    complainant: Sequence[Line]
    can_supplement: bool
    can_withdraw: bool


def complaint_page(row: Complaint, today: date) -> ComplaintPage:
    """Everything on the page of the case, as of `today`."""
    events = list(row.events.all())
    ending = (ComplaintAction.REDIRECT, ComplaintAction.REFUSE)
    files = list(shown_files(row))
    return ComplaintPage(
        row=row,
        tone=_TONES.get(row.state, "info"),
        timeline=_timeline(row, events, today),
        notice=next((event.public_note for event in events if event.action in ending), ""),
        whom_to_ask=_WHOM_TO_ASK.get(row.other_path, ""),
        remains=_remains() if row.answered_on else "",
        remains_basis=complaint_rules.FURTHER_WAYS,
        evidence=[file for file in files if file.kind == ComplaintFileKind.EVIDENCE],
        answers=[file for file in files if file.kind == ComplaintFileKind.ANSWER],
        complainant=_complainant(row),
        can_supplement=not reasons_against(row, ComplaintAction.SUPPLEMENT, None),
        can_withdraw=not reasons_against(row, ComplaintAction.WITHDRAW, None),
    )


def _remains() -> str:
    return _(
        "仍认为自己的合法权益受到侵犯的，可以向上一级行政机关或者政府信息公开工作主管部门投诉、举报，"
        "也可以依法申请行政复议或者提起行政诉讼；其他诉求可以走信访。"
    )


def shown_files(row: Complaint) -> Any:
    """What the complainant sent, and what he was answered with; never what the desk found for itself."""
    own = (ComplaintFileKind.EVIDENCE, ComplaintFileKind.ANSWER)
    return ComplaintFile.objects.filter(complaint=row, kind__in=own).select_related("file")


def _complainant(row: Complaint) -> Sequence[Line]:
    with suppress(Complainant.DoesNotExist):  # anonymous, or purged after its time
        return masked(row.complainant)
    return []


def _timeline(row: Complaint, events: Sequence[Any], today: date) -> list[Step]:
    steps = [Step(_("已收到"), row.received_on, _("%s提交。") % row.get_channel_display())]
    for event in events:
        title = _TITLES.get(event.action)
        if title is None:
            continue  # of the desk alone
        text = ""
        if event.action == ComplaintAction.EXTEND and event.answer_by:
            words = {"before": date_format(event.answer_by_before), "after": date_format(event.answer_by)}
            text = _("答复期限由 %(before)s 改为 %(after)s。") % words
        elif event.action == ComplaintAction.ANSWER:
            text = str(row.get_result_display())
        steps.append(Step(title, event.on, text=text, note=event.public_note))
    is_extended = any(event.action == ComplaintAction.EXTEND for event in events)
    return steps + ([] if row.is_ended or row.answered_on else _to_come(row, today, is_extended=is_extended))


def _to_come(row: Complaint, today: date, *, is_extended: bool) -> list[Step]:
    calendar = load_calendar()
    if row.state == ComplaintState.RECEIVED:
        now = Step(_("等待受理"), is_now=True)
        why = _why(row, complaint_rules.ACCEPTANCE, row.accept_by, calendar)
        coming = [Step(_("决定是否受理"), by=row.accept_by, text=why, is_to_come=True)]
    else:
        now, coming = Step(_("办理中"), is_now=True), []
    extended = _("已延期到%s。") % date_format(row.answer_by) if is_extended else ""
    told = extended or _why(row, row.answer_term, row.answer_by, calendar)
    if row.answer_by < today:
        told += _("已经超过期限，可以向办理单位询问。")
    return [now, *coming, Step(_("告知处理结果"), by=row.answer_by, text=told, is_to_come=True)]
