"""Coverage, timeliness, standardisation and freshness, counted from rows alone (domain §5). Nobody types them in.

公开面, 及时率: obligations to the public that fell due in the period, and those met before they did; reports to
the superior body are no publications and stay out. 规范率: items published in the period. 更新: sections by
国办秘函〔2019〕19号, other standing columns by the obligations of their entries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from disclosure.enums import READABLE_STATES, Audience, Category, ItemState, ObligationKind, TimingUnit
from disclosure.models import Item, Obligation
from disclosure.obligation_periods import add_months
from disclosure.queries import ItemQuerySet, ObligationQuerySet
from disclosure.rules import (
    COVERAGE_TARGET,
    FRESHNESS_BASIS,
    FRESHNESS_RULES,
    STANDARD_TARGET,
    STANDARD_TARGETS,
    TARGETS_BASIS,
    FreshnessRule,
)
from disclosure.types import ITEM_TYPES, ItemType
from govportal.models import Agency

_STANDING = (ObligationKind.RECURRING, ObligationKind.REVIEW)
_OF_ITEM = {"agency"}  # never empty; all other required metadata stand in the edition
_EMPTY: tuple[Any, ...] = (None, "", [])
_Tally = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """numerator of denominator. `target` in percent, None where no policy sets one."""

    key: str  # "coverage", "timeliness", "standardisation", "freshness.<section>", "freshness.standing"
    label: Promise | str
    numerator: int
    denominator: int
    target: int | None
    basis: Promise | str
    _cases: Callable[[], QuerySet[Any]]
    _misses: Callable[[QuerySet[Any]], QuerySet[Any]]

    @property
    def cases(self) -> QuerySet[Any]:
        """The rows of the denominator: of Obligation or Item; of a section its items, the latest update first."""
        return self._cases()

    @property
    def misses(self) -> QuerySet[Any]:
        """Those of the cases that are not in the numerator."""
        return self._misses(self.cases)

    @property
    def rate(self) -> Fraction | None:
        """None when nothing was due: never 100 % of nothing."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without a target or without cases."""
        return None if self.target is None or self.rate is None else self.rate * 100 >= self.target


@dataclass(frozen=True, slots=True)
class _Span:
    today: date
    since: date

    def obligations(self, **only: Any) -> ObligationQuerySet:
        return Obligation.objects.to_the_public().decided(self.today, self.since).filter(**only)

    def items(self, **only: Any) -> ItemQuerySet:
        """Public items published in the period."""
        return _readable(**only).filter(published_on__range=(self.since, self.today))


def _readable(**only: Any) -> ItemQuerySet:
    return Item.objects.filter(audience=Audience.PUBLIC, state__in=READABLE_STATES, **only)


def measures(agency: Agency | None, *, today: date, since: date) -> list[Measure]:
    """The measures of one agency, or (None) of all together, over `since` to `today`, both included."""
    span, only = _Span(today, since), {"agency": agency} if agency else {}
    level = agency.level if agency else _site_level()
    owed, written, sections = (tally.get(None, {}) for tally in _tallies(span, "", only))
    return _measures(span, owed, written, sections, level=level, of_obligation=only, of_item=only)


def by_agency(today: date, since: date) -> Mapping[Agency, list[Measure]]:
    """The same of every active agency that owed or published something, in the order of the register. Four queries."""
    span = _Span(today, since)
    owed, written, sections = _tallies(span, "agency_id", {})
    found = owed.keys() | written.keys() | sections.keys()
    agencies = [agency for agency in Agency.objects.listed() if agency.pk in found]
    return {
        agency: _measures(
            span,
            owed.get(agency.pk, {}),
            written.get(agency.pk, {}),
            sections.get(agency.pk, {}),
            level=agency.level,
            of_obligation={"agency": agency},
            of_item={"agency": agency},
        )
        for agency in agencies
    }


def by_category(today: date, since: date) -> Mapping[str, list[Measure]]:
    """The same by category of the catalogue (every value of Category, in its order). Four queries."""
    span, level = _Span(today, since), _site_level()
    owed, written, sections = _tallies(span, "category", {})
    return {
        category: _measures(
            span,
            owed.get(category, {}),
            written.get(category, {}),
            sections.get(category, {}),
            level=level,
            of_obligation={"entry__category": category},
            of_item={"category": category},
        )
        for category in Category.values
    }


def _site_level() -> str:
    return (
        Agency.objects.filter(parent=None, is_active=True).order_by("position").values_list("level", flat=True).first()
        or ""
    )


