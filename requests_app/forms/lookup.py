"""查进度: a number and a code, typed from paper."""

from django import forms
from django.utils.translation import gettext_lazy as _

from govportal.html import clean_line
from requests_app.forms.fields import text_field

MOST_SIGNS = 80


class LookupForm(forms.Form):
    """Neither is judged by its shape: a wrong number and a wrong code must get one and the same answer."""

    number = text_field(
        _("受理编号"), MOST_SIGNS, required=_("请填写受理编号。"), autocomplete="off", autocapitalize="characters"
    )
    code = text_field(
        _("查询码"),
        MOST_SIGNS,
        required=_("请填写查询码。"),
        help_text=_("8位字母和数字，例如 7K4M-92PX；大小写和横线不影响。"),
        autocomplete="off",
        autocapitalize="characters",
    )

    def clean_number(self) -> str:
        return clean_line(self.cleaned_data["number"]).upper()

    def clean_code(self) -> str:
        return clean_line(self.cleaned_data["code"])
