"""报送: of the reports owed to the superior body in the period, those filed on the last day or before it."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from disclosure.enums import ObligationKind
from evaluation.indicators.obligations import Row, cases_of, fell_due, listed
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span
from evaluation.scoring import ON_TIME


def rows(span: Span) -> Iterator[Row]:
    return listed(fell_due(span).filter(kind=ObligationKind.FILING))


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    return cases_of(rows, span, ON_TIME)


INDICATOR = AutomaticIndicator(
    "reports_filed",
    _("按时报送"),
    _("统计期内应当向上级机关报送的报告、统计，在期限当天或者以前报送的占多少。"),
    _("公开事项目录的报送时限"),
    ON_TIME,
    rows,
    cases,
    case_word=_("份"),
)
