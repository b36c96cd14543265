"""How points are computed: from cases and findings to points, totals, grades and ranks. Nothing else decides a point.

This file needs nothing but Python 3.9 or newer. It is shipped as recompute.py in every archive of a round: run there,

    python3 recompute.py

it computes every point of the round anew from the files in inputs/, compares them with results.csv and ranking.csv
beside it, and ends with 0 if all agree, with 1 if any number differs, with 2 if a file cannot be read.

Points have two decimals, half up. An indicator without a case has its full marks: nothing was due, nothing was missed.
"""

import csv
import hashlib
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Optional

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
FULL = Decimal("100.00")
# How a case is judged, as indicators.csv names it.
MET, ON_TIME, NO_FAULT, COUNTED = "met", "on_time", "no_fault", "counted"
RULES = {
    MET: "done_on is given",
    ON_TIME: "done_on is given and not later than due_on",
    NO_FAULT: "fault is empty",
    COUNTED: "earned of possible, as counted",
}
SHARE, DEDUCT = "share", "deduct"
AUTOMATIC = "automatic"


class Case(NamedTuple):
    """One fact. Days as 2026-07-15, empty where there is none. `excused`: number of the objection that was upheld."""

    key: str
    title: str = ""
    due_on: str = ""
    done_on: str = ""
    fault: str = ""
    earned: int = 0
    possible: int = 1
    excused: str = ""
    address: str = ""


class Rule(NamedTuple):
    """What of an indicator decides its points. `per_fault`: what one case takes off, by DEDUCT; `cap`: the most that
    all take off together."""

    mode: str
    formula: str
    judged_by: str
    full_marks: Decimal
    per_fault: Decimal
    cap: Decimal


class Outcome(NamedTuple):
    """numerator of denominator, and how many of the cases are at fault."""

    numerator: int
    denominator: int
    faults: int
    points: Decimal


class Thresholds(NamedTuple):
    """The least total of each grade but the last."""

    excellent: Decimal
    good: Decimal
    fair: Decimal


@dataclass(frozen=True)
class Result:
    """`rank` among all, `kind_rank` among agencies of its kind; None where it is not ranked."""

    total: Decimal
    grade: str
    rank: Optional[int]
    kind_rank: Optional[int]


def earned(case: Case, judged_by: str) -> int:
    """What the case brings of what is possible. Raises KeyError for a rule that does not exist."""
    if case.excused:
        return case.possible
    if judged_by == COUNTED:
        return case.earned
    judged = {
        MET: bool(case.done_on),
        ON_TIME: bool(case.done_on) and case.done_on <= case.due_on,
        NO_FAULT: not case.fault,
    }
    return case.possible if judged[judged_by] else 0


def outcome(rule: Rule, cases: Iterable[Case], deductions: Iterable[Decimal] = ()) -> Outcome:
    """Of one agency and indicator: of an automatic one its cases, of a manual one what its findings take off."""
    if rule.mode != AUTOMATIC:
        taken = list(deductions)
        return Outcome(0, 0, len(taken), _left(rule, sum(taken, NOTHING)))
    numerator = denominator = faults = 0
    for case in cases:
        got = earned(case, rule.judged_by)
        numerator += got
        denominator += case.possible
        faults += got < case.possible
    if rule.formula == DEDUCT:
        return Outcome(numerator, denominator, faults, _left(rule, rule.per_fault * faults))
    share = Fraction(numerator, denominator) if denominator else Fraction(1)
    lost = min(Fraction(rule.full_marks) * (1 - share), Fraction(rule.cap))
    return Outcome(numerator, denominator, faults, half_up(Fraction(rule.full_marks) - lost))


def _left(rule: Rule, taken: Decimal) -> Decimal:
    """Full marks less what was taken, never below 0 nor below what the cap leaves."""
    return half_up(Fraction(rule.full_marks - min(taken, rule.cap, rule.full_marks)))


def half_up(value: Fraction) -> Decimal:
    """Two decimals, half up, without ever passing through a float."""
    cents = math.floor(value * 100 + Fraction(1, 2))
    return (Decimal(cents) / 100).quantize(CENT, ROUND_HALF_UP)


def grade(total: Decimal, thresholds: Thresholds) -> str:
    if total >= thresholds.excellent:
        return "excellent"
    if total >= thresholds.good:
        return "good"
    return "fair" if total >= thresholds.fair else "poor"


def ranks(totals: Mapping[str, Decimal]) -> dict[str, int]:
    """1 for the highest; equal totals have equal ranks, and the next is as far down as many stand above it."""
    ordered = sorted(totals.values(), reverse=True)
    first: dict[Decimal, int] = {}
    for place, total in enumerate(ordered, start=1):
        first.setdefault(total, place)
    return {agency: first[total] for agency, total in totals.items()}


