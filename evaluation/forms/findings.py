"""What the verbs of a finding ask, and the page on which somebody files or proposes one."""

from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import unquote, urlsplit

from django import forms
from django.db.models import Q
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from disclosure.models import Item
from disclosure.services.rectify import DEFAULT_WORKING_DAYS
from evaluation.enums import RoundState
from evaluation.models import Assessment, Finding, FindingFile, Indicator
from evaluation.scorecards import coded_name
from evaluation.services import evidence, finding_orders, findings
from govportal import access
from govportal.archives import RefusedFile
from govportal.forms import whole_number
from govportal.permissions import Permission
from requests_app.admin.verb_pages import CaseForm

MAX_ITEM = 500  # an address with a title in it
_PUBLIC_HELP = gettext_lazy(
    "公开前请遮盖姓名、电话、证件号码、住址等个人信息。不勾选的，只有考核人员和被考核单位看得到。"
)
_FILE_HELP = gettext_lazy("截图、PDF、Word、Excel 或者 OFD，最大 20 MB。照片会去掉拍摄地点等附带信息。")


def deduction_words(indicator: Indicator) -> str:
    """每次扣 0.20、0.50 分."""
    amounts = "、".join(map(str, findings.deductions_of(indicator)))
    return _("每次扣 %s 分") % amounts if amounts else _("每次扣分由考核人员定，满分 %s") % indicator.full_marks


class ItemField(forms.CharField):
    """A public item by its index number, as an address writes that, or by its address; None where nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("信息索引号"), max_length=MAX_ITEM, required=False,
            help_text=gettext_lazy("问题出在某一件公开信息的，填它的索引号，或者粘贴它的网址。"), **kwargs,
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        named = Q(index_number=typed) | Q(slug=_slug_in(typed))
        item = Item.objects.filter(named).order_by("pk").first()
        if item is None:
            raise forms.ValidationError(_("没有索引号为 %s 的信息。") % typed)
        return item


def _slug_in(typed: str) -> str:
    """The name of the item in an address of this portal; anything else as it is."""
    try:
        found = resolve(unquote(urlsplit(typed).path))
    except (Resolver404, ValueError):
        return typed
    return str(found.kwargs.get("slug", typed)) if found.url_name == "item" else typed


class EvidenceFields(forms.Form):
    """One file, what it shows, and whether everybody may see it. A form with `actor`; the file is written when all
    else is in order, and its row is saved by the service."""

    actor: Any
    file = forms.FileField(label=gettext_lazy("证据文件"), required=False, help_text=_FILE_HELP)
    title = forms.CharField(label=gettext_lazy("证据说明"), max_length=evidence.MAX_TITLE, required=False)
    is_public = forms.BooleanField(
        label=gettext_lazy("随成绩单向社会公开"), required=False, help_text=_PUBLIC_HELP
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["uploads"] = []
        if values.get("file") and not self.errors:
            try:
                values["uploads"] = [
                    evidence.write(values["file"], by=self.actor, title=values["title"], is_public=values["is_public"])
                ]
            except RefusedFile as error:
                self.add_error("file", str(error))
        return values


class ContentFields(forms.Form):
    text = long_text(
        gettext_lazy("问题"), length=findings.MAX_TEXT, help_text=gettext_lazy("随成绩单公开，不写个人信息。")
    )
    count = forms.IntegerField(label=gettext_lazy("次数"), min_value=1, max_value=findings.MAX_COUNT, initial=1)
    unit = forms.DecimalField(
        label=gettext_lazy("每次扣分"), max_digits=6, decimal_places=2, min_value=Decimal("0.01"), required=False
    )  # fmt: skip
    link = forms.URLField(
        label=gettext_lazy("网址"),
        max_length=findings.MAX_LINK,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vURLField"}),
    )
    item = ItemField()

    def unit_of(self, indicator: Indicator, values: dict[str, Any]) -> Decimal:
        """What was typed; where the set leaves no choice, that. Raises ValidationError."""
        amounts = findings.deductions_of(indicator)
        unit: Decimal | None = values.get("unit") or (amounts[0] if len(amounts) == 1 else None)
        if unit is None:
            raise forms.ValidationError({"unit": deduction_words(indicator) + _("，请填写。")})
        return unit


def content_of(values: dict[str, Any], unit: Decimal) -> findings.Content:
    return findings.Content(
        text=values["text"], unit=unit, count=values["count"], link=values["link"], item=values["item"]
    )  # fmt: skip


class ChooseForm(CaseForm):
    """At which agency, of which round: whose clauses are asked for next."""

    assessment = forms.ModelChoiceField(
        label=gettext_lazy("考核单位"), queryset=Assessment.objects.none(), empty_label=CHOOSE
    )  # fmt: skip
    from_address = frozenset({"assessment", "indicator"})

    def prepare(self) -> None:
        assessments = fileable(self.actor)
        self.choices_of("assessment").queryset = assessments
        self._name("assessment", assessments, lambda one: str(one.round), lambda one: one.agency.display_name)

    def _name(self, field: str, rows: Any, group: Any, label: Any) -> None:
        """The choices in groups; which are allowed is the queryset's."""
        chosen = [(name, [(one.pk, label(one)) for one in found]) for name, found in groupby(rows, group)]
        self.fields[field].widget.choices = [("", CHOOSE), *chosen]


