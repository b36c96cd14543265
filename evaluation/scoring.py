"""How points are computed: from cases and findings to points, totals, grades and ranks. Nothing else decides a point.

This file needs nothing but Python 3.9 or newer. It is shipped as recompute.py in every archive of a round: run there,

    python3 -I recompute.py

it computes every point of the round anew from the files in inputs/, compares them with results.csv and ranking.csv
beside it, and ends with 0 if all agree, with 1 if any number differs, with 2 if a file cannot be read.

Points have two decimals, half up. An indicator without a case has its full marks: nothing was due, nothing was missed.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    del sys.path[0]  # run without -I as well, nothing that lies beside this file is taken for a part of Python

import csv
import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
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
AUTOMATIC, MANUAL = "automatic", "manual"
UPHELD, PARTLY = "upheld", "partly"
_NUMBER, _WHOLE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?"), re.compile(r"[0-9]{1,9}")


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
    """`rank` among all, `kind_rank` among agencies of its kind; None, and no grade, where it is not ranked."""

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
    if judged_by == MET:
        is_good = bool(case.done_on)
    elif judged_by == ON_TIME:
        is_good = bool(case.done_on) and case.done_on <= case.due_on
    elif judged_by == NO_FAULT:
        is_good = not case.fault
    else:
        raise KeyError(judged_by)
    return case.possible if is_good else 0


def outcome(rule: Rule, cases: Iterable[Case], deductions: Iterable[Decimal] = ()) -> Outcome:
    """Of one agency and indicator: of an automatic one its cases, of a manual one what its findings take off."""
    if rule.mode != AUTOMATIC:
        taken = [value for value in deductions if value]
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
    """Full marks less what was taken: never above them, never below 0 nor below what the cap leaves."""
    return half_up(Fraction(rule.full_marks - max(min(taken, rule.cap, rule.full_marks), NOTHING)))


def half_up(value: Fraction) -> Decimal:
    """Two decimals, half up, without ever passing through a float."""
    cents = math.floor(value * 100 + Fraction(1, 2))
    return (Decimal(cents) / 100).quantize(CENT, ROUND_HALF_UP)


def worth(total: Decimal | int, share: Decimal) -> Decimal:
    """Points in an agency's whole performance: disclosure is `share` percent of it (国办发〔2016〕80号: at least 4)."""
    return half_up(Fraction(total) * Fraction(share) / 100)


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
    """Totals, grades and ranks by agency. `unranked`: those that stand in no ranking and have no grade."""
    totals = {agency: sum(values, NOTHING) for agency, values in points.items()}
    left_out = set(unranked)
    ranked = {agency: total for agency, total in totals.items() if agency not in left_out}
    places = ranks(ranked)
    by_kind: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for agency, total in ranked.items():
        by_kind[kinds[agency]][agency] = total
    kind_places = {agency: place for group in by_kind.values() for agency, place in ranks(group).items()}
    return {
        agency: Result(total, grade(total, thresholds), places[agency], kind_places[agency])
        if agency in places
        else Result(total, "", None, None)
        for agency, total in totals.items()
    }


def draw(seed: str, keys: Iterable[str], size: int) -> list[str]:
    """The sample: the `size` keys whose lot comes first. Nobody can choose, anybody can check."""
    return sorted(keys, key=lambda key: (lot(seed, key), key))[:size]


def lot(seed: str, key: str) -> str:
    """SHA-256 of "seed|key" as 64 hexadecimal digits."""
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


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
                   "found_on", "address", "carried_from")  # fmt: skip
POPULATION_COLUMNS = ("agency", "case")
SAMPLE_COLUMNS = ("agency", "position", "case", "result", "address")
OBJECTION_COLUMNS = ("agency", "indicator", "objection", "case", "finding", "ruling", "reason", "ruled_on")
RESULT_COLUMNS = ("round", "agency", "indicator", "points")
RANKING_COLUMNS = ("round", "agency", "name", "kind", "total", "grade", "rank", "kind_rank", "performance_points")
# What reading an archive raises where it is none.
UNREADABLE = (OSError, LookupError, ValueError, ArithmeticError, csv.Error)


class Archive(NamedTuple):
    """What the archive of a round says, computed anew."""

    points: dict[tuple[str, str], Decimal]
    results: dict[str, Result]
    agencies: dict[str, dict[str, str]]
    faults: list[str]


