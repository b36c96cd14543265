"""The terms of complaints as data, and the day each ends. Pure: calendar and settings are passed in.

No statute counts days for complaints about disclosure; the terms are those of the model rules of the field, which a
county may set otherwise. A changed rule is a new line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from django.utils.translation import gettext_noop

from govportal.workdays import Calendar, add_working_days, is_working_day
from requests_app.complaint_enums import ComplaintGround

RULES = gettext_noop("《政务公开投诉举报受理工作制度》")
# Who may complain, and to whom: 上一级行政机关 or the department in charge.
RIGHT_TO_COMPLAIN = "《中华人民共和国政府信息公开条例》第四十七条第二款、第五十一条"
# What is left to whom the answer does not satisfy.
FURTHER_WAYS = "《中华人民共和国政府信息公开条例》第五十一条"
CONFIDENTIALITY = f"{RULES}第八条"


@dataclass(frozen=True, slots=True)
class Term:
    """So many days after receipt, which itself does not count: working days, else days of the calendar."""

    days: int
    is_working: bool
    basis: str

    def ends_on(self, received_on: date, calendar: Calendar, *, moves: bool) -> date:
        """The last day. `moves`: one that ends on a day off ends on the next working day (CALENDAR_TERMS_MOVE)."""
        if self.is_working:
            return add_working_days(received_on, self.days, calendar)
        day = received_on + timedelta(days=self.days)
        return day if not moves or is_working_day(day, calendar) else add_working_days(day, 1, calendar)


# 不予受理的理由: told within 5 days of receipt, so that by then it is decided whether to accept.
ACCEPTANCE = Term(5, is_working=False, basis=f"{RULES}第七条第六项")
# 转交有关单位 within 5 working days of receipt.
TRANSFER = Term(5, is_working=True, basis=f"{RULES}第七条第三项")


def answer_term(days: int, *, is_working: bool) -> Term:
    """实名的7日内告知; a county may set another term (COMPLAINT_ANSWER_DAYS and its unit).

    Who gave no name is told nothing but what the query code shows; the office keeps the same term with itself.
    """
    return Term(days, is_working=is_working, basis=f"{RULES}第七条第五项")


EXTENSION_BASIS = f"{RULES}第七条第四项"
# No rule limits how long an extension may be. This is the portal's bound, that of petitions
# (《信访工作条例》第三十四条: 60日, with 30 more).
LONGEST_EXTENSION = timedelta(days=90)

# 第四条 of the model rules counts the grounds as 项.
_ITEMS = "一二三四五六七八九"
GROUND_BASIS: Mapping[ComplaintGround, str] = MappingProxyType(
    {ground: f"{RULES}第四条第{_ITEMS[position]}项" for position, ground in enumerate(ComplaintGround)}
)
