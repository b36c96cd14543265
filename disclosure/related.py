"""What stands to an item as its reader may see it, and what has become of the texts that it interprets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from disclosure.consultations import Outcome
from disclosure.enums import READABLE_STATES, EditionState, ItemState, RelationKind
from disclosure.models import Edition, Item, Relation
from disclosure.queries import stated_on

# How a relation reads from its source and from its target.
RELATION_LABELS = {
    RelationKind.INTERPRETS: (gettext_lazy("解读的文件"), gettext_lazy("本文件的解读")),
    RelationKind.REPLACES: (gettext_lazy("替代的文件"), gettext_lazy("被以下文件替代")),
    RelationKind.AMENDS: (gettext_lazy("修改的文件"), gettext_lazy("被以下文件修改")),
    RelationKind.CORRECTS: (gettext_lazy("更正的信息"), gettext_lazy("本信息的更正")),
    RelationKind.BELONGS_TO: (gettext_lazy("所属项目"), gettext_lazy("项目信息")),
    RelationKind.OUTCOME_OF: (gettext_lazy("征求意见的公告"), gettext_lazy("意见采纳情况")),
}

_ENDS: Mapping[str, Promise] = MappingProxyType(
    {
        ItemState.WITHDRAWN: gettext_lazy("所解读的文件已撤回"),
        ItemState.TERMINATED: gettext_lazy("所解读的文件已终止公开"),
        ItemState.VOID: gettext_lazy("所解读的文件已废止"),
        ItemState.EXPIRED: gettext_lazy("所解读的文件已失效"),
        ItemState.PARTLY_VOID: gettext_lazy("所解读的文件已部分失效"),
    }
)
_AMENDED = gettext_lazy("所解读的文件已修改")


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A text that ended or was amended after this interpretation of it; `on` is None where nobody wrote the day down.

    `explained` is the number of the edition that the interpretation is of, where the text was amended.
    """

    item: Item
    words: Promise
    on: date | None
    explained: int | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """`groups`: (label, items) in the order of RelationKind, both directions."""

    groups: list[tuple[Promise, list[Item]]]
    corrections: list[Item]
    overtaken: list[Overtaken]
    outcomes: list[Outcome]


def related_to(item: Item, edition: Edition, reader: Any, today: date) -> Related:
    """What stands to the item whose `edition` is shown, of all that has an address for this reader: two statements.

    A withdrawn item answers its address with the notice; what is listed of it is its title and its state.
    """
    known = Item.objects.addressable_by(reader)
    forward = _with_edition_read(item.relations.in_effect().filter(target__in=known), edition.published_at)
    forward = forward.select_related("target__agency").order_by("id")
    backward = item.reverse_relations.in_effect().filter(source__in=known)
    backward = backward.select_related("source__agency").annotate(stated_on=stated_on()).order_by("id")
    grouped: dict[tuple[str, int], list[Item]] = {}
    overtaken, outcomes = [], []
    for relation in forward:
        grouped.setdefault((relation.kind, 0), []).append(relation.target)
        if relation.kind == RelationKind.INTERPRETS and (change := _overtaken(relation, edition, today)):
            overtaken.append(change)
    for relation in backward:
        grouped.setdefault((relation.kind, 1), []).append(relation.source)
        if relation.kind == RelationKind.OUTCOME_OF and relation.source.state in READABLE_STATES:
            outcomes.append(Outcome(relation.source, relation.stated_on))  # type: ignore[attr-defined]
    return Related(
        groups=[
            (RELATION_LABELS[kind][side], grouped[kind, side])
            for kind in RelationKind
            for side in (1, 0)
            if (kind, side) in grouped
        ],
        corrections=[one for one in grouped.get((RelationKind.CORRECTS, 1), []) if one.state in READABLE_STATES],
        overtaken=overtaken,
        outcomes=outcomes,
    )


def _with_edition_read(relations: Any, published_at: datetime | None) -> Any:
    """Each with `edition_now` and `amended_at` of its target, and `edition_read`: the one in force at that moment."""
    editions = Edition.objects.filter(item=OuterRef("target"), state=EditionState.PUBLISHED)
    then = editions.filter(published_at__lte=published_at) if published_at else editions
    return relations.annotate(
        edition_now=F("target__current_edition__number"),
        amended_at=F("target__current_edition__published_at"),
        edition_read=Subquery(then.order_by("-number").values("number")[:1]),
    )


def _overtaken(relation: Relation, edition: Edition, today: date) -> Overtaken | None:
    target: Item = relation.target
    if words := _ENDS.get(target.state):
        return Overtaken(target, words, localdate(target.closed_at) if target.closed_at else None)
    if target.expires_on and target.expires_on < today:
        return Overtaken(target, _ENDS[ItemState.EXPIRED], target.expires_on)
    read = relation.edition_read or 1  # type: ignore[attr-defined]
    if edition.published_at and relation.edition_now > read:  # type: ignore[attr-defined]
        return Overtaken(target, _AMENDED, localdate(relation.amended_at), read)  # type: ignore[attr-defined]
    return None


def interpretations_left(item: Item) -> list[Item]:
    """What interprets the item and can still be read: somebody must look at it when the item ends."""
    stated = Relation.objects.in_effect().filter(kind=RelationKind.INTERPRETS, target=item)
    return list(Item.objects.filter(pk__in=stated.values("source"), state=ItemState.LIVE).order_by("pk"))
