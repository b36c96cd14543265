"""What the pages, files and API of 公开面、规范率、及时率 take as parameters, and the rows behind each number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Category
from disclosure.filters import ValuesFilter, one_of, year_number
from disclosure.measures import Measure, measures
from disclosure.models import Item, Obligation
from disclosure.obligation_periods import add_months
from disclosure.obligation_states import Standing, condition
from disclosure.register_filters import AgencyFilterSet
from disclosure.rules import FRESHNESS_RULES
from disclosure.types import missing_elements
from govportal.models import Agency
from govportal.now import today

YEAR, TWELVE_MONTHS, HALF_YEAR = "year", "12months", "half"
PERIODS = (
    (YEAR, gettext_lazy("今年")),
    (TWELVE_MONTHS, gettext_lazy("近12个月")),
    (HALF_YEAR, gettext_lazy("本半年")),
)
OVERDUE = "overdue"  # no measure, but a list like theirs: whatever is overdue today, of any period
MEASURES = (
    ("coverage", gettext_lazy("公开面")),
    ("timeliness", gettext_lazy("及时率")),
    ("standardisation", gettext_lazy("规范率")),
    ("notice_board", gettext_lazy("上栏率")),
    ("freshness.standing", gettext_lazy("其他常设栏目更新")),
    *((f"freshness.{rule.key}", rule.label) for rule in FRESHNESS_RULES),
    (OVERDUE, gettext_lazy("应公开未公开")),
)
MISSES = "misses"


def first_day(period: str, today: date) -> date:
    """The day from which a period of PERIODS counts; it ends today."""
    if period == TWELVE_MONTHS:
        return add_months(today, -12)
    return date(today.year, 7 if period == HALF_YEAR and today.month > 6 else 1, 1)


class CoverageFilterSet(AgencyFilterSet):
    """One value each: of several the first counts, and `problems` says so."""

    labels: Mapping[str, Mapping[str, Any]] = {"period": dict(PERIODS)}

    period = ValuesFilter(label=gettext_lazy("统计期间"), coerce=one_of(key for key, _label in PERIODS))

    class Meta:
        model = Obligation
        fields: list[str] = []

    @property
    def chosen_period(self) -> str:
        return str(self._one("period") or YEAR)

    @cached_property
    def since(self) -> date:
        return first_day(self.chosen_period, today())

    @property
    def chosen_agency(self) -> Agency | None:
        return self.agencies.get(self._one("agency") or "")

    @property
    def is_nobody(self) -> bool:
        """Whether an agency was asked for that there is not; then nothing is counted."""
        return bool(self._one("agency")) and self.chosen_agency is None

    @cached_property
    def problems(self) -> list[str]:
        several = [str(self.filters[name].label) for name, value in self.values.items() if _is_several(value)]
        return super().problems + [_("“%s”只能选一个，已用第一个。") % label for label in several]

    def _one(self, name: str) -> Any:
        return next(iter(self.values.get(name, [])), None)


def _is_several(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1


class CaseFilterSet(CoverageFilterSet):
    """Which rows of /coverage/cases/."""

    labels = {
        "period": dict(PERIODS),
        "measure": dict(MEASURES),
        "category": dict(Category.choices),
        "only": {MISSES: gettext_lazy("只看未达到的")},
    }

    measure = ValuesFilter(label=gettext_lazy("指标"), coerce=one_of(key for key, _label in MEASURES))
    category = ValuesFilter(label=gettext_lazy("类别"), coerce=one_of(Category.values))
    only = ValuesFilter(label=gettext_lazy("范围"), coerce=one_of([MISSES]))

    @property
    def chosen_measure(self) -> str:
        return str(self._one("measure") or "coverage")

    @property
    def chosen_category(self) -> str:
        return str(self._one("category") or "")

    @property
    def is_misses(self) -> bool:
        return bool(self._one("only"))


@dataclass(frozen=True, slots=True)
class Cases:
    """The rows behind a number; `measure` is None for what is overdue today."""

    rows: QuerySet[Any]
    measure: Measure | None

    @property
    def are_items(self) -> bool:
        return self.rows.model is Item


def cases(asked: CaseFilterSet) -> Cases:
    """Of Obligation with what a row names, or of Item with its current edition."""
    agency, category = asked.chosen_agency, asked.chosen_category
    if asked.chosen_measure == OVERDUE:
        overdue = Obligation.objects.unpublished(today())
        overdue = overdue.filter(agency=agency) if agency else overdue
        overdue = overdue.filter(entry__category=category) if category else overdue
        found = Cases(overdue, None)
    else:
        counted = measures(agency, today=today(), since=asked.since, category=category)
        measure = next(measure for measure in counted if measure.key == asked.chosen_measure)
        found = Cases(measure.misses if asked.is_misses else measure.cases, measure)
    rows: Any = found.rows.none() if asked.is_nobody else found.rows
    if found.are_items:
        rows = rows if rows.ordered else rows.newest_first()
        return Cases(rows.select_related("agency", "current_edition"), found.measure)
    return Cases(rows.with_words(), found.measure)


def missing_of(item: Item) -> list[str]:
    """What of the required elements an item lacks, in words."""
    edition = item.current_edition
    if edition is None:
        return []
    values = {name: getattr(edition, name, None) for name in item.type.required} | {"agency": item.agency_id}
    labels = {f"extra.{field.key}": str(field.label) for field in item.type.extra}
    names = {field.name: str(getattr(field, "verbose_name", field.name)) for field in edition._meta.get_fields()}
    return [labels.get(key) or names.get(key, key) for key in missing_elements(item.item_type, values, edition.extra)]


class EntryObligationFilterSet(AgencyFilterSet):
    """What one entry obliges to, by agency and by the year in which it falls due."""

    year = ValuesFilter(label=gettext_lazy("期限所在年度"), field_name="due_on__year", coerce=year_number)

    class Meta:
        model = Obligation
        fields: list[str] = []


class ObligationFilterSet(AgencyFilterSet):
    """Public obligations by agency, entry, how they stand and when they fall due."""

    labels = {"state": dict(Standing.choices)}

    entry = ValuesFilter(label=gettext_lazy("公开事项的目录编号"), field_name="entry__code")
    state = ValuesFilter(label=gettext_lazy("状态"), coerce=one_of(Standing.values))
    due_after = django_filters.DateFilter(
        label=gettext_lazy("期限不早于"), field_name="due_on", lookup_expr="gte", input_formats=["%Y-%m-%d"]
    )
    due_before = django_filters.DateFilter(
        label=gettext_lazy("期限不晚于"), field_name="due_on", lookup_expr="lte", input_formats=["%Y-%m-%d"]
    )

    class Meta:
        model = Obligation
        fields: list[str] = []

    def _by_state(self, queryset: Any, states: list[str]) -> Any:
        first, *others = (condition(state, today()) for state in states)
        for other in others:
            first |= other
        return queryset.filter(first)
