"""What staff type of a set of indicators: the set itself, its groups, its clauses. Asked on the pages of its verbs."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, VerbForm, long_text
from evaluation.enums import Formula, Frequency, IndicatorMode, SetState
from evaluation.indicator_table import LIMITS, read_amounts
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.scorecard_words import shown
from evaluation.services.import_indicators import examine
from evaluation.services.indicator_sets import FIRST_YEAR, LAST_YEAR
from govportal.admin.imports import UploadForm
from govportal.forms import whole_number
from govportal.now import today
from govportal.tables import UnreadableTable

_CODE_HELP = gettext_lazy("用在网址和文件名里：字母、数字、下划线和连字符。")


def _points(label: Any, *, is_required: bool = True, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=is_required,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
        help_text=help_text,
    )


def _year() -> forms.IntegerField:
    return forms.IntegerField(label=gettext_lazy("年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)


def _code(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LIMITS["code"], help_text=_CODE_HELP)


class SetForm(VerbForm):
    """A new set, or what may be changed of one that is drawn up."""

    code = _code(gettext_lazy("代码"))
    year = _year()
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=300, required=False, help_text=gettext_lazy("考核办法的名称和文号。")
    )
    excellent_from = _points(gettext_lazy("优秀（分以上）"))
    good_from = _points(gettext_lazy("良好（分以上）"))
    fair_from = _points(gettext_lazy("一般（分以上）"), help_text=gettext_lazy("再低的为“差”。"))
    performance_share = _points(
        gettext_lazy("在绩效考核中的权重（%）"), help_text=gettext_lazy("不低于 4%（国办发〔2016〕80号）。")
    )

    def prepare(self) -> None:
        one = self.row or IndicatorSet(year=today().year)
        for name in self.fields:
            self.initial.setdefault(name, _plain(getattr(one, name)))


class CopyForm(VerbForm):
    code = _code(gettext_lazy("新的代码"))
    year = _year()
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)

    def prepare(self) -> None:
        year = self.row.year + 1
        self.initial.setdefault("year", year)
        for name in ("code", "name"):
            self.initial.setdefault(name, getattr(self.row, name).replace(str(self.row.year), str(year)))


class ChosenForm(VerbForm):
    """About one group or indicator of the set, which the address names; `chosen_row` None: there is no such."""

    from_address = frozenset({"chosen"})
    chosen = forms.CharField(widget=forms.HiddenInput)
    chosen_row: Any = None

    def rows(self) -> Any:
        """Those that may be chosen."""
        raise NotImplementedError

    def prepare(self) -> None:
        pk = whole_number(self.data.get("chosen", "") if self.is_bound else self.initial.get("chosen", ""))
        self.chosen_row = self.rows().filter(pk=pk).first() if pk else None
        if self.chosen_row:
            self.show(self.chosen_row)

    def show(self, row: Any) -> None:
        """Set what the row says as what the form begins with."""


class GroupForm(VerbForm):
    name = forms.CharField(label=gettext_lazy("指标组"), max_length=LIMITS["group"])
    weight = _points(gettext_lazy("权重"), help_text=gettext_lazy("各组合计 100。"))


class ChosenGroup(ChosenForm):
    def rows(self) -> Any:
        return self.row.groups.all()


class ChangeGroupForm(GroupForm, ChosenGroup):
    def show(self, row: IndicatorGroup) -> None:
        self.initial.update({"name": row.name, "weight": shown(row.weight)})


class ChosenIndicator(ChosenForm):
    mode: IndicatorMode | None = None

    def rows(self) -> Any:
        return self.row.indicators.filter(mode=self.mode) if self.mode else self.row.indicators.all()


class _ClauseForm(VerbForm):
    """What manual and automatic indicators have in common."""

    group = forms.ModelChoiceField(IndicatorGroup.objects.none(), label=gettext_lazy("指标组"), empty_label=CHOOSE)
    code = _code(gettext_lazy("代码"))
    full_marks = _points(gettext_lazy("满分"))
    item_no = forms.IntegerField(label=gettext_lazy("条"), min_value=0, max_value=9999, initial=1)
    cap = _points(
        gettext_lazy("扣分上限"),
        is_required=False,
        help_text=gettext_lazy("所有问题合计最多扣多少；不填的，扣到 0 分。"),
    )
    frequency = forms.ChoiceField(label=gettext_lazy("频次"), choices=Frequency.choices, initial=Frequency.HALF_YEAR)

    def prepare(self) -> None:
        super().prepare()
        self.choices_of("group").queryset = self.row.groups.order_by("position", "id")

    def show(self, row: Indicator) -> None:
        for name in ("group", "code", "topic", "item_no", "text", "full_marks", "cap", "frequency"):
            self.initial[name] = _plain(getattr(row, f"{name}_id" if name == "group" else name))


class ManualForm(_ClauseForm):
    topic = forms.CharField(label=gettext_lazy("指标"), max_length=LIMITS["topic"])
    text = long_text(gettext_lazy("评分细则"), length=LIMITS["text"])
    deductions = forms.CharField(
        label=gettext_lazy("每次扣分"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("几种问题扣分不同的，用顿号分开，如 0.2、0.5。不填的，考核时由考核人员填写扣多少分。"),
    )
    is_evidence_required = forms.BooleanField(label=gettext_lazy("须附证据"), required=False)
    field_order = ("group", "code", "topic", "item_no", "text", "full_marks", "deductions", "cap")

    def show(self, row: Indicator) -> None:
        super().show(row)
        amounts = "、".join(shown(Decimal(text)) for text in row.deductions)
        self.initial.update({"deductions": amounts, "is_evidence_required": row.is_evidence_required})

    def clean_deductions(self) -> list[Decimal]:
        amounts, found = read_amounts(self.cleaned_data["deductions"])
        if found:
            raise forms.ValidationError(found)
        return [Decimal(amount) for amount in amounts]


class AutomaticForm(_ClauseForm):
    """The rule stands beside each choice; a measure that the set has already is not offered."""

    measure = forms.ChoiceField(label=gettext_lazy("自动指标"), widget=forms.RadioSelect)
    topic = forms.CharField(
        label=gettext_lazy("指标"),
        max_length=LIMITS["topic"],
        required=False,
        help_text=gettext_lazy("不填的，用自动指标的名称。"),
    )
    text = long_text(
        gettext_lazy("评分细则"),
        length=LIMITS["text"],
        is_required=False,
        help_text=gettext_lazy("不填的，用自动指标的规则。"),
    )
    formula = forms.ChoiceField(label=gettext_lazy("计分"), choices=Formula.choices, initial=Formula.SHARE)
    deductions = _points(
        gettext_lazy("每例扣分"), is_required=False, help_text=gettext_lazy("计分为“每例扣分”的必须填写。")
    )
    field_order = (
        "measure", "group", "code", "topic", "item_no", "text", "full_marks", "formula", "deductions",
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        others = self.row.indicators.exclude(measure="")
        if mine := getattr(self, "chosen_row", None):
            others = others.exclude(pk=mine.pk)
        used = set(others.values_list("measure", flat=True))
        field = self.fields["measure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (key, format_html("<strong>{}</strong>　{}", one.label, one.words))
            for key, one in AUTOMATIC_INDICATORS.items()
            if key not in used
        ]
        if not field.choices:
            field.help_text = _("自动指标库中的指标都已经用了。")

    def show(self, row: Indicator) -> None:
        super().show(row)
        amount = shown(Decimal(row.deductions[0])) if row.deductions else ""
        self.initial.update({"measure": row.measure, "formula": row.formula, "deductions": amount})

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        amount = values.get("deductions")
        if values.get("formula") == Formula.DEDUCT and amount is None and "deductions" not in self.errors:
            self.add_error("deductions", _("按每例扣分的，须写明每例扣多少分。"))
        if known := AUTOMATIC_INDICATORS.get(values.get("measure", "")):
            values["topic"] = values.get("topic") or str(known.label)
            values["text"] = values.get("text") or str(known.words)
        values["deductions"] = [] if amount is None else [amount]
        return values


class ChangeManualForm(ManualForm, ChosenIndicator):
    mode = IndicatorMode.MANUAL


class ChangeAutomaticForm(AutomaticForm, ChosenIndicator):
    mode = IndicatorMode.AUTOMATIC


class TableForm(UploadForm):
    """The draft that a table is for: one for the whole county may be filled by whoever manages indicators."""

    indicator_set = forms.ModelChoiceField(
        IndicatorSet.objects.none(), label=gettext_lazy("导入到"), empty_label=CHOOSE
    )
    field_order = ("indicator_set", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["indicator_set"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = IndicatorSet.objects.filter(state=SetState.DRAFT)
        field.help_text = _("只列编制中的指标体系。")

    def clean(self) -> dict[str, Any]:
        """Without a set the table is looked at all the same: what is wrong with it is said in one go."""
        values: dict[str, Any] = super().clean() or {}
        if "indicator_set" in self.errors and (file := values.get("file")):
            try:
                found = examine(file)
            except UnreadableTable as error:
                self.add_error("file", str(error))
            else:
                if not found.is_whole:
                    self.add_error("file", found.summary())
        return values


def _plain(value: Any) -> Any:
    return shown(value) if isinstance(value, Decimal) else value
