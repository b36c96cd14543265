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
from datetime import date, datetime
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
UPHELD, PARTLY, DISMISSED = "upheld", "partly", "dismissed"
TALLY = "tally"  # all cases of an indicator that is COUNTED, as objections.csv names them
RULINGS = {"case": {UPHELD, DISMISSED}, "finding": {UPHELD, PARTLY, DISMISSED}}
LOOKS = {"", "clear", "found", "not_applicable"}  # what came of a sample; nothing while nobody has looked
LEAST_SHARE = Decimal(4)  # 国办发〔2016〕80号
_NUMBER, _WHOLE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?"), re.compile(r"0|[1-9][0-9]{0,8}")
_CARRIED = re.compile(r"([0-9A-Za-z][0-9A-Za-z_-]*)-[1-9][0-9]{0,8}")


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
    is_done = bool(case.done_on)
    is_good = {MET: is_done, ON_TIME: is_done and case.done_on <= case.due_on, NO_FAULT: not case.fault}
    return case.possible if is_good[judged_by] else 0


def disputed(case: Case, judged_by: str) -> str:
    """The case that an objection to it names: votes are disputed all together, as they were counted."""
    return TALLY if judged_by == COUNTED else case.key


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


def worth(total: Decimal, share: Decimal) -> Decimal:
    """Points in an agency's whole performance: disclosure is `share` percent of it."""
    return half_up(Fraction(total) * Fraction(share) / 100)


def grade(total: Decimal, thresholds: Thresholds) -> str:
    if total >= thresholds.excellent:
        return "excellent"
    if total >= thresholds.good:
        return "good"
    return "fair" if total >= thresholds.fair else "poor"


def ranks(totals: Mapping[str, Decimal]) -> dict[str, int]:
    """1 for the highest; equal totals have equal ranks, and the next is as far down as many stand above it."""
    first: dict[Decimal, int] = {}
    for place, total in enumerate(sorted(totals.values(), reverse=True), start=1):
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
AGENCY_COLUMNS = ("agency", "name", "kind", "not_ranked_reason", "population")
CASE_COLUMNS = ("agency", "indicator", "case", "title", "due_on", "done_on", "fault", "earned", "possible", "excused",
                "address")  # fmt: skip
FINDING_COLUMNS = ("agency", "indicator", "finding", "count", "unit_deduction", "ruled_deduction", "deduction", "text",
                   "found_on", "address", "carried_from")  # fmt: skip
POPULATION_COLUMNS = ("agency", "case")
SAMPLE_COLUMNS = ("agency", "position", "case", "result", "address")
OBJECTION_COLUMNS = ("agency", "indicator", "objection", "case", "finding", "ruling", "reason", "ruled_on")
RESULT_COLUMNS = ("round", "agency", "indicator", "points")
RANKING_COLUMNS = ("round", "agency", "name", "kind", "total", "grade", "rank", "kind_rank", "performance_points")
# Every table of an archive, and by which columns a line is known: of lines known alike one would count twice, or not.
TABLES = {
    "inputs/round.csv": (ROUND_COLUMNS, ("round",)),
    "inputs/agencies.csv": (AGENCY_COLUMNS, ("agency",)),
    "inputs/cases.csv": (CASE_COLUMNS, ("agency", "indicator", "case")),
    "inputs/findings.csv": (FINDING_COLUMNS, ("finding",)),
    "inputs/objections.csv": (OBJECTION_COLUMNS, ("objection",)),
    "inputs/population.csv": (POPULATION_COLUMNS, ("agency", "case")),
    "inputs/samples.csv": (SAMPLE_COLUMNS, ("agency", "case")),
    "indicators.csv": (INDICATOR_COLUMNS, ("indicator",)),
    "results.csv": (RESULT_COLUMNS, ("agency", "indicator")),
    "ranking.csv": (RANKING_COLUMNS, ("agency",)),
}
# What reading an archive raises where it is none.
UNREADABLE = (OSError, LookupError, ValueError, ArithmeticError, csv.Error)
Row = Mapping[str, str]
Rows = Mapping[str, Row]  # by agency or indicator
Place = tuple[str, str]  # agency, indicator
Rulings = Mapping[tuple[str, ...], Row]  # by what was objected to


