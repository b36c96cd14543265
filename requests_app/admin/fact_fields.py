"""Fields for the facts of a letter: by kind, under names that no other field of a form has."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from disclosure.admin.register_verbs import VerbForm, long_text
from disclosure.forms.base import DayField
from govportal.now import today
from requests_app import letters
from requests_app.letter_rules import Fact, FactKind, LetterKind
from requests_app.models import InformationRequest
from requests_app.services.letter_facts import facts_for
from requests_app.services.letter_matter import Matter, office_of

PREFIX = "fact_"
# What the settings of the office should say; asked for each time while they do not.
OF_OFFICE = ("contact", "return_to", "payment_way", "review_body", "court")


def field_of(fact: Fact) -> forms.Field:
    """Never required by itself: whether the letter is whole is asked of all facts together."""
    match fact.kind:
        case FactKind.PARAGRAPHS:
            return long_text(fact.label, length=5000, is_required=False)
        case FactKind.LINES:
            return long_text(fact.label, length=5000, is_required=False, help_text=_("一行一项。"))
        case FactKind.DATE:
            return DayField(label=fact.label, required=False)
        case FactKind.NUMBER:
            return forms.IntegerField(label=fact.label, required=False, min_value=0)
        case FactKind.MONEY:
            return forms.DecimalField(label=fact.label, required=False, min_value=0)
        case FactKind.FLAG:
            return forms.BooleanField(label=fact.label, required=False)
    widget = forms.TextInput(attrs={"class": "vTextField"})
    return forms.CharField(label=fact.label, max_length=500, required=False, widget=widget)


def shown_value(value: Any) -> Any:
    """A fact as its field shows it."""
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value


def typed_facts(kind: LetterKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as JSON values under the names of the letter, without the blank ones."""
    known: dict[str, Fact] = letters.known_facts(kind)
    facts: dict[str, Any] = {}
    for field, value in values.items():
        name = field.removeprefix(PREFIX)
        if field.startswith(PREFIX) and name in known and value not in (None, "", False):
            is_lines = known[name].kind is FactKind.LINES
            facts[name] = [line.strip() for line in value.splitlines() if line.strip()] if is_lines else value
    kept: dict[str, Any] = letters.to_json(kind, facts)
    return kept


def changed_facts(kind: LetterKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a letter that is made anew: a field that was shown and is blank now takes its fact away."""
    shown = [field.removeprefix(PREFIX) for field in values if field.startswith(PREFIX)]
    return {name: None for name in shown if name in letters.known_facts(kind)} | typed_facts(kind, values)


def add_office_facts(form: VerbForm, kind: LetterKind, row: InformationRequest) -> None:
    """Ask for what the letter needs of the office and its settings do not say."""
    found = facts_for(Matter(row=row, kind=kind, on=today()))
    if payee := office_of(row.agency).payee:  # known before there is a fee to pay
        found["payment_way"] = payee
    for fact in letters.required_facts(kind):
        if fact.name in OF_OFFICE and fact.name not in found:
            field = form.fields[f"{PREFIX}{fact.name}"] = field_of(fact)
            field.required = True
            field.help_text = _("在“依申请公开设置”里填好以后，不用每次填写。")
