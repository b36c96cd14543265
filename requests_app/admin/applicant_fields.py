"""Who applies, as staff type it from a letter or a file."""

from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, VerbForm
from govportal import personal_data
from requests_app.enums import IdentityKind
from requests_app.forms.fields import TelephoneField
from requests_app.services.intake import Person


def typed_line(label: Any, length: int = 200, *, is_required: bool = False, help_text: Any = "") -> forms.CharField:
    """One line that no browser keeps."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, required=is_required, help_text=help_text, widget=widget)


class PersonForm(VerbForm):
    """The fields of Person by their names."""

    name = typed_line(gettext_lazy("姓名或者名称"), is_required=True)
    identity_kind = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=[("", CHOOSE), *IdentityKind.choices], required=False
    )
    identity_number = typed_line(
        gettext_lazy("证件号码"), 40, help_text=gettext_lazy("申请书上没有的不填，登记受理以后告知补正。")
    )
    legal_representative = typed_line(gettext_lazy("法定代表人"))
    contact_name = typed_line(gettext_lazy("联系人"))
    phone = TelephoneField(gettext_lazy("联系电话"), autocomplete="off")
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    address = typed_line(gettext_lazy("联系地址"))
    postcode = typed_line(gettext_lazy("邮政编码"), 20)
    fax = TelephoneField(gettext_lazy("传真"), autocomplete="off")

    def clean_identity_number(self) -> str:
        number = str(self.cleaned_data["identity_number"]).strip()
        is_resident = self.cleaned_data.get("identity_kind") == IdentityKind.RESIDENT
        if number and is_resident and not personal_data.is_identity_number(number.upper()):
            raise forms.ValidationError(_("居民身份证号码不对，请逐位核对；申请书上就是这样的，先不填，告知补正。"))
        return number


def person_of(values: dict[str, Any]) -> Person:
    """What was typed; a field that the form does not have is blank."""
    return Person(**{field.name: values.get(field.name, "") for field in fields(Person)})