class Archive(NamedTuple):
    """What the archive of a round says, computed anew. `faults`: what in it does not agree. `lowered`: how many
    deductions are less by the ruling of another round, whose own archive has the reasons."""

    points: dict[Place, Decimal]
    results: dict[str, Result]
    faults: list[str]
    lowered: int


def rule_of(row: Row) -> Rule:
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


def case_of(row: Row) -> Case:
    """A line of inputs/cases.csv. Raises KeyError, ValueError."""
    return Case(
        row["case"].strip(), row["title"], day(row["due_on"]), day(row["done_on"]), row["fault"], whole(row["earned"]),
        whole(row["possible"]), row["excused"], row["address"],
    )  # fmt: skip


def recompute(folder: Path) -> Archive:
    """Every point, total and rank from indicators.csv and inputs/, compared with results.csv and ranking.csv."""
    tables = {name: _table(folder / name, columns) for name, (columns, _key) in TABLES.items()}
    [the_round] = tables["inputs/round.csv"]
    indicators = {row["indicator"]: row for row in tables["indicators.csv"]}
    agencies = {row["agency"]: row for row in tables["inputs/agencies.csv"]}
    cases: dict[Place, list[Case]] = defaultdict(list)
    for row in tables["inputs/cases.csv"]:
        cases[row["agency"], row["indicator"]].append(case_of(row))
    taken: dict[Place, list[Decimal]] = defaultdict(list)
    for row in tables["inputs/findings.csv"]:
        taken[row["agency"], row["indicator"]].append(_taken(row)[1])
    points = {
        (agency, code): outcome(rule_of(row), cases.get((agency, code), ()), taken.get((agency, code), ())).points
        for agency in agencies
        for code, row in indicators.items()
    }
    thresholds = Thresholds(*(number(the_round[name]) for name in ("excellent_from", "good_from", "fair_from")))
    by_agency = {agency: [points[agency, code] for code in indicators] for agency in agencies}
    kinds = {agency: row["kind"] for agency, row in agencies.items()}
    unranked = [agency for agency, row in agencies.items() if row["not_ranked_reason"].strip()]
    computed = results(by_agency, kinds, unranked, thresholds)
    ruled, faults = _rulings(tables["inputs/objections.csv"])
    faults += [] if agencies and indicators else ["nobody was assessed of anything"]
    for name, (_columns, key) in TABLES.items():
        faults += _repeated(name, tables[name], key)
    faults += _misplaced(tables, agencies, indicators)
    faults += _wrong_round(the_round, thresholds)
    faults += _weights(tables["indicators.csv"])
    faults += _wrong_cases(cases, indicators, ruled)
    faults += _wrong_findings(tables["inputs/findings.csv"], the_round["round"], ruled)
    faults += _wrong_samples(tables, agencies, the_round)
    faults += _wrong_results(tables["results.csv"], the_round["round"], points)
    faults += _wrong_ranking(tables["ranking.csv"], the_round, agencies, computed)
    lowered = [row for row in tables["inputs/findings.csv"] if row["ruled_deduction"] and _about(row) not in ruled]
    return Archive(points, computed, faults, len(lowered))


def _repeated(name: str, rows: Iterable[Row], columns: Sequence[str]) -> list[str]:
    """Lines that stand twice: of each only one would count, or one fact would count twice."""
    counted = Counter(" ".join(row[column].strip() for column in columns) for row in rows)
    return [f"{name}: {key} stands there {count} times" for key, count in counted.items() if count > 1]


