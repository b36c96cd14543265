"""意见征集反馈: of the consultations whose outcome was promised for the period, those that told it in time."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from disclosure.models import Item
from disclosure.queries import readable
from evaluation.indicators.addresses import addresses
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged
from evaluation.scoring import ON_TIME, Case


class Row(NamedTuple):
    """意见征集; `outcome_by`: the day promised in it, `outcome_on`: the day the public could first read the outcome."""

    agency_id: int
    slug: str
    index_number: str
    outcome_by: date | None
    outcome_on: date | None


def rows(span: Span) -> Iterator[Row]:
    promised = Item.objects.consultations().filter(readable(), outcome_by__range=(span.since, span.until))
    found = promised.order_by("outcome_by", "pk").values_list(*Row._fields)
    return (Row(*values) for values in found.iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    address = addresses("item")
    for row in rows:
        # Between two days there may stand what is none: the text of an archive is compared as text.
        if row.outcome_by and span.is_settled(row.outcome_by, span.known(row.outcome_on)):
            done_on = iso(span.known(row.outcome_on))
            case = Case(row.slug, row.index_number, iso(row.outcome_by), done_on, address=address(row.slug))
            yield row.agency_id, judged(case, ON_TIME)


INDICATOR = AutomaticIndicator(
    "consultations_answered",
    _("意见征集反馈"),
    _("承诺在统计期内公布采纳情况的意见征集，在承诺当天或者以前公布的占多少。"),
    _("《重大行政决策程序暂行条例》（国务院令第713号）第十八、二十九条"),
    ON_TIME,
    rows,
    cases,
    case_word=_("次"),
)
