"""公众评议: choose agencies, answer, done. One ballot a browser: a signed cookie holds a number drawn by lot, of which
the ballot keeps a fingerprint. No account, no name, and no cache keeps a page of it.
"""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation.forms.survey_ballot import BallotForm
from evaluation.models import Survey
from evaluation.services import survey_ballots
from evaluation.services.survey_ballots import Casting, Sheet, TooMany
from evaluation.survey_rules import MOST_AGENCIES
from evaluation.views.survey_pages import SECTION, find, not_now
from govportal import throttle
from govportal.models import Agency
from govportal.now import now, today
from requests_app.views.browser import personal, personal_form, read_cookie, write_cookie

VOTER = "survey_voter"
_VOTER_SECONDS = 400 * 24 * 3600  # beyond the longest survey; the browser keeps none longer
_MOST_SIGNS = 64


def voter_of(request: HttpRequest) -> str:
    """What this browser was given; empty for what is missing or not ours."""
    value = read_cookie(request, VOTER, _VOTER_SECONDS)
    is_ours = isinstance(value, list) and len(value) == 1 and isinstance(value[0], str)
    return value[0] if is_ours and 0 < len(value[0]) <= _MOST_SIGNS else ""


def _with_voter(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the browser a number, if it has none."""
    if not voter_of(request):
        write_cookie(response, VOTER, [secrets.token_hex(16)], _VOTER_SECONDS)
    return response


def _stale(request: HttpRequest, slug: str) -> HttpResponse:
    return _refused(request, find(slug), _no_cookie(), status=403)


def _no_cookie() -> str:
    return _("这一页放得太久，或者浏览器不接受 Cookie，没有提交。您选的都还在，请再按一次“提交”。")


@personal_form(stale=_stale)
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, slug: str) -> HttpResponseBase:
    row = find(slug)
    voter = voter_of(request)
    if voter and survey_ballots.has_voted(row, voter):
        return _voted(request, row)
    if request.method == "POST":
        return _cast(request, row, voter)
    if reasons := survey_ballots.reasons_against_public(row, today()):
        return not_now(request, row, reasons[0])
    sheet = survey_ballots.sheet_of(row)
    chosen, problem = _chosen(request.GET, sheet)
    if "a" in request.GET and not problem:
        form = BallotForm(sheet=sheet, chosen=chosen, is_whole=True)
        return _with_voter(request, _form_page(request, row, form))
    return _with_voter(request, _choice_page(request, row, sheet, chosen, problem))


def _chosen(values: QueryDict, sheet: Sheet) -> tuple[list[Agency], str]:
    """The agencies an address names, in the order of the survey, and why they cannot be taken."""
    codes = set(values.getlist("a"))
    chosen = [agency for agency in sheet.agencies if agency.code in codes]
    if len(codes) > len(chosen):
        return chosen, _("有的单位不在这次评议里，请重新选择。")
    if not chosen:
        return chosen, _("请至少选一个单位。")
    return chosen, _("一次最多评议 %s 个单位。") % MOST_AGENCIES if len(chosen) > MOST_AGENCIES else ""


def _cast(request: HttpRequest, row: Survey, voter: str) -> HttpResponse:
    sheet = survey_ballots.sheet_of(row)
    chosen, problem = _chosen(request.POST, sheet)
    if problem:
        return _with_voter(request, _choice_page(request, row, sheet, chosen, problem))
    form = BallotForm(request.POST, sheet=sheet, chosen=chosen, is_whole=True)
    if not form.is_valid():
        return _with_voter(request, _form_page(request, row, form))
    if not voter:
        return _refused(request, row, _no_cookie(), status=403)
    network = throttle.sender(request)
    try:
        done = survey_ballots.cast(row.pk, form.answers(), voter=voter, network=network, at=now())
    except ValidationError as error:
        return _refused(request, row, " ".join(error.messages), status=409)
    except TooMany:
        words = _("从这个网络地址今天已收到 %s 张评议票，没有再收。您选的还在，请换一个网络或者明天再试。")
        return _refused(request, row, words % survey_ballots.limit().times, status=429)
    if done == Casting.ALREADY:
        return _voted(request, row)
    return HttpResponseRedirect(reverse("survey_thanks", args=[row.slug]))


def _refused(request: HttpRequest, row: Survey, reason: str, *, status: int) -> HttpResponse:
    """The form with all that was chosen, and why it was not taken."""
    sheet = survey_ballots.sheet_of(row)
    chosen, problem = _chosen(request.POST, sheet)
    if problem:
        return _with_voter(request, _choice_page(request, row, sheet, chosen, reason, status=status))
    form = BallotForm(request.POST, sheet=sheet, chosen=chosen, is_whole=True)
    form.is_valid()
    form.add_error(None, reason)
    return _with_voter(request, _form_page(request, row, form, status=status))


def _choice_page(
    request: HttpRequest, row: Survey, sheet: Sheet, chosen: list[Agency], problem: str, *, status: int = 200
) -> HttpResponse:
    is_asked = request.method == "POST" or "a" in request.GET or "chosen" in request.GET
    context: dict[str, Any] = {
        "survey": row,
        "agencies": [(agency, agency in chosen) for agency in sheet.agencies],
        "problem": problem if is_asked else "",
        "most": MOST_AGENCIES,
        "section": SECTION,
    }
    return render(request, "evaluation/survey_choice.html", context, status=status)


def _form_page(request: HttpRequest, row: Survey, form: BallotForm, *, status: int = 200) -> HttpResponse:
    context = {"survey": row, "form": form, "groups": list(form.groups()), "section": SECTION}
    return render(request, "evaluation/survey_ballot.html", context, status=status)


def _voted(request: HttpRequest, row: Survey) -> HttpResponse:
    return render(request, "evaluation/survey_voted.html", {"survey": row, "section": SECTION})


@personal
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """For the browser that cast a ballot; any other is led to the survey."""
    row, voter = find(slug), voter_of(request)
    if not (voter and survey_ballots.has_voted(row, voter)):
        return HttpResponseRedirect(row.get_absolute_url())
    return render(request, "evaluation/survey_thanks.html", {"survey": row, "section": SECTION})
