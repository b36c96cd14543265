"""States, days left and terms of a complaint as staff read them: in words, the colour only says it again."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import toned
from govportal.workdays import Calendar, working_days_between
from requests_app import complaint_rules
from requests_app.complaint_enums import ComplaintResult, ComplaintState
from requests_app.complaint_queues import SOON
from requests_app.models import Complaint

STATE_TONES = {
    ComplaintState.RECEIVED: "warn",
    ComplaintState.ANSWERED: "ok",
    ComplaintState.CLOSED: "ok",
    ComplaintState.NOT_ACCEPTED: "ok",
    ComplaintState.REDIRECTED: "ok",
    ComplaintState.WITHDRAWN: "ok",
}
_RESULT_TONES = {ComplaintResult.UPHELD: "bad", ComplaintResult.PARTLY: "warn", ComplaintResult.NOT_UPHELD: "ok"}


def state_mark(row: Complaint) -> SafeString:
    return toned(row.get_state_display(), STATE_TONES.get(ComplaintState(row.state), "info"))


def result_mark(row: Complaint) -> SafeString | str:
    return toned(row.get_result_display(), _RESULT_TONES[ComplaintResult(row.result)]) if row.result else ""


def left_words(day: date, today: date, calendar: Calendar) -> SafeString | str:
    """还有 2 个工作日: yellow from three, red when overdue."""
    if day < today:
        late = working_days_between(day, today, calendar)
        return toned(_("逾期 %s 个工作日") % late if late else _("已逾期"), "bad")
    if day == today:
        return toned(_("今天到期"), "warn")
    left = working_days_between(today, day, calendar)
    words = _("还有 %s 个工作日") % left
    return toned(words, "warn") if left <= SOON else words


def left_mark(row: Complaint, today: date, calendar: Calendar) -> SafeString | str:
    """Of the next thing that is owed to the complainant."""
    return left_words(row.due_on, today, calendar) if row.due_on else "—"


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term: `rule` how it is counted, `basis` where that stands, `words` how it stands with it today."""

    label: Promise | str
    day: date
    rule: str
    basis: str
    words: SafeString | str


def _rule(term: complaint_rules.Term) -> str:
    days = _("%s 个工作日") % term.days if term.is_working else _("%s 日") % term.days
    return _("收到次日起算 %s") % days


def _kept(day: date, done_on: date) -> SafeString:
    words = {"day": done_on.isoformat()}
    if done_on <= day:
        return toned(_("%(day)s 已办") % words, "ok")
    return toned(_("%(day)s 已办，晚于期限") % words, "bad")


def terms_of(row: Complaint, today: date, calendar: Calendar) -> list[TermLine]:
    """受理、转送、答复, each with its last day and why."""
    answer = row.answer_term
    decided_on = row.accepted_on or (row.closed_on if row.state != ComplaintState.WITHDRAWN else None)
    usual_day = answer.ends_on(row.received_on, calendar, moves=settings.CALENDAR_TERMS_MOVE)
    is_put_off = row.answer_by > usual_day
    basis = f"{answer.basis}；{_('已延期')}：{complaint_rules.EXTENSION_BASIS}" if is_put_off else answer.basis
    lines = (
        (gettext_lazy("决定是否受理"), row.accept_by, complaint_rules.ACCEPTANCE, "", decided_on),
        (gettext_lazy("转送有权单位"), row.transfer_by, complaint_rules.TRANSFER, "", row.transferred_on),
        (gettext_lazy("答复"), row.answer_by, answer, basis, row.answered_on),
    )
    return [
        TermLine(label, day, _rule(term), own or term.basis, _standing(row, term, day, done_on, today, calendar))
        for label, day, term, own, done_on in lines
    ]


def _standing(
    row: Complaint, term: complaint_rules.Term, day: date, done_on: date | None, today: date, calendar: Calendar
) -> SafeString | str:
    if done_on:
        return _kept(day, done_on)
    if row.is_ended:
        return _("不再需要")
    if term is complaint_rules.TRANSFER and row.state not in {ComplaintState.RECEIVED, ComplaintState.ACCEPTED}:
        return _("本单位直接办理，没有转送")
    return left_words(day, today, calendar)
