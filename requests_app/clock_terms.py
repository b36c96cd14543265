"""The terms of 依申请公开 as data: how many working days, by which article, since when. Pure.

A new law is a new row, never an edited one. A request keeps the rules of the day it was received on; the terms of
third parties, co-agencies and payment begin with a letter and follow the rules of its day.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from govportal.workdays import Calendar, add_working_days, is_working_day


class TermKey(StrEnum):
    RECEIPT = "receipt"
    CORRECTION = "correction"
    THIRD_PARTY = "third_party"
    REPLY = "reply"
    EXTENSION = "extension"
    NOT_COUNTED = "not_counted"
    CO_AGENCY = "co_agency"
    DELAY = "delay"
    ANSWER = "answer"
    PAYMENT = "payment"
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class Term:
    """`days` in working days; None where the article decides something but gives no number."""

    key: TermKey
    days: int | None
    basis: str
    in_force_from: date
    is_verified: bool = True  # False: the full official text has not been read


_STATUTE = date(2019, 5, 15)  # 国务院令第711号
_CHARGES = date(2021, 1, 1)  # 国办函〔2020〕109号

TERMS = (
    # 收到申请的时间
    Term(TermKey.RECEIPT, None, "《政府信息公开条例》第三十一条", _STATUTE),
    # 自收到申请之日起7个工作日内一次性告知补正; the period to correct is set by the agency and only "reasonable"
    Term(TermKey.CORRECTION, 7, "《政府信息公开条例》第三十条", _STATUTE),
    # 自收到征求意见书之日起15个工作日内提出意见; whoever is silent leaves the decision to the agency
    Term(TermKey.THIRD_PARTY, 15, "《政府信息公开条例》第三十二条", _STATUTE),
    # 自收到申请之日起20个工作日内予以答复
    Term(TermKey.REPLY, 20, "《政府信息公开条例》第三十三条第二款", _STATUTE),
    # 延长的期限最长不得超过20个工作日
    Term(TermKey.EXTENSION, 20, "《政府信息公开条例》第三十三条第二款", _STATUTE),
    # 征求第三方和其他机关意见所需时间不计算在内
    Term(TermKey.NOT_COUNTED, None, "《政府信息公开条例》第三十三条第三款", _STATUTE),
    # 自收到征求意见书之日起15个工作日内提出意见; silence is consent
    Term(TermKey.CO_AGENCY, 15, "《政府信息公开条例》第三十四条", _STATUTE),
    # 延迟答复的合理期限: the statute gives no number
    Term(TermKey.DELAY, None, "《政府信息公开条例》第三十五条", _STATUTE),
    Term(TermKey.ANSWER, None, "《政府信息公开条例》第三十六条", _STATUTE),
    # 自收到收费通知次日起20个工作日内缴纳; the reply period begins again on the day after payment
    Term(TermKey.PAYMENT, 20, "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）", _CHARGES, is_verified=False),
    Term(TermKey.DAY_OFF, None, "《全国年节及纪念日放假办法》", _STATUTE),
)

# The statute says 合理 and no more: a guard against slips of the hand, one year of working days.
LONGEST_DELAY = 250

_NEWEST_FIRST = {
    key: sorted((term for term in TERMS if term.key is key), key=lambda term: term.in_force_from, reverse=True)
    for key in TermKey
}


class NoTermInForce(LookupError):
    """No row of TERMS was in force on the day."""


def term_on(key: TermKey, day: date) -> Term:
    """The row that governs what begins on the day. Raises NoTermInForce."""
    for term in _NEWEST_FIRST[key]:
        if term.in_force_from <= day:
            return term
    raise NoTermInForce(f"no term {key} in force on {day}")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term of `days` working days, and the article that sets it."""

    due_on: date
    days: int
    basis: str


def deadline(key: TermKey, begins_on: date, calendar: Calendar, *, counts_first_day: bool = False) -> Deadline:
    """The last day of the term. Raises NoTermInForce, and ValueError for a term without a number."""
    term = term_on(key, begins_on)
    if term.days is None:
        raise ValueError(f"{term.basis} gives no number of days")
    counts_today = counts_first_day and is_working_day(begins_on, calendar)
    due_on = add_working_days(begins_on, term.days - counts_today, calendar)
    return Deadline(due_on, term.days, term.basis)
