"""上栏率: of what was published and is to hang on a notice board by its entry, what hung there (docs/adr/0016)."""

from collections.abc import Iterable, Iterator

from django.db.models import Subquery
from django.utils.translation import gettext_lazy as _

from disclosure.models import Obligation
from evaluation.indicators.obligations import Row, cases_of, fell_due, listed
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span
from evaluation.scoring import MET


def rows(span: Span) -> Iterator[Row]:
    """`met_on` of a row: the day its item was first posted on a board. What was met after `as_of` owes no wall yet."""
    posted = Obligation.objects.hangings().order_by("sheet__posted_on").values("sheet__posted_on")[:1]
    owed = fell_due(span).to_the_public().owed_to_the_wall().filter(met_on__lte=span.as_of)
    return listed(owed.annotate(posted_on=Subquery(posted)), done_on="posted_on")


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    """What was published before its last day owes the wall that day, and is a case from then on."""
    for agency_id, case in cases_of(rows, span, MET):
        yield agency_id, case if case.earned else case._replace(fault=_NOT_POSTED)


_NOT_POSTED = "已在网上公开，到取数时公开栏没有张贴"  # a record, Chinese on every page


INDICATOR = AutomaticIndicator(
    "notice_board",
    _("上栏率"),
    _(
        "统计期内到期、已经在网上公开、公开渠道又包括公开栏的事项，到取数时已经在本单位或者上级单位公开栏张贴过的占多少。"
    ),
    _("公开事项目录的公开渠道和载体"),
    MET,
    rows,
    cases,
    case_word=_("项"),
    done_word=_("张贴"),
)
