"""Forms of the kernel's public pages, and what forms and addresses have in common."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from govportal.display import DisplayMode
from govportal.models import AgencyKind


def whole_number(text: object) -> int | None:
    """The number an address or a hidden field says, if it can be that of a row; None for whatever else stands there."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


class DisplayForm(forms.Form):
    """The display settings as one form."""

    theme = forms.ChoiceField(
        label=_("颜色"),
        choices=[("", _("跟随设备")), ("light", _("浅色")), ("dark", _("深色"))],
        widget=forms.RadioSelect,
        required=False,
    )
    size = forms.ChoiceField(
        label=_("版面"),
        choices=[("", _("标准版")), ("elder", _("长辈版：字更大，一栏，按钮更宽"))],
        widget=forms.RadioSelect,
        required=False,
    )
    contrast = forms.ChoiceField(
        label=_("对比度"),
        choices=[("", _("标准")), ("more", _("高对比度：文字和边线最深"))],
        widget=forms.RadioSelect,
        required=False,
    )

    @staticmethod
    def initial_for(mode: DisplayMode) -> dict[str, Any]:
        return {
            "theme": mode.theme,
            "size": "elder" if mode.is_elder else "",
            "contrast": "more" if mode.is_contrast else "",
        }

    def mode(self) -> DisplayMode:
        """The chosen mode; call after `is_valid()`."""
        data = self.cleaned_data
        return DisplayMode(data["theme"], data["size"] == "elder", data["contrast"] == "more")


class AgencySearchForm(forms.Form):
    """The register of agencies: a word, a kind, a pinyin initial. Anything else in the address is ignored."""

    q = forms.CharField(required=False, max_length=60)
    kind = forms.ChoiceField(choices=[("", ""), *AgencyKind.choices], required=False)
    letter = forms.RegexField(r"^[A-Z]$", required=False)
