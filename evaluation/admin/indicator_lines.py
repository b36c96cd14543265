"""The lines of a set as the admin shows them: groups with their marks, clauses with what a fault takes off."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import Formula, IndicatorMode
from evaluation.indicator_checks import faults, marks, weights
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.scorecard_words import shown
from evaluation.services.findings import deductions_of


@dataclass(frozen=True, slots=True)
class Line:
    """One clause. Addresses are empty where nothing may be changed."""

    row: Indicator
    full_marks: str
    taken: str  # what a fault takes off, in words
    rule: Any  # of an automatic indicator; empty for a manual one
    change: str = ""
    remove: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One group, and whether the marks of its clauses are what it weighs."""

    group: IndicatorGroup
    weight: str
    marks: str
    is_even: bool
    lines: list[Line]
    change: str = ""
    remove: str = ""
    add: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    blocks: list[Block]
    weight: str
    count: int
    faults: list[str]  # what stands against putting it in force


def sheet(one: IndicatorSet, *, is_open: bool) -> Sheet:
    """In two statements, however many clauses there are."""
    groups = list(one.groups.order_by("position", "id"))
    rows = list(one.indicators.order_by("position", "id"))
    blocks = []
    for group in groups:
        mine = [row for row in rows if row.group_id == group.pk]
        block = Block(
            group,
            shown(group.weight),
            shown(marks(mine)) if mine else "0",
            marks(mine) == group.weight,
            [_line(one, row, is_open=is_open) for row in mine],
            change=_verb(one, "change_group", group) if is_open else "",
            remove=_verb(one, "remove_group", group) if is_open else "",
            add=f"{_address(one, 'add_manual')}?group={group.pk}" if is_open else "",
        )
        blocks.append(block)
    return Sheet(blocks, shown(weights(groups)) if groups else "0", len(rows), faults(groups, rows) if is_open else [])


def _line(one: IndicatorSet, row: Indicator, *, is_open: bool) -> Line:
    known = AUTOMATIC_INDICATORS.get(row.measure)
    verb = "change_manual" if row.mode == IndicatorMode.MANUAL else "change_automatic"
    return Line(
        row,
        shown(row.full_marks),
        _taken(row),
        known.words if known else "",
        change=_verb(one, verb, row) if is_open else "",
        remove=_verb(one, "remove_indicator", row) if is_open else "",
    )


def _taken(row: Indicator) -> str:
    if row.formula == Formula.SHARE:
        words = _("按比例")
    elif row.deductions:
        words = "、".join(shown(amount) for amount in deductions_of(row))
    else:
        words = _("由考核人员填写")
    return words + (_("，最多 %s") % shown(row.cap) if row.cap is not None else "")


def _address(one: IndicatorSet, name: str) -> str:
    return reverse("admin:evaluation_indicatorset_verb", args=[one.pk, name])


def _verb(one: IndicatorSet, name: str, row: IndicatorGroup | Indicator) -> str:
    return f"{_address(one, name)}?chosen={row.pk}"
