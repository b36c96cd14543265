"""A round of 500 agencies by all automatic indicators: how long its facts, its points and its archive take.

Everything there is lies in the period, so that every row becomes a case.
"""

import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from time import perf_counter
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils.timezone import make_aware

from benchmarks import scored_rows
from benchmarks.measure import Context, Measure
from evaluation.enums import Formula, IndicatorMode, RoundKind, RoundState, SetState
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Assessment, AssessmentRound, Indicator, IndicatorGroup, IndicatorSet, Score, Survey
from evaluation.services import archive, measure
from govportal.models import Agency, User

PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
AT = make_aware(datetime(2026, 7, 20, 12))  # noqa: DTZ001
FEW = 5


def run(context: Context) -> list[Measure]:
    user = User.objects.create_superuser("bench")
    agencies = scored_rows.write(user, *PERIOD)
    survey = scored_rows.write_survey(agencies, *PERIOD)
    indicator_set = _indicators(user)
    few = _round("few", indicator_set, survey, agencies[:FEW], user)
    whole = _round("whole", indicator_set, survey, agencies, user)
    before = _memory()
    queries, seconds = zip(*(_measure(row) for row in (few, whole)), strict=True)
    after = _memory()
    again = _timed(lambda: measure.measure(whole.pk, at=AT))[1]
    counted = Score.objects.filter(assessment__round=whole).exclude(indicator__measure="social")
    cases, faults = counted.aggregate(Sum("denominator"), Sum("faults")).values()
    data, built = _timed(lambda: archive.build(AssessmentRound.objects.get(pk=whole.pk), at=AT))
    agrees, recomputed = _recompute(context, data)
    size = f"{len(agencies)} agencies × {len(AUTOMATIC_INDICATORS)} indicators"
    return [
        Measure(f"a round of {size} measured", seconds[1], "s", limit=20),
        Measure("measured again", again, "s", limit=20),
        Measure(f"a round of {FEW} agencies over the same rows", seconds[0], "s"),
        Measure("cases, without answers of the survey", cases, "rows", limit=500_000, at_least=True),
        Measure("of which at fault", faults, "rows"),
        Measure(f"queries that read, more at {len(agencies)} agencies than at {FEW}", queries[1] - queries[0], "", 0),
        Measure("queries that read", queries[1], "queries"),
        Measure("memory that measuring took more than there was", after - before, "MB"),
        Measure("archive built", built, "s", limit=20),
        Measure("size of the archive", len(data) / 1e6, "MB"),
        Measure("recompute.py from the archive", recomputed, "s"),
        Measure("differences that it found", 0 if agrees else 1, "", limit=0),
        *_slowest(whole),
    ]


def _timed[T](work: Callable[[], T]) -> tuple[T, float]:
    started = perf_counter()
    return work(), perf_counter() - started


def _memory() -> float:
    """The most this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _indicators(user: User) -> IndicatorSet:
    """Equal marks for all; those that begin with deductions take off a tenth of a point."""
    found = IndicatorSet.objects.create(code="bench", year=2026, name="基准测试", made_by=user, made_at=AT)
    group = IndicatorGroup.objects.create(indicator_set=found, position=1, name="公开情况", weight=Decimal(100))
    marks = Decimal(100) / len(AUTOMATIC_INDICATORS)
    Indicator.objects.bulk_create(
        Indicator(
            indicator_set=found, group=group, position=place, code=f"B{place:02}", topic=key, text=key,
            mode=IndicatorMode.AUTOMATIC, measure=key, formula=one.formula, full_marks=marks,
            deductions=["0.10"] if one.formula == Formula.DEDUCT else [],
        )
        for place, (key, one) in enumerate(AUTOMATIC_INDICATORS.items())
    )  # fmt: skip
    IndicatorSet.objects.filter(pk=found.pk).update(state=SetState.IN_FORCE, enforced_at=AT)
    return IndicatorSet.objects.get(pk=found.pk)


def _round(
    slug: str, indicator_set: IndicatorSet, survey: Survey, agencies: list[Agency], user: User
) -> AssessmentRound:
    row = AssessmentRound.objects.create(
        slug=slug, name=slug, kind=RoundKind.SPOT, indicator_set=indicator_set, period_start=PERIOD[0],
        period_end=PERIOD[1], survey=survey, sample_size=0, seed="bench", made_by=user,
    )  # fmt: skip
    Assessment.objects.bulk_create(Assessment(round=row, agency=agency) for agency in agencies)
    AssessmentRound.objects.filter(pk=row.pk).update(state=RoundState.OPEN, opened_at=AT)
    return AssessmentRound.objects.get(pk=row.pk)


def _measure(row: AssessmentRound) -> tuple[int, float]:
    """How many statements read, and the seconds of all."""
    reading = 0

    def count(execute: Any, sql: str, *arguments: Any) -> Any:
        nonlocal reading
        reading += sql.startswith(("SELECT", "DECLARE"))
        return execute(sql, *arguments)

    with connection.execute_wrapper(count):
        _row, seconds = _timed(lambda: measure.measure(row.pk, at=AT))
    return reading, seconds


def _slowest(row: AssessmentRound) -> list[Measure]:
    """The three indicators that take longest, from their query to their cases."""
    span = measure.span_of(row, AT.date())
    times = {
        key: _timed(lambda one=one: sum(1 for _case in one.cases(one.rows(span), span)))[1]  # type: ignore[misc]
        for key, one in AUTOMATIC_INDICATORS.items()
    }
    slowest = sorted(times, key=lambda key: -times[key])[:3]
    return [Measure(f"cases of {key}", times[key], "s") for key in slowest]


def _recompute(context: Context, data: bytes) -> tuple[bool, float]:
    folder = context.home / "recomputed"
    with zipfile.ZipFile(BytesIO(data)) as members:
        members.extractall(folder)
    command = [sys.executable, "-I", "-S", str(folder / "recompute.py")]
    done, seconds = _timed(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False))
    return done.returncode == 0, seconds
