"""The three steps of an application. They ask what article 29 lets an agency ask, and nothing beyond it.

《政府信息公开条例》第二十九条: who (name, proof of identity, contact), what, and in which form and by which way.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.models import NoticeBoard
from govportal import personal_data
from govportal.html import without_controls
from govportal.models import Agency
from requests_app.credit_code import is_credit_code
from requests_app.enums import ApplicantKind, IdentityKind, SupplyForm, SupplyWay
from requests_app.forms.fields import ScansField, TelephoneField, Words, YearField, text_field
from requests_app.services import intake

MOST_DESCRIPTION = 5_000
MOST_PURPOSE = 1_000
MOST_FILES = 3
MOST_FILE_MB = 10

_FEWEST_SIGNS, _MOST_SIGNS = 4, 40  # of the number of a paper that has no check of its own
_PERSON = ApplicantKind.NATURAL_PERSON
_KINDS = [
    (_PERSON.value, gettext_lazy("公民（自然人）")),
    *((kind.value, kind.label) for kind in ApplicantKind if kind != _PERSON),
]
_OF_PERSON = ("identity_kind", "identity_number")
_OF_ORGANISATION = ("credit_code", "legal_representative", "contact_name")
_MAY_BE_EMPTY = gettext_lazy("可以不填。")
_DESCRIBING = ("subject", "document_number", "description")
_PAPERS = [(kind.value, kind.label) for kind in IdentityKind if kind != IdentityKind.CREDIT_CODE]


class Answer(NamedTuple):
    """`is_own`: the words are the applicant's, or the name of an agency; else they are a choice of ours."""

    name: str
    label: Words
    words: str
    is_own: bool


def _is_own(field: forms.Field) -> bool:
    ours = isinstance(field, forms.ChoiceField | forms.BooleanField)
    return isinstance(field, forms.ModelChoiceField) or not ours