def results(
    points: Mapping[str, Iterable[Decimal]], kinds: Mapping[str, str], unranked: Iterable[str], thresholds: Thresholds
) -> dict[str, Result]:
    """Totals, grades and ranks by agency. `unranked`: those that stand in no ranking."""
    totals = {agency: sum(values, NOTHING) for agency, values in points.items()}
    left_out = set(unranked)
    ranked = {agency: total for agency, total in totals.items() if agency not in left_out}
    places = ranks(ranked)
    by_kind: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for agency, total in ranked.items():
        by_kind[kinds[agency]][agency] = total
    kind_places = {agency: place for group in by_kind.values() for agency, place in ranks(group).items()}
    return {
        agency: Result(total, grade(total, thresholds), places.get(agency), kind_places.get(agency))
        for agency, total in totals.items()
    }


def draw(seed: str, keys: Iterable[str], size: int) -> list[str]:
    """The sample: the `size` keys whose SHA-256 of "seed|key" comes first. Nobody can choose, anybody can check."""
    return sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}|{key}".encode()).hexdigest(), key))[:size]


# --- the archive ----------------------------------------------------------------------------------------------------

ROUND_COLUMNS = (
    "round", "name", "kind", "site", "period_start", "period_end", "measured_at", "seed", "sample_size",
    "excellent_from", "good_from", "fair_from", "performance_share",
)  # fmt: skip
INDICATOR_COLUMNS = (
    "indicator", "group", "group_weight", "topic", "item_no", "text", "mode", "measure", "formula", "judged_by",
    "full_marks", "per_fault", "cap", "rule",
)  # fmt: skip
AGENCY_COLUMNS = ("agency", "name", "kind", "not_ranked_reason")
CASE_COLUMNS = ("agency", "indicator", "case", "title", "due_on", "done_on", "fault", "earned", "possible", "excused",
                "address")  # fmt: skip
FINDING_COLUMNS = ("agency", "indicator", "finding", "count", "unit_deduction", "ruled_deduction", "deduction", "text",
                   "found_on", "address")  # fmt: skip
POPULATION_COLUMNS = ("agency", "case")
SAMPLE_COLUMNS = ("agency", "position", "case", "result", "address")
RESULT_COLUMNS = ("round", "agency", "indicator", "points")
RANKING_COLUMNS = ("round", "agency", "name", "kind", "total", "grade", "rank", "kind_rank", "performance_points")


class Archive(NamedTuple):
    """What the archive of a round says, computed anew."""

    points: dict[tuple[str, str], Decimal]
    results: dict[str, Result]
    faults: list[str]


def rule_of(row: Mapping[str, str]) -> Rule:
    """A line of indicators.csv. Raises InvalidOperation, KeyError."""
    return Rule(
        row["mode"], row["formula"], row["judged_by"], Decimal(row["full_marks"]), Decimal(row["per_fault"] or "0"),
        Decimal(row["cap"] or row["full_marks"]),
    )  # fmt: skip


def case_of(row: Mapping[str, str]) -> Case:
    """A line of inputs/cases.csv. Raises KeyError, ValueError."""
    return Case(
        row["case"], row["title"], row["due_on"], row["done_on"], row["fault"], int(row["earned"]),
        int(row["possible"]), row["excused"], row["address"],
    )  # fmt: skip


def recompute(folder: Path) -> Archive:
    """Every point, total and rank from indicators.csv and inputs/; `faults` is what in them does not agree."""
    [the_round] = _table(folder / "inputs" / "round.csv")
    indicators = {row["indicator"]: row for row in _table(folder / "indicators.csv")}
    agencies = {row["agency"]: row for row in _table(folder / "inputs" / "agencies.csv")}
    cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for row in _table(folder / "inputs" / "cases.csv"):
        cases[row["agency"], row["indicator"]].append(case_of(row))
    taken: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    faults = []
    for row in _table(folder / "inputs" / "findings.csv"):
        whole = int(row["count"]) * Decimal(row["unit_deduction"])
        left = Decimal(row["ruled_deduction"]) if row["ruled_deduction"] else whole
        if left != Decimal(row["deduction"]) or left > whole:
            faults.append(f"findings.csv: finding {row['finding']} takes off {left}, not {row['deduction']}")
        taken[row["agency"], row["indicator"]].append(left)
    faults += [
        f"{name}: {agency} {indicator} is of no agency or indicator of this round"
        for name, found in (("cases.csv", cases), ("findings.csv", taken))
        for agency, indicator in found
        if agency not in agencies or indicator not in indicators
    ]
    faults += _weights(indicators.values())
    faults += _misjudged(indicators, cases)
    faults += _samples(folder, the_round["seed"], int(the_round["sample_size"]))
    points = {
        (agency, code): outcome(rule_of(row), cases.get((agency, code), ()), taken.get((agency, code), ())).points
        for agency in agencies
        for code, row in indicators.items()
    }
    thresholds = Thresholds(*(Decimal(the_round[name]) for name in ("excellent_from", "good_from", "fair_from")))
    by_agency = {agency: [points[agency, code] for code in indicators] for agency in agencies}
    kinds = {agency: row["kind"] for agency, row in agencies.items()}
    unranked = [agency for agency, row in agencies.items() if row["not_ranked_reason"]]
    return Archive(points, results(by_agency, kinds, unranked, thresholds), faults)


