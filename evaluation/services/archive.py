"""复算包: the ZIP from which anybody recomputes a round. The same round gives the same bytes.

    README.txt  recompute.py  indicators.csv  results.csv  ranking.csv
    inputs/round.csv  agencies.csv  cases.csv  findings.csv  objections.csv  population.csv  samples.csv

recompute.py is evaluation/scoring.py, the module that computed the round.
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate, localtime

from disclosure.enums import READABLE_STATES, Audience
from evaluation import case_lines, scoring
from evaluation.enums import IndicatorMode, ObjectionState
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Assessment, AssessmentRound, Finding, Indicator, Objection, SampleItem, Score
from evaluation.services.measure import rule_of
from evaluation.services.samples import population
from govportal.site import absolute_url
from govportal.spreadsheets import csv_bytes

type Rows = Iterable[Sequence[object]]

_PROGRAM = Path(scoring.__file__)
_FOLDER = "inputs/"


def build(row: AssessmentRound, *, at: datetime) -> bytes:
    """All that stands in the round as scored. `at` dates the members, and nothing else in them is of today."""
    with translation.override(settings.LANGUAGE_CODE):
        members = list(_members(row))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, localtime(at).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def faults_of(data: bytes) -> list[str]:
    """What recompute.py says against an archive; nothing where every number agrees."""
    with TemporaryDirectory(prefix="archive-") as folder:
        zipfile.ZipFile(BytesIO(data)).extractall(folder)
        try:
            return scoring.recompute(Path(folder)).faults
        except scoring.UNREADABLE as error:
            return [f"cannot be read: {error!r}"]


def _members(row: AssessmentRound) -> Iterator[tuple[str, bytes]]:
    indicators = list(row.indicator_set.indicators.select_related("group").order_by("position", "pk"))
    assessments = list(row.assessments.select_related("agency").order_by("agency__code"))
    context = {"round": row, "indicators": len(indicators), "agencies": len(assessments), "site": absolute_url("/")}
    yield "README.txt", render_to_string("evaluation/archive_readme.txt", context).encode()
    yield "recompute.py", _PROGRAM.read_bytes()
    yield "indicators.csv", _table(scoring.INDICATOR_COLUMNS, map(_indicator, indicators))
    yield "results.csv", _table(scoring.RESULT_COLUMNS, _results(row))
    yield "ranking.csv", _table(scoring.RANKING_COLUMNS, _ranking(row, assessments))
    yield f"{_FOLDER}round.csv", _table(scoring.ROUND_COLUMNS, [_round(row)])
    yield f"{_FOLDER}agencies.csv", _table(scoring.AGENCY_COLUMNS, map(_agency, assessments))
    yield f"{_FOLDER}cases.csv", _table(scoring.CASE_COLUMNS, ()) + b"".join(_cases(row))
    yield f"{_FOLDER}findings.csv", _table(scoring.FINDING_COLUMNS, _findings(row))
    yield f"{_FOLDER}objections.csv", _table(scoring.OBJECTION_COLUMNS, _objections(row))
    yield f"{_FOLDER}population.csv", _table(scoring.POPULATION_COLUMNS, _population(assessments))
    yield f"{_FOLDER}samples.csv", _table(scoring.SAMPLE_COLUMNS, _samples(row))


def _table(columns: Sequence[str], rows: Rows) -> bytes:
    return csv_bytes([columns, *rows])


def _round(row: AssessmentRound) -> Sequence[object]:
    of = row.indicator_set
    measured = localtime(row.measured_at).isoformat(timespec="seconds") if row.measured_at else ""
    return (
        row.slug, row.name, row.kind, absolute_url("/").rstrip("/"), row.period_start, row.period_end, measured,
        row.seed, row.sample_size, of.excellent_from, of.good_from, of.fair_from, of.performance_share,
    )  # fmt: skip


def _indicator(one: Indicator) -> Sequence[object]:
    rule = rule_of(one)
    is_automatic = one.mode == IndicatorMode.AUTOMATIC
    words = AUTOMATIC_INDICATORS[one.measure].words if is_automatic else ""
    return (
        one.code, one.group.name, one.group.weight, one.topic, one.item_no, one.text, one.mode, one.measure,
        one.formula, rule.judged_by, rule.full_marks, rule.per_fault, rule.cap, words,
    )  # fmt: skip


def _agency(one: Assessment) -> Sequence[object]:
    return one.agency.code, one.agency.name, one.agency.kind, one.not_ranked_reason, len(population(one))


def _scores(row: AssessmentRound) -> Any:
    scores = Score.objects.filter(assessment__round=row.pk)
    return scores.order_by("assessment__agency__code", "indicator__position", "indicator_id")


def _results(row: AssessmentRound) -> Rows:
    columns = ("assessment__agency__code", "indicator__code", "points")
    return [(row.slug, *values) for values in _scores(row).values_list(*columns)]


def _cases(row: AssessmentRound) -> Iterator[bytes]:
    for packed in _scores(row).exclude(cases=b"").values_list("cases", flat=True).iterator(chunk_size=1000):
        yield case_lines.lines(bytes(packed))


def performance_points(one: Assessment) -> Decimal | None:
    """What the total is worth in the agency's whole performance; None where it is not ranked."""
    if one.not_ranked_reason:
        return None
    return scoring.worth(one.total or scoring.NOTHING, one.round.indicator_set.performance_share)


