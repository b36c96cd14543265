"""What scorecards add to the kernel's pages: links, panels, sitemap, open data; called by EvaluationConfig.ready()."""

from collections.abc import Mapping
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from disclosure.models import Item
from disclosure.search.pages import SearchPage, search_pages
from evaluation.enums import RESULT_ITEM, Grade
from evaluation.models import Assessment, AssessmentRound
from evaluation.scorecard_filters import chosen
from evaluation.scorecard_words import GRADE_TONES, marks, period_words
from govportal import contributions
from govportal.contributions import Dataset, NavEntry, Panel, Place
from govportal.models import Agency

_WITHIN = ("scorecard", "scorecard_indicator", "scorecards_how")
NAVIGATION = (
    NavEntry("scorecards", Place.MENU, gettext_lazy("公开成绩单"), "scorecards", within=_WITHIN, position=85),
    NavEntry("foot-scorecards", Place.FOOTER, gettext_lazy("公开成绩单"), "scorecards", within=_WITHIN, position=49),
)
DATASET = Dataset(
    "scorecards",
    gettext_lazy("公开成绩单"),
    gettext_lazy(
        "历次政务公开考核各单位的总分、等次、名次和折算到绩效考核的分值。JSON 接口可以按期次和单位查；ZIP 是最近一期的"
        "复算包，内有全部指标、事实和复算程序。"
    ),
    {
        "CSV": lambda: reverse("scorecards_all_csv"),
        "JSON": lambda: reverse("api_scorecards"),
        "ZIP": lambda: reverse("scorecards_newest_archive"),
    },
    lambda: Assessment.objects.published().count(),
)


class ScorecardSitemap(Sitemap):  # type: ignore[type-arg]  # not subscriptable when run
    """Every card of every published round."""

    limit = 10_000
    protocol = None

    def items(self) -> QuerySet[Assessment]:
        cards = Assessment.objects.published().select_related("round", "agency").defer("population")
        return cards.order_by("id")

    def location(self, item: Assessment) -> str:
        return reverse("scorecard", args=[item.round.slug, item.agency.code])


def _newest(_request: HttpRequest) -> Mapping[str, Any] | None:
    """The round that the ranking begins with, and how many agencies have which grade."""
    rows = AssessmentRound.objects.published().newest_first().select_related("item")
    row = chosen(list(rows), "")
    if row is None:
        return None
    counted = dict(row.assessments.order_by().values_list("grade").annotate(n=Count("pk")))
    return {
        "row": row,
        "period": period_words(row.period_start, row.period_end),
        "counts": [(grade, grade.label, counted.get(grade, 0)) for grade in Grade],
    }


def _of_agency(_request: HttpRequest, agency: Agency) -> Mapping[str, Any] | None:
    """The newest card of an agency."""
    cards = Assessment.objects.published().filter(agency=agency).select_related("round").defer("population")
    card = cards.order_by("-round__period_end", "-round__pk").first()
    if card is None:
        return None
    return {
        "card": card,
        "total": marks(card.total),
        "tone": GRADE_TONES[Grade(card.grade)] if card.grade else "",
        "period": period_words(card.round.period_start, card.round.period_end),
    }


def _of_item(_request: HttpRequest, item: Item) -> Mapping[str, Any] | None:
    """The way from the item that publishes a round to its ranking and archive."""
    if item.item_type != RESULT_ITEM:
        return None
    row = AssessmentRound.objects.published().select_related("archive").filter(item=item).first()
    return {"row": row} if row else None


def contribute() -> None:
    for entry in NAVIGATION:
        contributions.nav_entries.add(entry)
    contributions.datasets.add(DATASET)
    contributions.sitemaps["scorecards"] = ScorecardSitemap
    contributions.page_parameters.update({"round", "kind", "grade", "q", "agency"})
    contributions.home_panels.add(Panel("scorecards", "evaluation/scorecard_home_panel.html", _newest, position=70))
    contributions.agency_panels.add(
        Panel("scorecard", "evaluation/scorecard_agency_panel.html", _of_agency, position=52)
    )
    contributions.item_panels.add(Panel("scorecards", "evaluation/scorecard_item_panel.html", _of_item))
    search_pages["scorecards"] = SearchPage(
        gettext_lazy("公开成绩单"), "scorecards", ("成绩单", "考核", "排名", "得分", "绩效")
    )
