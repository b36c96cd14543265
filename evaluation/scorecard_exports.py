"""Scorecards as tables and as JSON: the same numbers as on the pages. What the archive has as well is called so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from evaluation import case_lines
from evaluation.models import AssessmentRound, Score
from evaluation.scorecards import Line, Place, Scorecard
from evaluation.scoring import CASE_COLUMNS, RANKING_COLUMNS
from evaluation.services.archive import performance_points
from govportal.site import absolute_url

RESULTS = (*RANKING_COLUMNS, "not_ranked_reason", "not_ranked_total", "performance_share", "url")
POINTS = (
    "round", "agency", "indicator", "group", "topic", "name", "mode", "full_marks", "points", "numerator",
    "denominator", "losses", "excused", "facts", "working",
)  # fmt: skip
FINDINGS = ("agency", "indicator", "finding", "source", "found_on", "text", "count", "unit_deduction",
            "ruled_deduction", "deduction", "url")  # fmt: skip

type Record = Mapping[str, Any]


def place_record(row: AssessmentRound, one: Place) -> dict[str, Any]:
    """One agency of the ranking. Points are texts with two decimals, so that none is rounded on its way. What nothing
    tested is no total among the others."""
    of_it = one.assessment
    is_ranked = not of_it.not_ranked_reason
    return {
        "round": row.slug,
        "agency": of_it.agency.code,
        "name": one.official,
        "kind": one.kind,
        "total": _points(of_it.total) if is_ranked else None,
        "grade": of_it.grade,
        "rank": of_it.rank,
        "kind_rank": of_it.kind_rank,
        "performance_points": _points(performance_points(of_it)),
        "not_ranked_reason": of_it.not_ranked_reason,
        "not_ranked_total": None if is_ranked else _points(of_it.total),
        "performance_share": _points(row.indicator_set.performance_share),
        "url": absolute_url(reverse("scorecard", args=[row.slug, of_it.agency.code])),
    }


def _points(value: Any) -> str | None:
    return None if value is None else f"{Decimal(value):.2f}"


def ranking_rows(records: Iterable[Record]) -> Iterator[Sequence[object]]:
    yield RESULTS
    for record in records:
        yield [record[column] for column in RESULTS]


def line_record(card: Scorecard, one: Line) -> dict[str, Any]:
    indicator, of_it = one.indicator, card.assessment
    return {
        "round": of_it.round.slug,
        "agency": of_it.agency.code,
        "indicator": indicator.code,
        "group": indicator.group.name,
        "topic": indicator.topic,
        "name": one.name,
        "mode": indicator.mode,
        "full_marks": _points(indicator.full_marks),
        "points": _points(one.points),
        "numerator": one.outcome.numerator if one.is_automatic else None,
        "denominator": one.outcome.denominator if one.is_automatic else None,
        "losses": one.outcome.faults,
        "excused": len(one.excused),
        "facts": one.facts,
        "working": one.working,
    }


def card_rows(card: Scorecard) -> Iterator[Sequence[object]]:
    yield POINTS
    for one in card.lines:
        record = line_record(card, one)
        yield [record[column] for column in POINTS]


def finding_records(agency: str, one: Line) -> list[dict[str, Any]]:
    return [
        {
            "agency": agency,
            "indicator": one.indicator.code,
            "finding": found.row.number,
            "source": found.row.source,
            "found_on": found.found_on.isoformat(),
            "text": found.row.text,
            "count": found.row.count,
            "unit_deduction": _points(found.row.unit_deduction),
            "ruled_deduction": _points(found.row.ruled_deduction),
            "deduction": _points(found.row.deduction),
            "url": found.url,
        }
        for found in one.findings
    ]


def finding_rows(agency: str, one: Line) -> Iterator[Sequence[object]]:
    yield FINDINGS
    for record in finding_records(agency, one):
        yield [record[column] for column in FINDINGS]


def case_rows(score: Score, agency: str) -> Iterator[Sequence[object]]:
    """Every case of one point, as inputs/cases.csv has it."""
    yield CASE_COLUMNS
    for case in case_lines.unpack(score.cases):
        yield [agency, score.indicator.code, *case]


def round_record(row: AssessmentRound) -> dict[str, Any]:
    of = row.indicator_set
    return {
        "round": row.slug,
        "name": row.name,
        "kind": row.kind,
        "period_start": row.period_start.isoformat(),
        "period_end": row.period_end.isoformat(),
        "published_on": row.item.published_on.isoformat() if row.item and row.item.published_on else None,
        "excellent_from": _points(of.excellent_from),
        "good_from": _points(of.good_from),
        "fair_from": _points(of.fair_from),
        "performance_share": _points(of.performance_share),
        "archive": absolute_url(reverse("scorecards_archive", args=[row.slug])),
        "sha256": row.digest,
    }


def ranking_json(row: AssessmentRound, places: Iterable[Place], narrowed_by: Mapping[str, str]) -> dict[str, Any]:
    """`narrowed_by`: parameters of the address by name; of a whole ranking, none."""
    return round_record(row) | {"filter": narrowed_by, "agencies": [place_record(row, one) for one in places]}


def card_json(card: Scorecard) -> dict[str, Any]:
    of_it = card.assessment
    return {
        "round": round_record(of_it.round),
        "agency": of_it.agency.code,
        "name": card.official_name,
        "kind": card.kind,
        "total": _points(of_it.total),
        "grade": of_it.grade,
        "rank": of_it.rank,
        "kind_rank": of_it.kind_rank,
        "ranked_of_kind": card.peers,
        "not_ranked_reason": of_it.not_ranked_reason,
        "performance_points": _points(performance_points(of_it)),
        "groups": [
            {"name": group.name, "weight": _points(group.weight), "points": _points(group.points),
             "average": _points(group.average)}
            for group in card.groups
        ],
        "indicators": [
            line_record(card, one) | ({} if one.is_automatic else {"findings": finding_records(of_it.agency.code, one)})
            for one in card.lines
        ],
        "history": [
            {"round": past.slug, "total": _points(past.total), "grade": past.grade, "kind_rank": past.kind_rank}
            for past in card.past
        ],
    }  # fmt: skip
