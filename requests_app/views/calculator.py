"""The public calculator of due dates and fees: no account, no script, and nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from govportal.calendar import load_calendar
from govportal.now import today
from requests_app.clock_calendar import clock_context
from requests_app.forms.calculator import ClockForm, FeeForm


def calculator(request: HttpRequest) -> HttpResponse:
    """Both forms come in one address; one that was not sent is shown empty."""
    asks_date = any(request.GET.get(name) for name in ClockForm.base_fields)
    asks_fee = any(request.GET.get(name) for name in FeeForm.base_fields)
    form = ClockForm(request.GET if asks_date else None, calendar=load_calendar(), now_on=today())
    fee_form = FeeForm(request.GET if asks_fee else None)
    context = {"form": form, "fee_form": fee_form, "today": form.now_on}
    if form.is_valid() and form.reading:
        context |= clock_context(form.reading, form.reading.today)
    if fee_form.is_valid():
        context["charge"] = fee_form.charge
    return render(request, "requests_app/calculator.html", context)
