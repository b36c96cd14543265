"""Facts and points of a round: the one writer of Score, and of total, grade and ranks of an Assessment.

Facts of automatic indicators are read by `measure` while the round is open: one query an indicator, however many
agencies there are. From then on they stand as they were read; rulings excuse cases and lessen findings, and `rescore`
computes the points anew from what is stored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation import case_lines
from evaluation.enums import FindingState, Formula, IndicatorMode, RoundState
from evaluation.indicators import AUTOMATIC_INDICATORS, Span
from evaluation.models import Assessment, AssessmentRound, Finding, Indicator, Objection, Score
from evaluation.scoring import NOTHING, Case, Outcome, Result, Rule, Thresholds, outcome, results
from evaluation.services.procedure import check, locked_round, reasons_against_round
from evaluation.workflow import RoundAction
from govportal import audit
from govportal.models import User

_FACTS = ("numerator", "denominator", "faults", "points", "cases")
_POINTS = ("numerator", "denominator", "faults", "points")
_RESULTS = ("total", "grade", "rank", "kind_rank")
_BATCH = 500
# Why an agency stands in no ranking where nothing was due that could be counted (docs/adr/0019). Public, so Chinese.
NO_FACTS = "统计期内没有自动指标可评的事实"

# Cases by indicator (id) and agency (id).
type Facts = dict[tuple[int, int], list[Case]]
# What an upheld objection excuses: case key → number of the objection, by the same.
type Excused = Mapping[tuple[int, int], dict[str, str]]


def rule_of(indicator: Indicator) -> Rule:
    """What of an indicator decides its points."""
    is_automatic = indicator.mode == IndicatorMode.AUTOMATIC
    per_fault = Decimal(indicator.deductions[0]) if is_automatic and indicator.formula == Formula.DEDUCT else Decimal(0)
    return Rule(
        mode=indicator.mode,
        formula=indicator.formula,
        judged_by=AUTOMATIC_INDICATORS[indicator.measure].judged_by if is_automatic else "",
        full_marks=indicator.full_marks,
        per_fault=per_fault,
        cap=indicator.full_marks if indicator.cap is None else indicator.cap,
    )


def thresholds_of(row: AssessmentRound) -> Thresholds:
    of = row.indicator_set
    return Thresholds(of.excellent_from, of.good_from, of.fair_from)


def span_of(row: AssessmentRound, as_of: date) -> Span:
    return Span(row.period_start, row.period_end, as_of, row.survey_id)


# --- facts ----------------------------------------------------------------------------------------------------------


def read_cases(indicator: Indicator, span: Span, agencies: Collection[int]) -> dict[int, list[Case]]:
    """The cases of one automatic indicator by agency, as the rows are now. One query."""
    automatic = AUTOMATIC_INDICATORS[indicator.measure]
    found: dict[int, list[Case]] = defaultdict(list)
    for agency_id, case in automatic.cases(automatic.rows(span), span):
        if agency_id in agencies:
            found[agency_id].append(case)
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What an automatic indicator says of an agency; `packed`: its cases as case_lines packs them."""

    indicator: Indicator
    agency_id: int
    outcome: Outcome
    packed: bytes


def readings(
    row: AssessmentRound, indicators: Iterable[Indicator], agencies: Mapping[int, str], as_of: date, excused: Excused
) -> Iterator[Reading]:
    """Of automatic indicators for each agency (its code by id), as the rows are now: one indicator at a time, so that
    memory holds the cases of one."""
    span = span_of(row, as_of)
    for indicator in indicators:
        rule = rule_of(indicator)
        found = read_cases(indicator, span, agencies)
        for agency_id, code in agencies.items():
            key = (indicator.pk, agency_id)
            cases = case_lines.settled(found.pop(agency_id, ()), rule.judged_by, excused.get(key, {}))
            yield Reading(indicator, agency_id, outcome(rule, cases), case_lines.pack(code, indicator.code, cases))


def excused_cases(row: AssessmentRound) -> Excused:
    found: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    rows = Objection.objects.excusing().filter(assessment__round=row.pk).order_by("number")
    for indicator_id, agency_id, key, number in rows.values_list(
        "indicator_id", "assessment__agency_id", "case_key", "number"
    ):
        found[indicator_id, agency_id][key] = str(number)
    return found


# --- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """All automatic indicators of a round, read `at` that moment; `before`: what of it had to stay as it was."""

    round_id: int
    indicators: list[Indicator]
    readings: list[Reading]
    before: tuple[datetime | None, Excused]
    at: datetime


def measure(round_id: int, *, at: datetime, actor: User | None = None) -> AssessmentRound:
    """重新取数: read all automatic indicators anew and compute every point. `actor` None: the daily job.

    Raises ValidationError with reasons.
    """
    return keep(read(round_id, at=at, actor=actor), actor=actor)


def read(round_id: int, *, at: datetime, actor: User | None = None) -> Taken:
    """The many rows, while nothing is locked: on SQLite nobody could write meanwhile. Raises as `measure`."""
    row = AssessmentRound.objects.select_related("indicator_set").get(pk=round_id)
    _check_measuring(row, actor)
    indicators = list(row.indicator_set.indicators.all())
    automatic = [one for one in indicators if one.mode == IndicatorMode.AUTOMATIC]
    codes = dict(row.assessments.values_list("agency_id", "agency__code"))
    excused = excused_cases(row)
    measured = list(readings(row, automatic, codes, localdate(at), excused))
    before = (row.measured_at, excused)
    return Taken(round_id=round_id, indicators=indicators, readings=measured, before=before, at=at)