def _ranking(row: AssessmentRound, assessments: Iterable[Assessment]) -> Rows:
    for one in assessments:
        one.round = row
        yield (
            row.slug, one.agency.code, one.agency.name, one.agency.kind, one.total, one.grade, one.rank, one.kind_rank,
            performance_points(one),
        )  # fmt: skip


def _findings(row: AssessmentRound) -> Rows:
    found = Finding.objects.standing().filter(assessment__round=row.pk)
    found = found.select_related(
        "assessment__agency", "indicator", "item", "obligation", "carried_from__assessment__round"
    )
    for one in found.order_by("number"):
        yield (
            one.assessment.agency.code, one.indicator.code, one.number, one.count, one.unit_deduction,
            one.ruled_deduction, one.deduction, one.text, localdate(one.found_at), evidence_address(one),
            one.carried_from or "",
        )  # fmt: skip


def _objections(row: AssessmentRound) -> Rows:
    """Those that were ruled on, with the reasons that the scorecards show as well."""
    ruled = Objection.objects.filter(assessment__round=row.pk, state=ObjectionState.RULED).order_by("number")
    for one in ruled.select_related("assessment__agency", "indicator", "finding"):
        yield (
            one.assessment.agency.code, one.indicator.code, one.number, one.case_key,
            one.finding.number if one.finding else "", one.ruling, one.reason,
            localdate(one.ruled_at) if one.ruled_at else "",
        )  # fmt: skip


def evidence_address(one: Finding) -> str:
    """Where everybody finds what the finding is about: the item if everybody can read it, else the link, else the
    obligation."""
    if one.item and one.item.audience == Audience.PUBLIC and one.item.state in READABLE_STATES:
        return reverse("item", args=[one.item.slug])
    if one.link or one.obligation is None:
        return one.link
    return reverse("obligation", args=[one.obligation.pk])


def _population(assessments: Iterable[Assessment]) -> Rows:
    for one in assessments:
        for slug in population(one):
            yield one.agency.code, slug


def _samples(row: AssessmentRound) -> Rows:
    drawn = SampleItem.objects.filter(assessment__round=row.pk).order_by("assessment__agency__code", "position")
    for code, position, slug, result in drawn.values_list(
        "assessment__agency__code", "position", "item__slug", "result"
    ):
        yield code, position, slug, result, reverse("item", args=[slug])
