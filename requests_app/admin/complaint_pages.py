"""Behind the mask of a complainant, with a reason; the search for one; and the files of a case.

All three answer whoever may not see the case as if there were none.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from govportal import access, private_files
from govportal.models import User
from govportal.permissions import Permission
from requests_app.admin import complaint_desk
from requests_app.models import Complaint, ComplaintFile
from requests_app.services import complainants


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("查看的理由"),
        max_length=200,
        help_text=gettext_lazy("例如“电话核实情况”“告知结果”。理由连同您的姓名记入审计，不写投诉人的信息。"),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请写明查看的理由，例如“电话核实情况”。")},
    )


class FindForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("姓名或者名称"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "vTextField", "autocomplete": "off"}


def find_visible(request: HttpRequest, pk: int) -> Complaint:
    row = complaint_desk.find(request.user, pk)
    if row is None:
        raise Http404(_("没有这一项，或者您看不到它。"))
    return row


def page_of(row: Complaint) -> str:
    return reverse("admin:requests_app_complaint_change", args=[row.pk])


@never_cache
@sensitive_post_parameters()
def unmask_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET asks for the reason; POST shows the complainant in this one answer, and nothing is kept."""
    row = find_visible(request, pk)
    assert isinstance(request.user, User)
    reasons = complainants.reasons_against_looking(row, request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {"row": row, "reasons": reasons, "title": _("查看投诉人信息"), "back": page_of(row)}
    if form.is_bound and form.is_valid() and not reasons:
        try:
            shown = complainants.unmask(row.pk, form.cleaned_data["reason"], actor=request.user)
            context["lines"] = complainants.plain(shown)
        except ValidationError as error:
            form.add_error("reason", error)
    return _page(request, "admin/requests_app/complaint_unmask.html", context | {"form": form})


@never_cache
@sensitive_post_parameters()
def find_page(request: HttpRequest) -> HttpResponseBase:
    """The complaints of one person among those one may see: the page is the answer to a POST."""
    if not access.can(request.user, Permission.HANDLE_COMPLAINT):
        raise PermissionDenied(_("您没有投诉举报经办的角色。"))
    assert isinstance(request.user, User)
    form = FindForm(request.POST if request.method == "POST" else None)
    found: list[Complaint] | None = None
    if form.is_bound and form.is_valid():
        try:
            found = complainants.search(complainants.Wanted(**form.cleaned_data), actor=request.user)
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "form": form,
        "title": _("按投诉人查找"),
        "is_answered": found is not None,
        "rows": [(row, page_of(row)) for row in found or ()],
        "most": complainants.MOST_FOUND,
        "back": reverse("admin:requests_app_complaint_changelist"),
    }
    return _page(request, "admin/requests_app/complaint_find.html", context)


@require_safe
@never_cache
def file_page(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of the case; each look is in its trail."""
    row = find_visible(request, pk)
    held = ComplaintFile.objects.filter(pk=file_pk, complaint=row).first()
    if held is None or row.purged_at:
        raise Http404(_("没有这份材料。"))
    assert isinstance(request.user, User)
    return private_files.serve(complainants.open_file(held.pk, actor=request.user).file, request)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    everywhere = {**admin.site.each_context(request), "opts": Complaint._meta}
    return TemplateResponse(request, template, everywhere | context)
