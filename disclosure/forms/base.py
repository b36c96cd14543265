"""Forms that can show what was typed without judging it, days as people write them, and rows of inputs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from govportal.forms import whole_number

BLANK_ROWS = 2
MORE_ROWS = 3
MOST_ROWS = 200
_DAY_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]


if TYPE_CHECKING:
    _RowsBase = forms.BaseFormSet[Any]
else:
    _RowsBase = forms.BaseFormSet


class TypedForm(forms.Form):
    """With `is_checked` False it shows its data as they are and finds no fault: more rows were asked for, or a
    buffer is shown again."""

    use_required_attribute = False

    def __init__(self, *args: Any, is_checked: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_checked = is_checked
        self.label_suffix = ""

    def full_clean(self) -> None:
        if self.is_checked:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}


class DayField(forms.DateField):
    """A day of our time. Typed as 2026-11-22 or 2026年11月22日."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "day"})
        super().__init__(input_formats=_DAY_FORMATS, widget=widget, **kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and not 1900 <= day.year <= 2200:
            raise ValidationError(_("年份 %s 不对，请核对。") % day.year)
        return day


class RowFormSet(_RowsBase):
    """Rows of inputs. Every row may stay blank; a row that is blanked is gone."""

    validate_max = True

    def __init__(self, *args: Any, rows: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        self.first_rows = list(rows)
        kwargs.setdefault("form_kwargs", {})
        super().__init__(*args, **kwargs)

    def initial_form_count(self) -> int:
        return 0  # so that no row must be filled

    def total_form_count(self) -> int:
        return super().total_form_count() if self.is_bound else len(self.first_rows) + BLANK_ROWS

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        if i < len(self.first_rows) and not self.is_bound:
            kwargs["initial"] = self.first_rows[i]
        return super()._construct_form(i, **kwargs)  # type: ignore[misc]

    def clean(self) -> None:
        """Of fewer rows than none, Django makes none: what is refused above the limit is refused below it."""
        if (self.management_form.cleaned_data["TOTAL_FORMS"] or 0) < 0:
            raise ValidationError(_("表格的行数不对，没有保存。请重新打开本页再填。"))

    def filled(self) -> list[dict[str, Any]]:
        """What was typed, row by row, without the blank ones. Call after `is_valid`."""
        return [form.cleaned_data for form in self.forms if form.has_changed()]


def row_set(form: type[forms.Form], base: type[RowFormSet] = RowFormSet) -> type[RowFormSet]:
    made: Any = forms.formset_factory(form, formset=base, max_num=MOST_ROWS, validate_max=True, extra=0)
    return made  # type: ignore[no-any-return]


def with_more_rows(data: Any, prefix: str) -> None:
    """Ask for a few more rows of one set, in place: the button that works without JavaScript."""
    key = f"{prefix}-TOTAL_FORMS"
    data[key] = str(min((whole_number(data.get(key)) or 0) + MORE_ROWS, MOST_ROWS))
