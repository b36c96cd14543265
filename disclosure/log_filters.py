"""Filters of the publication log."""

import re
from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy

from disclosure.enums import LogKind, Procedure
from disclosure.filters import ParameterFilterSet, QueryFilter, ValuesFilter, one_of
from disclosure.models import LogEntry
from disclosure.public_reviews import PUBLISHING
from disclosure.queries import LogEntryQuerySet

_DIGEST = re.compile(r"[0-9a-f]{64}")


class LogFilterSet(ParameterFilterSet):
    """`q` is an index number, a sequence number or a SHA-256 value; `procedure=emergency` lists 应急公开 alone."""

    q = QueryFilter(label=gettext_lazy("索引号、登记号或 SHA-256"))
    kind = ValuesFilter(label=gettext_lazy("事项"), coerce=one_of(LogKind.values))
    procedure = ValuesFilter(
        label=gettext_lazy("公开程序"), coerce=one_of([Procedure.EMERGENCY]), method="_published_by"
    )
    agency = ValuesFilter(label=gettext_lazy("发布机构"), field_name="agency_code")
    after = django_filters.DateFilter(
        label=gettext_lazy("不早于"), field_name="at", lookup_expr="date__gte", input_formats=["%Y-%m-%d"]
    )
    before = django_filters.DateFilter(
        label=gettext_lazy("不晚于"), field_name="at", lookup_expr="date__lte", input_formats=["%Y-%m-%d"]
    )

    class Meta:
        model = LogEntry
        fields: list[str] = []

    def filter_queryset(self, queryset: LogEntryQuerySet) -> LogEntryQuerySet:
        for name, value in self.values.items():
            queryset = self._by_q(queryset, value) if name == "q" else self.filters[name].filter(queryset, value)
        return queryset.order_by("-sequence")

    def _by_q(self, queryset: LogEntryQuerySet, query: str) -> LogEntryQuerySet:
        wanted: Any = Q(index_number__iexact=query)
        if query.isascii() and query.isdigit() and len(query) < 16:
            wanted |= Q(sequence=int(query))
        if _DIGEST.fullmatch(digits := query.replace(" ", "").lower()):
            wanted |= Q(content_digest=digits) | Q(hash=digits)
        return queryset.filter(wanted)

    def _published_by(self, queryset: LogEntryQuerySet, _name: str, procedures: list[str]) -> LogEntryQuerySet:
        return queryset.filter(kind__in=PUBLISHING, edition__procedure__in=procedures)

    def label_of(self, name: str, value: Any) -> str:
        if name == "kind":
            return str(LogKind(value).label)
        if name == "procedure":
            return str(Procedure(value).label)
        return f"{self.filters[name].label} {value}" if name in {"after", "before"} else str(value)
