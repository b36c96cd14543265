"""Triggers of the assessment: nothing of a frozen round changes, whoever holds the connection.

The services refuse first and say why. What comes after the freeze is the item that publishes a round, and an order to
put right what was found.
"""

# ruff: noqa: S608  (names of our own tables and columns)

from collections.abc import Iterable

from django.db.models import Model

from evaluation.enums import OPEN_OBJECTIONS, FindingState, ObjectionState, RoundState, Ruling
from evaluation.item_guard import NAMES_ANOTHER_ITEM
from evaluation.models import (
    Assessment,
    AssessmentRound,
    Check,
    Finding,
    FindingFile,
    Objection,
    ObjectionFile,
    SampleItem,
    Score,
)
from evaluation.workflow import ROUND
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, closed_while, guard, no_replacement

_ROUND, _ASSESSMENT = AssessmentRound._meta.db_table, Assessment._meta.db_table
_FINDING, _OBJECTION = Finding._meta.db_table, Objection._meta.db_table
_FROZEN = f"r.state = '{RoundState.FROZEN}'"
_MESSAGE = "a frozen assessment is never changed"
# Of a round, once it was opened.
_FIXED = ("indicator_set_id", "period_start", "period_end", "survey_id", "sample_size", "seed", "opened_at")
# Of a finding, what the agency was told of it.
_TOLD = ("indicator_id", "text", "count", "unit_deduction", "found_by_id", "found_at", "state")
_NUMBERED = ("assessment_id", "number")
_ENTERED = (*_NUMBERED, "carried_from_id")  # of a finding, from the first on
_OPEN_OBJECTION = f"IN ({', '.join(f"'{state}'" for state in OPEN_OBJECTIONS)})"


def _of_round(assessment: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_ASSESSMENT} a JOIN {_ROUND} r ON r.id = a.round_id "
        f"WHERE a.id = {assessment} AND {_FROZEN})"
    )


def _by_way_of(table: str, column: str) -> str:
    """For what hangs on a row that hangs on an assessment."""
    return (
        f"EXISTS (SELECT 1 FROM {table} f JOIN {_ASSESSMENT} a ON a.id = f.assessment_id "
        f"JOIN {_ROUND} r ON r.id = a.round_id WHERE f.id = {{row}}.{column} AND {_FROZEN})"
    )


def _numbered(table: str) -> str:
    """Whether another row of the round has the number."""
    return (
        f"EXISTS (SELECT 1 FROM {table} f JOIN {_ASSESSMENT} a ON a.id = f.assessment_id "
        f"JOIN {_ASSESSMENT} b ON b.round_id = a.round_id WHERE b.id = NEW.assessment_id AND f.number = NEW.number)"
    )


def _changed(model: type[Model], but: Iterable[str]) -> str:
    return _differs(str(field.column) for field in model._meta.concrete_fields if field.column not in set(but))


