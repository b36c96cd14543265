"""Filters of the collections by type: key projects, results of law enforcement, normative documents."""

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Length
from django.utils.translation import gettext_lazy

from disclosure.data_tables import items_of_type
from disclosure.enforcement import decisions
from disclosure.enums import Validity
from disclosure.filters import ParameterFilterSet, QueryFilter, ValuesFilter, one_of, year_number
from disclosure.masking import is_person
from disclosure.models import Item
from disclosure.projects import STAGES, projects
from disclosure.queries import ItemQuerySet, effective_validity
from disclosure.register_filters import AgencyFilterSet
from disclosure.types import ENFORCEMENT_KINDS, ITEM_TYPES, POWER_KINDS
from govportal.models import Leader
from govportal.now import today

CLEANUPS = tuple(ITEM_TYPES["normative"].extra_field("cleanup_result").choices)  # type: ignore[union-attr]
EVERY_VALIDITY = "all"
VALIDITIES = (*Validity.choices, (EVERY_VALIDITY, gettext_lazy("全部")))


class TypedFilterSet(AgencyFilterSet):
    """Items of one type by agency and words; `searched` names the columns and extra fields the words are sought in."""

    searched: tuple[str, ...] = ("title",)

    q = QueryFilter(label=gettext_lazy("查询词"))

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        """What the filters narrow: the items of the type that this reader may read, as a page lists them."""
        raise NotImplementedError

    def _by_q(self, queryset: ItemQuerySet, query: str) -> ItemQuerySet:
        for number, word in enumerate(query.split()):
            found = Q(pk__in=[])
            extra: dict[str, Any] = {}
            for name in self.searched:
                column = f"{name}_{number}" if name in _EXTRA else name
                if name in _EXTRA:
                    extra[column] = KeyTextTransform(name, "current_edition__extra")
                matches = Q(**{f"{column}__icontains": word})
                if name == "party" and is_person(word):
                    # A name of that length alone may be a person's, who is to be found by no name.
                    extra["party_length"] = Length(Cast(extra[column], CharField()))
                    matches &= Q(party_length__gt=len(word) + 1)
                found |= matches
            queryset = queryset.alias(**extra).filter(found)
        return queryset


_EXTRA = {"owner", "project_code", "decision_number", "party", "matter", "registration_number"}


class ProjectFilterSet(TypedFilterSet):
    """Key projects by the stage they have reached."""

    labels: Mapping[str, Mapping[str, Any]] = {"stage": dict(STAGES)}
    searched = ("title", "owner", "project_code")

    stage = ValuesFilter(label=gettext_lazy("阶段"), field_name="reached", coerce=one_of(key for key, _label in STAGES))

    class Meta:
        model = Item
        fields: list[str] = []

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        return projects(reader).with_effective_validity(today())


class ProjectPartFilterSet(TypedFilterSet):
    """What belongs to projects, by the slug of the project."""

    project = ValuesFilter(label=gettext_lazy("所属项目"), field_name="relations__target__slug")

    class Meta:
        model = Item
        fields: list[str] = []

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        return items_of_type(reader, "project_stage", is_complete=True)


class EnforcementFilterSet(TypedFilterSet):
    """Results of law enforcement. A person is found by no name."""

    labels = {"kind": dict(ENFORCEMENT_KINDS)}
    searched = ("title", "decision_number", "matter", "party")

    kind = ValuesFilter(label=gettext_lazy("执法类别"), coerce=one_of(key for key, _label in ENFORCEMENT_KINDS))
    year = ValuesFilter(label=gettext_lazy("公开年度"), coerce=year_number)

    class Meta:
        model = Item
        fields: list[str] = []

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        return decisions(reader, today())

    def _by_kind(self, queryset: ItemQuerySet, kinds: list[str]) -> ItemQuerySet:
        return queryset.filter(current_edition__extra__kind__in=kinds)


