"""What the verbs of an annual report ask."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, VerbForm, long_text
from govportal import access
from govportal.models import Agency
from govportal.now import today
from govportal.permissions import Permission
from requests_app.models import ReportFigure
from requests_app.report_form import PARTS, TABLE2
from requests_app.report_published import FIGURE_KEYS, figure_key, figure_label
from requests_app.services import annual_report, report_drafting

_HINTS = {
    "one": gettext_lazy("写主动公开、依申请公开、政府信息管理、平台建设、监督保障（含考核、评议和责任追究结果）。"),
    "two": gettext_lazy("表二已有数据，需要说明的写在这里，可以不写。"),
    "three": gettext_lazy("表三已有数据，可以不写；上年结转与上一年度报告不一致的，写明原因。"),
    "four": gettext_lazy("表四已有数据，需要说明的写在这里，可以不写。"),
    "five": gettext_lazy("不能空着，也不能只写“无”。"),
    "six": gettext_lazy("写明收取信息处理费的情况，没有收取的也要写明。"),
}  # fmt: skip


class StartForm(VerbForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=report_drafting.FIRST_YEAR, max_value=9999)

    def prepare(self) -> None:
        agencies = {agency.pk for agency in access.agencies_with(self.actor, Permission.HANDLE_REQUEST)}
        field = self.choices_of("agency")
        field.queryset = Agency.objects.filter(pk__in=agencies)
        if len(agencies) == 1:
            field.initial = agencies.pop()
        self.fields["year"].initial = today().year - 1


class WriteForm(VerbForm):
    """The six parts. `seen_at`: which saving the form was opened with."""

    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["seen_at"].initial = self.row.updated_at.isoformat()
        for part in PARTS:
            field = long_text(
                part.label, length=report_drafting.MAX_PART, is_required=False, help_text=_HINTS[part.key]
            )
            field.widget.attrs["rows"] = 10 if part.key in {"one", "five", "six"} else 3
            field.initial = self.row.parts.get(part.key, "")
            self.fields[part.key] = field
        if not self.row.parts.get("six") and not self.is_bound:
            computed = annual_report.compute(self.row.agency, self.row.year, today=today())
            self.fields["six"].initial = annual_report.fees(computed.agencies, computed.period).sentence()

    def clean_seen_at(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen_at"])
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.cleaned_data.get("seen_at") is None:
            raise forms.ValidationError(_("表单已过期，请重新打开。"))
        return cleaned


class FigureForm(VerbForm):
    key = forms.ChoiceField(
        label=gettext_lazy("指标"),
        choices=lambda: [
            (TABLE2.row(key.partition(".")[0]).label, [(key, figure_label(key))]) for key in FIGURE_KEYS
        ],
    )  # fmt: skip
    value = forms.DecimalField(label=gettext_lazy("数值"), min_value=0, max_digits=16, decimal_places=4)
    source = forms.CharField(
        label=gettext_lazy("数据来源"), max_length=200, help_text=gettext_lazy("例如“财政局2025年非税收入年报”。")
    )
    upload = forms.FileField(label=gettext_lazy("佐证材料"), required=False)

    def prepare(self) -> None:
        wanted = self.initial.get("key") if self.initial else None
        stated = ReportFigure.objects.filter(agency=self.row.agency_id, year=self.row.year, key=wanted or "").first()
        if stated:
            self.fields["value"].initial = stated.value.normalize()
            self.fields["source"].initial = stated.source


class DropForm(VerbForm):
    key = forms.ChoiceField(label=gettext_lazy("指标"))

    def prepare(self) -> None:
        stated = ReportFigure.objects.filter(agency=self.row.agency_id, year=self.row.year)
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.key, f"{figure_label(one.key)}（{one.value.normalize():f}）") for one in stated
                         if one.key in FIGURE_KEYS]  # fmt: skip


class ReturnForm(VerbForm):
    note = long_text(gettext_lazy("要修改什么"), length=500)


class FreezeForm(VerbForm):
    """`seen`: the digest of the report as it is when the page is opened."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_read = forms.BooleanField(label=gettext_lazy("表二至表四和六个部分都已核对"))

    def prepare(self) -> None:
        if not self.is_bound:
            computed = annual_report.compute(self.row.agency, self.row.year, today=today())
            self.fields["seen"].initial = annual_report.digest_of(annual_report.payload(computed, self.row.parts))
        self.fields["is_read"].help_text = _("定稿以后不能再改。数据和文字与您打开时不同的，不能定稿。")


# The first key of each row of table 2, for links that open the form at it.
FIRST_KEYS = {row.key: figure_key(row.key, row.columns[0].key) for row in TABLE2.rows}
