"""源头认定 of what is not to be published, and which item explains which."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import WithholdingGround
from disclosure.forms.base import DayField, TypedForm
from disclosure.forms.relations import with_shown_title
from disclosure.models import Edition, Item, Withholding
from disclosure.rules import WITHHOLDING_GROUNDS
from disclosure.services.withhold import Deposit, Matter, superiors
from disclosure.types import ITEM_TYPES
from govportal.models import Agency

_REVIEW_AFTER = 182  # days, offered; the service knows the most


def _ground_choices() -> list[tuple[str, Any]]:
    articles = {rule.ground: rule.article for rule in WITHHOLDING_GROUNDS}
    named = [(ground.value, f"{ground.label}（条例{articles[ground]}）") for ground in WithholdingGround]
    return [("", "---------"), *named]


class WithholdingForm(TypedForm):
    """Filled when the text is not to be published."""

    ground = forms.ChoiceField(label=gettext_lazy("不公开情形"), choices=_ground_choices)
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=300, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    review_on = DayField(label=gettext_lazy("下次评估日期"))
    postponed_until = DayField(
        label=gettext_lazy("暂缓至"),
        required=False,
        help_text=gettext_lazy("只是暂缓公开的，填到哪一天为止。"),
    )
    filed_with: Any = forms.ModelChoiceField(label=gettext_lazy("备案机关"), queryset=None, required=False)
    filed_on = DayField(
        label=gettext_lazy("备案日期"),
        required=False,
        help_text=gettext_lazy("审定以后再备案的，在不予公开备案里登记。"),
    )
    filing_number = forms.CharField(label=gettext_lazy("备案号"), max_length=80, required=False)

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, prefix="withhold", **kwargs)
        field: Any = self.fields["filed_with"]
        field.queryset = superiors(agency)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("filed_on") and not cleaned.get("filed_with"):
            self.add_error("filed_with", _("请选择备案机关。"))
        if cleaned.get("filing_number") and not cleaned.get("filed_on"):
            self.add_error("filed_on", _("请填写备案日期。"))
        return cleaned

    def matter(self, title: str) -> Matter:
        typed = self.cleaned_data
        names = ("ground", "reason", "basis", "review_on", "postponed_until")
        return Matter(name=title[:300], **{name: typed[name] for name in names})

    def deposit(self) -> Deposit | None:
        """None until the day of filing is known: the default of the form alone files nothing."""
        typed = self.cleaned_data
        if not typed["filed_on"]:
            return None
        return Deposit(agency=typed["filed_with"], filed_on=typed["filed_on"], number=typed["filing_number"])


def first_withholding(edition: Edition | None, agency: Agency, today: date) -> dict[str, Any]:
    row = Withholding.objects.filter(edition=edition).first() if edition else None
    if row is None:
        return {"filed_with": agency.parent_id, "review_on": date.fromordinal(today.toordinal() + _REVIEW_AFTER)}
    names = ("ground", "reason", "basis", "review_on", "postponed_until", "filed_on", "filing_number")
    return {name: getattr(row, name) for name in names} | {"filed_with": row.filed_with_id or agency.parent_id}


if TYPE_CHECKING:
    _ItemChoiceBase = forms.ModelChoiceField[Item]
else:
    _ItemChoiceBase = forms.ModelChoiceField


class _ItemChoice(_ItemChoiceBase):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.index_number}　{obj.shown_title}"


def _items(agency: Agency, audience: str, types: list[str]) -> Any:
    """Items of the agency that are public or being written, the newest first, with the title they have by now."""
    found = Item.objects.filter(agency=agency, audience=audience, item_type__in=types)
    return with_shown_title(found).exclude(shown_title="").order_by("-pk")


class InterpretationForm(TypedForm):
    """A policy names its interpretation, an interpretation its policy; other types neither (domain §4.4)."""

    interpretation = _ItemChoice(
        label=gettext_lazy("已有的政策解读"), queryset=None, required=False, empty_label=gettext_lazy("（不选）")
    )
    new_interpretation = forms.BooleanField(
        label=gettext_lazy("新建政策解读"),
        required=False,
        help_text=gettext_lazy("保存时为本文件建立一份解读草稿，两者一并送审、同时公开。"),
    )
    interprets = _ItemChoice(
        label=gettext_lazy("所解读的文件"), queryset=None, required=False, empty_label=gettext_lazy("（不选）")
    )

    def __init__(self, *args: Any, agency: Agency, audience: str, item_type: str, **kwargs: Any) -> None:
        super().__init__(*args, prefix="link", **kwargs)
        fields: Any = self.fields
        if ITEM_TYPES[item_type].needs_interpretation:
            fields["interpretation"].queryset = _items(agency, audience, ["interpretation"])
            del fields["interprets"]
        elif item_type == "interpretation":
            policies = [kind.key for kind in ITEM_TYPES.values() if kind.needs_interpretation]
            fields["interprets"].queryset = _items(agency, audience, policies)
            del fields["interpretation"], fields["new_interpretation"]
        else:
            fields.clear()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("interpretation") and cleaned.get("new_interpretation"):
            raise ValidationError(_("已经选择了现有的解读，就不必再新建。"))
        return cleaned

    def chosen(self, name: str) -> list[Item]:
        item = self.cleaned_data.get(name)
        return [item] if item else []