def _differs(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"


def guards() -> list[DatabaseObject]:
    direct = _of_round("{row}.assessment_id")
    return [
        _round_guard(),
        _finding_guard(),
        _objection_guard(),
        closed_while(
            f"{_ASSESSMENT}_guard",
            _ASSESSMENT,
            f"EXISTS (SELECT 1 FROM {_ROUND} r WHERE r.id = {{row}}.round_id AND {_FROZEN})",
            _MESSAGE,
        ),
        *(
            closed_while(f"{model._meta.db_table}_guard", model._meta.db_table, direct, _MESSAGE)
            for model in (Score, Check, SampleItem)
        ),
        closed_while(
            f"{FindingFile._meta.db_table}_guard",
            FindingFile._meta.db_table,
            _by_way_of(_FINDING, "finding_id"),
            _MESSAGE,
        ),
        closed_while(
            f"{ObjectionFile._meta.db_table}_guard",
            ObjectionFile._meta.db_table,
            _by_way_of(_OBJECTION, "objection_id"),
            _MESSAGE,
        ),
        *_no_replacements(),
    ]


def _no_replacements() -> list[DatabaseObject]:
    """By the id alone where every other key names the assessment: with a frozen one the guard refuses it, and the
    points of an open one are written over by measuring."""
    keys: dict[type[Model], list[tuple[str, ...]]] = {
        AssessmentRound: [("slug",), ("item_id",)],
        Assessment: [],
        Score: [],
        Check: [],
        SampleItem: [],
        Finding: [("rectification_id",), ("assessment_id", "carried_from_id")],
        FindingFile: [("file_id",)],
        Objection: [],
        ObjectionFile: [("file_id",)],
    }
    return [no_replacement(model._meta.db_table, unique=unique) for model, unique in keys.items()]


def _round_guard() -> DatabaseObject:
    """Begun as a draft, moved as workflow.ROUND says; once opened it stays what it is of; frozen for good, but for the
    item, which is named once, unless nobody ever read it."""
    frozen = f"OLD.state = '{RoundState.FROZEN}'"
    moves = sorted({(source, step.target) for step in ROUND.values() for source in step.sources})
    ways = " OR ".join(f"(OLD.state = '{source}' AND NEW.state = '{target}')" for source, target in moves)
    return guard(
        f"{_ROUND}_guard",
        _ROUND,
        (
            Rule("INSERT", f"NEW.state <> '{RoundState.DRAFT}'"),
            Rule(
                "UPDATE",
                f"{frozen} AND ({_changed(AssessmentRound, ['item_id'])} OR {NAMES_ANOTHER_ITEM}) "
                f"OR OLD.opened_at IS NOT NULL AND {_differs(_FIXED)} OR OLD.state <> NEW.state AND NOT ({ways})",
            ),
            Rule("DELETE", f"OLD.state <> '{RoundState.DRAFT}'"),
        ),
        _MESSAGE,
    )


def _finding_guard() -> DatabaseObject:
    """Numbered once in its round, and carried over when it is entered or never; as it was told while the agency may
    object; lessened by rulings alone; as it was when the round was frozen."""
    old, new = _of_round("OLD.assessment_id"), _of_round("NEW.assessment_id")
    changed = _changed(Finding, ["rectification_id"])
    told = (
        f"EXISTS (SELECT 1 FROM {_ASSESSMENT} a JOIN {_ROUND} r ON r.id = a.round_id "
        f"WHERE a.id = OLD.assessment_id AND r.state = '{RoundState.FEEDBACK}')"
    )
    lessened = (
        "OLD.ruled_deduction IS DISTINCT FROM NEW.ruled_deduction AND NOT EXISTS "
        f"(SELECT 1 FROM {_OBJECTION} o WHERE o.finding_id = NEW.id AND (o.ruling = '{Ruling.UPHELD}' "
        f"AND NEW.ruled_deduction = 0 OR o.ruling = '{Ruling.PARTLY}' AND NEW.ruled_deduction IS NOT NULL))"
    )
    as_carried = "NEW.ruled_deduction IS NOT NULL AND NEW.carried_from_id IS NULL"
    unsigned = (
        f"NEW.state IN ('{FindingState.REJECTED}', '{FindingState.WITHDRAWN}') "
        "AND (NEW.decided_by_id IS NULL OR NEW.note = '')"
    )
    return guard(
        f"{_FINDING}_guard",
        _FINDING,
        (
            Rule("INSERT", f"{new} OR {_numbered(_FINDING)} OR ({unsigned}) OR ({as_carried})"),
            Rule(
                "UPDATE",
                f"({old} AND {changed}) OR ({told} AND {_differs(_TOLD)}) OR ({unsigned}) "
                f"OR {_differs(_ENTERED)} OR ({lessened})",
            ),
            Rule("DELETE", ALWAYS),
        ),
        "a finding is withdrawn with a reason, never deleted, and stays as it was when its round was frozen",
    )


def _open_twice(but: str) -> str:
    """Whether another one to the same is open: by such a key SQLite would put one in the place of the other."""
    same = "o.assessment_id = NEW.assessment_id AND o.indicator_id = NEW.indicator_id AND o.case_key = NEW.case_key"
    return (
        f"NEW.state {_OPEN_OBJECTION} AND EXISTS (SELECT 1 FROM {_OBJECTION} o WHERE {but}o.state {_OPEN_OBJECTION} "
        f"AND (o.finding_id = NEW.finding_id OR NEW.finding_id IS NULL AND {same}))"
    )


def _objection_guard() -> DatabaseObject:
    """Numbered once in its round, one at a time to the same; never deleted, as it was once it was ruled on, and never
    ruled on by who found the fault."""
    old, new = _of_round("OLD.assessment_id"), _of_round("NEW.assessment_id")
    ruled = f"OLD.state = '{ObjectionState.RULED}' AND {_changed(Objection, [])}"
    by_finder = (
        f"NEW.ruled_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM {_FINDING} f WHERE f.id = NEW.finding_id "
        "AND (f.found_by_id = NEW.ruled_by_id OR f.decided_by_id = NEW.ruled_by_id))"
    )
    return guard(
        f"{_OBJECTION}_guard",
        _OBJECTION,
        (
            Rule("INSERT", f"{new} OR {_numbered(_OBJECTION)} OR ({by_finder}) OR ({_open_twice('')})"),
            Rule(
                "UPDATE",
                f"{old} OR {_differs(_NUMBERED)} OR ({ruled}) OR ({by_finder}) "
                f"OR ({_open_twice('o.id <> NEW.id AND ')})",
            ),
            Rule("DELETE", ALWAYS),
        ),
        "an objection is ruled on once, by somebody else than who found the fault; no frozen assessment is changed",
    )
