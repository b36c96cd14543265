from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access
from govportal.admin.base import AuditedModelAdmin
from govportal.calendar import RefusedHolidays, import_holidays
from govportal.models import Holiday, HolidayYear
from govportal.permissions import Permission

for _label in ("govportal.holidayyear", "govportal.holiday"):
    access.open_admin(_label, view=Permission.MANAGE_CALENDAR, change=Permission.MANAGE_CALENDAR, is_site_wide=True)


class HolidayInline(admin.TabularInline):
    model = Holiday
    extra = 0


class HolidayFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("节假日文件"),
        help_text=gettext_lazy("JSON，含 year、papers、days；导入后替换该年度的全部日期。"),
    )


@admin.register(HolidayYear)
class HolidayYearAdmin(AuditedModelAdmin[HolidayYear]):
    list_display = ("year", "source", "recorded_at")
    inlines = (HolidayInline,)
    change_list_template = "admin/govportal/holidayyear/change_list.html"

    def get_readonly_fields(self, request: HttpRequest, obj: HolidayYear | None = None) -> list[str]:
        return ["year"] if obj else []

    def get_urls(self) -> list[URLPattern]:
        here = self.admin_site.admin_view(self.import_view)
        return [path("import/", here, name="govportal_holidayyear_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = HolidayFileForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                done = import_holidays(form.cleaned_data["file"], actor=request.user)  # type: ignore[arg-type]
            except RefusedHolidays as error:
                form.add_error("file", str(error))
            else:
                shown: dict[str, Any] = {"year": done.year, "off": done.off, "worked": done.worked}
                text = _("已导入 %(year)s 年：放假 %(off)s 天，调休上班 %(worked)s 天。")
                messages.success(request, text % shown)
                return HttpResponseRedirect(reverse("admin:govportal_holidayyear_changelist"))
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "title": _("导入节假日")}
        return TemplateResponse(request, "admin/govportal/holidayyear/import.html", context)
