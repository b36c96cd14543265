"""考核轮次 in the admin."""

from django.contrib import admin

from evaluation.models import AssessmentRound
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.permissions import Permission

access.open_admin("evaluation.assessmentround", view=Permission.ASSESS, is_site_wide=True)


@admin.register(AssessmentRound)
class AssessmentRoundAdmin(ReadOnlyModelAdmin[AssessmentRound]):
    list_display = ("name", "kind", "state")
    fieldsets = ((None, {"fields": ("slug", "name", "kind", "state")}),)
