"""What surveys add to pages, database and words of the kernel; called by EvaluationConfig.ready()."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from disclosure.search.pages import SearchPage, search_pages
from evaluation import survey_database, survey_queues, survey_tasks, survey_words
from evaluation.models import Survey
from evaluation.services import demo_surveys
from evaluation.survey_enums import SurveyState
from govportal import contributions, dbsetup
from govportal.contributions import DemoChapter, NavEntry, Panel, Place
from govportal.now import today

NAVIGATION = NavEntry(
    "foot-surveys",
    Place.FOOTER,
    gettext_lazy("社会评议"),
    "surveys",
    within=("survey", "survey_ballot", "survey_thanks", "survey_invited"),
    position=47,
)


def _open_now(_request: HttpRequest) -> Mapping[str, Any] | None:
    """Those everybody may take part in today."""
    day = today()
    rows = Survey.objects.filter(state=SurveyState.OPEN, accepts_public=True, opens_on__lte=day, closes_on__gte=day)
    surveys = list(rows.order_by("closes_on", "pk"))
    return {"surveys": surveys} if surveys else None


def contribute() -> None:
    contributions.nav_entries.add(NAVIGATION)
    contributions.home_panels.add(Panel("surveys", "evaluation/survey_home_panel.html", _open_now, position=60))
    search_pages["surveys"] = SearchPage(gettext_lazy("社会评议"), "surveys", ("评议", "测评", "满意度", "打分"))
    for trigger in survey_database.guards():
        dbsetup.declare(trigger)
    contributions.staff_queues.add(survey_queues.QUEUE)
    contributions.deadline_sources.add(survey_queues.SOURCE)
    contributions.list_notes.update(survey_queues.LIST_NOTES)
    contributions.audit_words.update(survey_words.AUDIT_WORDS)
    contributions.scheduled_jobs.add(survey_tasks.JOB)
    contributions.demo_chapters.add(DemoChapter("surveys", demo_surveys.tell, position=130))
