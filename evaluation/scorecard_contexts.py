"""What the templates of page and paper are given: numbers in words, and drawings. `ink`: the colour on paper."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation import scorecard_charts as charts
from evaluation.enums import Grade
from evaluation.models import AssessmentRound
from evaluation.scorecard_words import GRADE_TONES, GRADES, UNRANKED, marks, period_words, sampled, shown, signed
from evaluation.scorecards import Past, Place, Scorecard
from evaluation.scoring import CENT, NOTHING
from evaluation.services.archive import performance_points


def round_context(row: AssessmentRound) -> dict[str, Any]:
    return {
        "row": row,
        "period": period_words(row.period_start, row.period_end),
        "share": shown(row.indicator_set.performance_share),
    }


def compared_context(row: AssessmentRound, places: Sequence[Place]) -> dict[str, Any]:
    """Whether there is an earlier round to compare with, and of which kind."""
    return {"is_compared": any(one.change is not None for one in places), "kind": row.get_kind_display()}


def grade_context(row: AssessmentRound, places: Sequence[Place]) -> list[tuple[Any, ...]]:
    """(grade, its name, of how many points, how many agencies, their share as a bar) from the best; at the end those
    that have none, where there are any."""
    counted = Counter(one.assessment.grade or UNRANKED for one in places)
    return [
        (grade, label, threshold(row, grade), counted[grade], charts.bar(Decimal(counted[grade]), Decimal(len(places))))
        for grade, label in GRADES
        if counted[grade] or grade != UNRANKED
    ]


def threshold(row: AssessmentRound, grade: str) -> str:
    """From how many points to how many: who has more is counted in the grade above."""
    of = row.indicator_set
    least: Mapping[str, Decimal] = {
        Grade.EXCELLENT: of.excellent_from,
        Grade.GOOD: of.good_from,
        Grade.FAIR: of.fair_from,
    }
    above: Mapping[str, Decimal] = {Grade.GOOD: of.excellent_from, Grade.FAIR: of.good_from}
    if grade in above:
        return _("%(least)s—%(most)s 分") % {"least": shown(least[grade]), "most": shown(above[grade] - CENT)}
    if grade in least:
        return _("%s 分以上") % shown(least[grade])
    return "" if grade == UNRANKED else _("不到 %s 分") % shown(of.fair_from)


def place_context(one: Place, *, ink: str = "") -> dict[str, Any]:
    """A line of the ranking. No bar where there is no rank: a full one would look like a first place."""
    total = one.assessment.total
    label = _("近几期得分：%s") % _("、").join(marks(value) for value in one.past)
    return {
        "place": one,
        "total": marks(total),
        "bar": charts.bar(total or NOTHING, ink=ink) if one.assessment.rank else "",
        "spark": "" if ink else charts.spark(one.past, label),
        "change": "—" if one.change is None else signed(one.change),
        "performance": performance_points(one.assessment),
    }


def card_context(card: Scorecard, *, ink: str = "") -> dict[str, Any]:
    one = card.assessment
    past = card.ranked_past
    label = _("近几期得分：%s") % _("、").join(f"{each.label} {marks(each.total)}" for each in past)
    return round_context(one.round) | {
        "card": card,
        "total": marks(one.total),
        "threshold": threshold(one.round, one.grade) if one.grade else "",
        "change": None if card.change is None else signed(card.change),
        "spark": charts.spark([each.total for each in past], label),
        "trend": charts.trend([(each.label, each.total) for each in past], label),
        "groups": [
            (group, charts.bar(group.points, group.weight, mark=group.average, ink=ink) if one.rank else "")
            for group in card.groups
        ],
        "past": [(each, f"{each.total:.2f}", _tone(each)) for each in reversed(card.past)],
        "performance": performance_points(one),
        "sampled": sampled(one.round.seed, card.population, card.samples),
    }


def _tone(past: Past) -> str:
    return GRADE_TONES[Grade(past.grade)] if past.grade else ""