class StepForm(forms.Form):
    """One step. `typed` is what the draft keeps of it: all of it, right or wrong, but for invisible characters."""

    def __init__(self, data: Any = None, files: Any = None, *, today: date, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.today = today

    @classmethod
    def typed(cls, data: Mapping[str, Any]) -> dict[str, str]:
        """The texts of this step's fields out of what a browser sent."""
        return {
            name: without_controls(str(data.get(name) or ""))
            for name, field in cls.base_fields.items()
            if not isinstance(field, forms.FileField)
        }

    def shown(self) -> list[Answer]:
        """Every answer that was given, for the page to check. Call after `is_valid()`."""
        rows = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if isinstance(field, forms.BooleanField):
                words = _("可以") if value else _("不可以")
            elif isinstance(field, forms.ModelChoiceField | forms.FileField):
                words = str(value) if isinstance(value, Agency | NoticeBoard) else ""
            elif isinstance(field, forms.ChoiceField):
                words = str(dict(field.choices).get(value, ""))  # type: ignore[arg-type]
            else:
                words = str(value or "")
            if words:
                rows.append(Answer(name, field.label or "", words, _is_own(field)))
        return rows


class ApplicantForm(StepForm):
    """申请人. Of an organisation the fields of a person are not read, and the reverse.

    `has_proof`: the draft holds a paper that shows who asks; then no number is needed.
    """

    applicant_kind = forms.ChoiceField(
        label=gettext_lazy("申请人类型"),
        choices=_KINDS,
        initial=_PERSON.value,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择申请人类型。")},
    )
    name = text_field(
        gettext_lazy("姓名或者单位名称"), 100, required=gettext_lazy("请填写姓名或者单位名称。"), autocomplete="name"
    )
    identity_kind = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=_PAPERS, initial=IdentityKind.RESIDENT.value, required=False
    )
    identity_number = text_field(gettext_lazy("证件号码"), _MOST_SIGNS, autocomplete="off")
    credit_code = text_field(gettext_lazy("统一社会信用代码"), _MOST_SIGNS, autocomplete="off")
    legal_representative = text_field(gettext_lazy("法定代表人"), 100, help_text=_MAY_BE_EMPTY)
    contact_name = text_field(gettext_lazy("联系人"), 100, help_text=_MAY_BE_EMPTY)
    phone = TelephoneField(gettext_lazy("联系电话"), autocomplete="tel")
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        required=False,
        max_length=None,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("请填写完整的电子邮箱，例如 name@mail.example。")},
    )
    address = text_field(gettext_lazy("联系地址"), 200, autocomplete="street-address")
    postcode = text_field(gettext_lazy("邮政编码"), 20, inputmode="numeric", autocomplete="postal-code")
    fax = TelephoneField(gettext_lazy("传真"))
    proofs = ScansField(
        gettext_lazy("身份证明的照片或者扫描件"),
        gettext_lazy(
            "填了号码的可以不传。PDF、JPG 或者 PNG，每份不超过 10 MB，最多 3 份。加密保存，仅用于办理本申请。"
        ),
    )

    def __init__(self, *args: Any, has_proof: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_proof = has_proof

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("applicant_kind") == _PERSON:
            self._clean_person(cleaned)
        elif cleaned.get("applicant_kind"):
            self._clean_organisation(cleaned)
        if not any(cleaned.get(name) or name in self.errors for name in ("phone", "email", "address")):
            self.add_error("phone", _("电话、电子邮箱、联系地址，请至少填写一种，以便答复。"))
        postcode = _narrow(cleaned.get("postcode", ""))
        if postcode and not (postcode.isdecimal() and len(postcode) == 6):
            self.add_error("postcode", _("邮政编码是6位数字。"))
        cleaned["postcode"] = postcode
        return cleaned

    def _clean_person(self, cleaned: dict[str, Any]) -> None:
        kind = cleaned["identity_kind"] = cleaned.get("identity_kind") or IdentityKind.RESIDENT.value
        number = _narrow(cleaned.get("identity_number", "")).upper()
        if "identity_number" in self.errors:
            return
        if not number:
            if not self.has_proof:
                missing = _("请填写证件号码，或者上传身份证明：条例第二十九条要求申请人提供身份证明。")
                self.add_error("identity_number", missing)
        elif kind == IdentityKind.RESIDENT and not personal_data.is_identity_number(number):
            self.add_error("identity_number", _("居民身份证号码不对，请逐位核对（18位，末位可能是 X）。"))
        elif len(number) < _FEWEST_SIGNS:
            self.add_error("identity_number", _("证件号码不完整，请核对。"))
        cleaned["identity_number"] = number

    def _clean_organisation(self, cleaned: dict[str, Any]) -> None:
        code = _narrow(cleaned.get("credit_code", "")).upper()
        if "credit_code" not in self.errors:
            if not code and not self.has_proof:
                missing = _("请填写统一社会信用代码，或者上传身份证明：条例第二十九条要求申请人提供身份证明。")
                self.add_error("credit_code", missing)
            elif code and not is_credit_code(code):
                self.add_error("credit_code", _("统一社会信用代码不对，请逐位核对（18位，没有字母 I、O、S、V、Z）。"))
        cleaned["identity_kind"] = (IdentityKind.CREDIT_CODE if code else IdentityKind.OTHER).value
        cleaned["identity_number"] = code

    def shown(self) -> list[Answer]:
        other = _OF_ORGANISATION if self.cleaned_data["applicant_kind"] == _PERSON else _OF_PERSON
        return [row for row in super().shown() if row.name not in other]

    def person(self) -> intake.Person:
        """Call after `is_valid()`."""
        names = ("name", "identity_kind", "identity_number", "phone", "email", "address", "postcode", "fax")
        values = {name: self.cleaned_data[name] for name in names}
        if self.cleaned_data["applicant_kind"] != _PERSON:
            values |= {name: self.cleaned_data[name] for name in ("legal_representative", "contact_name")}
        return intake.Person(**values)


class InformationForm(StepForm):
    """所需信息. Any of name, number and description will do (第二十九条第二款第二项)."""

    agency = forms.ModelChoiceField(
        label=gettext_lazy("向哪个单位申请"),
        queryset=Agency.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("不清楚就选人民政府，由其转办或者告知。"),
        error_messages={
            "required": gettext_lazy("请选择向哪个单位申请。"),
            "invalid_choice": gettext_lazy("这个单位现在不受理信息公开申请，请另选单位。"),
        },
    )
    subject = text_field(
        gettext_lazy("所需信息的名称"),
        200,
        help_text=gettext_lazy("例如：2025年农村公路养护资金使用明细。"),
        autocomplete="off",
    )
    document_number = text_field(
        gettext_lazy("文号"), 100, help_text=gettext_lazy("知道就填，例如：某政发〔2026〕12号。"), autocomplete="off"
    )
    description = text_field(
        gettext_lazy("内容描述"),
        MOST_DESCRIPTION,
        rows=6,
        help_text=gettext_lazy(
            "不知道准确名称的，写清能据以查找的特征：什么事、哪里、哪些内容。写得越具体，办得越快。"
        ),
    )
    period_from = YearField(gettext_lazy("起始年份"))
    period_to = YearField(gettext_lazy("截止年份"))
    purpose = text_field(
        gettext_lazy("用途"),
        MOST_PURPOSE,
        rows=2,
        help_text=gettext_lazy("可以不填，不填不影响受理。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = intake.open_agencies()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(name) or name in self.errors for name in _DESCRIBING):
            self.add_error("subject", _("请写明所需信息的名称、文号，或者能据以查找的描述。"))
        for name in ("subject", "document_number"):
            # These two stand in the lists of the office; the description is encrypted.
            if personal_data.find(cleaned.get(name) or ""):
                self.add_error(name, _("这里不要写身份证号、手机号或者银行卡号，确有需要请写在内容描述里。"))
        self._clean_years(cleaned)
        return cleaned

    def _clean_years(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned.get("period_from"), cleaned.get("period_to")
        for name, year in (("period_from", first), ("period_to", last)):
            if year and year > self.today.year:
                self.add_error(name, _("年份不能晚于今年。"))
        if first and last and first > last and not {"period_from", "period_to"} & {*self.errors}:
            self.add_error("period_to", _("截止年份不能早于起始年份。"))


class SupplyStepForm(StepForm):
    """获取方式 (第二十九条第二款第三项). `person` says whether there is an address for the chosen way."""

    supply_form = forms.ChoiceField(
        label=gettext_lazy("要什么形式"),
        choices=SupplyForm.choices,
        initial=SupplyForm.ELECTRONIC.value,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择形式。")},
    )
    supply_way = forms.ChoiceField(
        label=gettext_lazy("怎么获取"),
        choices=SupplyWay.choices,
        initial=SupplyWay.DOWNLOAD.value,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择获取途径。")},
    )
    accepts_other = forms.BooleanField(
        label=gettext_lazy("无法按照指定方式提供的，也可以接受其他方式"), initial=True, required=False
    )

    def __init__(self, *args: Any, person: intake.Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.missing_contact = ""  # the field of the first step that the chosen way needs

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed = {
            SupplyWay.EMAIL: ("email", _("选择以电子邮件获取，须填写电子邮箱。")),
            SupplyWay.POST: ("address", _("选择邮寄，须填写联系地址。")),
            SupplyWay.FAX: ("fax", _("选择传真，须填写传真号码。")),
        }
        name, missing = needed.get(cleaned.get("supply_way") or SupplyWay.DOWNLOAD, ("", ""))
        if name and self.person and not getattr(self.person, name):
            self.missing_contact = name
            self.add_error("supply_way", missing)
        return cleaned


# In their order. The word stands in the address.
STEPS: Mapping[str, type[StepForm]] = {
    "applicant": ApplicantForm,
    "information": InformationForm,
    "supply": SupplyStepForm,
}


def wanted(applicant: StepForm, information: StepForm, supply: StepForm) -> intake.Wanted:
    """What is asked for, of three forms that are valid."""
    names = ("agency", "subject", "description", "document_number", "period_from", "period_to", "purpose")
    values = _picked(information, names) | _picked(supply, ("supply_form", "supply_way", "accepts_other"))
    return intake.Wanted(applicant_kind=applicant.cleaned_data["applicant_kind"], **values)


def _picked(form: StepForm, names: Iterable[str]) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


def _narrow(text: str) -> str:
    """Full-width signs as ASCII, without blanks: how people type numbers."""
    return "".join(unicodedata.normalize("NFKC", text).split())
