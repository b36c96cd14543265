"""特邀评议: the form behind a one-time token. What is sent is counted once; which ballot it was is kept nowhere."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation.forms.survey_ballot import BallotForm
from evaluation.models import Evaluator
from evaluation.services import survey_ballots
from evaluation.services.survey_ballots import Casting, reasons_against_time
from evaluation.survey_words import INVITED_SECRECY
from evaluation.views.survey_pages import SECTION, not_now
from govportal.now import now, today
from requests_app.views.browser import personal_form

_LONGEST_TOKEN = 80


def _find(token: str) -> Evaluator | None:
    return survey_ballots.find_evaluator(token) if len(token) <= _LONGEST_TOKEN else None


def _stale(request: HttpRequest, token: str) -> HttpResponse:
    person = _find(token)
    if person is None or person.is_used:
        return _closed(request, person)
    reason = _("这一页放得太久，或者浏览器不接受 Cookie，没有提交。您选的都还在，请再按一次“提交”。")
    return _refused(request, person, reason, status=403)


@personal_form(stale=_stale)
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponseBase:
    person = _find(token)
    if person is None or person.is_used:
        return _closed(request, person)
    if request.method == "POST":
        return _cast(request, token, person)
    if reasons := reasons_against_time(person.survey, today()):
        return not_now(request, person.survey, reasons[0])
    return _page(request, person, _form(request, person))


def _form(request: HttpRequest, person: Evaluator) -> BallotForm:
    sheet = survey_ballots.sheet_of(person.survey)
    data = request.POST if request.method == "POST" else None
    return BallotForm(data, sheet=sheet, chosen=sheet.agencies, is_whole=False)


def _cast(request: HttpRequest, token: str, person: Evaluator) -> HttpResponse:
    form = _form(request, person)
    if not form.is_valid():
        return _page(request, person, form)
    try:
        done = survey_ballots.cast_invited(token, form.answers(), at=now())
    except Evaluator.DoesNotExist:  # replaced or taken back meanwhile
        return _closed(request, None)
    except ValidationError as error:
        return _refused(request, person, " ".join(error.messages), status=409)
    if done == Casting.ALREADY:
        return _closed(request, _find(token))
    return HttpResponseRedirect(request.path)  # which now says that it has been received


def _refused(request: HttpRequest, person: Evaluator, reason: str, *, status: int) -> HttpResponse:
    form = _form(request, person)
    form.is_valid()
    form.add_error(None, reason)
    return _page(request, person, form, status=status)


def _page(request: HttpRequest, person: Evaluator, form: BallotForm, *, status: int = 200) -> HttpResponse:
    context = {
        "survey": person.survey,
        "form": form,
        "groups": list(form.groups()),
        "group": person.get_group_display(),
        "is_invited": True,
        "secrecy": INVITED_SECRECY,
        "section": SECTION,
    }
    return render(request, "evaluation/survey_ballot.html", context, status=status)


def _closed(request: HttpRequest, person: Evaluator | None) -> HttpResponse:
    """Used, or nobody's: said in words, and what to do next."""
    context = {"survey": person.survey if person else None, "section": SECTION}
    return render(request, "evaluation/survey_invited.html", context, status=200 if person else 404)