def _weights(rows: Iterable[Mapping[str, str]]) -> list[str]:
    groups: dict[str, Decimal] = {}
    marks: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for row in rows:
        groups[row["group"]] = Decimal(row["group_weight"])
        marks[row["group"]] += Decimal(row["full_marks"])
    faults = [f"indicators.csv: {name} weighs {weight}, its indicators {marks[name]}"
              for name, weight in groups.items() if marks[name] != weight]  # fmt: skip
    whole = sum(groups.values(), NOTHING)
    return faults + ([] if whole == FULL else [f"indicators.csv: the groups weigh {whole}, not 100"])


def _misjudged(
    indicators: Mapping[str, Mapping[str, str]], cases: Mapping[tuple[str, str], Sequence[Case]]
) -> list[str]:
    """Cases whose `earned` is not what their own facts say."""
    return [
        f"cases.csv: {agency} {code} {case.key} earned {case.earned}"
        for (agency, code), found in cases.items()
        if code in indicators
        for case in found
        if not 0 <= case.earned <= case.possible or case.earned != earned(case, indicators[code]["judged_by"])
    ]


def _samples(folder: Path, seed: str, size: int) -> list[str]:
    """Agencies whose sample is not what the seed draws from what they had published on the day of the draw."""
    population: dict[str, list[str]] = defaultdict(list)
    for row in _table(folder / "inputs" / "population.csv"):
        population[row["agency"]].append(row["case"])
    drawn: dict[str, list[str]] = defaultdict(list)
    for row in sorted(_table(folder / "inputs" / "samples.csv"), key=lambda row: int(row["position"])):
        drawn[row["agency"]].append(row["case"])
    return [
        f"samples.csv: {agency} is not what the seed draws"
        for agency in sorted({*population, *drawn})
        if drawn[agency] != draw(seed, population[agency], size)
    ]


def compare(folder: Path, computed: Archive) -> list[str]:
    """Every number of results.csv and ranking.csv that is not what was computed, and every line too many or missing."""
    faults = []
    stated: dict[tuple[str, str], Decimal] = {}
    [the_round] = _table(folder / "inputs" / "round.csv")
    for row in _table(folder / "results.csv"):
        key = (row["agency"], row["indicator"])
        if key in stated or key not in computed.points or row["round"] != the_round["round"]:
            faults.append(f"results.csv: {' '.join(key)} does not belong there")
        stated[key] = Decimal(row["points"])
    for key, points in computed.points.items():
        if stated.get(key) != points:
            faults.append(f"results.csv: {' '.join(key)} is {points}, not {stated.get(key)}")
    ranking = {row["agency"]: row for row in _table(folder / "ranking.csv")}
    share = Fraction(Decimal(the_round["performance_share"])) / 100
    for agency, result in computed.results.items():
        expected = {
            "total": result.total,
            "rank": result.rank,
            "kind_rank": result.kind_rank,
            "performance_points": half_up(Fraction(result.total) * share),
        }
        row = ranking.pop(agency, {})
        for column, value in expected.items():
            text = row.get(column, "")
            if (Decimal(text) if text else None) != value:
                faults.append(f"ranking.csv: {column} of {agency} is {value}, not {text or 'given'}")
        if row.get("grade") != result.grade:
            faults.append(f"ranking.csv: grade of {agency} is {result.grade}, not {row.get('grade')}")
    return faults + [f"ranking.csv: {agency} does not belong there" for agency in ranking]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    folder = Path(__file__).resolve().parent
    csv.field_size_limit(1_000_000)
    try:
        computed = recompute(folder)
        faults = computed.faults + compare(folder, computed)
    except (OSError, KeyError, TypeError, ValueError, InvalidOperation, csv.Error) as error:
        print(f"cannot be read: {error!r}")
        return 2
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} differences")
        return 1
    print(f"{len(computed.points)} points of {len(computed.results)} agencies: all agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
