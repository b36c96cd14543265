"""What scorecards add to the kernel's pages: links, panels, sitemap, open data; called by EvaluationConfig.ready()."""

from collections.abc import Mapping, Sequence
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
from evaluation.scorecard_rounds import by_interest, chosen, labels
from evaluation.scorecard_words import GRADE_TONES, marks
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
        "历次政务公开考核各单位的总分、等次、名次和折算到绩效考核的分值。JSON 接口可以按期次和单位查；ZIP 是排名页最先"
        "列出的那一期的复算包，内有全部指标、事实和复算程序。"
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


def _published() -> list[AssessmentRound]:
    return list(AssessmentRound.objects.published().counted().newest_first())


def _called(row: AssessmentRound, rounds: Sequence[AssessmentRound]) -> str:
    return next(label for one, label in labels(rounds) if one == row)


def _newest(_request: HttpRequest) -> Mapping[str, Any] | None:
    """The round that the ranking begins with, and how many agencies have which grade."""
    rounds = _published()
    row = chosen(rounds, "")
    if row is None:
        return None
    counted = dict(row.assessments.order_by().values_list("grade").annotate(n=Count("pk")))
    return {
        "row": row,
        "period": _called(row, rounds),
        "counts": [(grade, grade.label, counted.get(grade, 0)) for grade in Grade],
    }


def _of_agency(_request: HttpRequest, agency: Agency) -> Mapping[str, Any] | None:
    """The card of an agency in the round that a reader begins with; where it was in no round of the whole county, its
    newest."""
    rounds = _published()
    own = Assessment.objects.filter(round__in=rounds, agency=agency).defer("population")
    cards = {one.round_id: one for one in own}
    row = next((row for row in by_interest(rounds) if row.pk in cards), None)
    if row is None:
        return None
    card = cards[row.pk]
    return {
        "card": card,
        "total": marks(card.total),
        "tone": GRADE_TONES[Grade(card.grade)] if card.grade else "",
        "row": row,
        "period": _called(row, rounds),
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
