"""The sections of a 公开栏 as rows of one form: which items each takes, and how much of them it prints."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Category, SectionDetail, SectionSource, SectionSpan
from disclosure.forms.base import RowFormSet, TypedForm, with_more_rows
from disclosure.forms.boards import text_line
from disclosure.models import BoardSection, Item
from disclosure.models.notice_board import MOST_NEWEST
from disclosure.types import ITEM_TYPE_CHOICES
from govportal.forms import whole_number
from govportal.html import clean_line
from govportal.models import Agency

SECTIONS = "sections"
MOST_SECTION_ROWS = 40  # of the form, the blank ones among them
_ADDRESS = re.compile(r"/items/([^/\s?#]+)")
_ANY = [("", gettext_lazy("不限"))]


class NamesField(forms.CharField):
    """Names of persons, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        found = [name for line in super().clean(value).splitlines() if (name := clean_line(line))]
        if too_long := [name for name in found if len(name) > 40]:
            raise ValidationError(_("“%s…”太长，不像姓名；每行写一个。") % too_long[0][:20])
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class SectionRow(TypedForm):
    """One section. A row that is ticked to be removed is not judged."""

    position = forms.IntegerField(label=gettext_lazy("顺序"), required=False, min_value=0, max_value=9999)
    heading = text_line(gettext_lazy("栏目名称"), 20)
    responsible = text_line(gettext_lazy("责任机构"), 60, is_required=False, help_text=gettext_lazy("不填，为公开机构"))
    basis = text_line(gettext_lazy("公开依据"), 60, is_required=False)
    source = forms.ChoiceField(
        label=gettext_lazy("内容来源"),
        choices=SectionSource.choices,
        initial=SectionSource.QUERY,
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=[*_ANY, *Category.choices], required=False)
    item_type = forms.ChoiceField(label=gettext_lazy("信息类型"), choices=[*_ANY, *ITEM_TYPE_CHOICES], required=False)
    agency = text_line(
        gettext_lazy("发布机构"), 200, is_required=False, help_text=gettext_lazy("不填，为设置单位。"),
        list="board-agencies", autocomplete="off",
    )  # fmt: skip
    has_lower = forms.BooleanField(label=gettext_lazy("含下级单位"), required=False)
    span = forms.ChoiceField(label=gettext_lazy("时间范围"), choices=SectionSpan.choices, initial=SectionSpan.PERIOD)
    newest = forms.IntegerField(label=gettext_lazy("最多几条"), min_value=1, max_value=MOST_NEWEST, initial=3)
    picked = forms.CharField(
        label=gettext_lazy("选定的信息"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每行一条，写索引号或者网页地址，按这个顺序刊登。"),
    )
    detail = forms.ChoiceField(
        label=gettext_lazy("刊登内容"), choices=SectionDetail.choices, initial=SectionDetail.SUMMARY
    )
    masks_names = forms.BooleanField(label=gettext_lazy("隐去姓名（印成“张*明”）"), required=False, initial=True)
    hidden_names = NamesField(label=gettext_lazy("另外隐去的姓名"), help_text=gettext_lazy("每行一个。"))
    shown_names = NamesField(label=gettext_lazy("不隐去的姓名"), help_text=gettext_lazy("每行一个。"))
    remove = forms.BooleanField(label=gettext_lazy("删除这个栏目"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items: list[Item] = []

    @property
    def is_removed(self) -> bool:
        return self.is_bound and bool(self.data.get(self.add_prefix("remove")))

    @property
    def title(self) -> str:
        return str(self["heading"].value() or "")[:20]

    @property
    def told(self) -> str:
        """What it takes and how much of it is printed, in a line: the section is closed until somebody edits it."""
        if self["source"].value() == SectionSource.PICKED:
            count = sum(bool(line.strip()) for line in str(self["picked"].value() or "").splitlines())
            words = [self._chosen("source"), _("%s 条") % count]
        else:
            words = [self._chosen(name) for name in ("category", "item_type", "span") if self[name].value()]
            words.insert(0, str(self["agency"].value() or "")[:20])
            words.append(_("最多 %s 条") % str(self["newest"].value())[:4])
        return "，".join(filter(None, [*words, self._chosen("detail")]))

    def _chosen(self, name: str) -> str:
        field: Any = self.fields[name]
        return str(dict(field.choices).get(str(self[name].value()), ""))

    @property
    def is_open(self) -> bool:
        """Whether its fields stand open: they are wrong, or were just asked for."""
        return bool(self.errors) or (self.is_bound and not self.is_checked and not self.title)

    @property
    def has_names(self) -> bool:
        """Whether a name is typed into one of the lines that are seldom needed."""
        return bool(self["hidden_names"].value() or self["shown_names"].value())

    def full_clean(self) -> None:
        if self.is_removed:
            self._errors, self.cleaned_data = ErrorDict(), {"remove": True}
            return
        super().full_clean()

    def clean_agency(self) -> Agency | None:
        typed = clean_line(self.cleaned_data["agency"])
        if not typed:
            return None
        named = Q(name=typed) | Q(short_name=typed) | Q(code=typed)
        found = list(Agency.objects.filter(named).order_by("-is_active", "pk")[:2])
        if not found:
            raise ValidationError(_("没有找到“%s”，请填写单位的全称，或者从列表中选择。") % typed[:40])
        if len(found) > 1 and found[1].is_active:
            raise ValidationError(_("“%s”不止一个单位，请填写全称。") % typed[:40])
        return found[0]

    def clean_picked(self) -> str:
        typed = str(self.cleaned_data["picked"])
        lines = [line for text in typed.splitlines() if (line := clean_line(text))]
        if len(lines) > MOST_NEWEST:
            raise ValidationError(_("最多选 %s 条，更多的请另设栏目。") % MOST_NEWEST)
        self.items, unknown = _named(lines)
        if unknown:
            raise ValidationError([_("没有找到“%s”，请核对索引号。") % line[:60] for line in unknown])
        return typed

    @property
    def made(self) -> BoardSection:
        """The section as it was typed, and `items` in their order. Call after `is_valid`."""
        return BoardSection(**{name: self.cleaned_data[name] for name in _SECTION_COLUMNS})


_SECTION_COLUMNS = (
    "heading", "responsible", "basis", "source", "category", "item_type", "agency", "has_lower", "span", "newest",
    "detail", "masks_names", "hidden_names", "shown_names",
)  # fmt: skip


def _named(lines: Sequence[str]) -> tuple[list[Item], list[str]]:
    """(items by index number, address or its last part, what names none). Only public ones are found: of others
    nothing is told."""
    names = {line: [line, line.split()[0]] for line in lines}
    for line, found_in in names.items():
        found_in += [match[1]] if (match := _ADDRESS.search(line)) else []
    wanted = {name for some in names.values() for name in some}
    named = Q(index_number__in=wanted) | Q(slug__in=wanted)
    rows = list(Item.objects.addressable_by(AnonymousUser()).filter(named)) if lines else []
    by_name = {row.slug: row for row in rows} | {row.index_number: row for row in rows}
    items, unknown = [], []
    for line in lines:
        found = next((by_name[name] for name in names[line] if name in by_name), None)
        if found:
            items.append(found)
        else:
            unknown.append(line)
    return items, unknown


class SectionRows(RowFormSet):
    """The sections in the order of their numbers; rows without one come last."""

    def in_order(self) -> list[SectionRow]:
        kept: list[Any] = [form for form in self.forms if form.has_changed() and not form.is_removed]
        last = 10_000
        kept.sort(key=lambda form: last if form.cleaned_data["position"] is None else form.cleaned_data["position"])
        return kept


_Rows: Any = forms.formset_factory(
    SectionRow, formset=SectionRows, extra=0, max_num=MOST_SECTION_ROWS, absolute_max=MOST_SECTION_ROWS
)


def section_rows(data: Any, sections: Sequence[BoardSection], *, is_checked: bool) -> Any:
    """Rows for these sections, or as they were sent."""
    first = [initial_of(section, place) for place, section in enumerate(sections, 1)] if data is None else []
    return _Rows(data, prefix=SECTIONS, rows=first, form_kwargs={"is_checked": is_checked})


def initial_of(section: BoardSection, place: int) -> Mapping[str, Any]:
    """What the row of a section shows first; places are tens, so that one fits between two."""
    values = {name: getattr(section, name) for name in _SECTION_COLUMNS}
    values |= {"position": place * 10, "agency": section.agency.name if section.agency else ""}
    picked = section.picked.select_related("item") if section.pk else ()
    values["picked"] = "\n".join(f"{one.item.index_number} {one.item.title}" for one in picked)
    return values


def with_more_sections(data: Any) -> None:
    """Ask for a few more rows, in place, filled as blank rows are: the button that works without a script."""
    before = whole_number(data.get(f"{SECTIONS}-TOTAL_FORMS")) or 0
    with_more_rows(data, SECTIONS)
    first = {name: field.initial for name, field in SectionRow.base_fields.items() if field.initial is not None}
    for number in range(before, min(int(data[f"{SECTIONS}-TOTAL_FORMS"]), MOST_SECTION_ROWS)):
        for name, value in first.items():
            data[f"{SECTIONS}-{number}-{name}"] = "on" if value is True else str(value)
