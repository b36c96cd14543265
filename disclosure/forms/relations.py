"""What an item is to others: the project it belongs to, what it replaces, amends or corrects; what explains what."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import projects
from disclosure.enums import OPEN_STATES, ItemState, RelationKind
from disclosure.forms.base import TypedForm
from disclosure.models import Edition, Item, Relation
from disclosure.related import RELATION_LABELS
from disclosure.services.compose import Place
from disclosure.services.relate import may_unrelate, reasons_against
from govportal.html import clean_line
from govportal.models import User

_OFFERED = 200  # of the newest; any other is found by what is typed
_NAMED = 5
_LISTS = {
    "project": "projects",
    "replaces": "published",
    "amends": "published",
    "corrects": "published",
    "outcome_of": "consultations",
}
_SELDOM = ("replaces", "amends", "corrects", "outcome_of")


def with_shown_title(items: QuerySet[Item]) -> QuerySet[Any]:
    """Items with `shown_title`: the public title, or that of the text being written."""
    drafts = Edition.objects.filter(item=OuterRef("pk"), state__in=OPEN_STATES).order_by("-number")
    title = Coalesce(NullIf("title", Value("")), Subquery(drafts.values("title")[:1]), Value(""))
    return items.annotate(shown_title=title)


@dataclass(frozen=True, slots=True)
class Held:
    """A relation that stands. `words` says what `other` is to the item of the form."""

    relation: Relation
    words: str
    other: Any

    @property
    def is_removable(self) -> bool:
        return may_unrelate(self.relation.source)

    @property
    def address(self) -> str:
        if self.other.state == ItemState.UNPUBLISHED:
            return reverse("admin:disclosure_item_change", args=[self.other.pk])
        return str(self.other.get_absolute_url())


def _found(items: QuerySet[Any], typed: str) -> Item:
    """The one item that is meant by an index number, a title, or a part of one. Raises ValidationError with words."""
    number = typed.split()[0]
    items = items.order_by("-pk")
    known = items.filter(Q(index_number=number) | Q(shown_title=typed))[:2]
    matches = list(known) or list(items.filter(shown_title__icontains=typed)[: _NAMED + 1])
    if len(matches) == 1:
        found: Item = matches[0]
        return found
    if not matches:
        raise ValidationError(_("没有找到“%s”，请填写索引号或标题，或者从列表中选择。") % typed[:60])
    named = "；".join(f"{item.index_number} {item.shown_title[:40]}" for item in matches[:_NAMED])
    more = _("等") if len(matches) > _NAMED else ""
    raise ValidationError(_("“%(typed)s”不止一条：%(named)s%(more)s。请填写其中一个索引号。") % {
        "typed": typed[:60], "named": named, "more": more,
    })  # fmt: skip


class _Found(forms.CharField):
    """A line in which an item is named; the form looks it up among those that may be meant."""

    def __init__(self, label: Any, list_id: str, **kwargs: Any) -> None:
        attrs = {"class": "vTextField", "list": list_id, "autocomplete": "off"}
        super().__init__(label=label, required=False, max_length=600, widget=forms.TextInput(attrs=attrs), **kwargs)


class _Ticked(forms.MultipleChoiceField):
    def valid_value(self, _value: Any) -> bool:
        return True  # one that is gone by now need not be taken back


class RelationsForm(TypedForm):
    """`held` is what stands; after `is_valid` there are `added` and `removed`."""

    removed = _Ticked(label=gettext_lazy("取消"), required=False, widget=forms.CheckboxSelectMultiple)
    project = _Found(
        gettext_lazy("所属项目"),
        _LISTS["project"],
        help_text=gettext_lazy("填写项目的索引号或标题，可以从列表中选择；已公开的项目不限本单位。"),
    )
    replaces = _Found(gettext_lazy("替代（本单位已公开的）"), _LISTS["replaces"])
    amends = _Found(gettext_lazy("修改（本单位已公开的）"), _LISTS["amends"])
    corrects = _Found(gettext_lazy("更正（本单位已公开的）"), _LISTS["corrects"])
    outcome_of = _Found(gettext_lazy("公布采纳情况（本单位已公开的意见征集）"), _LISTS["outcome_of"])

    def __init__(self, *args: Any, place: Place, user: User, item: Item | None, **kwargs: Any) -> None:
        self.place, self.user, self.item = place, user, item
        self.is_stage = place.item_type == projects.PART
        everything = _held(item) if item else []
        self.project_held = next((held for held in everything if self._is_project(held)), None)
        self.held = [held for held in everything if held is not self.project_held]
        self.added: list[tuple[RelationKind, Item]] = []
        if self.project_held:
            kwargs.setdefault("initial", {"project": _line(self.project_held.other)})
        super().__init__(*args, prefix="relate", **kwargs)
        if not self.is_stage:
            del self.fields["project"]

    def _is_project(self, held: Held) -> bool:
        is_above = held.relation.kind == RelationKind.BELONGS_TO and held.other.item_type == projects.KIND
        return self.is_stage and is_above

    @property
    def is_public(self) -> bool:
        """Then what is added is read by the public at once, and cannot be taken back."""
        return self.item is not None and not may_unrelate(self.item)

    @property
    def is_open(self) -> bool:
        """Whether anything is typed into one of the lines that are seldom needed."""
        return any(self[name].value() for name in _SELDOM)

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """What is offered while typing, by the id of its list."""
        offered = {"published": self._published(), "consultations": self._consultations()}
        offered |= {"projects": self._projects()} if self.is_stage else {}
        return {name: [_line(item) for item in items.order_by("-pk")[:_OFFERED]] for name, items in offered.items()}

    def _published(self) -> QuerySet[Any]:
        return with_shown_title(Item.objects.visible_to(self.user).filter(agency=self.place.agency))

    def _consultations(self) -> QuerySet[Any]:
        return self._published().filter(item_type="consultation")

    def _projects(self) -> QuerySet[Any]:
        """Public ones of everybody, and the drafts of one's own agency."""
        public = Item.objects.visible_to(self.user).values("pk")
        own = Q(agency=self.place.agency, state=ItemState.UNPUBLISHED)
        found = Item.objects.filter(Q(pk__in=public) | own, item_type=projects.KIND)
        return with_shown_title(found).exclude(shown_title="")

    # --- reading ---------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in [name for name in _LISTS if name in self.fields]:
            typed = clean_line(cleaned.get(name) or "")
            try:
                kind = RelationKind.BELONGS_TO if name == "project" else RelationKind(name)
                target = self._read(name, kind, typed) if typed else None
            except ValidationError as error:
                self.add_error(name, error)
                continue
            if target:
                self.added.append((kind, target))
        if self._project_is_left and self.project_held and not self.project_held.is_removable:
            self.add_error("project", _("这条信息已经公开，不能改变所属项目。"))
        return cleaned

    def _read(self, name: str, kind: RelationKind, typed: str) -> Item:
        target = self._meant(name, typed)
        if reasons := reasons_against(target, kind=kind, audience=self.place.audience, source=self.item):
            raise ValidationError(reasons)
        return target

    def _meant(self, name: str, typed: str) -> Item:
        """What is no consultation is looked up as well, so that it can be said to be none."""
        if name == "project":
            return _found(self._projects(), typed)
        if name == "outcome_of":
            try:
                return _found(self._consultations(), typed)
            except ValidationError:
                number = typed.split()[0]
                if not self._published().filter(Q(index_number=number) | Q(shown_title=typed)).exists():
                    raise
        return _found(self._published(), typed)

    @property
    def _project_is_left(self) -> bool:
        if self.project_held is None or "project" in self.errors:
            return False
        return (RelationKind.BELONGS_TO, self.project_held.other) not in self.added

    @property
    def removed_relations(self) -> list[Relation]:
        """What is to be taken back. Call after `is_valid`."""
        ticked = set(self.cleaned_data["removed"])
        gone = [held.relation for held in self.held if str(held.relation.pk) in ticked]
        return [*gone, *([self.project_held.relation] if self.project_held and self._project_is_left else [])]


def _line(item: Any) -> str:
    return f"{item.index_number} {item.shown_title}"


def _held(item: Item) -> list[Held]:
    """What the item states, and what explains it: public, or of its own agency."""
    explains = Q(target=item, kind=RelationKind.INTERPRETS)
    readable = Q(source__agency=item.agency_id) | ~Q(source__state=ItemState.UNPUBLISHED)
    rows = list(Relation.objects.filter(Q(source=item) | explains & readable).select_related("source").order_by("pk"))
    others = {row.target_id if row.source_id == item.pk else row.source_id for row in rows}
    found = with_shown_title(Item.objects.all()).in_bulk(others) if others else {}
    held = []
    for row in rows:
        is_source = row.source_id == item.pk
        words = RELATION_LABELS[RelationKind(row.kind)][0 if is_source else 1]
        held.append(Held(row, str(words), found[row.target_id if is_source else row.source_id]))
    return held
