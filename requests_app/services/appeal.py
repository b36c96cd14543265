"""行政复议、行政诉讼 about a request, with the deadlines for our own answer (table 4 of the annual report).

Sources: 行政复议法 (2023) 第四十八、五十四、八十八条; 行政诉讼法 第六十七条. The 五日 and 十日 of the
former are working days by its 第八十八条 (text not read in full here); the 十五日 of the latter are calendar days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.html import clean_line
from govportal.models import Agency, User
from govportal.permissions import Permission
from govportal.workdays import Calendar, add_working_days
from requests_app.enums import AppealResult, AppealRoute
from requests_app.models import Appeal, InformationRequest
from requests_app.services.procedure import check


@dataclass(frozen=True, slots=True)
class AnswerTerm:
    """How long the agency has to answer after it got the copy."""

    days: int
    is_working: bool
    basis: str


ORDINARY_REVIEW = AnswerTerm(10, True, "《行政复议法》第四十八条、第八十八条")
SIMPLIFIED_REVIEW = AnswerTerm(5, True, "《行政复议法》第五十四条、第八十八条")
LAWSUIT = AnswerTerm(15, False, "《行政诉讼法》第六十七条")


def answer_term(route: str, *, is_simplified: bool) -> AnswerTerm:
    if route != AppealRoute.REVIEW:
        return LAWSUIT
    return SIMPLIFIED_REVIEW if is_simplified else ORDINARY_REVIEW


def answer_due(term: AnswerTerm, notified_on: date, calendar: Calendar) -> date:
    """The last day for our answer. A term in calendar days that ends on a day off moves to the next working day
    (《民事诉讼法》第八十五条)."""
    if term.is_working:
        return add_working_days(notified_on, term.days, calendar)
    return add_working_days(notified_on + timedelta(days=term.days - 1), 1, calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as it came in."""

    route: AppealRoute | str
    body: str
    filed_on: date
    notified_on: date
    case_number: str = ""
    is_simplified: bool = False
    after: Appeal | None = None
    note: str = ""


def reasons_against_recording(
    agency: Agency, request: InformationRequest | None, case: Case, actor: Any, today: date
) -> list[str]:
    """Why this case cannot be recorded; empty when it can."""
    reasons = _not_allowed(agency, actor)
    if not case.body.strip():
        reasons.append(_("请填写复议机关或者法院。"))
    if case.filed_on > today or case.notified_on > today:
        reasons.append(_("日期不能晚于今天。"))
    if case.notified_on < case.filed_on:
        reasons.append(_("收到副本的日期不能早于受理日期。"))
    if request and request.received_on and case.filed_on < request.received_on:
        reasons.append(_("受理日期不能早于收到申请的日期。"))
    if request and not _was_ours(request, agency):
        reasons.append(_("%s 不是本单位办理的申请。") % request.number)
    if case.route not in AppealRoute.values:
        reasons.append(_("请选择途径。"))
    elif case.route == AppealRoute.POST:
        reasons += _against_review_before(agency, request, case)
    return reasons


def _was_ours(request: InformationRequest, agency: Agency) -> bool:
    """Now, or before it was handed on: what an agency did not do in time stays its own."""
    return request.agency_id == agency.pk or request.assignments.filter(from_agency=agency).exists()


def _against_review_before(agency: Agency, request: InformationRequest | None, case: Case) -> list[str]:
    """复议后起诉: the review it follows, where the portal knows of it."""
    review = case.after
    if review is None:
        return [_("复议后起诉，须指明同一申请所经的复议。")] if request else []
    is_same = review.agency_id == agency.pk and review.request_id == (request.pk if request else None)
    if not is_same or review.route != AppealRoute.REVIEW:
        return [_("复议后起诉，须指明同一申请所经的复议。")]
    if review.result == AppealResult.PENDING or review.closed_on is None:
        return [_("所经的复议尚未审结。")]
    if case.filed_on < review.closed_on:
        return [_("起诉受理日期不能早于复议审结的日期。")]
    return []


def _not_allowed(agency: Agency, actor: Any) -> list[str]:
    if access.can(actor, Permission.HANDLE_REQUEST, agency):
        return []
    return [_("您在%s没有依申请公开经办的角色。") % agency.display_name]


@transaction.atomic
def record(
    agency: Agency, case: Case, *, actor: User, at: datetime, request: InformationRequest | None = None
) -> Appeal:
    """登记 a case against the agency; about a request where there is one."""
    check(reasons_against_recording(agency, request, case, actor, localdate(at)))
    term = answer_term(case.route, is_simplified=case.is_simplified)
    row = Appeal(
        request=request,
        agency=agency,
        route=case.route,
        after=case.after if case.route == AppealRoute.POST else None,
        case_number=clean_line(case.case_number),
        body=clean_line(case.body),
        is_simplified=case.is_simplified and case.route == AppealRoute.REVIEW,
        filed_on=case.filed_on,
        notified_on=case.notified_on,
        answer_due_on=answer_due(term, case.notified_on, load_calendar()),
        note=clean_line(case.note),
        recorded_by=actor,
        recorded_at=at,
    )
    row.clean_fields(exclude={"request", "agency", "after", "recorded_by"})
    row.save(force_insert=True)
    audit.record(actor, "appeal.record", row, agency=agency, basis=term.basis)
    return row


@transaction.atomic
def answer(appeal_id: int, answered_on: date, *, actor: User, at: datetime) -> Appeal:
    """登记答复、答辩."""
    row = _locked(appeal_id)
    reasons = _not_allowed(row.agency, actor)
    if row.answered_on:
        reasons.append(_("已经登记答复。"))
    if not row.notified_on <= answered_on <= localdate(at):
        reasons.append(_("答复日期不能早于收到副本之日，也不能晚于今天。"))
    elif row.closed_on and answered_on > row.closed_on:
        reasons.append(_("答复日期不能晚于审结日期。"))
    check(reasons)
    row.answered_on = answered_on
    row.save(update_fields=["answered_on"])
    audit.record(actor, "appeal.answer", row, agency=row.agency, after={"answered_on": answered_on.isoformat()})
    return row


@transaction.atomic
def close(appeal_id: int, result: AppealResult, closed_on: date, *, actor: User, at: datetime) -> Appeal:
    """登记结果: upheld, corrected or other, for good; table 4 of its year counts it."""
    row = _locked(appeal_id)
    reasons = _not_allowed(row.agency, actor)
    if row.result != AppealResult.PENDING:
        reasons.append(_("已经登记结果。"))
    if result == AppealResult.PENDING or result not in AppealResult.values:
        reasons.append(_("请选择结果。"))
    if not row.filed_on <= closed_on <= localdate(at):
        reasons.append(_("审结日期不能早于受理之日，也不能晚于今天。"))
    elif row.answered_on and closed_on < row.answered_on:
        reasons.append(_("审结日期不能早于答复日期。"))
    check(reasons)
    row.result, row.closed_on = result, closed_on
    row.save(update_fields=["result", "closed_on"])
    audit.record(actor, "appeal.close", row, agency=row.agency, after={"result": str(result)})
    return row


def _locked(appeal_id: int) -> Appeal:
    return Appeal.objects.select_for_update(of=("self",)).select_related("agency").get(pk=appeal_id)
