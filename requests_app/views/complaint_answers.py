"""What a complainant does in his case: adds what he has found, or takes it back."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from govportal import throttle
from govportal.files import digest
from govportal.now import now
from govportal.throttle import Limit
from requests_app.complaint_enums import ComplaintAction
from requests_app.forms.complaint import SupplementForm, WithdrawalForm
from requests_app.models import Complaint
from requests_app.services import complaint_handling, sent_forms
from requests_app.services.complaint_procedure import check, reasons_against
from requests_app.services.complaint_supplements import reasons_against_more
from requests_app.views.complaint_case import form_of_open_case

_SUPPLEMENTS = Limit("complaint supplements", 30, timedelta(days=1))  # each may bring five files
_SHEET_SIGNS = 32


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
    if form.is_valid() and _is_taken(request, row, form):
        return HttpResponseRedirect(reverse("complaint_case") + "?supplemented=1")
    return _supplement_page(request, row, form)


def _is_taken(request: HttpRequest, row: Complaint, form: SupplementForm) -> bool:
    """Whether it was, now or with an earlier press of the button; why not stands in the form."""
    text, papers, at = form.cleaned_data["text"], form.cleaned_data["papers"], now()
    sheet = request.POST.get("sheet", "")
    key = sent_forms.key_of(sheet, (row.pk, text, [digest(paper) for paper in papers]))
    if sent_forms.is_done(key):
        return True
    try:
        check(reasons_against_more(row, len(papers), at))  # before anything is written
        if not throttle.take(_SUPPLEMENTS, throttle.sender(request), at=at):
            raise ValidationError(_("从这个网络地址一天内补充的材料太多，请明天再试，或者邮寄、当面提交。"))
        form.write_files()
        with transaction.atomic():
            if sent_forms.claim(key, at=at):
                complaint_handling.supplement(row.pk, text=text, files=form.keep_files(), at=at)
    except ValidationError as error:
        if sent_forms.is_done(key):  # the earlier press ended after the first question, and is what stands against it
            return True
        for reason in error.messages:
            form.add_error(None, reason)
        if papers:
            form.add_error(None, _("文件请重新选择。"))
        return False
    return True


def _supplement_page(
    request: HttpRequest, row: Complaint, form: SupplementForm, *, status: int = 200
) -> HttpResponseBase:
    # Names the form that was given out, so that what is sent twice is known again.
    sheet = request.POST.get("sheet", "")[:_SHEET_SIGNS] or secrets.token_hex(_SHEET_SIGNS // 2)
    context = {"form": form, "row": row, "sheet": sheet, "section": "complaints"}
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
