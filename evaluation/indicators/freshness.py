"""栏目更新: of the sections an agency has, those that were updated lately enough when the period ended.

Updated when an edition becomes public, as disclosure/measures.py counts it; an archive that was taken over counts by
the day its texts were public, not by the day they came in.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Max, Q
from django.utils.functional import lazy
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disclosure.enums import EditionState, Procedure, TimingUnit
from disclosure.measures import fresh_since
from disclosure.models import Edition
from disclosure.queries import readable
from disclosure.rules import FRESHNESS_BASIS, FRESHNESS_RULES, FreshnessRule
from evaluation.indicators.addresses import address_of
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged, midnight, official
from evaluation.scoring import NO_FAULT, Case

_TAKEN_OVER = Q(procedure=Procedure.MIGRATION)


class Row(NamedTuple):
    """The latest updates of one agency in the order of FRESHNESS_RULES; None where the section never had anything."""

    agency_id: int
    code: str
    latest: tuple[date | None, ...]


def last_day(span: Span) -> date:
    """The day by which it is asked: the last of the period, or the day of measuring where that comes first."""
    return min(span.until, span.as_of)


def rows(span: Span) -> Iterator[Row]:
    day = last_day(span)
    public = Q(~_TAKEN_OVER, published_at__lt=midnight(day + timedelta(days=1))) | Q(_TAKEN_OVER, published_on__lte=day)
    latest = {}
    for rule in FRESHNESS_RULES:
        latest[f"{rule.key}_at"] = Max("published_at", filter=_shown_in(rule) & ~_TAKEN_OVER)
        latest[f"{rule.key}_on"] = Max("published_on", filter=_shown_in(rule) & _TAKEN_OVER)
    found = Edition.objects.filter(readable("item__"), public, state=EditionState.PUBLISHED).order_by()
    agencies: Any = found.values("item__agency_id", "item__agency__code").annotate(**latest)
    for row in agencies.order_by("item__agency_id"):
        days = (_later(row[f"{rule.key}_at"], row[f"{rule.key}_on"]) for rule in FRESHNESS_RULES)
        yield Row(row["item__agency_id"], row["item__agency__code"], tuple(days))


def _shown_in(rule: FreshnessRule) -> Q:
    shown = Q(item__item_type__in=rule.types) if rule.types else Q(pk__isnull=False)
    if rule.is_numbered is None:
        return shown
    unnumbered = Q(document_number="")
    return shown & (~unnumbered if rule.is_numbered else unnumbered)


def _later(at: datetime | None, on: date | None) -> date | None:
    return max((day for day in (localdate(at) if at else None, on) if day), default=None)


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    day = last_day(span)
    sections = [
        (rule.key, official(rule.label), official(_within(rule)), localdate(fresh_since(rule, day)), _query(rule))
        for rule in FRESHNESS_RULES
    ]
    listing = address_of("items")
    for row in rows:
        for (key, label, within, fresh_from, query), latest in zip(sections, row.latest, strict=True):
            if latest:
                passed = f"到 {day.month}月{day.day}日已 {(day - latest).days} 天"
                fault = f"最近更新 {iso(latest)}，限 {within}，{passed}"
                case = Case(
                    key,
                    label,
                    done_on=iso(latest),
                    fault=fault if latest < fresh_from else "",
                    address=f"{listing}?{urlencode([('agency', row.code), *query])}",
                )
                yield row.agency_id, judged(case, NO_FAULT)


def _term(rule: FreshnessRule) -> str:
    words = gettext("%s 个月") if rule.within.unit == TimingUnit.MONTH else gettext("%s 天")
    return words % rule.within.n


_within = lazy(_term, str)


def _query(rule: FreshnessRule) -> list[tuple[str, str]]:
    return [("type", kind) for kind in rule.types]


def _rule() -> str:
    sections = gettext("、").join(f"{rule.label} {_within(rule)}" for rule in FRESHNESS_RULES)
    words = gettext(
        "统计期最后一天（没有到期的，取数当天），本单位已有的栏目在规定时间以内更新过的占多少：%s。首页按本单位公开的全部信息算。"
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
