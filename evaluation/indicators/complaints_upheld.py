"""投诉举报属实: complaints about an agency that were closed in the period, and those that turned out to be right."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from evaluation.enums import Formula
from evaluation.indicators.addresses import addresses
from evaluation.indicators.complaints import TITLE, countable, opaque, shuffled
from evaluation.indicators.items import where_readable
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, judged, official
from evaluation.scoring import NO_FAULT, Case
from requests_app.complaint_enums import ComplaintResult, ComplaintState
from requests_app.complaint_rules import RULES
from requests_app.models import Complaint

KEY = "complaints_upheld"
_RIGHT = (ComplaintResult.UPHELD, ComplaintResult.PARTLY)


class Row(NamedTuple):
    """A complaint; `slug` of its public summary where everybody can read that, else empty."""

    number: str
    agency_id: int
    result: str
    slug: str


def rows(span: Span) -> Iterator[Row]:
    closed = Complaint.objects.filter(state=ComplaintState.CLOSED, closed_on__range=countable(span))
    found = closed.annotate(slug=where_readable("summary__", "slug")).order_by("pk")
    return (Row(*values) for values in found.values_list(*Row._fields).iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], _span: Span) -> Iterator[AgencyCase]:
    address = addresses("item")
    words = {result.value: f"经查{official(result.label)}" for result in _RIGHT}
    found = []
    for row in rows:
        evidence = address(row.slug) if row.slug else ""
        case = Case(opaque(KEY, row.number), TITLE, fault=words.get(row.result, ""), address=evidence)
        found.append((row.agency_id, judged(case, NO_FAULT)))
    return iter(shuffled(found))


INDICATOR = AutomaticIndicator(
    KEY,
    _("投诉举报属实"),
    _(
        "统计期内办结的针对本单位的投诉举报，经查属实或者部分属实的，每件算一例。"
        "只计已经结束的季度；为保护投诉人，不公布每件的编号和日期。"
    ),
    _(RULES),
    NO_FAULT,
    rows,
    cases,
    formula=Formula.DEDUCT,
    case_word=_("件"),
)
