"""The fields of an item type, as types.py describes them: one input each, or rows of inputs for tables and flows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.forms.base import DayField, RowFormSet, TypedForm, row_set
from disclosure.types import ExtraField, FieldKind, ItemType
from govportal.html import clean_line

PREFIX = "extra"
ROW_KINDS = frozenset({FieldKind.TABLE, FieldKind.FLOW})
_LONGEST_LINE, _LONGEST_TEXT, _LONGEST_CELL = 500, 20_000, 1000
_FLOW_COLUMNS = (
    ("key", gettext_lazy("步骤号")),
    ("name", gettext_lazy("步骤名称")),
    ("lane", gettext_lazy("办理岗位或机构")),
    ("days", gettext_lazy("工作日")),
    ("note", gettext_lazy("说明")),
    ("next", gettext_lazy("下一步（步骤号，多个用顿号隔开）")),
)


class _DaysField(forms.CharField):
    """A number of days as a number; what is no number (当场办结) as it is written."""

    def clean(self, value: Any) -> Any:
        text = clean_line(str(super().clean(value)))
        return int(text) if text.isdecimal() and len(text) < 6 else text


class _LinesField(forms.CharField):
    def clean(self, value: Any) -> Any:
        lines = (clean_line(line) for line in str(super().clean(value)).splitlines())
        return [line for line in lines if line]


def _input(field: ExtraField) -> forms.Field:
    area = {"rows": 4, "class": "vLargeTextField"}
    common: dict[str, Any] = {"label": field.label, "required": False, "help_text": field.hint}
    line = forms.TextInput(attrs={"class": "vTextField"})
    match field.kind:
        case FieldKind.LONG:
            return forms.CharField(max_length=_LONGEST_TEXT, widget=forms.Textarea(attrs=area), **common)
        case FieldKind.LINES:
            common["help_text"] = field.hint or gettext_lazy("一行一条。")
            return _LinesField(max_length=_LONGEST_TEXT, widget=forms.Textarea(attrs=area), **common)
        case FieldKind.INTEGER:
            return forms.IntegerField(**common)
        case FieldKind.WORKING_DAYS:
            return _DaysField(max_length=40, widget=line, **common)
        case FieldKind.AMOUNT:
            return forms.DecimalField(max_digits=18, decimal_places=6, **common)
        case FieldKind.DATE:
            return DayField(**common)
        case FieldKind.CHOICE:
            return forms.ChoiceField(choices=[("", "---------"), *field.choices], **common)
    return forms.CharField(max_length=_LONGEST_LINE, widget=line, **common)


class ExtraForm(TypedForm):
    """The single inputs. Needed ones are marked, and asked for at submission: a draft may lack them."""

    def __init__(self, *args: Any, kind: ItemType, **kwargs: Any) -> None:
        super().__init__(*args, prefix=PREFIX, **kwargs)
        for field in kind.extra:
            if field.kind not in ROW_KINDS:
                self.fields[field.key] = _input(field)
                self.fields[field.key].is_needed = field.is_required  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What is filled, as it is stored: days and amounts as text. Call after `is_valid`."""
        return {key: _stored(value) for key, value in self.cleaned_data.items() if value not in (None, "", [])}


def _stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def _row_form(columns: Any) -> type[TypedForm]:
    fields = {
        key: forms.CharField(label=label, max_length=_LONGEST_CELL, required=False, widget=forms.TextInput())
        for key, label in columns
    }
    return type("RowForm", (TypedForm,), fields)


class _TableRows(RowFormSet):
    def rows(self) -> list[dict[str, Any]]:
        cleaned = ({key: clean_line(value) for key, value in row.items()} for row in self.filled())
        return [row for row in cleaned if any(row.values())]


class _FlowRows(RowFormSet):
    def clean(self) -> None:
        """Every step has a name and a number of its own; arrows lead to steps that exist."""
        rows = [row for row in self.rows() if row]
        keys = [row["key"] for row in rows]
        if any(not row["name"] for row in rows):
            raise ValidationError(_("每个步骤都要有名称。"))
        if len(keys) != len(set(keys)):
            raise ValidationError(_("步骤号不能重复。"))
        unknown = [key for row in rows for key in row.get("next", []) if key not in keys]
        if unknown:
            raise ValidationError(_("“下一步”里没有这个步骤号：%s。") % "、".join(dict.fromkeys(unknown)))

    def rows(self) -> list[dict[str, Any]]:
        """Steps as FieldKind.FLOW keeps them; one without a number takes its place in the list."""
        steps = []
        for position, row in enumerate(self.filled(), 1):
            cells = {key: clean_line(value) for key, value in row.items()}
            days = cells.get("days", "")
            ahead = cells.get("next", "").replace("，", "、").replace(",", "、").replace(" ", "、")
            step: dict[str, Any] = {"key": cells.get("key") or str(position), "name": cells.get("name", "")}
            step |= {name: cells[name] for name in ("lane", "note") if cells.get(name)}
            step |= {"days": int(days) if days.isdecimal() and len(days) < 6 else days} if days else {}
            steps.append(step | {"next": [key for key in ahead.split("、") if key]})
        return steps


_FlowForm = _row_form(_FLOW_COLUMNS)


def rows_of(field: ExtraField, *, data: Any, stored: Any, is_checked: bool) -> Any:
    """The rows of a table or flow, with what is stored or typed in them."""
    is_flow = field.kind == FieldKind.FLOW
    form, base = (_FlowForm, _FlowRows) if is_flow else (_row_form(field.columns), _TableRows)
    first = _flow_cells(stored) if is_flow else _table_cells(field, stored)
    made: Any = row_set(form, base)
    return made(data, prefix=f"{PREFIX}-{field.key}", rows=first, form_kwargs={"is_checked": is_checked})


def _table_cells(field: ExtraField, stored: Any) -> list[Mapping[str, Any]]:
    """A value of another shape, of an old archive, stands in the first column: nothing is lost unseen."""
    if isinstance(stored, list):
        first = field.columns[0][0]
        return [row if isinstance(row, dict) else {first: str(row)} for row in stored]
    return [{field.columns[0][0]: str(stored)}] if stored else []


def _flow_cells(stored: Any) -> list[Mapping[str, Any]]:
    if not isinstance(stored, list):
        return [{"name": str(stored)}] if stored else []
    return [
        row | {"next": "、".join(map(str, row.get("next") or []))} if isinstance(row, dict) else {"name": str(row)}
        for row in stored
    ]


def first_values(kind: ItemType, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values as the single inputs show them."""
    values = dict(extra)
    for field in kind.extra:
        value = values.get(field.key)
        if field.kind == FieldKind.LINES and isinstance(value, list):
            values[field.key] = "\n".join(map(str, value))
    return values
