"""The pages of the social evaluation, each with its rows."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse

from disclosure.services import review
from evaluation.models import Survey
from evaluation.services import survey_results, survey_running
from govportal.now import today
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import publish_edition
from tests.factories.requests import AT
from tests.factories.surveys import answers, cast, inspector, make_survey, tally


def _running() -> Survey:
    day = today()
    agencies = [make_agency(name=f"澄明县第{n}局") for n in range(1, 4)]
    return make_survey(opens_on=day, closes_on=day + timedelta(days=9), agencies=agencies, questions=3)


def _published() -> str:
    good, few = make_agency(name="澄明县人力资源和社会保障局"), make_agency(name="澄明县图书馆")
    row, actor = make_survey(agencies=[good, few], questions=3), inspector()
    cast(row, answers(row, 4, agency=good), times=12)
    cast(row, answers(row, 4, agency=few), times=2)
    survey_running.close(row.pk, actor=actor, at=AT)
    tally(row, actor)
    item = survey_results.draft_item(row.pk, actor=actor, at=AT)
    edition = item.editions.get()
    review.submit(edition.pk, actor=make_member(Role.PUBLISHER, item.agency), at=AT)
    publish_edition(edition)
    return row.get_absolute_url()


def _ballot(query: str = "") -> str:
    row = _running()
    codes = "&".join(f"a={agency.code}" for agency in row.agencies.all()[:2])
    return reverse("survey_ballot", args=[row.slug]) + query.replace("CODES", codes)


def _listed() -> str:
    _published()
    _running()
    return reverse("surveys")


SURVEYS: dict[str, Callable[[], str]] = {
    "surveys_with_rows": _listed,
    "survey_with_results": _published,
    "survey_choice": lambda: _ballot("?chosen=1"),
    "survey_ballot": lambda: _ballot("?CODES"),
    "survey_invited_nobody": lambda: reverse("survey_invited", args=["none"]),
}
