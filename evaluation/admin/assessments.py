"""单位考核 in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from evaluation.models import Assessment
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.permissions import Permission

access.open_admin("evaluation.assessment", view=Permission.OBJECT, change=Permission.ASSESS)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyModelAdmin[Assessment]):
    list_display = ("agency", "round", "total")
    fieldsets = ((None, {"fields": ("agency", "round", "total")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assessment]:
        return Assessment.objects.visible_to(request.user).select_related("agency", "round")
