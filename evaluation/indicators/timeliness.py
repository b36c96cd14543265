"""及时率: of the obligations to the public that fell due in the period, those met on the last day or before it."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from evaluation.indicators.obligations import Row, cases_of, due_in_period
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span
from evaluation.scoring import ON_TIME


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    return cases_of(rows, span, ON_TIME)


INDICATOR = AutomaticIndicator(
    "timeliness",
    _("及时率"),
    _("统计期内到期的公开事项，在期限当天或者以前公开的占多少。"),
    _("公开事项目录的公开时限"),
    ON_TIME,
    due_in_period,
    cases,
    case_word=_("项"),
)