def rule_of(row: Mapping[str, str]) -> Rule:
    """A line of indicators.csv. Raises ValueError where it is no rule: it takes nothing off, or more than there is."""
    rule = Rule(
        row["mode"], row["formula"], row["judged_by"], number(row["full_marks"]), number(row["per_fault"] or "0"),
        number(row["cap"] or row["full_marks"]),
    )  # fmt: skip
    is_known = rule.judged_by in RULES if rule.mode == AUTOMATIC else (rule.mode, rule.formula) == (MANUAL, DEDUCT)
    is_bounded = 0 < rule.full_marks <= FULL and rule.per_fault >= 0 and 0 < rule.cap <= rule.full_marks
    if not (is_known and is_bounded and rule.formula in {SHARE, DEDUCT}):
        raise ValueError(f"{row['indicator']} has no rule that points can be computed by")
    return rule


def number(text: str) -> Decimal:
    """Points and deductions, never below 0, as people write them. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]} is no number of points")
    return Decimal(text)


def whole(text: str) -> int:
    """Raises ValueError."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text[:40]} is no number of things")
    return int(text)


def day(text: str) -> str:
    """A day or nothing. Raises ValueError."""
    return date.fromisoformat(text).isoformat() if text else ""


def case_of(row: Mapping[str, str]) -> Case:
    """A line of inputs/cases.csv. Raises KeyError, ValueError."""
    return Case(
        row["case"].strip(), row["title"], day(row["due_on"]), day(row["done_on"]), row["fault"], whole(row["earned"]),
        whole(row["possible"]), row["excused"], row["address"],
    )  # fmt: skip


def recompute(folder: Path) -> Archive:
    """Every point, total and rank from indicators.csv and inputs/; `faults` is what in them does not agree."""
    [the_round] = _table(folder / "inputs" / "round.csv", ROUND_COLUMNS)
    indicator_rows = _table(folder / "indicators.csv", INDICATOR_COLUMNS)
    agency_rows = _table(folder / "inputs" / "agencies.csv", AGENCY_COLUMNS)
    case_rows = _table(folder / "inputs" / "cases.csv", CASE_COLUMNS)
    finding_rows = _table(folder / "inputs" / "findings.csv", FINDING_COLUMNS)
    indicators = {row["indicator"]: row for row in indicator_rows}
    agencies = {row["agency"]: row for row in agency_rows}
    cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for row in case_rows:
        cases[row["agency"], row["indicator"]].append(case_of(row))
    taken, faults = _deductions(finding_rows)
    faults += [] if agencies and indicators else ["nobody was assessed of anything"]
    faults += _repeated("indicators.csv", indicator_rows, ("indicator",))
    faults += _repeated("agencies.csv", agency_rows, ("agency",))
    faults += _repeated("cases.csv", case_rows, ("agency", "indicator", "case"))
    faults += _repeated("findings.csv", finding_rows, ("finding",))
    for name, columns, key in (
        ("population.csv", POPULATION_COLUMNS, "case"),
        ("samples.csv", SAMPLE_COLUMNS, "case"),
        ("samples.csv", SAMPLE_COLUMNS, "position"),
    ):
        faults += _repeated(name, _table(folder / "inputs" / name, columns), ("agency", key))
    faults += _misplaced("cases.csv", cases, agencies, indicators, is_automatic=True)
    faults += _misplaced("findings.csv", taken, agencies, indicators, is_automatic=False)
    faults += _weights(indicator_rows)
    faults += _misjudged(indicators, cases)
    faults += _unruled(_table(folder / "inputs" / "objections.csv", OBJECTION_COLUMNS), cases, finding_rows)
    faults += _samples(folder, the_round["seed"], whole(the_round["sample_size"]))
    points = {
        (agency, code): outcome(rule_of(row), cases.get((agency, code), ()), taken.get((agency, code), ())).points
        for agency in agencies
        for code, row in indicators.items()
    }
    thresholds = Thresholds(*(number(the_round[name]) for name in ("excellent_from", "good_from", "fair_from")))
    if not FULL >= thresholds.excellent > thresholds.good > thresholds.fair > 0:
        faults.append("round.csv: the grades do not follow each other")
    by_agency = {agency: [points[agency, code] for code in indicators] for agency in agencies}
    kinds = {agency: row["kind"] for agency, row in agencies.items()}
    unranked = [agency for agency, row in agencies.items() if row["not_ranked_reason"].strip()]
    return Archive(points, results(by_agency, kinds, unranked, thresholds), agencies, faults)