def _tallies(span: _Span, key: str, only: Mapping[str, Any]) -> tuple[dict[Any, _Tally], ...]:
    """Obligations, items of the period and sections, counted by the key ("" for all together). Three queries."""
    of_obligation = {"category": "entry__category"}.get(key, key)
    standing = Q(kind__in=_STANDING)
    owed = _grouped(
        span.obligations(**only),
        of_obligation,
        due=Count("pk"),
        met=Count("pk", filter=Q(met_on__isnull=False)),
        on_time=Count("pk", filter=Q(met_on__lte=F("due_on"))),
        standing=Count("pk", filter=standing),
        standing_met=Count("pk", filter=standing & Q(met_on__isnull=False)),
    )
    written = _grouped(span.items(**only), key, published=Count("pk"), complete=Count("pk", filter=complete()))
    latest = {rule.key: Max("updated_at", filter=_shown_in(rule)) for rule in FRESHNESS_RULES}
    return owed, written, _grouped(_current(**only), key, **latest)


def _grouped(rows: QuerySet[Any], key: str, **counts: Any) -> dict[Any, _Tally]:
    if not key:
        return {None: rows.aggregate(**counts)}
    return {row.pop(key): row for row in rows.order_by().values(key).annotate(**counts)}


def _current(**only: Any) -> ItemQuerySet:
    """Items whose last change was a publication or an amendment, not their end."""
    return Item.objects.filter(audience=Audience.PUBLIC, state__in=[ItemState.LIVE, ItemState.PARTLY_VOID], **only)


def _measures(
    span: _Span,
    owed: _Tally,
    written: _Tally,
    sections: _Tally,
    *,
    level: str,
    of_obligation: dict[str, Any],
    of_item: dict[str, Any],
) -> list[Measure]:
    def due() -> QuerySet[Any]:
        return span.obligations(**of_obligation)

    return [
        Measure(
            "coverage", _("公开面"), owed.get("met", 0), owed.get("due", 0), COVERAGE_TARGET, TARGETS_BASIS,
            due, lambda rows: rows.filter(met_on__isnull=True),
        ),
        Measure(
            "timeliness", _("及时率"), owed.get("on_time", 0), owed.get("due", 0), None, _("公开事项的时限"),
            due, lambda rows: rows.exclude(met_on__isnull=False, met_on__lte=F("due_on")),
        ),
        Measure(
            "standardisation", _("规范率"), written.get("complete", 0), written.get("published", 0),
            STANDARD_TARGETS.get(level, STANDARD_TARGET), TARGETS_BASIS,
            lambda: span.items(**of_item), lambda rows: rows.exclude(pk__in=rows.filter(complete()).values("pk")),
        ),
        *(_freshness(rule, sections.get(rule.key), span.today, of_item) for rule in FRESHNESS_RULES),
        Measure(
            "freshness.standing", _("其他常设栏目更新"), owed.get("standing_met", 0), owed.get("standing", 0),
            COVERAGE_TARGET, _("公开事项的时限"),
            lambda: due().filter(kind__in=_STANDING), lambda rows: rows.filter(met_on__isnull=True),
        ),
    ]  # fmt: skip


def _freshness(rule: FreshnessRule, latest: datetime | None, today: date, of_item: Mapping[str, Any]) -> Measure:
    """One section: 1 of 1 while its latest update is young enough, 0 of 0 where it never had anything."""
    is_fresh = latest is not None and latest >= fresh_since(rule, today)
    return Measure(
        f"freshness.{rule.key}",
        _("%s更新") % rule.label,
        int(is_fresh),
        int(latest is not None),
        COVERAGE_TARGET,
        FRESHNESS_BASIS,
        lambda: _current(**of_item).filter(_shown_in(rule)).latest_change_first(),
        lambda rows: rows.none() if is_fresh else rows,
    )


def fresh_since(rule: FreshnessRule, today: date) -> datetime:
    """The moment (Beijing midnight) from which on an update keeps the section fresh today."""
    n = rule.within.n
    day = add_months(today, -n) if rule.within.unit == TimingUnit.MONTH else today - timedelta(days=n)
    return make_aware(datetime.combine(day, time.min))


def _shown_in(rule: FreshnessRule) -> Q:
    shown = Q(item_type__in=rule.types) if rule.types else Q()
    return shown if rule.is_numbered is None else shown & Q(document_number="", _negated=rule.is_numbered)


@cache
def complete() -> Q:
    """Items with no missing element: types.missing_elements of the current edition, as a condition."""
    return reduce(or_, (Q(item_type=key) & _complete(kind) for key, kind in ITEM_TYPES.items()))


def _complete(kind: ItemType) -> Q:
    condition = Q()
    for name in kind.required:
        if name in _OF_ITEM:
            continue
        column = f"current_edition__{name}"
        condition &= Q(**{f"{column}__isnull": False}) if name.endswith("_on") else ~Q(**{column: ""})
    for field in kind.extra:
        if field.is_required:
            column = f"current_edition__extra__{field.key}"
            condition &= Q(current_edition__extra__has_key=field.key)
            for empty in _EMPTY:
                condition &= ~Q(**{column: empty})
    return condition
