"""The clock in words: why a date is what it is, sentence by sentence, and why a history cannot be.

A sentence and its articles are kept apart, because articles are Chinese in every language.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from requests_app.clock import ClockKind, ClockState, Fault, FaultCode, Reading, Step, StepKey
from requests_app.clock_terms import TERMS, TermKey, term_on

STATUTE = "《政府信息公开条例》"

KIND_WORDS: Mapping[ClockKind, Promise] = MappingProxyType(
    {
        ClockKind.CORRECTION_ASKED: gettext_lazy("告知补正"),
        ClockKind.CORRECTED: gettext_lazy("收到补正的申请"),
        ClockKind.THIRD_PARTY_ASKED: gettext_lazy("征求第三方意见"),
        ClockKind.THIRD_PARTY_ANSWERED: gettext_lazy("收到第三方意见"),
        ClockKind.CO_AGENCY_ASKED: gettext_lazy("征求相关行政机关意见"),
        ClockKind.CO_AGENCY_ANSWERED: gettext_lazy("收到相关行政机关意见"),
        ClockKind.EXTENDED: gettext_lazy("延长答复期限"),
        ClockKind.DELAYED: gettext_lazy("延迟答复"),
        ClockKind.FEE_NOTIFIED: gettext_lazy("收费通知"),
        ClockKind.FEE_PAID: gettext_lazy("缴费"),
        ClockKind.ANSWERED: gettext_lazy("答复"),
        ClockKind.WITHDRAWN: gettext_lazy("撤回申请"),
        ClockKind.LAPSED: gettext_lazy("不再处理"),
    }
)
STATE_WORDS: Mapping[ClockState, Promise] = MappingProxyType(
    {
        ClockState.RUNNING: gettext_lazy("计时中"),
        ClockState.SUSPENDED: gettext_lazy("征求意见，不计时"),
        ClockState.AWAITING_CORRECTION: gettext_lazy("等待补正，停止计时"),
        ClockState.AWAITING_PAYMENT: gettext_lazy("等待缴费，停止计时"),
        ClockState.ENDED: gettext_lazy("已结束"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the explanation, without its full stop, and the articles behind it (may be empty)."""

    text: str
    basis: str
    due_on: date | None

    def __str__(self) -> str:
        """As it is printed in a letter."""
        return f"{self.text}（{self.basis}）。" if self.basis else f"{self.text}。"


def articles(*bases: str) -> str:
    """条例第三十二条、第三十三条第三款: the statute by its short name, once; empty and repeated ones left out."""
    short: list[str] = []
    for basis in dict.fromkeys(filter(None, bases)):
        is_statute = basis.startswith(STATUTE)
        names_it = any(name.startswith("条例") for name in short)
        short.append(basis.replace(STATUTE, "" if names_it else "条例") if is_statute else basis)
    return "、".join(short)


def day_words(day: date, beside: date) -> str:
    """A date; the year only where it differs from that of the day beside it."""
    if day.year == beside.year:
        return date_format(day, pgettext("date format without year", "n月j日"))
    return date_format(day, "DATE_FORMAT")


# --- the explanation ------------------------------------------------------------------------------------------


def explain(reading: Reading) -> list[Line]:
    """The trace of the fold as sentences; the last one is the date, or why there is none."""
    return [_line(step, reading) for step in reading.steps] + [_conclusion(reading)]


def _line(step: Step, reading: Reading) -> Line:
    text, *more = _SENTENCES[step.key](step, reading)
    return Line(text, articles(step.basis, *more), step.due_on)


def _facts(step: Step, reading: Reading) -> dict[str, object]:
    beside = reading.received_on
    return {
        "on": day_words(step.on, beside),
        "until": day_words(step.until, beside) if step.until else "",
        "days": step.days,
        "due": day_words(step.due_on, beside) if step.due_on else "",
    }


def _basis(key: TermKey, reading: Reading) -> str:
    return term_on(key, reading.received_on).basis


def _received(step: Step, reading: Reading) -> Iterable[str]:
    facts = _facts(step, reading) | {"on": date_format(step.on, "DATE_FORMAT")}
    if reading.counts_receipt_day:
        text = _("%(on)s收到申请，自当日起算%(days)s个工作日，到%(due)s届满") % facts
    else:
        text = _("%(on)s收到申请，自次日起算%(days)s个工作日，到%(due)s届满") % facts
    return text, _basis(TermKey.REPLY, reading)


