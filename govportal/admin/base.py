"""Admin classes for reference data, and for rows that are read: every save and delete is audited with it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import display_for_field, flatten, label_for_field, lookup_field, unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import PermissionDenied
from django.db import DataError, models, transaction
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from govportal import audit
from govportal.forms import whole_number
from govportal.models import Agency, PublicRevision


@contextmanager
def _as_wrong_filter() -> Iterator[None]:
    """A value no column can have is a wrong filter like any other, and Django leads back to the list: a year that no
    calendar has, a NUL."""
    try:
        yield
    except (OverflowError, ValueError, DataError) as error:
        raise IncorrectLookupParameters(error) from error


class NamedList(ChangeList):
    """Called what it lists: the queue that was chosen, else the model."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(self._queue() or self.opts.verbose_name_plural)

    def get_filters(self, request: HttpRequest) -> Any:
        """The filters, the search and the dates that the list shows narrow it, and nothing else an address names.

        Django lets every column of the row be asked for: who ordered, where a text came from, a key of an inbox.
        """
        try:
            found: Any = super().get_filters(request)
        except DisallowedModelAdminLookup as error:
            raise IncorrectLookupParameters(error) from error
        bounds = [f"{self.date_hierarchy}__{part}" for part in ("gte", "lt")]
        for name, values in found[2].items():
            if name not in bounds or not isinstance(values[-1], datetime):  # Django's own, of a year that was chosen
                raise IncorrectLookupParameters("a list is narrowed by what it shows")
        return found

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _as_wrong_filter():
            return super().get_queryset(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        # No transaction around it: on SQLite whoever reads a list would wait for whoever writes.
        with _as_wrong_filter():
            super().get_results(request)

    def _queue(self) -> Any:
        """The words of the `?queue=` that narrows this list."""
        for spec in self.filter_specs:
            if isinstance(spec, admin.SimpleListFilter) and spec.parameter_name == "queue":
                return dict(spec.lookup_choices).get(spec.value() or "", "")
        return ""


class _OfNumbers(AutocompleteMixin):
    """Shows again what was chosen. Django's own asks the database for ids as they came, whatever stands in the form."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [text for text in value if whole_number(text) is not None], attr)


class _ChosenOne(_OfNumbers, AutocompleteSelect):
    pass


class _ChosenMany(_OfNumbers, AutocompleteSelectMultiple):
    pass


class StaffModelAdmin(admin.ModelAdmin):
    """Lists as staff read them."""

    empty_value_display = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedList

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", _ChosenOne(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", _ChosenMany(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class AuditedModelAdmin[M: models.Model](StaffModelAdmin):
    """Saves what a person typed, and writes down before and after.

    `is_public`: pages show these rows, so a change renews them. `agency_of` answers the agency an event
    belongs to, which decides who may read it.
    """

    is_public = True

    def agency_of(self, row: models.Model) -> Agency | None:
        return None

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm, change: bool) -> None:
        before = self._stored(obj) if change else {}
        super().save_model(request, obj, form, change)
        self._record(request, obj, before, audit.snapshot(obj))

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """Links to many rows are written after the row itself, and recorded apart from it."""
        names = [field.name for field in form.instance._meta.many_to_many if field.name in form.cleaned_data]
        before = audit.links(form.instance, names)
        super().save_related(request, form, formsets, change)
        self._record(request, form.instance, before, audit.links(form.instance, names))

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        with transaction.atomic():
            names = [field.name for field in obj._meta.many_to_many]
            self._record(request, obj, audit.snapshot(obj) | audit.links(obj, names), {})
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        """Row by row: a bulk delete would leave no trace."""
        with transaction.atomic():
            for obj in queryset:
                self.delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        # Read anew: the form has already put the typed values into the rows it holds.
        model: Any = formset.model
        rows = model._default_manager.filter(pk__in=[row.pk for row in formset.get_queryset()])
        stored = {row.pk: audit.snapshot(row) for row in rows}
        typed = formset.save(commit=False)
        for row in formset.deleted_objects:
            self._record(request, row, stored[row.pk], {})
            row.delete()
        for row in typed:
            before = stored.get(row.pk, {})
            row.save()
            self._record(request, row, before, audit.snapshot(row))
        formset.save_m2m()

    def _stored(self, obj: M) -> dict[str, Any]:
        return audit.snapshot(type(obj)._default_manager.get(pk=obj.pk))

    def _record(self, request: HttpRequest, row: models.Model, before: dict[str, Any], after: dict[str, Any]) -> None:
        verb = "change" if before and after else "add" if after else "delete"
        old, new = audit.differences(before, after) if before and after else (before, after)
        if old == new:
            return
        action = f"{row._meta.model_name}.{verb}"
        audit.record(request.user, action, row, agency=self.agency_of(row), before=old, after=new)
        if self.is_public:
            PublicRevision.raise_number()


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str  # safe HTML


class ReadOnlyModelAdmin[M: models.Model](StaffModelAdmin):
    """Rows that the program alone writes: their page says what there is to say, in the groups of `fieldsets`."""

    page_template = "admin/read_only.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "row": row,
            "title": self.page_title(row),
            "groups": self.facts(request, row),
        }
        return TemplateResponse(request, self.page_template, context | self.page_context(request, row))

    def page_title(self, row: M) -> str:
        return str(row)

    def page_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """What the page of a row shows beside its facts."""
        return {}

    def facts(self, request: HttpRequest, row: M) -> list[tuple[Any, list[Fact]]]:
        """(heading, facts) of every group that has something to say; what is empty is left out."""
        groups = [
            (heading, list(self._filled(request, row, flatten(options["fields"]))))
            for heading, options in self.get_fieldsets(request, row)
        ]
        return [(heading, facts) for heading, facts in groups if facts]

    def _filled(self, request: HttpRequest, row: M, names: Iterable[Any]) -> Iterable[Fact]:
        for name in names:
            field, _attribute, value = lookup_field(name, row, self)
            if value in (None, "", "—", {}):
                continue
            words = str(label_for_field(name, self.model, self))
            yield Fact(words, self._shown(request, field, getattr(row, name) if field else value))

    def _shown(self, request: HttpRequest, field: models.Field | None, value: Any) -> str:
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, models.Model):
            return self._linked(request, value)
        return linebreaksbr(display_for_field(value, field, "") if field else value)

    def _linked(self, request: HttpRequest, row: models.Model) -> str:
        """A link for those to whom the page behind it opens; for others the name alone."""
        try:
            target = self.admin_site.get_model_admin(type(row))
        except NotRegistered:
            return str(row)
        may = target.has_view_permission(request) and target.get_queryset(request).filter(pk=row.pk).exists()
        if not may:
            return str(row)
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row)
