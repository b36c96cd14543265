"""One filter for every listing of items: page, feed, CSV and API take the same parameters.

A value nobody can mean (`year=abc`, `published_after=2024-13-45`) never fails a page: it is left out and
`problems` says so. Machine doors call `require_valid` and answer 400 instead, for a silently wider
result would be a wrong one.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Aspect, Category, Validity
from disclosure.models import Item
from disclosure.queries import ItemQuerySet, effective_validity
from disclosure.search import Query, search, understood
from disclosure.types import ITEM_TYPE_CHOICES
from govportal.models import Agency
from govportal.models.agency import AgencyLevel
from govportal.now import today

QUERY_MAX_CHARACTERS = 100
VALUE_MAX_CHARACTERS = 120
VALUES_MAX = 50  # of one repeated parameter
SORTS = (
    ("newest", gettext_lazy("最新在前")),
    ("oldest", gettext_lazy("最早在前")),
    ("relevance", gettext_lazy("最相关在前")),
)


class InvalidFilter(Exception):
    """A machine door was asked with parameters that mean nothing; `messages` say which."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("；".join(messages))
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Tag:
    """One chosen condition, and the query string without it."""

    name: str
    label: str
    query_string: str


class QueryField(forms.CharField):
    """Search words without control characters, cut at QUERY_MAX_CHARACTERS."""

    def to_python(self, value: Any) -> str:
        text = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} else c for c in str(value or ""))
        return " ".join(text.split())[:QUERY_MAX_CHARACTERS].strip()


class ValuesField(forms.Field):
    """A parameter that may be repeated; every value passes `coerce`, which raises ValueError."""

    widget = forms.SelectMultiple

    def __init__(self, *, coerce: Callable[[str], Any] = str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.coerce = coerce

    def to_python(self, value: Any) -> list[Any]:
        raw = [value] if isinstance(value, str | int) else list(value or [])
        if len(raw) > VALUES_MAX:
            raise ValidationError(_("选项太多"))
        values = []
        for text in map(str, filter(None, raw)):
            if len(text) > VALUE_MAX_CHARACTERS or not text.isprintable():
                raise ValidationError(_("值过长或含有不能用的字符"))
            try:
                values.append(self.coerce(text))
            except ValueError as error:
                raise ValidationError(_("没有这个选项")) from error
        return list(dict.fromkeys(values))


class QueryFilter(django_filters.CharFilter):
    field_class = QueryField


class ValuesFilter(django_filters.Filter):
    """`column IN values`; `method` of the filter set replaces it."""

    field_class = ValuesField

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


def one_of(keys: Iterable[str]) -> Callable[[str], str]:
    known = frozenset(keys)

    def coerce(value: str) -> str:
        if value not in known:
            raise ValueError(value)
        return value

    return coerce


def year_number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1900 <= int(value) <= 2200):
        raise ValueError(value)
    return int(value)


class ParameterFilterSet(django_filters.FilterSet):
    """A filter set that never fails on a value, can write itself as a query string, and names its tags."""

    @classmethod
    def parameters(cls) -> Mapping[str, django_filters.Filter]:
        """The filters by the name of their parameter."""
        return dict(cls.get_filters())  # type: ignore[no-untyped-call]

    @cached_property
    def values(self) -> dict[str, Any]:
        """The valid parameters that hold something, in the order of declaration."""
        if not self.is_bound:
            return {}
        self.form.is_valid()
        cleaned = self.form.cleaned_data
        return {name: cleaned[name] for name in self.filters if cleaned.get(name) not in (None, "", [])}

    @cached_property
    def problems(self) -> list[str]:
        """Why some parameters had no effect, for the reader."""
        messages = []
        for name, errors in self.errors.items() if self.is_bound else ():
            label = self.filters[name].label
            messages.append(_("“%(label)s”的条件无效，已忽略：%(why)s") % {"label": label, "why": "".join(errors)})
        if len(str(self.data.get("q") or "")) > QUERY_MAX_CHARACTERS:
            messages.append(_("查询词太长，只用了前%(n)s个字。") % {"n": QUERY_MAX_CHARACTERS})
        return messages

    def require_valid(self) -> None:
        """Raise InvalidFilter if a parameter means nothing."""
        if self.problems:
            raise InvalidFilter(self.problems)

    def query_string(self, changes: Mapping[str, Any] | None = None) -> str:
        """The canonical query string of the valid parameters; a change to None drops one."""
        asked = {**self.values, **(changes or {})}
        pairs: list[tuple[str, str]] = []
        for name in self.filters:
            value = asked.get(name)
            values = sorted(map(str, value)) if isinstance(value, list) else [value]
            pairs += [(name, str(one)) for one in values if one not in (None, "")]
        return urlencode(pairs)

    def tags(self) -> list[Tag]:
        """The chosen conditions, each removable; the query itself and the order are no tags."""
        tags = []
        for name, value in self.values.items():
            if name in {"q", "sort"}:
                continue
            values = value if isinstance(value, list) else [value]
            for one in values:
                rest = [other for other in values if other != one]
                tags.append(Tag(name, self.label_of(name, one), self.query_string({name: rest or None})))
        return tags

    def named(self, name: str) -> str:
        """The name of a file with what was asked for: items-低保-2026年."""
        return "-".join([name, *filter(None, [self.values.get("q", "")]), *(tag.label for tag in self.tags())])

    def label_of(self, name: str, value: Any) -> str:
        """How a value of a parameter reads."""
        return str(value)


