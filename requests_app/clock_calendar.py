"""The days of the clock for the eye: months as tables, the present count as a strip, the working in rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from govportal.workdays import add_working_days, is_working_day
from requests_app.clock import DayKind, DayMark, Reading, Step, StepKey
from requests_app.clock_terms import TermKey, term_on
from requests_app.clock_trace import ADDITIONS, QUESTIONS, STARTS, STOPS
from requests_app.clock_words import articles, day_words, explain, years_words

MOST_MONTHS = 24  # of a table; a delay of a year fits, a wait of centuries does not
MOST_STRIP_DAYS = 120  # narrower than that a day cannot be seen

_START_LABELS: Mapping[StepKey, Promise] = MappingProxyType(
    {
        StepKey.RECEIVED: pgettext_lazy("a day", "收到"),
        StepKey.CORRECTED: pgettext_lazy("a day", "补正"),
        StepKey.FEE_PAID: pgettext_lazy("a day", "缴费"),
    }
)
_LABELS: Mapping[DayKind, Promise] = MappingProxyType(
    {
        DayKind.DAY_OFF: pgettext_lazy("a day", "休"),
        DayKind.SUSPENDED: pgettext_lazy("a day", "停"),
        DayKind.WAITING: pgettext_lazy("a day", "等"),
    }
)
# Names of CSS classes in components/clock.css.
_CLASSES: Mapping[DayKind, str] = MappingProxyType(
    {
        DayKind.START: "day-mark",
        DayKind.COUNTED: "day-on",
        DayKind.ADDED: "day-ext",
        DayKind.SUSPENDED: "day-stop",
        DayKind.WAITING: "day-stop",
        DayKind.DAY_OFF: "",
    }
)


def day_label(mark: DayMark) -> str:
    """What a day is, in a word or two: 收到, 第3日, 停, 休."""
    if mark.key:
        return str(_START_LABELS[mark.key])
    if mark.number:
        return _("第%(n)s日") % {"n": mark.number}
    return str(_LABELS[mark.kind])


# --- months ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a month. `number` stands alone where the label is 第n日, so that a page can set it narrower."""

    on: date
    label: str
    number: int | None
    classes: str
    is_makeup: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month that hold a day of the clock, Monday first; None outside the month."""

    first_on: date
    weeks: list[list[Cell | None]]

    @property
    def title(self) -> str:
        return date_format(self.first_on, "YEAR_MONTH_FORMAT")


def weekday_heads() -> list[str]:
    """The heads of the seven columns of a month."""
    return pgettext("heads of a week from Monday, parted by blanks", "一 二 三 四 五 六 日").split()


def calendar_months(reading: Reading, today: date) -> list[Month]:
    """The months from the receipt to the due date; the first MOST_MONTHS of them."""
    last_on = date(reading.received_on.year + MOST_MONTHS // 12, reading.received_on.month, 1)
    marks: dict[date, DayMark] = {}
    for mark in reading.days():
        if mark.on >= last_on:
            break
        marks[mark.on] = mark
    months = []
    for (year, month), days in groupby(marks, key=lambda day: (day.year, day.month)):
        shown = list(days)
        months.append(Month(date(year, month, 1), list(_weeks(shown, marks, reading, today))))
    return months


def _weeks(
    days: list[date], marks: Mapping[date, DayMark], reading: Reading, today: date
) -> Iterator[list[Cell | None]]:
    monday, month = days[0] - timedelta(days=days[0].weekday()), days[0].month
    while monday <= days[-1]:
        week = [monday + timedelta(days=n) for n in range(7)]
        yield [_cell(day, marks.get(day), reading, today) if day.month == month else None for day in week]
        monday += timedelta(days=7)


def _cell(day: date, mark: DayMark | None, reading: Reading, today: date) -> Cell:
    is_worked = is_working_day(day, reading.calendar)
    is_makeup = is_worked and day.weekday() >= 5
    label = day_label(mark) if mark else ""
    number = mark.number if mark and not mark.key else None
    classes = [_CLASSES[mark.kind]] if mark else []
    if mark is None and not is_worked:
        label = str(_LABELS[DayKind.DAY_OFF])
    if day == today:
        classes.append("day-today")
        label, number = pgettext("a day", "今天"), None
    if day == reading.due_on:
        classes.append("day-due")
        label, number = (pgettext("a day", "今天到期") if day == today else pgettext("a day", "到期")), None
    if day == reading.ended_on:
        classes.append("day-mark")
        label, number = pgettext("a day", "结束"), None
    return Cell(day, label, number, " ".join(filter(None, classes)), is_makeup)


# --- the strip ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StripDay:
    """One working day of the present count."""

    classes: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The working days since the last start, and the same in a sentence."""

    days: list[StripDay]
    summary: str


