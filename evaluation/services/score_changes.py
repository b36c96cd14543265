"""What measuring anew changes in a round and why, line by line; and whether the points that are stored agree with the
facts that are stored beside them. For `manage.py score`.
"""

import hashlib
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation import case_lines, scoring
from evaluation.enums import FindingState, IndicatorMode
from evaluation.models import AssessmentRound, Finding, Indicator, Objection, Score
from evaluation.scorecard_words import fault_of, standing_of
from evaluation.scoring import Case, Outcome, outcome
from evaluation.services import archive, measure

_PATIENCE = 600  # seconds for recompute.py


class Point(NamedTuple):
    """What stands in a Score: points, and the lines of its cases."""

    points: Decimal
    packed: bytes = b""


# By agency (code) and indicator (id).
type Points = dict[tuple[str, int], Point]


@dataclass(frozen=True, slots=True)
class Change:
    """One indicator of one agency. `before` None: it had no points yet. Equal points with reasons: the facts moved."""

    agency: str
    indicator: str
    before: Decimal | None
    after: Decimal
    reasons: tuple[str, ...]

    def line(self, most: int | None = None) -> str:
        """In words; of the reasons at most so many."""
        points = (
            f"{self.after}"
            if self.before == self.after
            else f"{'none' if self.before is None else self.before} → {self.after}"
        )
        shown = list(self.reasons[:most])
        if left := len(self.reasons) - len(shown):
            shown.append(f"and {left} more")
        return f"{self.agency} {self.indicator} {points}: {'; '.join(shown) or 'computed anew'}"


# --- what changes ---------------------------------------------------------------------------------------------------


def stored_points(row: AssessmentRound) -> Points:
    scores = Score.objects.filter(assessment__round=row.pk)
    columns = ("assessment__agency__code", "indicator_id", "points", "cases")
    return {
        (agency, indicator): Point(points, bytes(packed))
        for agency, indicator, points, packed in scores.values_list(*columns).iterator(chunk_size=1000)
    }


def measured_today(row: AssessmentRound, at: datetime) -> Points:
    """What measuring would write, and nothing is written."""
    agencies = dict(row.assessments.values_list("agency_id", "agency__code"))
    taken, automatic = _deductions(row), []
    found: Points = {}
    for indicator in row.indicator_set.indicators.all():
        if indicator.mode == IndicatorMode.AUTOMATIC:
            automatic.append(indicator)
            continue
        rule = measure.rule_of(indicator)
        for code in agencies.values():
            found[code, indicator.pk] = Point(outcome(rule, (), taken.get((code, indicator.pk), ())).points)
    for one in measure.readings(row, automatic, agencies, localdate(at), measure.excused_cases(row)):
        found[agencies[one.agency_id], one.indicator.pk] = Point(one.outcome.points, one.packed)
    return found


def _deductions(row: AssessmentRound) -> Mapping[tuple[str, int], list[Decimal]]:
    """What standing findings take off, by agency (code) and indicator (id)."""
    codes = dict(row.assessments.values_list("pk", "agency__code"))
    taken = measure.deductions(Finding.objects.filter(assessment__round=row.pk))
    return {(codes[assessment], indicator): amounts for (assessment, indicator), amounts in taken.items()}


def changes(row: AssessmentRound, before: Points, after: Points, *, since: datetime | None) -> list[Change]:
    """Between two readings of one round, by agency and in the order of its indicators. `since`: of the first reading;
    what inspectors and rulings changed after it is named too, though it was counted at once."""
    entered = _entered(row, since)
    found = []
    indicators = list(row.indicator_set.indicators.order_by("position", "pk"))
    for agency in sorted({agency for agency, _indicator in after}):
        for indicator in indicators:
            key = (agency, indicator.pk)
            old, new = before.get(key), after[key]
            reasons = (*(case_changes(old, new) if old else ()), *entered.get(key, ()))
            if old is None or old.points != new.points or reasons:
                before_points = old.points if old else None
                found.append(Change(agency, str(indicator), before_points, new.points, reasons))
    return found


def case_changes(old: Point, new: Point) -> Iterator[str]:
    """Cases that came, went, or read otherwise than before, in the order of the archive."""
    if old.packed == new.packed:
        return
    was = {case.key: case for case in case_lines.unpack(old.packed)}
    now = {case.key: case for case in case_lines.unpack(new.packed)}
    for key, case in now.items():
        if key not in was:
            yield f"{key} added: {state_of(case)}"
        elif state_of(case) != state_of(was[key]):
            yield f"{key} {state_of(case)} (was {state_of(was[key])})"
    for key, case in was.items():
        if key not in now:
            yield f"{key} gone (was {state_of(case)})"


def state_of(case: Case) -> str:
    """What decides what a case earns, in the words of its card. What the machine says around it is English."""
    if case.excused:
        return f"{standing_of(case)[0]}（{_('异议%s') % case.excused}）"
    words = fault_of(case)
    if case.possible != 1:
        words = f"{words} {fault_of(case._replace(fault=''), scoring.COUNTED)}".strip()
    return words or standing_of(case)[0]


