"""Which agencies a catalogue entry obliges, and whether it obliges anybody at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from disclosure.enums import Mode, TargetGroup
from disclosure.models import CatalogueEntry
from disclosure.obligation_periods import Days
from govportal.calendar import load_calendar
from govportal.models import Agency


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The agencies of every entry: those it names, else all of the kinds it names; agencies in force alone."""

    _named: Mapping[int, frozenset[int]]
    _of_kind: Mapping[str, frozenset[int]]
    active: frozenset[int]

    def of(self, entry: CatalogueEntry) -> frozenset[int]:
        if named := self._named.get(entry.pk):
            return named & self.active
        return frozenset().union(*(self._of_kind.get(kind, frozenset()) for kind in entry.responsible_kinds))


def load_responsibility(entries: Iterable[CatalogueEntry] | None = None) -> Responsibility:
    """Two queries, for all entries or some."""
    links = CatalogueEntry.agencies.through.objects.all()
    if entries is not None:
        links = links.filter(catalogueentry__in=[entry.pk for entry in entries])
    named: dict[int, set[int]] = defaultdict(set)
    for entry_id, agency_id in links.values_list("catalogueentry_id", "agency_id"):
        named[entry_id].add(agency_id)
    of_kind: dict[str, set[int]] = defaultdict(set)
    for agency_id, kind in Agency.objects.filter(is_active=True).values_list("pk", "kind"):
        of_kind[kind].add(agency_id)
    return Responsibility(
        {entry: frozenset(agencies) for entry, agencies in named.items()},
        {kind: frozenset(agencies) for kind, agencies in of_kind.items()},
        frozenset().union(*of_kind.values()),
    )


def load_days() -> Days:
    """The calendar and the setting by which terms are counted. Two queries."""
    return Days(load_calendar(), settings.CALENDAR_TERMS_MOVE)


def reason_not_to_oblige(entry: CatalogueEntry) -> str:
    """Why the entry obliges nobody whatever its agencies and periods; empty when it may."""
    if not entry.is_active:
        return _("公开事项已停用")
    if not entry.is_report:
        if entry.mode != Mode.PROACTIVE:
            return _("公开方式是“%s”，不产生主动公开义务") % entry.get_mode_display()
        if entry.target == TargetGroup.INTERNAL:
            return _("对内公开，不产生面向社会的公开义务")
    return "" if entry.timing_rule else _("公开时限没有识别")
