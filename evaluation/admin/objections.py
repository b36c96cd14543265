"""异议 in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from evaluation.models import Objection
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.permissions import Permission

access.open_admin("evaluation.objection", view=Permission.OBJECT, change=Permission.ASSESS)


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyModelAdmin[Objection]):
    list_display = ("number", "assessment", "state")
    fieldsets = ((None, {"fields": ("number", "assessment", "state")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objection]:
        return Objection.objects.visible_to(request.user).select_related("assessment__agency", "assessment__round")