@transaction.atomic
def keep(taken: Taken, *, actor: User | None = None) -> AssessmentRound:
    """What a ruling or another measuring changed since they were read is found out under the lock: nothing is lost."""
    row = locked_round(taken.round_id)
    _check_measuring(row, actor)
    if (row.measured_at, excused_cases(row)) != taken.before:
        raise ValidationError(_("取数期间有人裁定了异议或者重新取了数，请再取一次。"))
    assessments = {one.agency_id: one for one in row.assessments.select_related("agency").defer("population")}
    scores = [
        Score(
            assessment=assessments[one.agency_id],
            indicator=one.indicator,
            numerator=one.outcome.numerator,
            denominator=one.outcome.denominator,
            faults=one.outcome.faults,
            points=one.outcome.points,
            cases=one.packed,
        )
        for one in taken.readings
    ]
    _upsert(scores, _FACTS)
    manual = [one for one in taken.indicators if one.mode == IndicatorMode.MANUAL]
    _score_manual(list(assessments.values()), manual)
    if taken.readings:
        _leave_out(assessments.values(), {one.agency_id for one in taken.readings if one.outcome.denominator})
    rank(row)
    row.measured_at = taken.at
    row.save(update_fields=["measured_at"])
    audit.record(actor, f"assessmentround.{RoundAction.MEASURE}", row, after={"measured_at": taken.at.isoformat()})
    return row


def _leave_out(assessments: Iterable[Assessment], having: Collection[int]) -> None:
    """Who has no case in any automatic indicator is not ranked by its full marks; nor for ever. A reason that somebody
    gave stays."""
    changed = []
    for one in assessments:
        reason = one.not_ranked_reason
        if one.agency_id in having and reason == NO_FACTS:
            one.not_ranked_reason = ""
        elif one.agency_id not in having and not reason:
            one.not_ranked_reason = NO_FACTS
        if one.not_ranked_reason != reason:
            changed.append(one)
    Assessment.objects.bulk_update(changed, ["not_ranked_reason"], batch_size=_BATCH)


def _check_measuring(row: AssessmentRound, actor: User | None) -> None:
    if actor is not None:
        check(reasons_against_round(row, RoundAction.MEASURE, actor))
    elif row.state != RoundState.OPEN:
        check([f"round {row.slug} is {row.state}"])


def _upsert(scores: Iterable[Score], columns: Collection[str]) -> None:
    Score.objects.bulk_create(
        scores,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["assessment", "indicator"],
        update_fields=list(columns),
    )


def deductions(findings: QuerySet[Finding]) -> Mapping[tuple[int, int], list[Decimal]]:
    """What the standing ones take off, by assessment and indicator (ids). One query."""
    taken: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    standing = findings.filter(state=FindingState.STANDING).order_by("number")
    for one in standing.only("assessment_id", "indicator_id", "count", "unit_deduction", "ruled_deduction"):
        taken[one.assessment_id, one.indicator_id].append(one.deduction)
    return taken


def _score_manual(assessments: Collection[Assessment], indicators: Collection[Indicator]) -> None:
    """The points of manual indicators: full marks less what standing findings take off. One query."""
    taken = deductions(Finding.objects.filter(assessment__in=assessments, indicator__in=indicators))
    scores = []
    for indicator in indicators:
        rule = rule_of(indicator)
        for assessment in assessments:
            found = outcome(rule, (), taken.get((assessment.pk, indicator.pk), ()))
            scores.append(Score(assessment=assessment, indicator=indicator, faults=found.faults, points=found.points))
    _upsert(scores, _POINTS)


def rescore(assessment: Assessment, indicator: Indicator) -> Score:
    """The points of one indicator anew, from its findings or from the cases that are stored, and the total.

    Call inside the transaction that changed them, with the round locked, and `rank` after the last of them.
    """
    if indicator.mode == IndicatorMode.MANUAL:
        _score_manual([assessment], [indicator])
    else:
        _excuse(assessment, indicator)
    total = Score.objects.filter(assessment=assessment).aggregate(total=Sum("points"))["total"]
    Assessment.objects.filter(pk=assessment.pk).update(total=total)
    return Score.objects.get(assessment=assessment, indicator=indicator)


def _excuse(assessment: Assessment, indicator: Indicator) -> None:
    score = Score.objects.get(assessment=assessment, indicator=indicator)
    rule = rule_of(indicator)
    excused = excused_cases(assessment.round).get((indicator.pk, assessment.agency_id), {})
    cases = case_lines.settled(case_lines.unpack(score.cases), rule.judged_by, excused)
    found = outcome(rule, cases)
    score.numerator, score.denominator, score.faults, score.points = found
    score.cases = case_lines.pack(assessment.agency.code, indicator.code, cases)
    score.save(update_fields=_FACTS)


def rank(row: AssessmentRound) -> dict[str, Result]:
    """Totals, grades and ranks of the whole round, written; answered by agency code. Two queries and the writes."""
    assessments = list(row.assessments.select_related("agency").defer("population"))
    sums = Score.objects.filter(assessment__round=row.pk).order_by().values_list("assessment__agency__code")
    totals = dict(sums.annotate(total=Sum("points")))
    found = results(
        {one.agency.code: [round(totals.get(one.agency.code, NOTHING), 2)] for one in assessments},
        {one.agency.code: one.agency.kind for one in assessments},
        [one.agency.code for one in assessments if one.not_ranked_reason],
        thresholds_of(row),
    )
    changed = []
    for one in assessments:
        result = found[one.agency.code]
        values: dict[str, Any] = {
            "total": result.total, "grade": result.grade, "rank": result.rank, "kind_rank": result.kind_rank
        }  # fmt: skip
        if any(getattr(one, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(one, name, value)
            changed.append(one)
    Assessment.objects.bulk_update(changed, _RESULTS, batch_size=_BATCH)
    return found
