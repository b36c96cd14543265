from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govportal import access, contributions
from govportal.admin.base import AuditedModelAdmin
from govportal.html import sanitise
from govportal.models import SiteProfile
from govportal.permissions import Permission

access.open_admin(
    "govportal.siteprofile", view=Permission.MANAGE_SITE, change=Permission.MANAGE_SITE, is_site_wide=True
)

RICH_FIELDS = ("guide", "institutions", "accessibility", "privacy", "help")


class SiteProfileForm(forms.ModelForm):
    """The standing texts are HTML and are cleaned like every text the portal shows."""

    def clean_index_pattern(self) -> str:
        pattern: str = self.cleaned_data["index_pattern"]
        for validate in contributions.index_pattern_validators:
            validate(pattern)
        return pattern

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | {name: sanitise(cleaned[name]) for name in RICH_FIELDS if cleaned.get(name)}


@admin.register(SiteProfile)
class SiteProfileAdmin(AuditedModelAdmin[SiteProfile]):
    """One row: the list leads straight to it."""

    form = SiteProfileForm
    fieldsets = (
        (None, {"fields": ("name", "name_en", "government", "parent_site_name", "parent_site_url")}),
        (_("主办"), {"fields": ("host", "undertaker", "address", "postcode", "phone", "email", "hours")}),
        (_("备案"), {"fields": ("site_code", "icp", "police_record")}),
        (_("编号与检索"), {"fields": ("index_pattern", "common_searches")}),
        (_("固定栏目（HTML）"), {"fields": RICH_FIELDS}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        SiteProfile.objects.get_or_create(pk=1)
        return HttpResponseRedirect(reverse("admin:govportal_siteprofile_change", args=[1]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SiteProfile | None = None) -> bool:
        return False
