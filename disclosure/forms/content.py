"""The metadata and the text of an edition: what every item has, whatever its type."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import Aspect, Category, Mode, Validity
from disclosure.forms.base import DayField, TypedForm
from disclosure.models import Edition
from disclosure.services.draft import Content
from govportal.html import MAX_DEPTH, clean_line, from_text, is_too_deep, looks_like_html, sanitise, to_text

MAX_BODY_BYTES = 500 * 1024
_BREAK = "|"
_UNKEPT = re.compile(r"<(img|picture|video|audio|iframe|object|embed|svg|form)\b", re.IGNORECASE)
# Columns that are saved as they are typed.
_PLAIN = (
    "summary", "document_number", "issuer", "formed_on", "effective_on", "expires_on", "validity", "category",
    "aspect", "topic", "mode", "change_note", "is_substantive",
)  # fmt: skip


def _line(name: str, **kwargs: Any) -> forms.CharField:
    """One line of text, as long as its column."""
    column: Any = Edition._meta.get_field(name)
    attrs = {"class": "vTextField"} | kwargs.pop("attrs", {})
    return forms.CharField(
        label=column.verbose_name,
        max_length=column.max_length,
        required=kwargs.pop("required", False),
        widget=forms.TextInput(attrs=attrs),
        **kwargs,
    )


def _day(name: str) -> DayField:
    return DayField(label=Edition._meta.get_field(name).verbose_name, required=False)  # type: ignore[union-attr]


class ContentForm(TypedForm):
    """`number` is that of the edition: from the second on it says what was changed."""

    title = forms.CharField(
        label=gettext_lazy("标题"),
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField title"}),
        help_text=gettext_lazy("最多 500 字。可以用竖线“|”或回车标出允许换行的地方，公开时不显示。"),
    )
    document_number = _line("document_number", help_text=gettext_lazy("例如：周政办〔2026〕12号"))
    issuer = _line("issuer", help_text=gettext_lazy("与发布机构不同时填写，联合发文写全各单位。"))
    formed_on = _day("formed_on")
    effective_on = _day("effective_on")
    expires_on = _day("expires_on")
    validity = forms.ChoiceField(label=gettext_lazy("有效性"), choices=Validity.choices)
    category = forms.ChoiceField(label=gettext_lazy("类别"), choices=[("", "---------"), *Category.choices])
    aspect = forms.ChoiceField(
        label=gettext_lazy("五公开"),
        choices=[("", gettext_lazy("按信息类型")), *Aspect.choices],
        required=False,
    )
    topic = _line("topic", attrs={"list": "topics", "autocomplete": "off"})
    keywords = forms.CharField(
        label=gettext_lazy("关键词"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("用顿号、逗号或空格隔开，最多 20 个。"),
    )
    summary = forms.CharField(
        label=gettext_lazy("内容概述"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )
    body = forms.CharField(
        label=gettext_lazy("正文"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "class": "vLargeTextField body", "data-editor": ""}),
        help_text=gettext_lazy(
            "可以直接写文字：一行一段，“## ”开头是小标题，“|”隔开的行是表格；也可以写 HTML。最多 500 KB，"
            "图片请作为附件上传。"
        ),
    )
    mode = forms.ChoiceField(label=gettext_lazy("公开方式"), choices=Mode.choices, widget=forms.RadioSelect)
    change_note = _line("change_note", help_text=gettext_lazy("改了什么、为什么改，随新版本向社会公开。"))
    is_substantive = forms.BooleanField(
        label=gettext_lazy("实质性修改"),
        required=False,
        help_text=gettext_lazy("数字、日期、金额、义务用语、表格和附件的变动，系统会自动认定为实质性修改。"),
    )

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lost: list[str] = []  # elements that no public text may hold, found in what was typed
        if number == 1:
            del self.fields["change_note"], self.fields["is_substantive"]
        else:
            self.fields["change_note"].required = True

    def clean_title(self) -> str:
        title = clean_line(re.sub(r"\s*[\r\n]+\s*", _BREAK, self.cleaned_data["title"].strip()))
        longest = Edition._meta.get_field("title").max_length or 0
        length = len(title.replace(_BREAK, ""))
        if length > longest:
            raise ValidationError(
                _("标题有 %(length)s 字，最多 %(longest)s 字。") % {"length": length, "longest": longest}
            )
        if not length:
            raise ValidationError(_("请填写标题。"))
        return title

    def clean_keywords(self) -> tuple[str, ...]:
        words = dict.fromkeys(re.split(r"[\s,;，；、]+", clean_line(self.cleaned_data["keywords"])))
        words.pop("", None)
        if len(words) > 20 or any(len(word) > 40 for word in words):
            raise ValidationError(_("关键词最多 20 个，每个最多 40 字。"))
        return tuple(words)

    def clean_topic(self) -> str:
        return "/".join(filter(None, re.split(r"\s*[\\/>]\s*", clean_line(self.cleaned_data["topic"]))))

    def clean_body(self) -> str:
        typed: str = self.cleaned_data["body"]
        size = len(typed.encode())
        if size > MAX_BODY_BYTES:
            raise ValidationError(
                _("正文有 %(size)d KB，最多 500 KB。是否粘贴了图片或整个网页？请只保留文字和表格，图片作为附件上传。")
                % {"size": -(-size // 1024)}
            )
        if is_too_deep(typed):
            raise ValidationError(_("列表或表格一层套一层，超过 %s 层。请把嵌套的列表、表格分开写。") % MAX_DEPTH)
        self.lost = sorted({tag.lower() for tag in _UNKEPT.findall(typed)})
        body = sanitise(typed if looks_like_html(typed) else from_text(typed))
        return body if to_text(body) else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begins, ends = cleaned.get("effective_on"), cleaned.get("expires_on")
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            self.add_error("expires_on", _("有效期至早于施行日期。"))
        return cleaned

    def content(self, extra: dict[str, Any]) -> Content:
        """What was typed, with the fields of the type. Call after `is_valid`."""
        typed = self.cleaned_data
        pieces = typed["title"].split(_BREAK)
        title = "".join(pieces)
        ends = [sum(map(len, pieces[:count])) for count in range(1, len(pieces))]
        return Content(
            title=title,
            title_breaks=[end for end in dict.fromkeys(ends) if 0 < end < len(title)],
            body=typed["body"],
            keywords=typed["keywords"],
            extra=extra,
            **{name: typed[name] for name in _PLAIN if name in typed},
        )


def first_values(edition: Edition) -> dict[str, Any]:
    """An edition as the form shows it."""
    values = {name: getattr(edition, name) for name in _PLAIN if name not in {"change_note"}}
    return values | {
        "title": with_breaks(edition.title, edition.title_breaks),
        "body": edition.body,
        "keywords": "、".join(map(str, edition.keywords)),
        "change_note": edition.change_note,
    }


def with_breaks(title: str, breaks: list[int]) -> str:
    """A title with a bar at each place where it may break."""
    ends = [0, *sorted(breaks), len(title)]
    return _BREAK.join(title[start:end] for start, end in pairwise(ends))
