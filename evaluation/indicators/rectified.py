"""按时整改: of the rectifications whose last day lies in the period, those reported on that day or before it.

Named by their numbers: an order that is taken back is shown no longer, and its words must not live on in an archive.
"""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from disclosure.enums import RectificationState
from disclosure.models import Rectification
from evaluation.indicators.addresses import addresses
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged
from evaluation.scoring import ON_TIME, Case


def rows(span: Span) -> Iterator[Rectification]:
    due = Rectification.objects.public().filter(due_on__range=(span.since, span.until))
    columns = ("number", "agency_id", "due_on", "state", "reported_on")
    return due.only(*columns).order_by("due_on", "pk").iterator(chunk_size=10_000)


def cases(rows: Iterable[Rectification], span: Span) -> Iterator[AgencyCase]:
    address = addresses("rectification", arguments=2)
    for row in rows:
        # A report that was sent back is none.
        reported_on = None if row.state == RectificationState.RETURNED else span.known(row.reported_on)
        if span.is_settled(row.due_on, reported_on):
            leads_to = address(*row.address_numbers)
            case = Case(row.number, row.number, iso(row.due_on), iso(reported_on), address=leads_to)
            yield row.agency_id, judged(case, ON_TIME)


INDICATOR = AutomaticIndicator(
    "rectified",
    _("按时整改"),
    _("整改期限在统计期内届满的整改，在期限当天或者以前报告整改情况的占多少。核实未通过的，到重新报告时算报告。"),
    _("整改通知规定的期限"),
    ON_TIME,
    rows,
    cases,
    case_word=_("件"),
)
