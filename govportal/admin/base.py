"""Admin classes for reference data: every save and delete is audited in its own transaction."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest

from govportal import audit
from govportal.models import Agency, PublicRevision


class AuditedModelAdmin[M: models.Model](admin.ModelAdmin):
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


class ReadOnlyModelAdmin[M: models.Model](admin.ModelAdmin):
    """Rows that the program alone writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