def strip(reading: Reading) -> Strip | None:
    """None while the clock stands still, and where the days are too many for a line."""
    if reading.due_on is None:
        return None
    shown: list[DayMark] = []
    for mark in reading.days():
        if mark.kind is DayKind.START:
            shown = []
        if mark.number or mark.kind is DayKind.SUSPENDED:
            shown.append(mark)
    if not 0 < len(shown) <= MOST_STRIP_DAYS:
        return None
    now_on = max((mark.on for mark in shown if mark.on <= reading.today), default=None)
    days = []
    for mark in shown:
        kind = _CLASSES[DayKind.COUNTED if mark.kind is DayKind.START else mark.kind]
        extra = ["now"] if mark.on == now_on and not reading.ended_on else []
        extra += ["todo"] if mark.on > reading.today else []
        days.append(StripDay(" ".join([kind, *extra])))
    return Strip(days, _strip_summary(shown))


def _strip_summary(shown: list[DayMark]) -> str:
    """计入 5 日，停 8 日，计入 15 日，延长 10 日."""
    words = {
        DayKind.COUNTED: gettext_lazy("计入 %(n)s 日"),
        DayKind.ADDED: gettext_lazy("延长 %(n)s 日"),
        DayKind.SUSPENDED: gettext_lazy("停 %(n)s 日"),
    }
    runs = groupby(shown, key=lambda mark: DayKind.COUNTED if mark.kind is DayKind.START else mark.kind)
    return _("，").join(str(words[kind]) % {"n": len(list(run))} for kind, run in runs)


# --- the working ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the 算式: what, how many working days, from when to when, the date after it, by which articles."""

    label: str
    days: str
    span: str
    due_on: date | None
    basis: str


def working(reading: Reading) -> list[Row]:
    """The steps that give, leave out or add days, and a stop that still stands: the last row has the date, or none."""
    rows, due_on = [], None
    for step in reading.steps:
        if step.key in STARTS | QUESTIONS | ADDITIONS or (step.key in STOPS and step.until is None):
            rows.append(_row(step, reading, due_on))
        due_on = step.due_on
    return rows


def _row(step: Step, reading: Reading, due_before: date | None) -> Row:
    beside = reading.received_on
    basis = articles(step.basis)
    if step.key in STARTS:
        counts = reading.counts_receipt_day and step.key is not StepKey.FEE_PAID
        first_on = add_working_days(step.on - timedelta(days=counts), 1, reading.calendar)
        basis = articles(term_on(TermKey.REPLY, reading.received_on).basis, step.basis)
        return Row(
            str(_ROW_LABELS[step.key]), str(step.days), _("%(on)s起") % {"on": day_words(first_on, beside)},
            step.due_on, basis,
        )  # fmt: skip
    if step.key in STOPS:
        first_on = add_working_days(step.on, 1, reading.calendar)
        return Row(
            str(_ROW_LABELS[step.key]), str(_LABELS[DayKind.SUSPENDED]),
            _("%(on)s起") % {"on": day_words(first_on, beside)}, None, basis,
        )  # fmt: skip
    if step.key in QUESTIONS:
        basis = articles(step.basis, term_on(TermKey.NOT_COUNTED, reading.received_on).basis)
        days = _("停 %(n)s") % {"n": step.days}
        first_on, last_on = add_working_days(step.on, 1, reading.calendar), step.until
    else:
        days = _("＋%(n)s") % {"n": step.days}
        first_on, last_on = add_working_days(due_before or step.on, 1, reading.calendar), step.due_on
    span = ""
    if last_on and first_on <= last_on:
        span = _("%(first)s—%(last)s") % {"first": day_words(first_on, beside), "last": day_words(last_on, beside)}
    return Row(str(_ROW_LABELS[step.key]), days, span, step.due_on, basis)


_ROW_LABELS: Mapping[StepKey, Promise] = MappingProxyType(
    {
        StepKey.RECEIVED: gettext_lazy("法定答复期限"),
        StepKey.CORRECTION_ASKED: gettext_lazy("告知补正"),
        StepKey.FEE_NOTIFIED: gettext_lazy("收费通知"),
        StepKey.CORRECTED: gettext_lazy("补正后重新计算"),
        StepKey.FEE_PAID: gettext_lazy("缴费后重新计算"),
        StepKey.THIRD_PARTY: gettext_lazy("征求第三方意见"),
        StepKey.CO_AGENCY: gettext_lazy("征求相关行政机关意见"),
        StepKey.EXTENDED: gettext_lazy("延长答复期限"),
        StepKey.DELAYED: gettext_lazy("延迟答复"),
    }
)


# --- together -------------------------------------------------------------------------------------------------


def clock_context(reading: Reading, today: date) -> dict[str, Any]:
    """What requests_app/clock_due.html and clock_explained.html show."""
    announced = set(range(reading.received_on.year, (reading.due_on or reading.today).year + 1))
    return {
        "reading": reading,
        "lines": explain(reading),
        "strip": strip(reading),
        "months": calendar_months(reading, today),
        "weekdays": weekday_heads(),
        "working": working(reading),
        "announced_years": years_words(sorted(announced - set(reading.provisional_years))[:3]),
    }