def _misplaced(tables: Mapping[str, Iterable[Row]], agencies: Rows, indicators: Rows) -> list[str]:
    """Cases, and objections to them, are of automatic indicators alone; findings, and objections to them, of others."""
    return [
        f"{name}: {row['agency']} {row['indicator']} is of no agency or indicator of this round that it could count for"
        for name in ("inputs/cases.csv", "inputs/findings.csv", "inputs/objections.csv")
        for row in tables[name]
        if row["agency"] not in agencies
        or row["indicator"] not in indicators
        or indicators[row["indicator"]]["mode"] != (MANUAL if row.get("finding") else AUTOMATIC)
    ]


def _wrong_round(row: Row, thresholds: Thresholds) -> list[str]:
    datetime.fromisoformat(row["measured_at"])  # raises ValueError
    rules = {
        "the period ends before it begins": "" < day(row["period_start"]) <= day(row["period_end"]),
        "the grades do not follow each other": FULL >= thresholds.excellent > thresholds.good > thresholds.fair > 0,
        f"the share is not {LEAST_SHARE} to {FULL} percent": LEAST_SHARE <= number(row["performance_share"]) <= FULL,
    }
    return [f"inputs/round.csv: {words}" for words, is_kept in rules.items() if not is_kept]


def _weights(rows: Iterable[Row]) -> list[str]:
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


def _rulings(rows: Iterable[Row]) -> tuple[Rulings, list[str]]:
    """The last ruling on each case and finding of those that left less of it; and what is no ruling."""
    ruled, faults = {}, []
    for row in sorted(rows, key=lambda row: whole(row["objection"])):
        about = "case" if row["case"] else "finding"
        if bool(row["case"]) == bool(row["finding"]) or row["ruling"] not in RULINGS[about] or not day(row["ruled_on"]):
            faults.append(f"inputs/objections.csv: {row['objection']} is no ruling on one case or one finding")
        if row["ruling"] in {UPHELD, PARTLY}:
            ruled[_about(row)] = row
    return ruled, faults


def _about(row: Row) -> tuple[str, ...]:
    """What an objection is to, or may be: a case or a finding."""
    return row["agency"], row["indicator"], row.get("case", ""), row.get("finding", "")


def _wrong_cases(cases: Mapping[Place, Iterable[Case]], indicators: Rows, ruled: Rulings) -> list[str]:
    """Cases whose `earned` is not what their own facts say, or that are excused otherwise than was ruled. Nothing has
    to follow a ruling on what has gone since: on a case when the facts were read anew, on a finding withdrawn."""
    faults = []
    for (agency, code), found in cases.items():
        judged_by = indicators[code]["judged_by"] if code in indicators else ""
        for case in found if judged_by in RULES else ():
            where = f"inputs/cases.csv: {agency} {code} {case.key}"
            ruling = ruled.get((agency, code, disputed(case, judged_by), ""))
            is_one = case.possible == 1 or (case.possible > 1 and judged_by == COUNTED)
            if not (is_one and 0 <= case.earned <= case.possible and case.earned == earned(case, judged_by)):
                faults.append(f"{where} earned {case.earned}")
            if case.excused != (ruling["objection"] if ruling and ruling["ruling"] == UPHELD else ""):
                faults.append(f"{where} is excused otherwise than was ruled")
    return faults


def _wrong_findings(rows: Iterable[Row], the_round: str, ruled: Rulings) -> list[str]:
    """Findings that take off something else than they say, or than was ruled: here, or, of one that was carried over,
    in the round where it was found."""
    faults = []
    for row in rows:
        where, (all_of_it, left) = f"inputs/findings.csv: finding {row['finding']}", _taken(row)
        origin, ruling = _CARRIED.fullmatch(row["carried_from"]), ruled.get(_about(row), {}).get("ruling", "")
        if row["carried_from"] and (origin is None or origin[1] == the_round):
            faults.append(f"{where} is carried over from {row['carried_from'][:60]}, no finding of another round")
        if left != number(row["deduction"]) or left > all_of_it:
            faults.append(f"{where} takes off {left}, not {row['deduction']}")
        is_ruled = {UPHELD: left == 0, PARTLY: 0 < left < all_of_it, "": left == all_of_it or bool(origin)}
        if not is_ruled[ruling]:
            faults.append(f"{where} takes off something else than was ruled")
    return faults