class FileForm(ChooseForm, EvidenceFields, ContentFields):
    """提出问题: the clause, and what was found. `chosen`: at which agency; None: it is asked for again."""

    chosen: Assessment | None = None
    indicator = forms.ModelChoiceField(
        label=gettext_lazy("考核条目"), queryset=Indicator.objects.none(), empty_label=CHOOSE
    )  # fmt: skip
    field_order = ("assessment", "indicator", "text", "count", "unit", "link", "item", "file", "title", "is_public")

    def prepare(self) -> None:
        super().prepare()
        named = self.data.get("assessment") if self.is_bound else self.initial.get("assessment")
        self.chosen = chosen_assessment(self.actor, named)
        self.fields["unit"].help_text = _("按所选条目的规定；只有一档的可以不填。")
        if self.chosen is None:
            return
        self.fields["assessment"].widget = forms.HiddenInput()
        indicators = Indicator.objects.manual().filter(indicator_set=self.chosen.round.indicator_set_id)
        indicators = indicators.select_related("group").order_by("position", "id")
        self.choices_of("indicator").queryset = indicators
        self._name("indicator", indicators, lambda one: str(one.group), _clause)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if indicator := values.get("indicator"):
            try:
                values["unit"] = self.unit_of(indicator, values)
            except forms.ValidationError as error:
                if "unit" not in self.errors:
                    self.add_error(None, error)
        return values


def _clause(one: Indicator) -> str:
    text = one.text if len(one.text) <= 40 else f"{one.text[:40]}…"
    return f"{coded_name(one)}　{text}（{deduction_words(one)}）"


def fileable(actor: Any) -> Any:
    """Assessments of open rounds at which this person may find or propose something."""
    below = access.agencies_under(actor, Permission.FILE_FINDING).values("pk")
    rows = Assessment.objects.filter(round__state=RoundState.OPEN, agency__in=below)
    rows = rows | Assessment.objects.inspected_by(actor).filter(round__state=RoundState.OPEN)
    rows = rows.exclude(agency__in=access.own_agencies(actor)).select_related("round", "agency")
    return rows.order_by("-round__period_end", "round", "agency__position", "agency__name")


def chosen_assessment(actor: Any, named: Any) -> Assessment | None:
    """The one of that id, if this person may file or propose something there."""
    pk = whole_number(str(named or ""))
    found: Assessment | None = fileable(actor).filter(pk=pk).first() if pk else None
    return found


# --- verbs -----------------------------------------------------------------------------------------------------------


class ReasonForm(CaseForm):
    reason = long_text(gettext_lazy("理由"), length=findings.MAX_REASON, help_text=gettext_lazy("提出问题的人看得到。"))


class RetractForm(CaseForm):
    reason = long_text(gettext_lazy("理由"), length=findings.MAX_REASON)


class AdoptForm(CaseForm):
    """`seen`: the version that was read, sent back: its proposer may have said it otherwise meanwhile."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    count = forms.IntegerField(label=gettext_lazy("次数"), min_value=1, max_value=findings.MAX_COUNT)
    unit = forms.DecimalField(label=gettext_lazy("每次扣分"), max_digits=6, decimal_places=2, min_value=Decimal("0.01"))
    note = long_text(gettext_lazy("处理意见"), length=findings.MAX_REASON, is_required=False)

    def prepare(self) -> None:
        row: Finding = self.row
        for name, value in {"seen": row.version, "count": row.count, "unit": row.unit_deduction}.items():
            self.fields[name].initial = value
        self.fields["unit"].help_text = deduction_words(self.row.indicator)


class EditForm(CaseForm, ContentFields):
    """`seen`: the version that was read, sent back."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        row: Finding = self.row
        self.fields["unit"].help_text = deduction_words(row.indicator)
        shown = {
            "seen": row.version, "text": row.text, "count": row.count, "unit": row.unit_deduction, "link": row.link,
            "item": row.item.index_number if row.item else "",
        }  # fmt: skip
        for name, value in shown.items():
            self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "unit" not in self.errors:
            values["unit"] = self.unit_of(self.row.indicator, values)
        return values


class OrderForm(CaseForm):
    problem = forms.CharField(label=gettext_lazy("问题"), max_length=300, help_text=gettext_lazy("向社会公开。"))
    requirement = long_text(gettext_lazy("整改要求"), length=2000)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=300, initial=finding_orders.BASIS)
    due_on = DayField(
        label=gettext_lazy("整改期限"),
        required=False,
        help_text=gettext_lazy("不填，为交办后%s个工作日。") % DEFAULT_WORKING_DAYS,
    )

    def prepare(self) -> None:
        self.fields["problem"].initial = self.row.text[:300]


class AddEvidenceForm(CaseForm, EvidenceFields):
    def prepare(self) -> None:
        self.fields["file"].required = True


class ChangeEvidenceForm(CaseForm):
    PUBLIC, INSIDE, REMOVE = "public", "inside", "remove"
    evidence = forms.ModelChoiceField(
        label=gettext_lazy("证据"), queryset=FindingFile.objects.none(), widget=forms.RadioSelect, empty_label=None
    )  # fmt: skip
    change = forms.ChoiceField(
        label=gettext_lazy("改为"),
        choices=[
            (PUBLIC, gettext_lazy("随成绩单向社会公开")),
            (INSIDE, gettext_lazy("不公开，只有考核人员和被考核单位看得到")),
            (REMOVE, gettext_lazy("撤下，文件彻底删除")),
        ],
        widget=forms.RadioSelect,
        help_text=_PUBLIC_HELP,
    )

    def prepare(self) -> None:
        self.choices_of("evidence").queryset = self.row.files.all()
