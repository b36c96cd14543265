"""公开面: of the obligations to the public that fell due in the period, those that were met at all (domain §5)."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from evaluation.indicators.obligations import Row, cases_of, due_in_period
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span
from evaluation.scoring import MET


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    return cases_of(rows, span, MET)


INDICATOR = AutomaticIndicator(
    "coverage",
    _("公开面"),
    _("统计期内到期的公开事项，到取数时已经公开的占多少。本期没有此类信息并已签署声明的，算已公开。"),
    _("公开事项目录的公开时限"),
    MET,
    due_in_period,
    cases,
    case_word=_("项"),
)
