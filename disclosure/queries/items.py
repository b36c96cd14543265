"""Items: what may be read by whom, and the questions pages ask."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from disclosure.enums import (
    NOTICE_STATES,
    OPEN_STATES,
    READABLE_STATES,
    Audience,
    ItemState,
    RelationKind,
    Validity,
)
from disclosure.queries.relations import in_effect, stated_on
from disclosure.type_rules import day_of
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import Item  # noqa: F401  (named in a string below)

    _TextField = models.CharField[Any, Any]
else:
    _TextField = models.CharField


def readable(path: str = "") -> Q:
    """Items that everybody can read; `path` leads to the item and ends in `__`."""
    return Q(**{f"{path}audience": Audience.PUBLIC, f"{path}state__in": READABLE_STATES})


class _DayAsText(_TextField):
    """A day of a JSON value, compared as the text it is: PostgreSQL would fail at one that no calendar has."""

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> date | None:
        return day_of(value)

    def get_prep_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else super().get_prep_value(value)


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, user: Any) -> Self:
        """Items whose text this reader may read: public ones, and internal ones of the agencies they staff.

        Every public door (page, feed, API, search, facet, export, attachment, PDF, sitemap) starts here.
        """
        return self.addressable_by(user).filter(state__in=READABLE_STATES)

    def addressable_by(self, user: Any) -> Self:
        """Items whose address answers this reader with 200: the text, or the notice of a withdrawn one."""
        published = self.filter(state__in=(*READABLE_STATES, *NOTICE_STATES))
        agencies = access.agencies_with(user, Permission.VIEW_INTERNAL)
        if not agencies:
            return published.filter(audience=Audience.PUBLIC)
        return published.filter(Q(audience=Audience.PUBLIC) | Q(audience=Audience.INTERNAL, agency__in=agencies))

    def discarded(self) -> Self:
        """Thrown away while they were drafts, and never public: what they came out of may be drafted anew."""
        return self.filter(state=ItemState.UNPUBLISHED).exclude(editions__state__in=OPEN_STATES)

    def in_force(self, today: date) -> Self:
        """Neither void nor expired, by declaration, by its end or by date; partly void texts hold for the rest."""
        valid = self.with_effective_validity(today)
        return valid.exclude(effective_validity__in=[Validity.EXPIRED, Validity.VOID])

    def still_shown(self, today: date) -> Self:
        """Without results of law enforcement past the last day of being shown (公示期至)."""
        dated = self._with_last_day()
        return dated.filter(Q(last_day__isnull=True) | Q(last_day="") | Q(last_day__gte=today.isoformat()))

    def shown_on_walls(self, today: date) -> Self:
        """What a 公开栏 may print: what everybody may read, and no law asks to be shown no longer."""
        return self.filter(readable()).still_shown(today)

    def shown_out(self, today: date) -> Self:
        """Past the last day of being shown (公示期至), the longest ago first."""
        past = self._with_last_day().filter(last_day__gt="", last_day__lt=today.isoformat())
        return past.order_by("last_day", "pk")

    def _with_last_day(self) -> Self:
        # As a column of text: the lookups of a JSON key would read the value compared with as JSON.
        return self.alias(last_day=Cast(KeyTextTransform("shown_until", "current_edition__extra"), models.CharField()))

    def without_subprojects(self) -> Self:
        """Without texts on a project that belong to another such text: a project is listed once."""
        relations = self.model._meta.get_field("relations").related_model._default_manager
        above = relations.filter(
            source=OuterRef("pk"),
            kind=RelationKind.BELONGS_TO,
            target__item_type="project",
            target__state__in=READABLE_STATES,
        )
        return self.exclude(Exists(above), item_type="project")

    def consultations(self) -> models.QuerySet[Any]:
        """意见征集 with `outcome_by`, the last day promised for the outcome, and `outcome_on`, the day of the first.

        Either is None where there is none: an old archive may hold no day, and what was withdrawn tells nobody.
        """
        relations = self.model._meta.get_field("reverse_relations").related_model._default_manager
        told = relations.filter(
            in_effect(),
            readable("source__"),
            target=OuterRef("pk"),
            kind=RelationKind.OUTCOME_OF,
        )
        first = told.annotate(stated_on=stated_on()).order_by("stated_on").values("stated_on")[:1]
        return self.filter(item_type="consultation").annotate(
            outcome_by=Cast(KeyTextTransform("outcome_by", "current_edition__extra"), _DayAsText()),
            outcome_on=Subquery(first, output_field=models.DateField()),
        )

    def about(self, topics: Iterable[str]) -> Self:
        """Of these topics; a main class (财政) holds its sub-classes (财政/惠农补贴), never a namesake (财政金融).

        The names of the sub-classes are read first, so that the list can start from the index of topics.
        """
        topics = list(topics)
        below = reduce(or_, (Q(topic__startswith=f"{topic}/") for topic in topics), Q(pk__in=[]))
        named = self.model._default_manager.filter(below).values_list("topic", flat=True).distinct()
        return self.filter(topic__in=[*topics, *named])

    def newest_first(self) -> Self:
        return self.order_by("-published_on", "-id")

    def dated_list(self, today: date) -> Self:
        """Newest first, with what a dated list shows of them and no more."""
        fields = ("slug", "title", "document_number", "published_on", "item_type", "state", "validity", "expires_on")
        return (
            self.newest_first()
            .with_effective_validity(today)
            .select_related("agency", "current_edition")
            .only(*fields, "agency__name", "agency__short_name", "agency__code", "current_edition__title_breaks")
        )

    def latest_change_first(self) -> Self:
        """By publication, amendment or end, whichever came last."""
        return self.order_by("-updated_at", "-id")

    def with_effective_validity(self, today: date) -> Self:
        """`effective_validity`: the declared one, or expired once the last day has passed."""
        return self.annotate(effective_validity=effective_validity(today))


def effective_validity(today: date) -> Case:
    """失效 by date is a query, never a state that a job must set in time."""
    return Case(
        When(state=ItemState.VOID, then=Value(Validity.VOID.value)),
        When(state=ItemState.EXPIRED, then=Value(Validity.EXPIRED.value)),
        When(state=ItemState.PARTLY_VOID, then=Value(Validity.PARTLY_VOID.value)),
        When(
            expires_on__lt=today,
            validity__in=[Validity.VALID, Validity.AMENDED, Validity.PARTLY_VOID],
            then=Value(Validity.EXPIRED.value),
        ),
        default="validity",
        output_field=models.CharField(),
    )
