"""Coverage, timeliness, standardisation and freshness, counted from rows alone (domain §5). Nobody types them in.

公开面, 及时率: obligations to the public that fell due in the period, and those met before they did; reports to
the superior body are no publications and stay out. 规范率: items published in the period. 更新: sections by
国办秘函〔2019〕19号, updated when an edition becomes public (a remark, a restored or a blanked text is no update);
other standing columns by the obligations of their entries. 上栏率: of the obligations that an item met and whose
entry names the notice board among its channels, those whose item hung on one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from disclosure.enums import READABLE_STATES, Audience, Category, ItemState, ObligationKind, TimingUnit
from disclosure.models import Item, Obligation
from disclosure.obligation_periods import add_months
from disclosure.queries import OWED_TO_THE_WALL, ItemQuerySet, ObligationQuerySet
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
# Items that a section still shows as they were published.
_CURRENT = Q(state__in=(ItemState.LIVE, ItemState.PARTLY_VOID))
_Tally = dict[str, Any]
# Keys of a tally that hold a moment; the others are counts.
_MOMENTS = frozenset(rule.key for rule in FRESHNESS_RULES)


@dataclass(frozen=True, slots=True)
class Measure:
    """numerator of denominator. `target` in percent, None where no policy sets one."""

    key: str  # "coverage", "timeliness", "standardisation", "notice_board", "freshness.<section>", "freshness.standing"
    label: Promise | str
    numerator: int
    denominator: int
    target: int | None
    basis: Promise | str
    _cases: Callable[[], QuerySet[Any]]
    _misses: Callable[[QuerySet[Any]], QuerySet[Any]]

    @property
    def cases(self) -> QuerySet[Any]:
        """The rows of the denominator: of Obligation or Item; of a section its items, the latest change first."""
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
class _Scope:
    """What is counted: over `since` to `today`, of one agency or category or of all."""

    today: date
    since: date
    agency: Agency | None = None
    category: str = ""

    def obligations(self) -> ObligationQuerySet:
        rows = Obligation.objects.public().to_the_public().decided(self.today, self.since)
        if self.agency:
            rows = rows.filter(agency=self.agency)
        return rows.filter(entry__category=self.category) if self.category else rows

    def in_period(self) -> Q:
        return Q(published_on__range=(self.since, self.today))

    def items(self) -> ItemQuerySet:
        """Public items published in the period."""
        return self.readable().filter(self.in_period())

    def current(self) -> ItemQuerySet:
        return self.readable().filter(_CURRENT)

    def readable(self) -> ItemQuerySet:
        rows = Item.objects.filter(audience=Audience.PUBLIC, state__in=READABLE_STATES)
        if self.agency:
            rows = rows.filter(agency=self.agency)
        return rows.filter(category=self.category) if self.category else rows


@dataclass(frozen=True, slots=True)
class Overview:
    """The measures of all together; of every active agency that owed or published something, in the order of the
    register; of every value of Category, in its order."""

    total: list[Measure]
    agencies: Mapping[Agency, list[Measure]]
    categories: Mapping[str, list[Measure]]


def measures(agency: Agency | None, *, today: date, since: date, category: str = "") -> list[Measure]:
    """The measures of one agency, or (None) of all together, over `since` to `today`, both included.

    `category`: a value of Category, of what belongs to it alone.
    """
    scope = _Scope(today, since, agency, category)
    return _measures(scope, _sum(_tallies(scope).values()), level=agency.level if agency else _site_level())


def overview(today: date, since: date) -> Overview:
    """All, by agency and by category. Four queries, however many there are."""
    scope, level = _Scope(today, since), _site_level()
    tallies = _tallies(scope)
    of_agency: dict[int, list[_Tally]] = defaultdict(list)
    of_category: dict[str, list[_Tally]] = defaultdict(list)
    for (agency_id, category), tally in tallies.items():
        of_agency[agency_id].append(tally)
        of_category[category].append(tally)
    return Overview(
        _measures(scope, _sum(tallies.values()), level=level),
        {
            agency: _measures(replace(scope, agency=agency), _sum(of_agency[agency.pk]), level=agency.level)
            for agency in Agency.objects.listed()
            if agency.pk in of_agency
        },
        {
            category: _measures(replace(scope, category=category), _sum(of_category[category]), level=level)
            for category in Category.values
        },
    )


def _site_level() -> str:
    return (
        Agency.objects.filter(parent=None, is_active=True).order_by("position").values_list("level", flat=True).first()
        or ""
    )


def _tallies(scope: _Scope) -> dict[tuple[int, str], _Tally]:
    """Obligations, items of the period and sections, counted by agency and category. Two queries."""
    met, standing, published = Q(met_on__isnull=False), Q(kind__in=_STANDING), scope.in_period()
    owed = {
        "due": Count("pk"),
        "met": Count("pk", filter=met),
        "on_time": Count("pk", filter=Q(met_on__lte=F("due_on"))),
        "standing": Count("pk", filter=standing),
        "standing_met": Count("pk", filter=standing & met),
        "walled": Count("pk", filter=OWED_TO_THE_WALL),
        "hung": Count("pk", filter=OWED_TO_THE_WALL & Q(Exists(Obligation.objects.hangings()))),
    }
    written = {
        "published": Count("pk", filter=published),
        "complete": Count("pk", filter=published & complete()),
        **{
            rule.key: Max("current_edition__published_at", filter=_CURRENT & _shown_in(rule))
            for rule in FRESHNESS_RULES
        },
    }
    found: dict[tuple[int, str], _Tally] = defaultdict(dict)
    for rows, category, counts in (
        (scope.obligations(), "entry__category", owed),
        (scope.readable(), "category", written),
    ):
        for row in rows.order_by().values("agency_id", category).annotate(**counts):
            found[row.pop("agency_id"), row.pop(category)] |= row
    return found


def _sum(tallies: Iterable[_Tally]) -> _Tally:
    """Counts added up, moments the latest of them; what stands in none of them is missing."""
    total: _Tally = {}
    for tally in tallies:
        for key, value in tally.items():
            if value is not None:
                before = total.get(key)
                total[key] = value if before is None else max(before, value) if key in _MOMENTS else before + value
    return total


def _measures(scope: _Scope, tally: _Tally, *, level: str) -> list[Measure]:
    def n(key: str) -> int:
        return int(tally.get(key, 0))

    return [
        Measure(
            "coverage", _("公开面"), n("met"), n("due"), COVERAGE_TARGET, TARGETS_BASIS,
            scope.obligations, lambda rows: rows.filter(met_on__isnull=True),
        ),
        Measure(
            "timeliness", _("及时率"), n("on_time"), n("due"), None, _("公开事项的时限"),
            scope.obligations, lambda rows: rows.exclude(met_on__isnull=False, met_on__lte=F("due_on")),
        ),
        Measure(
            "standardisation", _("规范率"), n("complete"), n("published"),
            STANDARD_TARGETS.get(level, STANDARD_TARGET), TARGETS_BASIS,
            scope.items, lambda rows: rows.exclude(pk__in=rows.filter(complete()).values("pk")),
        ),
        Measure(
            "notice_board", _("上栏率"), n("hung"), n("walled"), None, _("公开事项的公开渠道和载体"),
            lambda: scope.obligations().owed_to_the_wall(),
            lambda rows: rows.exclude(pk__in=scope.obligations().on_the_wall().values("pk")),
        ),
        *(_freshness(rule, tally.get(rule.key), scope) for rule in FRESHNESS_RULES),
        Measure(
            "freshness.standing", _("其他常设栏目更新"), n("standing_met"), n("standing"),
            COVERAGE_TARGET, _("公开事项的时限"),
            lambda: scope.obligations().filter(kind__in=_STANDING), lambda rows: rows.filter(met_on__isnull=True),
        ),
    ]  # fmt: skip


def _freshness(rule: FreshnessRule, latest: datetime | None, scope: _Scope) -> Measure:
    """One section: 1 of 1 while its latest update is young enough, 0 of 0 where it never had anything."""
    is_fresh = latest is not None and latest >= fresh_since(rule, scope.today)
    return Measure(
        f"freshness.{rule.key}",
        _("%s更新") % rule.label,
        int(is_fresh),
        int(latest is not None),
        COVERAGE_TARGET,
        FRESHNESS_BASIS,
        lambda: scope.current().filter(_shown_in(rule)).latest_change_first(),
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