def _taken(finding: Row) -> tuple[Decimal, Decimal]:
    """What it takes off as it was found, and what is left of that after what was ruled."""
    all_of_it = whole(finding["count"]) * number(finding["unit_deduction"])
    return all_of_it, number(finding["ruled_deduction"]) if finding["ruled_deduction"] else all_of_it


def _wrong_samples(tables: Mapping[str, Iterable[Row]], agencies: Rows, the_round: Row) -> list[str]:
    """Agencies whose sample is not what the seed draws from what they had published on the day of the draw."""
    population: dict[str, list[str]] = defaultdict(list)
    for row in tables["inputs/population.csv"]:
        population[row["agency"]].append(row["case"])
    drawn: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in tables["inputs/samples.csv"]:
        drawn[row["agency"]].append((whole(row["position"]), row["case"]))
    seed, size = the_round["seed"], whole(the_round["sample_size"])
    faults = [f"inputs/samples.csv: {row['case']} was found {row['result']}"
              for row in tables["inputs/samples.csv"] if row["result"] not in LOOKS]  # fmt: skip
    for agency in sorted({*agencies, *population, *drawn}):
        if agency not in agencies or len(population[agency]) != whole(agencies[agency]["population"]):
            faults.append(f"inputs/population.csv: {agency} had published something else than stands there")
        if sorted(drawn[agency]) != list(enumerate(draw(seed, population[agency], size), start=1)):
            faults.append(f"inputs/samples.csv: {agency} is not what the seed draws")
    return faults


def _wrong_results(rows: Sequence[Row], the_round: str, points: Mapping[Place, Decimal]) -> list[str]:
    """Every number that is not what was computed, and every line too many or missing."""
    faults, missing = [], dict(points)
    for row in rows:
        agency, code = row["agency"], row["indicator"]
        expected = points.get((agency, code))
        missing.pop((agency, code), None)
        if expected is None or row["round"] != the_round:
            faults.append(f"results.csv: {row['round']} {agency} {code} does not belong there")
        elif str(number(row["points"])) != str(expected):
            faults.append(f"results.csv: {agency} {code} is {expected}, not {row['points']}")
    return faults + [f"results.csv: {agency} {code} is missing" for agency, code in missing]


def _wrong_ranking(rows: Sequence[Row], the_round: Row, agencies: Rows, computed: Mapping[str, Result]) -> list[str]:
    faults, missing, share = [], dict(computed), number(the_round["performance_share"])
    for row in rows:
        agency, result = row["agency"], computed.get(row["agency"])
        missing.pop(agency, None)
        if result is None:
            faults.append(f"ranking.csv: {agency} does not belong there")
            continue
        numbers = {"total": result.total, "rank": result.rank, "kind_rank": result.kind_rank}
        numbers["performance_points"] = None if result.rank is None else worth(result.total, share)
        name, kind = agencies[agency]["name"], agencies[agency]["kind"]
        words = {"round": the_round["round"], "name": name, "kind": kind, "grade": result.grade}
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
    csv.field_size_limit(1_000_000)
    try:
        computed = recompute(Path(__file__).resolve().parent)
    except UNREADABLE as error:
        print(f"cannot be read: {error!r}")
        return 2
    if computed.faults:
        print(*computed.faults, f"{len(computed.faults)} differences", sep="\n")
        return 1
    if computed.lowered:
        print(f"deductions that stand lowered by rulings of other rounds: {computed.lowered}")
    print(f"{len(computed.points)} points of {len(computed.results)} agencies: all agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
