"""Pages and files of scorecards; evaluation/urls.py includes them. What stands for no round is not looked for."""

from django.urls import path, register_converter

from disclosure import converters  # noqa: F401  (registers number, filename)
from evaluation.scorecard_filters import ROUND
from evaluation.views import scorecard_files, scorecards
from govportal import converters as kernel_converters  # noqa: F401  (registers agency_code)
from govportal.views.papers import paper_door


class RoundSlug:
    """The name of a round or the code of an indicator, as validate_code has them."""

    regex = ROUND

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RoundSlug, "round_slug")

_CARD = "scorecards/<round_slug:slug>/<agency_code:code>"
_POINT = f"{_CARD}/<round_slug:indicator>"

urlpatterns = [
    path("scorecards/", scorecards.scorecards, name="scorecards"),
    path("scorecards/how/", scorecards.how, name="scorecards_how"),
    path("scorecards/evidence/<number:pk>/<filename:name>", scorecard_files.evidence, name="scorecard_evidence"),
    path("scorecards.csv", scorecard_files.all_csv, name="scorecards_all_csv"),
    path("scorecards/<round_slug:slug>.csv", scorecard_files.ranking_csv, name="scorecards_csv"),
    path("scorecards/<round_slug:slug>.json", scorecard_files.ranking_json, name="scorecards_json"),
    path("scorecards/<round_slug:slug>.pdf", paper_door(scorecard_files.ranking_pdf), name="scorecards_pdf"),
    path("open-data/scorecards.zip", scorecard_files.newest_archive, name="scorecards_newest_archive"),
    path("open-data/scorecards/<round_slug:slug>.zip", scorecard_files.archive, name="scorecards_archive"),
    path(f"{_CARD}/", scorecards.scorecard_page, name="scorecard"),
    path(f"{_CARD}.csv", scorecard_files.card_csv, name="scorecard_csv"),
    path(f"{_CARD}.json", scorecard_files.card_json, name="scorecard_json"),
    path(f"{_CARD}.pdf", paper_door(scorecard_files.card_pdf), name="scorecard_pdf"),
    path(f"{_POINT}/", scorecards.indicator_page, name="scorecard_indicator"),
    path(f"{_POINT}.csv", scorecard_files.indicator_csv, name="scorecard_indicator_csv"),
]