def _correction_asked(step: Step, reading: Reading) -> Iterable[str]:
    words = _("%(on)s告知申请人补正，此前已计%(days)s个工作日；收到补正的申请之前停止计时")
    return (words % _facts(step, reading),)


def _corrected(step: Step, reading: Reading) -> Iterable[str]:
    words = _("%(on)s收到补正的申请，答复期限自此重新计算%(days)s个工作日，到%(due)s届满")
    return words % _facts(step, reading), _basis(TermKey.REPLY, reading)


def _fee_notified(step: Step, reading: Reading) -> Iterable[str]:
    words = _("%(on)s发出收费通知，此前已计%(days)s个工作日；缴费之前停止计时")
    return (words % _facts(step, reading),)


def _fee_paid(step: Step, reading: Reading) -> Iterable[str]:
    words = _("%(on)s缴清信息处理费，自次日起重新计算%(days)s个工作日，到%(due)s届满")
    return words % _facts(step, reading), _basis(TermKey.REPLY, reading)


def _question(step: Step, reading: Reading) -> Iterable[str]:
    """Asked and answered, asked in vain, or still open; then what that does to the date."""
    facts = _facts(step, reading)
    if step.is_carried:
        begun = _("此前的征求意见到%(until)s为止") % facts
    elif not step.is_silent:
        begun = str(_ANSWERED_WORDS[step.key]) % facts
    elif step.until and step.until > reading.today:
        begun = str(_OPEN_WORDS[step.key]) % facts
    else:
        begun = str(_SILENT_WORDS[step.key]) % facts
    if step.due_on is None:
        effect = _("期限已停止计算，没有影响")
    elif step.days:
        effect = _("其间%(days)s个工作日不计，顺延至%(due)s") % facts
    else:
        effect = _("没有另外不计的工作日，仍到%(due)s届满") % facts
    return pgettext("two clauses", "%(begun)s，%(effect)s") % {"begun": begun, "effect": effect}, _basis(
        TermKey.NOT_COUNTED, reading
    )


_ANSWERED_WORDS = {
    StepKey.THIRD_PARTY: gettext_lazy("%(on)s书面征求第三方意见，%(until)s收到意见"),
    StepKey.CO_AGENCY: gettext_lazy("%(on)s书面征求相关行政机关意见，%(until)s收到意见"),
}
_OPEN_WORDS = {
    StepKey.THIRD_PARTY: gettext_lazy("%(on)s书面征求第三方意见，最迟等到%(until)s"),
    StepKey.CO_AGENCY: gettext_lazy("%(on)s书面征求相关行政机关意见，最迟等到%(until)s"),
}
_SILENT_WORDS = {
    StepKey.THIRD_PARTY: gettext_lazy("%(on)s书面征求第三方意见，到%(until)s期满没有提出意见"),
    StepKey.CO_AGENCY: gettext_lazy("%(on)s书面征求相关行政机关意见，到%(until)s期满没有提出意见，视为同意公开"),
}


def _extended(step: Step, reading: Reading) -> Iterable[str]:
    return (_("%(on)s经批准延长%(days)s个工作日，延至%(due)s") % _facts(step, reading),)


def _delayed(step: Step, reading: Reading) -> Iterable[str]:
    return (_("%(on)s确定延迟%(days)s个工作日答复，延至%(due)s") % _facts(step, reading),)


def _answered(step: Step, reading: Reading) -> Iterable[str]:
    if step.due_on and step.on > step.due_on:
        return (_("%(on)s作出答复，晚于答复期限") % _facts(step, reading),)
    return (_("%(on)s作出答复，已计%(days)s个工作日") % _facts(step, reading),)


def _withdrawn(step: Step, reading: Reading) -> Iterable[str]:
    return (_("%(on)s申请人撤回申请，计时结束") % _facts(step, reading),)


def _lapsed(step: Step, reading: Reading) -> Iterable[str]:
    return (_("%(on)s因申请人逾期没有补正或者缴费，不再处理，计时结束") % _facts(step, reading),)


_SENTENCES: Mapping[StepKey, Callable[[Step, Reading], Iterable[str]]] = MappingProxyType(
    {
        StepKey.RECEIVED: _received,
        StepKey.CORRECTION_ASKED: _correction_asked,
        StepKey.CORRECTED: _corrected,
        StepKey.THIRD_PARTY: _question,
        StepKey.CO_AGENCY: _question,
        StepKey.EXTENDED: _extended,
        StepKey.DELAYED: _delayed,
        StepKey.FEE_NOTIFIED: _fee_notified,
        StepKey.FEE_PAID: _fee_paid,
        StepKey.ANSWERED: _answered,
        StepKey.WITHDRAWN: _withdrawn,
        StepKey.LAPSED: _lapsed,
    }
)


