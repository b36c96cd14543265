"""Behind the mask of the people of a case, with a reason; its papers; and the referrals that wait for a case.

All of them answer whoever may not see the case as if there were none.
"""

from typing import Any
from urllib.parse import urlencode

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

from evaluation.accountability_standing import poor_both_years, poor_grades
from evaluation.admin import accountability_desk
from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from evaluation.services import accountability_notices, accountability_open, accountability_respondents
from evaluation.services.accountability_procedure import may_see
from govportal import access, private_files
from govportal.models import User
from govportal.now import today
from govportal.permissions import Permission

GONE = gettext_lazy("没有这一项，或者您看不到它。")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("查看的理由"),
        max_length=200,
        help_text=gettext_lazy("例如“核对笔录”“准备送达”。理由连同您的姓名记入审计，不写责任人的姓名。"),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请写明查看的理由，例如“核对笔录”。")},
    )


def _visible(request: HttpRequest, pk: int) -> AccountabilityCase:
    """For those who have it: not for the agency, which is told no names."""
    row = accountability_desk.find(request.user, pk)
    if row is None or not may_see(row, request.user):
        raise Http404(GONE)
    return row


def page_of(row: AccountabilityCase) -> str:
    return reverse("admin:evaluation_accountabilitycase_change", args=[row.pk])


@never_cache
@sensitive_post_parameters()
def unmask_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET asks for the reason; POST shows the people in this one answer, and nothing is kept."""
    row = _visible(request, pk)
    assert isinstance(request.user, User)
    reasons = accountability_respondents.reasons_against_looking(row, request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {"row": row, "reasons": reasons, "title": _("查看责任人"), "back": page_of(row)}
    if form.is_bound and form.is_valid() and not reasons:
        try:
            reason = form.cleaned_data["reason"]
            context["people"] = accountability_respondents.unmask(row.pk, reason, actor=request.user)
        except ValidationError as error:
            form.add_error("reason", error)
    return _page(request, "admin/evaluation/accountability_unmask.html", context | {"form": form})


@require_safe
@never_cache
def notice_page(request: HttpRequest, pk: int, notice_pk: int) -> HttpResponseBase:
    """A paper of the case, for whoever may read it; each look is in its trail."""
    assert isinstance(request.user, User)
    if not AccountabilityNotice.objects.filter(pk=notice_pk, case=pk).exists():
        raise Http404(GONE)
    try:
        file = accountability_notices.open_notice(notice_pk, actor=request.user)
    except AccountabilityNotice.DoesNotExist:
        raise Http404(GONE) from None
    return private_files.serve(file, request)


@require_safe
@never_cache
def paper_page(request: HttpRequest, pk: int, respondent_pk: int) -> HttpResponseBase:
    """What a person of the case signed; each look is in its trail."""
    assert isinstance(request.user, User)
    row = _visible(request, pk)
    if not row.respondents.filter(pk=respondent_pk).exists():
        raise Http404(GONE)
    try:
        file = accountability_respondents.open_paper(respondent_pk, actor=request.user)
    except Respondent.DoesNotExist:
        raise Http404(GONE) from None
    return private_files.serve(file, request)


@require_safe
@never_cache
def step_page(request: HttpRequest, pk: int, event_pk: int) -> HttpResponseBase:
    """What came with a step of the case, for whoever may read it; each look is in its trail."""
    assert isinstance(request.user, User)
    if not AccountabilityEvent.objects.filter(pk=event_pk, case=pk).exists():
        raise Http404(GONE)
    try:
        file = accountability_respondents.open_step_paper(event_pk, actor=request.user)
    except AccountabilityEvent.DoesNotExist:
        raise Http404(GONE) from None
    return private_files.serve(file, request)


@require_safe
@never_cache
def referrals_page(request: HttpRequest) -> HttpResponseBase:
    """移送的线索: number, agency, ground and day, and nothing of the case behind them."""
    if not access.can(request.user, Permission.HOLD_ACCOUNTABLE):
        raise PermissionDenied(_("您没有追究责任的职责。"))
    add = reverse("admin:evaluation_accountabilitycase_add")
    rows = [
        (referral, f"{add}?{urlencode({'agency': referral.agency_id, 'complaint_id': referral.pk})}")
        for referral in accountability_open.referrals(request.user)
    ]
    year = today().year
    flagged = poor_both_years(poor_grades(year), year) | poor_both_years(poor_grades(year - 1), year - 1)
    poor = [
        (one, one.agency_id in flagged, f"{add}?{urlencode({'agency': one.agency_id, 'assessment': one.pk})}")
        for one in accountability_open.poor_assessments(request.user, year)
    ]
    back = reverse("admin:evaluation_accountabilitycase_changelist")
    context = {"title": _("移送的线索"), "rows": rows, "poor": poor, "back": back}
    return _page(request, "admin/evaluation/accountability_referrals.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    everywhere = {**admin.site.each_context(request), "opts": AccountabilityCase._meta}
    return TemplateResponse(request, template, everywhere | context)
