"""States and days left as staff read them: in words and shape, the colour only says it again."""

from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from disclosure.admin.register_verbs import toned
from govportal.workdays import Calendar, working_days_between
from requests_app.enums import CONSULTING_STATES, State
from requests_app.models import InformationRequest
from requests_app.queues import SOON, WAITING_FOR_APPLICANT

STATE_TONES = {
    State.RECEIVED: "warn",
    State.CORRECTED: "warn",
    State.REPLIED: "ok",
    State.WITHDRAWN: "ok",
    State.LAPSED: "ok",
}


def state_mark(row: InformationRequest) -> SafeString:
    return toned(row.get_state_display(), STATE_TONES.get(State(row.state), "info"))


def days_left(row: InformationRequest, today: date, calendar: Calendar) -> int | None:
    """Working days to the due day, negative when it is behind; None where none runs now."""
    if row.is_closed or row.due_on is None or row.state in CONSULTING_STATES:
        return None
    return working_days_between(today, row.due_on, calendar)


def left_mark(row: InformationRequest, today: date, calendar: Calendar) -> SafeString | str:
    """剩余工作日: yellow from three, red when overdue."""
    if row.is_closed:
        return "—"
    if row.is_overdue(today):
        days = -working_days_between(today, row.due_on or today, calendar)
        return toned(_("逾期 %s 个工作日") % days if days else _("已逾期"), "bad")
    if row.state in WAITING_FOR_APPLICANT:
        return _("停止计时")
    if row.state in CONSULTING_STATES:
        return _("不计时")
    left = days_left(row, today, calendar)
    if left is None:
        return _("未定收到日期")
    if row.due_on == today:
        return toned(_("今天到期"), "warn")
    return toned(_("还有 %s 个") % left, "warn") if left <= SOON else _("还有 %s 个") % left


def due_words(row: InformationRequest) -> Any:
    """2026-12-07（暂估）."""
    if row.due_on is None:
        return ""
    return f"{row.due_on.isoformat()}{_('（暂估）') if row.is_provisional else ''}"