def _deductions(rows: Iterable[Mapping[str, str]]) -> tuple[dict[tuple[str, str], list[Decimal]], list[str]]:
    """What findings take off, by agency and indicator, and those that say something else or more than they may."""
    taken: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    faults = []
    for row in rows:
        all_of_it = whole(row["count"]) * number(row["unit_deduction"])
        left = number(row["ruled_deduction"]) if row["ruled_deduction"] else all_of_it
        if left != number(row["deduction"]) or left > all_of_it:
            faults.append(f"findings.csv: finding {row['finding']} takes off {left}, not {row['deduction']}")
        taken[row["agency"], row["indicator"]].append(left)
    return taken, faults


def _repeated(name: str, rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> list[str]:
    """Lines that stand twice: of each only one would count, or one fact would count twice."""
    counted = Counter(" ".join(row[column].strip() for column in columns) for row in rows)
    return [f"{name}: {key} stands there {count} times" for key, count in counted.items() if count > 1]


def _misplaced(
    name: str,
    found: Iterable[tuple[str, str]],
    agencies: Mapping[str, object],
    indicators: Mapping[str, Mapping[str, str]],
    *,
    is_automatic: bool,
) -> list[str]:
    """Cases count for automatic indicators alone, findings for the others."""
    return [
        f"{name}: {agency} {code} is of no agency or indicator of this round that it could count for"
        for agency, code in found
        if agency not in agencies or code not in indicators or (indicators[code]["mode"] == AUTOMATIC) != is_automatic
    ]


def _weights(rows: Iterable[Mapping[str, str]]) -> list[str]:
    groups: dict[str, Decimal] = {}
    marks: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    faults = []
    for row in rows:
        name, weight = row["group"], number(row["group_weight"])
        if groups.setdefault(name, weight) != weight:
            faults.append(f"indicators.csv: {name} weighs {groups[name]}, and {weight}")
        marks[name] += number(row["full_marks"])
    faults += [f"indicators.csv: {name} weighs {weight}, its indicators {marks[name]}"
               for name, weight in groups.items() if marks[name] != weight]  # fmt: skip
    together = sum(groups.values(), NOTHING)
    return faults + ([] if together == FULL else [f"indicators.csv: the groups weigh {together}, not 100"])


def _misjudged(
    indicators: Mapping[str, Mapping[str, str]], cases: Mapping[tuple[str, str], Sequence[Case]]
) -> list[str]:
    """Cases whose `earned` is not what their own facts say."""
    return [
        f"cases.csv: {agency} {code} {case.key} earned {case.earned}"
        for (agency, code), found in cases.items()
        if code in indicators and indicators[code]["mode"] == AUTOMATIC
        for case in found
        if not 0 <= case.earned <= case.possible
        or case.possible < 1
        or (case.possible > 1 and indicators[code]["judged_by"] != COUNTED)
        or case.earned != earned(case, indicators[code]["judged_by"])
    ]


def _unruled(
    rulings: Iterable[Mapping[str, str]],
    cases: Mapping[tuple[str, str], Sequence[Case]],
    findings: Iterable[Mapping[str, str]],
) -> list[str]:
    """Cases excused and findings lessened otherwise than the last ruling on them says.

    A ruling on what is no longer there (withdrawn since, or gone when the facts were read anew) has nothing to follow
    it. A finding that was carried over from another round brings what a ruling there has left of it.
    """
    said = {}
    for row in sorted(rulings, key=lambda row: whole(row["objection"])):
        if row["ruling"] in {UPHELD, PARTLY}:
            said[row["agency"], row["indicator"], row["case"], row["finding"]] = row
    faults = []
    for (agency, code), found in cases.items():
        for case in found:
            ruled = said.get((agency, code, case.key, ""))
            if case.excused != (ruled["objection"] if ruled and ruled["ruling"] == UPHELD else ""):
                faults.append(f"cases.csv: {agency} {code} {case.key} is excused otherwise than was ruled")
    for row in findings:
        ruled = said.get((row["agency"], row["indicator"], "", row["finding"]))
        if not _is_left_as_ruled(row, ruled["ruling"] if ruled else ""):
            faults.append(f"findings.csv: finding {row['finding']} takes off something else than was ruled")
    return faults


def _is_left_as_ruled(row: Mapping[str, str], ruling: str) -> bool:
    if not row["ruled_deduction"]:
        return not ruling
    left, all_of_it = number(row["ruled_deduction"]), whole(row["count"]) * number(row["unit_deduction"])
    if not ruling:
        return bool(row["carried_from"])
    return left == 0 if ruling == UPHELD else 0 < left < all_of_it


def _samples(folder: Path, seed: str, size: int) -> list[str]:
    """Agencies whose sample is not what the seed draws from what they had published on the day of the draw."""
    population: dict[str, list[str]] = defaultdict(list)
    for row in _table(folder / "inputs" / "population.csv", POPULATION_COLUMNS):
        population[row["agency"]].append(row["case"])
    drawn: dict[str, list[str]] = defaultdict(list)
    samples = _table(folder / "inputs" / "samples.csv", SAMPLE_COLUMNS)
    for row in sorted(samples, key=lambda row: whole(row["position"])):
        drawn[row["agency"]].append(row["case"])
    return [
        f"samples.csv: {agency} is not what the seed draws"
        for agency in sorted({*population, *drawn})
        if drawn[agency] != draw(seed, population[agency], size)
    ]


def compare(folder: Path, computed: Archive) -> list[str]:
    """Every number of results.csv and ranking.csv that is not what was computed, and every line too many or missing."""
    [the_round] = _table(folder / "inputs" / "round.csv", ROUND_COLUMNS)
    return _wrong_results(folder, the_round, computed) + _wrong_ranking(folder, the_round, computed)


def _wrong_results(folder: Path, the_round: Mapping[str, str], computed: Archive) -> list[str]:
    rows = _table(folder / "results.csv", RESULT_COLUMNS)
    faults = _repeated("results.csv", rows, ("agency", "indicator"))
    missing = dict(computed.points)
    for row in rows:
        agency, code = row["agency"], row["indicator"]
        expected = computed.points.get((agency, code))
        missing.pop((agency, code), None)
        if expected is None or row["round"] != the_round["round"]:
            faults.append(f"results.csv: {row['round']} {agency} {code} does not belong there")
        elif str(number(row["points"])) != str(expected):
            faults.append(f"results.csv: {agency} {code} is {expected}, not {row['points']}")
    return faults + [f"results.csv: {agency} {code} is missing" for agency, code in missing]


def _wrong_ranking(folder: Path, the_round: Mapping[str, str], computed: Archive) -> list[str]:
    rows = _table(folder / "ranking.csv", RANKING_COLUMNS)
    faults = _repeated("ranking.csv", rows, ("agency",))
    missing, share = dict(computed.results), number(the_round["performance_share"])
    for row in rows:
        agency, result = row["agency"], computed.results.get(row["agency"])
        missing.pop(agency, None)
        if result is None:
            faults.append(f"ranking.csv: {agency} does not belong there")
            continue
        numbers = {
            "total": result.total,
            "rank": result.rank,
            "kind_rank": result.kind_rank,
            "performance_points": None if result.rank is None else worth(result.total, share),
        }
        words = {"round": the_round["round"], "grade": result.grade}
        words.update({column: computed.agencies[agency][column] for column in ("name", "kind")})
        wrong: dict[str, object] = {column: value for column, value in words.items() if row[column] != value}
        wrong.update({c: value for c, value in numbers.items() if _shown(row[c]) != _shown(value)})
        faults += [f"ranking.csv: {c} of {agency} is {value}, not {row[c] or 'given'}" for c, value in wrong.items()]
    return faults + [f"ranking.csv: {agency} is missing" for agency in missing]


def _shown(value: object) -> str:
    """Empty where there is none. Raises ValueError where it is no number."""
    return "" if value in (None, "") else str(number(str(value)))


def _table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The lines of a file. Raises ValueError where it has other columns, or a line more or fewer cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        if next(lines, None) != list(columns):
            raise ValueError(f"{path.name} has other columns than {','.join(columns)}")
        rows = [line for line in lines if line]
    if any(len(line) != len(columns) for line in rows):
        raise ValueError(f"{path.name} has a line of more or fewer cells")
    return [dict(zip(columns, line)) for line in rows]  # noqa: B905  # no `strict` before 3.10


def main() -> int:
    folder = Path(__file__).resolve().parent
    csv.field_size_limit(1_000_000)
    try:
        computed = recompute(folder)
        faults = computed.faults + compare(folder, computed)
    except UNREADABLE as error:
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
