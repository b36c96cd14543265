"""Forms of an objection: what an agency writes, what it said when heard, and the ruling."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import long_text
from disclosure.forms.base import DayField
from evaluation.enums import Ruling
from govportal.now import today
from requests_app.admin.file_fields import FilesField
from requests_app.admin.verb_pages import CaseForm


class ObjectForm(CaseForm):
    """`?target=` names the fault, as services/objections.Target does; the page says it in words."""

    from_address = frozenset({"target"})
    target = forms.CharField(max_length=160, widget=forms.HiddenInput)
    text = long_text(
        gettext_lazy("异议和理由"),
        length=2000,
        help_text=gettext_lazy("写明事实和依据。定分以后随成绩单向社会公开，不写个人信息。"),
    )
    papers = FilesField(
        label=gettext_lazy("证明材料"),
        required=False,
        help_text=gettext_lazy("可以选几个文件，双方以外的人看不到，不公开。"),
    )


class HearForm(CaseForm):
    heard_on = DayField(label=gettext_lazy("听取意见日期"))
    hearing = long_text(
        gettext_lazy("听取意见记录"), length=5000, help_text=gettext_lazy("单位由谁陈述、说了什么、出示了什么。")
    )

    def prepare(self) -> None:
        self.fields["heard_on"].initial = self.row.heard_on or today()
        self.fields["hearing"].initial = self.row.hearing


class RuleForm(CaseForm):
    ruling = forms.ChoiceField(label=gettext_lazy("裁定"), choices=Ruling.choices, widget=forms.RadioSelect)
    left = forms.DecimalField(
        label=gettext_lazy("裁定后扣分"),
        min_value=Decimal("0.01"),
        max_digits=6,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy("部分支持的填：这个问题以后扣多少分，须比现在少。"),
    )
    reason = long_text(
        gettext_lazy("裁定理由"), length=2000, help_text=gettext_lazy("随成绩单向社会公开，不写个人信息。")
    )

    def prepare(self) -> None:
        if self.row.finding is not None:
            return
        del self.fields["left"]
        field: Any = self.fields["ruling"]
        field.choices = [(one.value, one.label) for one in Ruling if one != Ruling.PARTLY]
