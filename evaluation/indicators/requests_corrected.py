"""复议诉讼纠错: reviews and suits about requests that were decided in the period, and those that went against us."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from evaluation.enums import Formula
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, judged, official
from evaluation.scoring import NO_FAULT, Case
from requests_app.enums import AppealResult, AppealRoute
from requests_app.models import Appeal


class Row(NamedTuple):
    pk: int
    agency_id: int
    route: str
    result: str


def rows(span: Span) -> Iterator[Row]:
    decided = Appeal.objects.filter(closed_on__range=(span.since, span.until), closed_on__lte=span.as_of)
    found = decided.order_by("closed_on", "pk").values_list("pk", "agency_id", "route", "result")
    return (Row(*values) for values in found.iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], _span: Span) -> Iterator[AgencyCase]:
    """Neither the number nor the day of a case: judgements are on the web, with names."""
    routes = {route.value: official(route.label) for route in AppealRoute}
    fault = official(AppealResult.CORRECTED.label)
    for row in rows:
        case = Case(f"appeal-{row.pk}", routes[row.route], fault=fault if row.result == AppealResult.CORRECTED else "")
        yield row.agency_id, judged(case, NO_FAULT)


INDICATOR = AutomaticIndicator(
    "requests_corrected",
    _("复议诉讼纠错"),
    _("统计期内审结的信息公开行政复议、行政诉讼，结果为纠正的，每件算一例。"),
    _("《中华人民共和国政府信息公开条例》第五十一条"),
    NO_FAULT,
    rows,
    cases,
    formula=Formula.DEDUCT,
    case_word=_("件"),
)