def _conclusion(reading: Reading) -> Line:
    if reading.due_on is None:
        return Line(_no_date_words(reading), "", None)
    facts = {
        "due": date_format(reading.due_on, "DATE_FORMAT"),
        "weekday": date_format(reading.due_on, "l"),
        "years": years_words(reading.provisional_years),
    }
    if reading.is_provisional:
        text = _("最迟答复日期暂估为%(due)s（%(weekday)s）：%(years)s年的节假日安排还没有发布，日期可能变动") % facts
    else:
        text = _("最迟答复日期：%(due)s（%(weekday)s）") % facts
    return Line(text, "", reading.due_on)


def years_words(years: Iterable[int]) -> str:
    return pgettext("between years", "、").join(str(year) for year in years)


def _no_date_words(reading: Reading) -> str:
    if reading.state is ClockState.ENDED:
        return _("计时停止后没有重新开始，没有答复日期")
    if reading.steps[-1].key is StepKey.FEE_NOTIFIED or reading.state is ClockState.AWAITING_PAYMENT:
        return _("缴清费用之后才有最迟答复日期")
    return _("收到补正的申请之后才有最迟答复日期")


# --- impossible histories -------------------------------------------------------------------------------------


def fault_words(fault: Fault) -> str:
    """Why an event cannot be, for the person who entered it, with the articles."""
    line = fault_line(fault)
    return line.text + (f"（{line.basis}）" if line.basis else "")


def fault_line(fault: Fault) -> Line:
    """The same with the articles apart."""
    return Line(_fault_text(fault), articles(fault.basis) if fault.event else "", None)


def _fault_text(fault: Fault) -> str:
    if fault.event is None:
        if fault.code is FaultCode.NO_RULE:
            first_on = min(term.in_force_from for term in TERMS if term.key is TermKey.REPLY)
            words = _("收到申请的日期早于%(first)s，那时现行的期限规定还没有施行。")
            return words % {"first": date_format(first_on, "DATE_FORMAT")}
        return _("收到申请的日期超出了可以计算的范围。")
    facts = {
        "event": KIND_WORDS[fault.event.kind],
        "on": date_format(fault.event.on, "DATE_FORMAT"),
        "bound": date_format(fault.bound, "DATE_FORMAT") if isinstance(fault.bound, date) else fault.bound,
    }
    return str(_FAULT_WORDS[fault.code]) % facts


_FAULT_WORDS: Mapping[FaultCode, Promise] = MappingProxyType(
    {
        FaultCode.NO_RULE: gettext_lazy("%(event)s（%(on)s）：这一天还没有可以适用的规定。"),
        FaultCode.OUT_OF_RANGE: gettext_lazy("%(event)s（%(on)s）：日期超出了可以计算的范围。"),
        FaultCode.BEFORE_RECEIPT: gettext_lazy("%(event)s（%(on)s）：不能早于收到申请的日期%(bound)s。"),
        FaultCode.OUT_OF_ORDER: gettext_lazy("%(event)s（%(on)s）：排在它前面的事项是%(bound)s，日期的先后不对。"),
        FaultCode.AFTER_END: gettext_lazy("%(event)s（%(on)s）：办理已于%(bound)s结束。"),
        FaultCode.NOT_ASKED: gettext_lazy("%(event)s（%(on)s）：此前没有对应的告知、征求意见或者收费通知。"),
        FaultCode.TWICE: gettext_lazy("%(event)s（%(on)s）：已经有过一次，不能重复。"),
        FaultCode.STANDS_STILL: gettext_lazy("%(event)s（%(on)s）：自%(bound)s起停止计时，等待补正或者缴费。"),
        FaultCode.WRONG_DAYS: gettext_lazy("%(event)s（%(on)s）：工作日数应为1到%(bound)s。"),
        FaultCode.AFTER_DUE: gettext_lazy("%(event)s（%(on)s）：最迟应在答复期限%(bound)s当日作出。"),
        FaultCode.DELIVERED_EARLY: gettext_lazy("%(event)s（%(on)s）：送达日期不能早于发出日期。"),
    }
)
