"""投诉举报按时答复: of the complaints a desk had to answer in the period, those it answered in their term.

Counts for the desk that handles them. Counted as 1 or 0, so that no day of a case is published.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from evaluation.indicators.complaints import TITLE, countable, opaque, shuffled
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span
from evaluation.scoring import COUNTED, Case
from requests_app.complaint_enums import ComplaintState
from requests_app.complaint_rules import RULES
from requests_app.models import Complaint

KEY = "complaints_on_time"
_NOT_OWED = (ComplaintState.NOT_ACCEPTED, ComplaintState.REDIRECTED, ComplaintState.WITHDRAWN)


class Row(NamedTuple):
    number: str
    desk_id: int
    answer_by: date
    answered_on: date | None


def rows(span: Span) -> Iterator[Row]:
    owed = Complaint.objects.exclude(state__in=_NOT_OWED).filter(answer_by__range=countable(span))
    found = owed.order_by("pk").values_list("number", "desk_id", "answer_by", "answered_on")
    return (Row(*values) for values in found.iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], _span: Span) -> Iterator[AgencyCase]:
    """Of quarters that are over: an answer in its term was given by now."""
    found = []
    for row in rows:
        in_time = row.answered_on is not None and row.answered_on <= row.answer_by
        found.append((row.desk_id, Case(opaque(KEY, row.number), TITLE, earned=int(in_time))))
    return iter(shuffled(found))


INDICATOR = AutomaticIndicator(
    KEY,
    _("投诉举报按时答复"),
    _(
        "本单位受理的投诉举报，答复期限在统计期内届满的，在期限当天或者以前答复的占多少。"
        "只计已经结束的季度；为保护投诉人，不公布每件的编号和日期。"
    ),
    _(RULES),
    COUNTED,
    rows,
    cases,
    case_word=_("件"),
)
