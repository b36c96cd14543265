"""留言、纠错 on one page: which of the two, to whom, what, and, if he likes, how to reach who writes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from govportal.html import clean_line
from govportal.models import Agency
from requests_app.feedback_enums import FeedbackKind
from requests_app.forms.fields import TelephoneField, text_field
from requests_app.forms.lookup import FEEDBACK, MOST_SIGNS, LookupForm
from requests_app.services import feedback


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("您要写的是"),
        choices=[
            (FeedbackKind.CORRECTION, _("纠错：网页上的内容有误、过时、打不开")),
            (FeedbackKind.MESSAGE, _("留言：咨询、意见、建议")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择留言还是纠错。"), "invalid_choice": _("请选择留言还是纠错。")},
    )
    agency = forms.ModelChoiceField(
        label=_("写给哪个单位"),
        queryset=Agency.objects.none(),
        to_field_name="code",
        empty_label=_("请选择"),
        help_text=_("不清楚就选人民政府，由其转办。"),
        error_messages={
            "required": _("请选择写给哪个单位。"),
            "invalid_choice": _("没有这个单位，请另选。"),
        },
    )
    text = text_field(
        _("内容"),
        feedback.LONGEST_TEXT,
        required=_("请填写内容。"),
        rows=8,
        help_text=_("纠错请写明哪一处有误、应当是什么。不要写身份证号、银行卡号。"),
    )
    name = text_field(_("称呼"), 50, help_text=_("可以不填。"), autocomplete="name")
    phone = TelephoneField(_("联系电话"), autocomplete="tel")
    email = forms.EmailField(
        label=_("电子邮箱"),
        required=False,
        max_length=None,
        help_text=_("可以不填。填了的，有答复时发邮件告知。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("请填写完整的电子邮箱，例如 name@mail.example。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = feedback.open_agencies()

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    def typed(self) -> list[str]:
        """What stands in the fields, for telling one sending from another."""
        return [str(self.data.get(name) or "") for name in self.fields]


class FeedbackLookupForm(LookupForm):
    door = FEEDBACK
    number = text_field(
        _("编号"), MOST_SIGNS, required=_("请填写编号。"), autocomplete="off", autocapitalize="characters"
    )
