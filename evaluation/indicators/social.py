"""社会评议: what the public and the invited evaluators said of an agency, question by question.

Of the frozen tally of the survey, which holds nothing that too few said: what was published is what counts, and one
that does not fit its digest, for it was changed past the services, counts nothing. Two queries: the tally, and the
agencies whose codes it names.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from evaluation.indicators.addresses import address_of
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span
from evaluation.scoring import COUNTED, Case
from evaluation.survey_scoring import digest_of
from govportal.models import Agency

BEST = 5


class Row(NamedTuple):
    """Of one agency and question: how many gave each level."""

    agency_id: int
    survey: str
    position: int
    aspect: str
    levels: Mapping[str, int]


def rows(span: Span) -> Iterator[Row]:
    # By its name: models stand above indicators. Only a tallied survey has a tally.
    surveys = apps.get_model("evaluation", "Survey")._default_manager
    frozen: Any = span.survey_id and surveys.filter(pk=span.survey_id).values_list("tally", "digest").first()
    tally, digest = frozen or (None, "")
    if not tally or digest_of(tally) != digest:
        return
    aspects = {question["position"]: question["aspect"] for question in tally["questions"]}
    ids = dict(Agency.objects.filter(surveys=span.survey_id).values_list("code", "pk"))
    for agency in tally["agencies"]:
        for question in agency.get("questions", ()):
            position = question["position"]
            yield Row(ids[agency["code"]], tally["survey"], position, aspects[position], question["levels"])


def cases(rows: Iterable[Row], _span: Span) -> Iterator[AgencyCase]:
    for row in rows:
        yield (
            row.agency_id,
            Case(
                f"question-{row.position}",
                f"第{row.position}题（{row.aspect}）",
                earned=sum(int(level) * count for level, count in row.levels.items()),
                possible=BEST * sum(row.levels.values()),
                address=address_of("survey", row.survey),
            ),
        )


INDICATOR = AutomaticIndicator(
    "social",
    _("社会评议"),
    _(
        "本次考核所用社会评议的得票：每题按很好5分、较好4分、一般3分、较差2分、很差1分计，得分占满分多少。不足10张的不计。"
    ),
    _("《政务公开暨行政权力公开透明运行工作社会评议制度》"),
    COUNTED,
    rows,
    cases,
    case_word=_("题"),
)
