"""栏目更新: of the sections an agency has, those that were updated lately enough when the period ended.

Updated when an edition becomes public, as disclosure/measures.py counts it; an archive that was taken over counts by
the day its texts were public, not by the day they came in.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Case as Choice
from django.db.models import F, Q, When, Window
from django.db.models.functions import RowNumber
from django.utils.functional import lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disclosure.enums import EditionState, Procedure, TimingUnit
from disclosure.measures import fresh_since
from disclosure.models import Edition
from disclosure.queries import readable
from disclosure.rules import FRESHNESS_BASIS, FRESHNESS_RULES, FreshnessRule
from evaluation.indicators.addresses import addresses
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged, midnight, official
from evaluation.scoring import NO_FAULT, Case

_TAKEN_OVER = Q(procedure=Procedure.MIGRATION)
# Of each only the last can be the last of a section; in each either every text was taken over or none.
_ALIKE: Any = (F("item__agency_id"), F("item__item_type"), Q(document_number=""), _TAKEN_OVER)
_LATEST_FIRST = (Choice(When(_TAKEN_OVER, then="published_on")).desc(), F("published_at").desc(), F("pk").desc())


class Row(NamedTuple):
    """The last update of an agency of one type, with a 文号 or without; rows of one agency follow each other."""

    agency_id: int
    item_type: str
    is_numbered: bool
    day: date
    slug: str
    index_number: str


def last_day(span: Span) -> date:
    """The day by which it is asked: the last of the period, or the day of measuring where that comes first."""
    return min(span.until, span.as_of)


def rows(span: Span) -> Iterator[Row]:
    day = last_day(span)
    public = Q(~_TAKEN_OVER, published_at__lt=midnight(day + timedelta(days=1))) | Q(_TAKEN_OVER, published_on__lte=day)
    found = Edition.objects.filter(readable("item__"), public, state=EditionState.PUBLISHED)
    place = Window(RowNumber(), partition_by=_ALIKE, order_by=_LATEST_FIRST)
    latest: Any = found.annotate(place=place).filter(place=1).order_by("item__agency_id", "-published_at", "-pk")
    columns = ("item__agency_id", "item__item_type", "document_number", "procedure", "published_on", "published_at",
               "item__slug", "item__index_number")  # fmt: skip
    for agency_id, kind, document_number, procedure, on, at, slug, number in latest.values_list(*columns).iterator():
        updated = on if procedure == Procedure.MIGRATION else localdate(at)
        yield Row(agency_id, kind, bool(document_number), updated, slug, number)


def _latest(rule: FreshnessRule, rows: Iterable[Row]) -> Row | None:
    """The last update of what the section shows; None where it never had anything."""
    shown = [
        row
        for row in rows
        if (not rule.types or row.item_type in rule.types) and rule.is_numbered in (None, row.is_numbered)
    ]
    return max(shown, key=lambda row: row.day, default=None)


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    day, address = last_day(span), addresses("item")
    sections = [
        (rule, official(rule.label), official(_within(rule)), localdate(fresh_since(rule, day)))
        for rule in FRESHNESS_RULES
    ]
    for agency_id, own in groupby(rows, key=lambda row: row.agency_id):
        of_agency = list(own)
        for rule, label, within, fresh_from in sections:
            if row := _latest(rule, of_agency):
                passed = f"到 {day.month}月{day.day}日已 {(day - row.day).days} 天"
                fault = f"最近更新 {iso(row.day)}，限 {within}，{passed}" if row.day < fresh_from else ""
                title = f"{label}（{row.index_number}）"
                case = Case(rule.key, title, done_on=iso(row.day), fault=fault, address=address(row.slug))
                yield agency_id, judged(case, NO_FAULT)


def _term(rule: FreshnessRule) -> str:
    words = gettext("%s 个月") if rule.within.unit == TimingUnit.MONTH else gettext("%s 天")
    return words % rule.within.n


_within = lazy(_term, str)


def _rule() -> str:
    sections = gettext("、").join(f"{rule.label} {_within(rule)}" for rule in FRESHNESS_RULES)
    words = gettext(
        "统计期最后一天（没有到期的，取数当天），本单位已有的栏目在规定时间以内更新过的占多少：%s。首页按本单位公开的全部信息算。"
        "每个栏目列出最近更新的那件信息。"
    )
    return words % sections


_RULE = lazy(_rule, str)()

INDICATOR = AutomaticIndicator(
    "freshness",
    _("栏目更新"),
    _RULE,
    _(FRESHNESS_BASIS),
    NO_FAULT,
    rows,
    cases,
    case_word=_("个栏目"),
    done_word=_("最近更新"),
)
