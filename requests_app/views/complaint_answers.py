"""What a complainant does in his case: adds what he has found, or takes it back."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from govportal.now import now
from requests_app.complaint_enums import ComplaintAction
from requests_app.forms.complaint import SupplementForm, WithdrawalForm
from requests_app.models import Complaint
from requests_app.services import complaint_handling
from requests_app.services.complaint_procedure import reasons_against
from requests_app.views.complaint_case import form_of_open_case


def _to_case() -> HttpResponseBase:
    return HttpResponseRedirect(reverse("complaint_case"))


# --- 补充材料 --------------------------------------------------------------------------------------------------------


def _stale_supplement(request: HttpRequest, row: Complaint) -> HttpResponseBase:
    form = SupplementForm(request.POST, request.FILES)
    form.add_error(None, _("这一页放得太久，没有提交。您写的还在，请再按一次；文件请重新选择。"))
    return _supplement_page(request, row, form, status=403)


@form_of_open_case(stale=_stale_supplement)
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, row: Complaint) -> HttpResponseBase:
    """A text, files, or both."""
    if request.method != "POST":
        if reasons_against(row, ComplaintAction.SUPPLEMENT, None):
            return _to_case()
        return _supplement_page(request, row, SupplementForm())
    form = SupplementForm(request.POST, request.FILES)
    if form.is_valid() and _is_taken(row, form):
        return HttpResponseRedirect(reverse("complaint_case") + "?supplemented=1")
    return _supplement_page(request, row, form)


def _is_taken(row: Complaint, form: SupplementForm) -> bool:
    """Whether it was; why not stands in the form."""
    text = form.cleaned_data["text"]
    try:
        form.write_files()
        with transaction.atomic():
            complaint_handling.supplement(row.pk, text=text, files=form.keep_files(), at=now())
    except ValidationError as error:
        for reason in error.messages:
            form.add_error(None, reason)
        return False
    return True


def _supplement_page(
    request: HttpRequest, row: Complaint, form: SupplementForm, *, status: int = 200
) -> HttpResponseBase:
    context = {"form": form, "row": row, "section": "complaints"}
    return render(request, "requests_app/complaint_supplement.html", context, status=status)


# --- 撤回 ----------------------------------------------------------------------------------------------------------


def _stale_withdrawal(request: HttpRequest, row: Complaint) -> HttpResponseBase:
    form = WithdrawalForm(request.POST)
    form.add_error(None, _("这一页放得太久，没有撤回，请再按一次。"))
    return _withdrawal_page(request, row, form, status=403)


@form_of_open_case(stale=_stale_withdrawal)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, row: Complaint) -> HttpResponseBase:
    """Asks once more, and withdraws."""
    if request.method != "POST":
        if reasons_against(row, ComplaintAction.WITHDRAW, None):
            return _to_case()
        return _withdrawal_page(request, row, WithdrawalForm())
    form = WithdrawalForm(request.POST)
    if form.is_valid():
        try:
            complaint_handling.withdraw(row.pk, at=now(), reason=form.cleaned_data["reason"])
        except ValidationError as error:
            for reason in error.messages:
                form.add_error(None, reason)
        else:
            return _to_case()
    return _withdrawal_page(request, row, form)


def _withdrawal_page(
    request: HttpRequest, row: Complaint, form: WithdrawalForm, *, status: int = 200
) -> HttpResponseBase:
    context = {"form": form, "row": row, "section": "complaints"}
    return render(request, "requests_app/complaint_withdraw.html", context, status=status)
