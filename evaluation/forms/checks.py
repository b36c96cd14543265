"""What is typed into a line of the entry page, into an item drawn, and into the division of the work."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE
from evaluation.enums import CheckResult
from evaluation.forms.findings import ContentFields, EvidenceFields
from evaluation.models import AssessmentRound
from evaluation.services import assignments, checks
from govportal.models import Agency, User


class _Line(forms.Form):
    """Every field may stay blank: what goes with what is said by the service."""

    result = forms.ChoiceField(label=gettext_lazy("结果"), choices=CheckResult.choices, required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=checks.MAX_NOTE, required=False)

    def sentences(self) -> list[str]:
        """Every fault with the name of its field."""
        return [
            f"{self.fields[name].label}：{fault}" if name in self.fields else str(fault)
            for name, faults in self.errors.items()
            for fault in faults
        ]


class EntryForm(_Line, EvidenceFields, ContentFields):
    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        for name in ("text", "count"):
            self.fields[name].required = False

    def clean_count(self) -> int:
        count: int | None = self.cleaned_data["count"]
        return 1 if count is None else count


class SampleForm(_Line):
    """`seen`: when what was read had been written."""

    seen = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])


class AssignForm(forms.Form):
    agencies = forms.ModelMultipleChoiceField(
        label=gettext_lazy("单位"), queryset=Agency.objects.none(), required=False
    )  # fmt: skip
    inspector = forms.ModelChoiceField(
        label=gettext_lazy("考核人"), queryset=User.objects.none(), required=False, empty_label=CHOOSE
    )  # fmt: skip
    inspecting_agency = forms.ModelChoiceField(
        label=gettext_lazy("交叉检查单位"), queryset=Agency.objects.none(), required=False, empty_label=CHOOSE
    )  # fmt: skip

    def __init__(self, *args: Any, row: AssessmentRound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taking_part = Agency.objects.filter(assessments__round=row)
        for name, rows in (
            ("agencies", taking_part),
            ("inspector", assignments.candidates(row)),
            ("inspecting_agency", taking_part),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and not values["agencies"]:
            raise forms.ValidationError(_("请勾选要分派的单位。"))
        return values
