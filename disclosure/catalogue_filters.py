"""The filter of the standard catalogue: page, CSV and XLSX take the same parameters."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Category, Level, Mode, TargetGroup
from disclosure.filters import ParameterFilterSet, QueryFilter, ValuesFilter, one_of
from disclosure.models import CatalogueEntry, Obligation
from disclosure.queries import CatalogueEntryQuerySet
from govportal.models import Agency
from govportal.now import today

_SEARCHED = ("code", "domain", "level1", "level2", "elements", "basis", "responsible_text")
OVERDUE = "overdue"
STATUSES = ((OVERDUE, gettext_lazy("应公开未公开")),)
_LABELS: Mapping[str, Mapping[str, Any]] = {
    "category": dict(Category.choices),
    "level": dict(Level.choices),
    "target": dict(TargetGroup.choices),
    "mode": dict(Mode.choices),
    "status": dict(STATUSES),
}


class CatalogueEntryFilterSet(ParameterFilterSet):
    """`CatalogueEntryFilterSet(data=request.GET, queryset=CatalogueEntry.objects.visible_to(user))`."""

    q = QueryFilter(label=gettext_lazy("查询词"))
    domain = ValuesFilter(label=gettext_lazy("领域"))
    category = ValuesFilter(label=gettext_lazy("类别"), coerce=one_of(Category.values))
    agency = ValuesFilter(label=gettext_lazy("公开主体"))
    level = ValuesFilter(label=gettext_lazy("公开层级"), coerce=one_of(Level.values))
    target = ValuesFilter(label=gettext_lazy("公开对象"), coerce=one_of(TargetGroup.values))
    mode = ValuesFilter(label=gettext_lazy("公开方式"), coerce=one_of(Mode.values))

    status = ValuesFilter(label=gettext_lazy("公开情况"), coerce=one_of([OVERDUE]))

    class Meta:
        model = CatalogueEntry
        fields: list[str] = []

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """The bodies asked for, by code; unknown codes are missing."""
        codes = self.values.get("agency")
        return {agency.code: agency for agency in Agency.objects.filter(code__in=codes)} if codes else {}

    @cached_property
    def problems(self) -> list[str]:
        unknown = [code for code in self.values.get("agency", []) if code not in self.agencies]
        return super().problems + [_("没有代码为“%(code)s”的单位。") % {"code": code} for code in unknown]

    def filter_queryset(self, queryset: CatalogueEntryQuerySet) -> CatalogueEntryQuerySet:
        for name, value in self.values.items():
            apply = getattr(self, f"_by_{name}", None) or self.filters[name].filter
            queryset = apply(queryset, value)
        return queryset.order_by("position", "id")

    def _by_q(self, queryset: CatalogueEntryQuerySet, query: str) -> CatalogueEntryQuerySet:
        for word in query.split():
            queryset = queryset.filter(reduce(or_, (Q(**{f"{name}__icontains": word}) for name in _SEARCHED)))
        return queryset

    def _by_agency(self, queryset: CatalogueEntryQuerySet, _codes: list[str]) -> CatalogueEntryQuerySet:
        """Entries that name the body, and those that name nobody but its kind."""
        agencies = list(self.agencies.values())
        named = Q(pk__in=CatalogueEntry.agencies.through.objects.filter(agency__in=agencies).values("catalogueentry"))
        of_kind = _holds_any("responsible_kinds", [agency.kind for agency in agencies]) & Q(agencies__isnull=True)
        return _with_text(queryset, "responsible_kinds").filter(named | of_kind) if agencies else queryset.none()

    def _by_level(self, queryset: CatalogueEntryQuerySet, levels: list[str]) -> CatalogueEntryQuerySet:
        return _with_text(queryset, "levels").filter(_holds_any("levels", levels))

    def _by_status(self, queryset: CatalogueEntryQuerySet, _statuses: list[str]) -> CatalogueEntryQuerySet:
        overdue = Obligation.objects.unpublished(today()).order_by()
        return queryset.filter(pk__in=overdue.values("entry"))

    def label_of(self, name: str, value: Any) -> str:
        if name == "agency":
            agency = self.agencies.get(value)
            return agency.display_name if agency else str(value)
        return str(_LABELS.get(name, {}).get(value, value))


# A JSON list is looked into as text: SQLite has no containment.


def _with_text(queryset: CatalogueEntryQuerySet, column: str) -> CatalogueEntryQuerySet:
    return queryset.alias(**{f"{column}_as_text": Cast(column, models.TextField())})


def _holds_any(column: str, values: list[str]) -> Q:
    return reduce(or_, (Q(**{f"{column}_as_text__contains": f'"{value}"'}) for value in values), Q(pk__in=[]))