def _entered(row: AssessmentRound, since: datetime | None) -> Mapping[tuple[str, int], list[str]]:
    """What was found, withdrawn and ruled on after that moment."""
    words: dict[tuple[str, int], list[str]] = defaultdict(list)
    if since is None:
        return words
    findings = Finding.objects.filter(assessment__round=row.pk).select_related("assessment__agency").order_by("number")
    for one in findings.defer("assessment__population"):
        key = (one.assessment.agency.code, one.indicator_id)
        if one.state == FindingState.STANDING and (one.decided_at or one.found_at) > since:
            words[key].append(f"finding {one.number} added, takes off {one.deduction}")
        elif one.state == FindingState.WITHDRAWN and one.decided_at and one.decided_at > since:
            words[key].append(f"finding {one.number} withdrawn")
    ruled = Objection.objects.filter(assessment__round=row.pk, ruled_at__gt=since)
    for objection in ruled.select_related("assessment__agency", "finding").defer("assessment__population"):
        key = (objection.assessment.agency.code, objection.indicator_id)
        what = f"finding {objection.finding.number}" if objection.finding else objection.case_key
        words[key].append(f"objection {objection.number} to {what}: {objection.get_ruling_display()}")
    return words


# --- whether what is stored agrees ------------------------------------------------------------------------------------


def stored_faults(row: AssessmentRound) -> list[str]:
    """Every number of a round that is not what the facts stored beside it give."""
    taken = _deductions(row)
    rules = {one.pk: (one, measure.rule_of(one)) for one in row.indicator_set.indicators.all()}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    seen, faults = set(), []
    scores = Score.objects.filter(assessment__round=row.pk).select_related("assessment__agency")
    for score in scores.defer("assessment__population").iterator(chunk_size=500):
        agency = score.assessment.agency.code
        indicator, rule = rules[score.indicator_id]
        cases = case_lines.unpack(score.cases)
        computed = outcome(rule, cases, taken.get((agency, indicator.pk), ()))
        stated = Outcome(score.numerator, score.denominator, score.faults, score.points)
        sums[agency] += score.points
        seen.add((agency, indicator.pk))
        if computed != stated:
            words = f"{agency} {indicator}"
            faults.append(f"{words}: stored {_figures(stated)}, recomputed {_figures(computed)}")
        faults += _misjudged(agency, indicator, cases, rule.judged_by)
    for agency, total in row.assessments.values_list("agency__code", "total"):
        faults += [f"{agency} {one}: nothing stored" for pk, (one, _rule) in rules.items()
                   if (agency, pk) not in seen]  # fmt: skip
        if total != sums[agency]:
            faults.append(f"{agency}: stored total {total}, the points sum to {sums[agency]}")
    return faults


def _figures(one: Outcome) -> str:
    return f"{one.points} ({one.numerator}/{one.denominator}, {one.faults} at fault)"


def _misjudged(agency: str, indicator: Indicator, cases: Iterable[Case], judged_by: str) -> list[str]:
    return [
        f"{agency} {indicator}: {case.key} is stored as {case.earned} of {case.possible}"
        for case in cases
        if case.earned != scoring.earned(case, judged_by)
    ]


@dataclass(frozen=True, slots=True)
class Rerun:
    """What recompute.py said of an archive."""

    code: int
    words: str


def rerun(data: bytes) -> Rerun:
    """Unpack an archive where nobody else looks, and run its own recompute.py as an outsider would."""
    with TemporaryDirectory(prefix="score-") as folder:
        zipfile.ZipFile(BytesIO(data)).extractall(folder)
        done = subprocess.run(  # noqa: S603  (our own program, unpacked a moment ago)
            [sys.executable, "-I", "-S", str(Path(folder) / "recompute.py")],
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=_PATIENCE,
        )  # fmt: skip
    return Rerun(done.returncode, (done.stdout + done.stderr).strip())


def archive_faults(row: AssessmentRound, at: datetime) -> list[str]:
    """What recompute.py finds wrong in the archive as it would be made now, and in the one that was frozen."""
    archives = {"archive made now": archive.build(row, at=at)}
    faults = []
    if row.archive is not None:
        with row.archive.file.open("rb") as file:
            archives["frozen archive"] = file.read()
        if hashlib.sha256(archives["frozen archive"]).hexdigest() != row.digest:
            faults.append(f"frozen archive: its digest is not {row.digest}")
        if results_of(archives["frozen archive"]) != results_of(archives["archive made now"]):
            faults.append("frozen archive: its results.csv is not what is stored")
    for name, data in archives.items():
        done = rerun(data)
        if done.code:
            faults.append(f"{name}: recompute.py ends with {done.code}: {done.words[-2000:]}")
    return faults


def results_of(data: bytes) -> bytes:
    return zipfile.ZipFile(BytesIO(data)).read("results.csv")
