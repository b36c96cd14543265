"""Triggers on sets of indicators: whole when they come into force, and from then on as they were.

The services refuse first and say why (services/indicator_sets.py, indicators.py).
"""

# ruff: noqa: S608  (names of our own tables and columns)

from evaluation.enums import RoundState, SetState
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.models.assessment import AssessmentRound
from govportal.dbsetup import DatabaseObject, Rule, closed_while, guard, no_replacement

_SET, _GROUP, _INDICATOR = (model._meta.db_table for model in (IndicatorSet, IndicatorGroup, Indicator))
_ROUND = AssessmentRound._meta.db_table
# A round frozen by a set holds it fast, whatever the set calls itself.
_CLOSED = (
    f"EXISTS (SELECT 1 FROM {_SET} s WHERE s.id = {{row}}.indicator_set_id AND (s.state <> '{SetState.DRAFT}' "
    f"OR EXISTS (SELECT 1 FROM {_ROUND} r WHERE r.indicator_set_id = s.id AND r.state = '{RoundState.FROZEN}')))"
)


def guards() -> list[DatabaseObject]:
    return [
        set_guard(),
        closed_while(
            f"{_GROUP}_guard", _GROUP, _CLOSED, "the groups of a set of indicators in force are never changed"
        ),
        closed_while(f"{_INDICATOR}_guard", _INDICATOR, _CLOSED, "the indicators of a set in force are never changed"),
        no_replacement(_SET, unique=[("code",)]),
        no_replacement(_GROUP, unique=[("indicator_set_id", "name")]),
        no_replacement(
            _INDICATOR,
            unique=[("indicator_set_id", "code")],
            partial={("indicator_set_id", "measure"): "NOT ({row}.measure = '')"},
        ),
    ]


def set_guard() -> DatabaseObject:
    """From draft into force with weights of 100, then to retired: no other way. `copied_from` alone may be emptied."""
    fixed = [
        str(field.column) for field in IndicatorSet._meta.concrete_fields if field.name not in ("state", "copied_from")
    ]
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in fixed)
    origin = "OLD.copied_from_id IS DISTINCT FROM NEW.copied_from_id AND NEW.copied_from_id IS NOT NULL"
    ways = " OR ".join(
        f"(OLD.state = '{source}' AND NEW.state = '{target}')"
        for source, target in ((SetState.DRAFT, SetState.IN_FORCE), (SetState.IN_FORCE, SetState.RETIRED))
    )
    comes_into_force = f"OLD.state = '{SetState.DRAFT}' AND NEW.state = '{SetState.IN_FORCE}'"
    marks = f"(SELECT COALESCE(SUM(i.full_marks), 0) FROM {_INDICATOR} i WHERE i.group_id = g.id)"
    groups = f"FROM {_GROUP} g WHERE g.indicator_set_id = NEW.id"
    weights = f"(SELECT COALESCE(SUM(g.weight), 0) {groups})"
    uneven = f"EXISTS (SELECT 1 {groups} AND ROUND(g.weight - {marks}, 2) <> 0)"
    return guard(
        f"{_SET}_guard",
        _SET,
        (
            Rule(
                "UPDATE",
                f"(OLD.state <> '{SetState.DRAFT}' AND ({changed} OR ({origin}))) "
                f"OR (OLD.state <> NEW.state AND NOT ({ways})) "
                f"OR ({comes_into_force} AND (ROUND({weights}, 2) <> 100 OR {uneven} OR NEW.enforced_at IS NULL))",
            ),
            Rule("INSERT", f"NEW.state <> '{SetState.DRAFT}'"),
            Rule("DELETE", f"OLD.state <> '{SetState.DRAFT}'"),
        ),
        "a set of indicators comes into force with weights of 100 and is never changed afterwards",
    )
