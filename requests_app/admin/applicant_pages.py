"""Behind the mask: who applied, for whoever says why, in the answer to a POST alone; and the search for an applicant.

Nothing of a person stands in an address, in a log or in the history of a browser.
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

from govportal import access, private_files
from govportal.forms import whole_number
from govportal.models import User
from govportal.permissions import Permission
from requests_app.admin import desk
from requests_app.enums import FileKind
from requests_app.models import InformationRequest, RequestFile
from requests_app.services import applicants


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("查看的理由"),
        max_length=200,
        help_text=gettext_lazy("例如“核对身份证明”“电话确认收到日期”。理由连同您的姓名记入审计，不写申请人的信息。"),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请写明查看的理由，例如“核对身份证明”。")},
    )


def find_visible(request: HttpRequest, pk: int) -> InformationRequest:
    row = desk.find(request.user, str(pk))
    if row is None:
        raise Http404(_("没有这一申请，或者您看不到它。"))
    return row


@never_cache
@sensitive_post_parameters()
def unmask_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET asks for the reason; POST shows the applicant, or one paper that says who he is, and nothing is kept."""
    row = find_visible(request, pk)
    assert isinstance(request.user, User)
    reasons = applicants.reasons_against_looking(row, request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {"row": row, "reasons": reasons, "title": _("查看申请人信息")}
    if form.is_bound and form.is_valid() and not reasons:
        reason = form.cleaned_data["reason"]
        try:
            if paper := request.POST.get("paper"):
                return _paper(request, row, paper, reason)
            shown = applicants.unmask(row.pk, reason, actor=request.user)
            context |= {"lines": applicants.plain(shown), "papers": _papers(row), "reason": reason}
        except ValidationError as error:
            form.add_error("reason", error)
    return _page(request, "admin/requests_app/unmask.html", context | {"form": form, "back": address_of(row)})


def _papers(row: InformationRequest) -> list[RequestFile]:
    return list(row.files.filter(kind__in=applicants.OPENED_WITH_REASON).select_related("file"))


def _paper(request: HttpRequest, row: InformationRequest, pk: str, reason: str) -> HttpResponseBase:
    held = row.files.filter(pk=whole_number(pk) or 0, kind__in=applicants.OPENED_WITH_REASON).first()
    if held is None:
        raise Http404(_("没有这份材料。"))
    assert isinstance(request.user, User)
    opened = applicants.open_paper(held.pk, reason, actor=request.user)
    return private_files.serve(opened.file, request)


def may_open_plainly(held: RequestFile) -> bool:
    """Whether whoever sees the request may open this file without saying why."""
    return FileKind(held.kind) not in applicants.OPENED_WITH_REASON


class FindForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("姓名或者名称"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=40, required=False)
    identity_number = forms.CharField(label=gettext_lazy("证件号码"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "vTextField", "autocomplete": "off"}


@never_cache
@sensitive_post_parameters()
def find_page(request: HttpRequest) -> HttpResponseBase:
    """The requests of one applicant, by exactly what is known of him: the page is the answer to a POST."""
    if not access.can(request.user, Permission.VIEW_APPLICANT):
        raise PermissionDenied(_("您没有查看申请人信息的角色。"))
    assert isinstance(request.user, User)
    form = FindForm(request.POST if request.method == "POST" else None)
    found: list[InformationRequest] | None = None
    if form.is_bound and form.is_valid():
        try:
            found = applicants.search(applicants.Wanted(**form.cleaned_data), actor=request.user)
        except ValidationError as error:
            form.add_error(None, error)
    rows = [(row, address_of(row), applicants.masked(row.applicant)[0].value) for row in found or ()]
    context = {
        "form": form,
        "title": _("按申请人查找"),
        "is_answered": found is not None,
        "rows": rows,
        "most": applicants.MOST_FOUND,
        "back": reverse("admin:requests_app_informationrequest_changelist"),
    }
    return _page(request, "admin/requests_app/find.html", context)


def address_of(row: InformationRequest) -> str:
    return reverse("admin:requests_app_informationrequest_change", args=[row.pk])


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    everywhere = {**admin.site.each_context(request), "opts": InformationRequest._meta}
    return TemplateResponse(request, template, everywhere | context)