class ItemFilterSet(ParameterFilterSet):
    """`ItemFilterSet(data=request.GET, queryset=Item.objects.visible_to(user), request=request)`."""

    q = QueryFilter(label=gettext_lazy("查询词"))
    agency = ValuesFilter(label=gettext_lazy("发布机构"))
    category = ValuesFilter(label=gettext_lazy("类别"), coerce=one_of(Category.values))
    aspect = ValuesFilter(label=gettext_lazy("五公开"), coerce=one_of(Aspect.values))
    topic = ValuesFilter(label=gettext_lazy("主题分类"))
    type = ValuesFilter(
        label=gettext_lazy("信息类型"), field_name="item_type", coerce=one_of(key for key, _label in ITEM_TYPE_CHOICES)
    )
    year = ValuesFilter(label=gettext_lazy("公开年度"), coerce=year_number)
    validity = ValuesFilter(label=gettext_lazy("有效性"), coerce=one_of(Validity.values))
    level = ValuesFilter(label=gettext_lazy("层级"), coerce=one_of(AgencyLevel.values))
    published_after = django_filters.DateFilter(
        label=gettext_lazy("公开日期不早于"), field_name="published_on", lookup_expr="gte", input_formats=["%Y-%m-%d"]
    )
    published_before = django_filters.DateFilter(
        label=gettext_lazy("公开日期不晚于"), field_name="published_on", lookup_expr="lte", input_formats=["%Y-%m-%d"]
    )
    sort = django_filters.ChoiceFilter(label=gettext_lazy("排序"), choices=SORTS)

    class Meta:
        model = Item
        fields: list[str] = []

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """The bodies asked for, by code; unknown codes are missing."""
        return {agency.code: agency for agency in Agency.objects.filter(code__in=self.values.get("agency", []))}

    @cached_property
    def problems(self) -> list[str]:
        unknown = [code for code in self.values.get("agency", []) if code not in self.agencies]
        return super().problems + [_("没有代码为“%(code)s”的单位。") % {"code": code} for code in unknown]

    @property
    def query(self) -> str:
        return str(self.values.get("q", ""))

    @property
    def sort_key(self) -> str:
        return str(self.values.get("sort") or ("relevance" if self.query else "newest"))

    @cached_property
    def found(self) -> ItemQuerySet:
        """What the query finds, before any condition; the index is asked once for list, count and facets."""
        return search(self.asked, self.queryset) if self.query else self.queryset

    @cached_property
    def asked(self) -> Query:
        """The query with its synonyms, read once for hits and snippets."""
        return understood(self.query)

    def filter_queryset(self, queryset: ItemQuerySet) -> ItemQuerySet:
        return self._ordered(self.narrowed(self.found))

    def narrowed(self, items: ItemQuerySet, *, without: str = "") -> ItemQuerySet:
        """The items that meet the conditions; leaving one out tells a facet what its other options would give."""
        for name, value in self.values.items():
            if name not in {without, "q", "sort"}:
                apply = getattr(self, f"_by_{name}", None) or self.filters[name].filter
                items = apply(items, value)
        return items

    def _by_agency(self, queryset: ItemQuerySet, _codes: list[str]) -> ItemQuerySet:
        return queryset.filter(agency__in=self.agencies.values()) if self.agencies else queryset.none()

    def _by_topic(self, queryset: ItemQuerySet, topics: list[str]) -> ItemQuerySet:
        return queryset.about(topics)

    def _by_validity(self, queryset: ItemQuerySet, validities: list[str]) -> ItemQuerySet:
        return queryset.alias(shown_validity=effective_validity(today())).filter(shown_validity__in=validities)

    def _ordered(self, queryset: ItemQuerySet) -> ItemQuerySet:
        """Always total, so that no row is lost or shown twice between pages."""
        if self.sort_key == "oldest":
            return queryset.order_by("published_on", "id")
        if self.sort_key == "relevance" and self.query:
            return queryset
        return queryset.newest_first()

    def label_of(self, name: str, value: Any) -> str:
        """How a value of a parameter reads: the name of an agency, 2026年, 有效."""
        if name == "agency":
            agency = self.agencies.get(value)
            return agency.display_name if agency else str(value)
        if name == "year":
            return _("%(year)s年") % {"year": value}
        if name.startswith("published_"):
            return f"{self.filters[name].label} {value}"
        return str(LABELS.get(name, {}).get(value, value))


LABELS: Mapping[str, Mapping[str, Any]] = {
    "category": dict(Category.choices),
    "aspect": dict(Aspect.choices),
    "type": dict(ITEM_TYPE_CHOICES),
    "validity": dict(Validity.choices),
    "level": dict(AgencyLevel.choices),
}