class NormativeFilterSet(TypedFilterSet):
    """Without `validity` what is in force; `validity=all` is everything."""

    labels = {"validity": dict(VALIDITIES), "cleanup": dict(CLEANUPS)}
    searched = ("title", "document_number", "registration_number")

    validity = ValuesFilter(label=gettext_lazy("有效性"), coerce=one_of(key for key, _label in VALIDITIES))
    cleanup = ValuesFilter(label=gettext_lazy("清理结果"), coerce=one_of(key for key, _label in CLEANUPS))
    year = ValuesFilter(label=gettext_lazy("公开年度"), coerce=year_number)

    class Meta:
        model = Item
        fields: list[str] = []

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        readable = Item.objects.visible_to(reader).filter(item_type="normative").with_effective_validity(today())
        return readable.select_related("agency", "current_edition").newest_first()

    def filter_queryset(self, queryset: ItemQuerySet) -> ItemQuerySet:
        found: ItemQuerySet = super().filter_queryset(queryset)
        return found if "validity" in self.values else found.in_force(today())

    def _by_validity(self, queryset: ItemQuerySet, validities: list[str]) -> ItemQuerySet:
        if EVERY_VALIDITY in validities:
            return queryset
        return queryset.alias(shown_validity=effective_validity(today())).filter(shown_validity__in=validities)

    def _by_cleanup(self, queryset: ItemQuerySet, results: list[str]) -> ItemQuerySet:
        return queryset.filter(current_edition__extra__cleanup_result__in=results)


class InForceFilterSet(TypedFilterSet):
    """Items of one type by agency, what is in force; `validity=all` adds the void and expired ones."""

    item_type = ""

    validity = ValuesFilter(label=gettext_lazy("有效性"), coerce=one_of([EVERY_VALIDITY]))

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        return items_of_type(reader, cls.item_type, is_complete=True)

    def filter_queryset(self, queryset: ItemQuerySet) -> ItemQuerySet:
        found: ItemQuerySet = super().filter_queryset(queryset)
        return found if "validity" in self.values else found.in_force(today())

    def _by_validity(self, queryset: ItemQuerySet, _validities: list[str]) -> ItemQuerySet:
        return queryset


class PowerFilterSet(InForceFilterSet):
    """权力清单 by kind."""

    labels = {"kind": dict(POWER_KINDS), "validity": {EVERY_VALIDITY: gettext_lazy("全部")}}
    item_type = "power"

    kind = ValuesFilter(label=gettext_lazy("职权类型"), coerce=one_of(key for key, _label in POWER_KINDS))

    class Meta:
        model = Item
        fields: list[str] = []

    def _by_kind(self, queryset: ItemQuerySet, kinds: list[str]) -> ItemQuerySet:
        return queryset.filter(current_edition__extra__power_kind__in=kinds)


class ServiceFilterSet(InForceFilterSet):
    """办事指南 by topic; a main class holds its sub-classes."""

    labels = {"validity": {EVERY_VALIDITY: gettext_lazy("全部")}}
    item_type = "service_guide"

    topic = ValuesFilter(label=gettext_lazy("主题"))

    class Meta:
        model = Item
        fields: list[str] = []

    def _by_topic(self, queryset: ItemQuerySet, topics: list[str]) -> ItemQuerySet:
        return queryset.about(topics)


class GazetteFilterSet(AgencyFilterSet):
    """政府公报 by agency, newest issue first."""

    class Meta:
        model = Item
        fields: list[str] = []

    @classmethod
    def items(cls, reader: Any) -> ItemQuerySet:
        return items_of_type(reader, "gazette", is_complete=True).order_by("-published_on", "-id")


class LeaderFilterSet(ParameterFilterSet):
    """Leaders, all of them: their page asks for nothing."""

    class Meta:
        model = Leader
        fields: list[str] = []


# Of the data tables that have a page with filters, by the key of the table.
TABLE_FILTERS: Mapping[str, type[TypedFilterSet]] = {
    "power": PowerFilterSet,
    "service_guide": ServiceFilterSet,
    "normative": NormativeFilterSet,
    "project": ProjectFilterSet,
    "project_stage": ProjectPartFilterSet,
    "enforcement": EnforcementFilterSet,
}
