"""依申请公开按时答复: of the requests that were answered or fell due in the period, those answered in their term.

A request counts once: on the day it was answered, or, if that came first, on its last day. One withdrawn in time needed
no answer and does not count. Nor does what a ledger brought in closed: a ledger tells when it came and when it was
closed, but not what moved its last day between, so that nobody can say that it was late; and to count only those that
certainly were not would make every ledger perfect.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged
from evaluation.scoring import ON_TIME, Case
from requests_app.enums import State
from requests_app.models import InformationRequest


class Row(NamedTuple):
    """A request; `due_on`: the last day by its clock, extensions and pauses reckoned in."""

    number: str
    agency_id: int
    due_on: date
    closed_on: date | None
    state: str


def rows(span: Span) -> Iterator[Row]:
    period = (span.since, span.until)
    answered_first = Q(closed_on__range=period, closed_on__lt=F("due_on"))
    due_first = Q(Q(closed_on=None) | Q(closed_on__gte=F("due_on")), due_on__range=period)
    found = InformationRequest.objects.filter(answered_first | due_first).order_by("due_on", "pk")
    columns = ("number", "agency_id", "due_on", "closed_on", "state")
    return (Row(*values) for values in found.values_list(*columns).iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    for row in rows:
        done_on = span.known(row.closed_on)
        in_time = done_on is not None and done_on <= row.due_on
        if span.is_settled(row.due_on, done_on) and not (in_time and row.state == State.WITHDRAWN):
            # Of what was asked the title says nothing: people write their own affairs into it.
            case = Case(row.number, "依申请公开申请", iso(row.due_on), iso(done_on))
            yield row.agency_id, judged(case, ON_TIME)


INDICATOR = AutomaticIndicator(
    "requests_on_time",
    _("依申请公开按时答复"),
    _(
        "统计期内答复的，以及答复期限在统计期内届满的申请，在法定期限当天或者以前答复的占多少。"
        "补正、征求意见、延期已经计入期限；期限内撤回的申请不计。台账导入的已办结申请也不计："
        "台账只有收到和办结的日期，没有补正、征求意见、延期的日期，算不出答复期限。"
    ),
    _("《中华人民共和国政府信息公开条例》第三十三条"),
    ON_TIME,
    rows,
    cases,
    case_word=_("件"),
)
