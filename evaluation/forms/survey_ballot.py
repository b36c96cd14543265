"""测评表: for each agency the questions of the survey, on five levels or 不了解."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.models import SurveyQuestion
from evaluation.services.survey_ballots import Answers, Sheet, reasons_against_answers
from evaluation.survey_enums import Level
from govportal.models import Agency

UNKNOWN = "0"
_CHOICES = [*((str(level.value), level.label) for level in Level), (UNKNOWN, gettext_lazy("不了解"))]


class BallotForm(forms.Form):
    """`chosen`: the agencies on this form. `is_whole`: each is answered; else one may be left out as a whole."""

    use_required_attribute = False

    def __init__(self, *args: Any, sheet: Sheet, chosen: Sequence[Agency], is_whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.chosen, self.is_whole = sheet, chosen, is_whole
        for agency in chosen:
            for question in sheet.questions:
                self.fields[_name(agency, question)] = _field(agency, question)

    def groups(self) -> Iterator[tuple[Agency, list[BoundField]]]:
        """The agencies of the form with their questions."""
        for agency in self.chosen:
            yield agency, [self[_name(agency, question)] for question in self.sheet.questions]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for agency in self.chosen:
            given = {question.pk: values.get(_name(agency, question)) for question in self.sheet.questions}
            if not self.is_whole and not any(given.values()):
                continue
            for question in self.sheet.questions:
                name = _name(agency, question)
                if question.is_required and not given[question.pk] and name not in self.errors:
                    self.add_error(name, _("请选一项；不清楚的选“不了解”。"))
        if not self.errors:
            self.cleaned_data = values
            for reason in reasons_against_answers(self.sheet, self.answers()):
                self.add_error(None, reason)
        return values

    def answers(self) -> Answers:
        """What was answered. 不了解 is an answer without a level."""
        found: dict[tuple[int, int], int | None] = {}
        for agency in self.chosen:
            for question in self.sheet.questions:
                if value := self.cleaned_data.get(_name(agency, question)):
                    found[agency.pk, question.pk] = None if value == UNKNOWN else int(value)
        return found


def _name(agency: Agency, question: SurveyQuestion) -> str:
    return f"r-{agency.pk}-{question.position}"


def _field(agency: Agency, question: SurveyQuestion) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=f"{agency.display_name} {question.position}. {question.text}",
        choices=_CHOICES,
        required=False,
        widget=forms.RadioSelect,
        help_text=f"{question.position}. {question.text}",
        error_messages={"invalid_choice": gettext_lazy("请从列出的等次里选。")},
    )
