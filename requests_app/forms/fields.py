"""Fields of the citizen's forms: texts whose limit is told and never cut, telephone numbers, years, and scans.

No control gets a `maxlength`: a browser would cut what somebody pastes, and nobody would notice.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise

_TELEPHONE = re.compile(r"\+?[\d() -]{7,24}(?:(?:转|-|#)\d{1,6})?")
_MOBILE = re.compile(r"1\d{10}")
_REAL_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIRST_YEAR = 1949


def text_field(
    label: Words,
    most: int,
    *,
    required: Words | None = None,
    rows: int = 0,
    help_text: Words = "",
    **attributes: str,
) -> forms.CharField:
    """`most` characters; `required` is what to say when nothing stands there; `rows` makes it an area."""
    too_long = _("最多 %(limit_value)s 个字，现有 %(show_value)s 个字。您写的都还在，请缩短后再提交。")
    widget = forms.Textarea(attrs={"rows": rows, **attributes}) if rows else forms.TextInput(attrs=attributes)
    return forms.CharField(
        label=label,
        required=required is not None,
        help_text=help_text,
        widget=widget,
        validators=[MaxLengthValidator(most, too_long)],
        error_messages={"required": required} if required else None,
    )


class TelephoneField(forms.CharField):
    """A telephone or fax number as people write it; width makes no difference."""

    def __init__(self, label: Words, **attributes: str) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "class": "w-short"} | attributes)
        super().__init__(label=label, required=False, widget=widget)

    def clean(self, value: Any) -> str:
        number = unicodedata.normalize("NFKC", super().clean(value) or "").replace("—", "-").strip()
        if not number:
            return ""
        digits = re.sub(r"\D", "", number)
        is_number = _TELEPHONE.fullmatch(number) and 7 <= len(digits) <= 20
        if not is_number or (_MOBILE.fullmatch(digits) and not _REAL_MOBILE.fullmatch(digits)):
            raise ValidationError(_("请填写完整的号码，例如 13800000000 或者 0399-6610000。"), code="invalid")
        return number


class YearField(forms.IntegerField):
    """A year that has begun: nobody holds information of one to come."""

    def __init__(self, label: Words) -> None:
        wrong = _("请填写四位数的年份，例如 2025。")
        super().__init__(
            label=label,
            required=False,
            min_value=_FIRST_YEAR,
            max_value=9999,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
        )


class ScansInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/input.html"  # what was kept is listed by the page


class ScansField(forms.FileField):
    """Photographs or scans; none, one or several. What is in them is looked into when they are kept."""

    def __init__(self, label: Words, help_text: Words) -> None:
        widget = ScansInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})
        super().__init__(label=label, required=False, help_text=help_text, widget=widget, allow_empty_file=True)

    def clean(self, data: Any, initial: Any = None) -> Sequence[Any]:
        return [upload for upload in data or () if upload]
