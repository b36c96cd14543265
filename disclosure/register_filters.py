"""Filters of the registers: rectifications for everybody, receipts for the staff of their agency."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import ReceiptKind, RectificationState
from disclosure.filters import ParameterFilterSet, ValuesFilter, one_of, year_number
from disclosure.models import Receipt, Rectification
from govportal.models import Agency
from govportal.now import today

OVERDUE = "overdue"  # no state, but what most readers look for
_PUBLIC_STATES = [choice for choice in RectificationState.choices if choice[0] != RectificationState.CANCELLED]
STATES = ((OVERDUE, gettext_lazy("逾期未报告")), *_PUBLIC_STATES)


class AgencyFilterSet(ParameterFilterSet):
    """A register by agency, whose code stands in the address; `labels` names the values of the other filters."""

    labels: Mapping[str, Mapping[str, Any]] = {}

    agency = ValuesFilter(label=gettext_lazy("单位"), field_name="agency__code")

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """The bodies asked for, by code; unknown codes are missing."""
        return {agency.code: agency for agency in Agency.objects.filter(code__in=self.values.get("agency", []))}

    @cached_property
    def problems(self) -> list[str]:
        unknown = [code for code in self.values.get("agency", []) if code not in self.agencies]
        return super().problems + [_("没有代码为“%(code)s”的单位。") % {"code": code} for code in unknown]

    def filter_queryset(self, queryset: Any) -> Any:
        for name, value in self.values.items():
            apply = getattr(self, f"_by_{name}", None) or self.filters[name].filter
            queryset = apply(queryset, value)
        return queryset

    def label_of(self, name: str, value: Any) -> str:
        if name == "agency":
            agency = self.agencies.get(value)
            return agency.display_name if agency else str(value)
        if name == "year":
            return _("%(year)s年") % {"year": value}
        return str(self.labels.get(name, {}).get(value, value))


class RectificationFilterSet(AgencyFilterSet):
    """Public orders by agency, state (or overdue) and year."""

    labels = {"state": dict(STATES)}

    state = ValuesFilter(label=gettext_lazy("状态"), coerce=one_of(key for key, _label in STATES))
    year = ValuesFilter(label=gettext_lazy("交办年度"), field_name="ordered_on__year", coerce=year_number)

    class Meta:
        model = Rectification
        fields: list[str] = []

    def _by_state(self, queryset: Any, states: list[str]) -> Any:
        found = queryset.filter(state__in=states)
        return found | queryset.overdue(today()) if OVERDUE in states else found


class ReceiptFilterSet(AgencyFilterSet):
    """By agency, kind and days of spending."""

    labels = {"kind": dict(ReceiptKind.choices)}

    kind = ValuesFilter(label=gettext_lazy("种类"), coerce=one_of(ReceiptKind.values))
    after = django_filters.DateFilter(
        label=gettext_lazy("不早于"), field_name="spent_on", lookup_expr="gte", input_formats=["%Y-%m-%d"]
    )
    before = django_filters.DateFilter(
        label=gettext_lazy("不晚于"), field_name="spent_on", lookup_expr="lte", input_formats=["%Y-%m-%d"]
    )

    class Meta:
        model = Receipt
        fields: list[str] = []

    def label_of(self, name: str, value: Any) -> str:
        if name in {"after", "before"}:
            return f"{self.filters[name].label} {value}"
        return super().label_of(name, value)
