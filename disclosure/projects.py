"""重大建设项目: a project with everything published about it, by the ten aspects from approval to acceptance.

Sources: 《政府信息公开条例》第二十条第十项 (批准和实施情况); 国办发〔2017〕94号; 豫办〔2016〕60号 (the ten aspects).
What belongs to a project says so by a BELONGS_TO relation to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from disclosure.enums import RelationKind
from disclosure.models import Item, Relation
from disclosure.queries import ItemQuerySet
from disclosure.rules import LegalTerm, project_term
from disclosure.types import ITEM_TYPES, PROJECT_ASPECTS

KIND = "project"
PART = "project_stage"
SHOWN_OF_ASPECT = 8  # items, the newest; the data table has all
STAGES = tuple(ITEM_TYPES[KIND].extra_field("stage").choices)  # type: ignore[union-attr]
# A text of type `project` itself documents the aspect of its stage: the approval of a planned one, and so on.
_ASPECT_OF_STAGE: Mapping[str, str] = MappingProxyType(
    {"planned": "approval", "in_progress": "progress", "result": "acceptance"}
)
_UNDER_WAY = ("progress", "design_change", "construction", "contract", "quality")


@dataclass(slots=True)
class ProjectAspect:
    """One of the ten: what is published of it, newest first, and within how long it is to be."""

    key: str
    label: Any
    term: LegalTerm
    items: list[Item] = field(default_factory=list)

    @property
    def shown(self) -> list[Item]:
        return self.items[:SHOWN_OF_ASPECT]

    @property
    def number_left(self) -> int:
        return max(0, len(self.items) - SHOWN_OF_ASPECT)


def aspect_of(extra: Mapping[str, Any]) -> str:
    """Which aspect a text is about, by its extra fields; empty for what names none."""
    return str(extra.get("project_aspect") or _ASPECT_OF_STAGE.get(str(extra.get("stage")), ""))


def projects(reader: Any) -> ItemQuerySet:
    """Key projects this reader may read: texts of the type that belong to no other project.

    Annotated with `reached`: the furthest stage that anything published of the project documents.
    """
    visible = Item.objects.visible_to(reader)
    return (
        visible.filter(item_type=KIND)
        .without_subprojects()
        .newest_first()
        .select_related("agency", "current_edition")
        .alias(own_stage=Cast(KeyTextTransform("stage", "current_edition__extra"), CharField()))
        .annotate(
            reached=Case(
                When(own_stage="result", then=Value("result")),
                When(_documents(visible, _at("result") | _about("acceptance")), then=Value("result")),
                When(_documents(visible, _at("in_progress") | _about(*_UNDER_WAY)), then=Value("in_progress")),
                default="own_stage",
                output_field=CharField(),
            )
        )
    )


def project_of(item: Item, reader: Any) -> Item | None:
    """The project on whose page a text stands, if this reader may read it: the one it belongs to, or itself."""
    if item.item_type not in {KIND, PART}:
        return None
    belongs = Relation.objects.in_effect().filter(source=item, kind=RelationKind.BELONGS_TO, target__item_type=KIND)
    above = belongs.filter(target__in=Item.objects.visible_to(reader)).select_related("target").order_by("pk").first()
    if above:
        return above.target
    return item if item.item_type == KIND else None


def parts_of(projects_shown: Iterable[Item], reader: Any) -> dict[int, list[Item]]:
    """What belongs to each project, newest first, by the project's id: one statement for all of them."""
    ids = [project.pk for project in projects_shown]
    visible = Item.objects.visible_to(reader)
    found: dict[int, list[Item]] = {pk: [] for pk in ids}
    stated = Relation.objects.in_effect()
    relations = stated.filter(kind=RelationKind.BELONGS_TO, target__in=ids, source__in=visible)
    shown = (
        "target_id", "source__slug", "source__title", "source__item_type", "source__published_on", "source__updated_at",
        "source__document_number", "source__agency__name", "source__agency__short_name", "source__agency__code",
        "source__current_edition__extra", "source__current_edition__title_breaks",
    )  # fmt: skip
    related = relations.select_related("source__agency", "source__current_edition").only(*shown)
    for relation in related.order_by("-source__published_on", "-source__pk"):
        found[relation.target_id].append(relation.source)
    return found


def aspects(project: Item, parts: Iterable[Item]) -> list[ProjectAspect]:
    """The ten aspects in their order, the project's own text among them."""
    ordered = {key: ProjectAspect(key, label, project_term(key)) for key, label in PROJECT_ASPECTS}
    for item in sorted([project, *parts], key=lambda item: (item.published_on, item.pk), reverse=True):
        if (key := aspect_of(extra_of(item))) in ordered:
            ordered[key].items.append(item)
    return list(ordered.values())


def facts(project: Item, parts: Iterable[Item]) -> dict[str, Any]:
    """The fields of the project as they are today: of several texts of its type, the one changed last counts."""
    known: dict[str, Any] = {}
    for item in sorted([*parts, project], key=lambda item: item.updated_at or item.created_at):
        extra = extra_of(item)
        keys = extra if item.item_type == KIND else {"progress"} & set(extra)
        known |= {key: extra[key] for key in keys if extra[key] not in (None, "")}
    return known


def extra_of(item: Item) -> dict[str, Any]:
    return item.current_edition.extra if item.current_edition else {}


def _at(stage: str) -> Q:
    return Q(current_edition__extra__stage=stage)


def _about(*keys: str) -> Q:
    return Q(current_edition__extra__project_aspect__in=list(keys))


def _documents(visible: ItemQuerySet, condition: Q) -> Exists:
    belonging = Relation.objects.in_effect().filter(kind=RelationKind.BELONGS_TO, target=OuterRef("pk"))
    return Exists(belonging.filter(source__in=visible.filter(condition)))
