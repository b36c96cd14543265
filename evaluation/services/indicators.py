"""Groups and indicators of a set that is drawn up: the one writer of IndicatorGroup and Indicator.

Positions are counted anew after every change, so that indicators stand in the order of their groups.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.enums import Formula, Frequency, IndicatorMode
from evaluation.indicator_checks import amount_of, label_of
from evaluation.indicator_workflow import SetAction
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.scorecard_words import shown
from evaluation.services.indicator_sets import locked_set, reasons_against
from evaluation.services.procedure import check
from govportal import audit
from govportal.html import clean_line, clean_text
from govportal.models import User

UP, DOWN = -1, 1
_NEW = 32_000  # last, until positions are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """What an indicator says. Automatic with `measure`; `deductions` as amounts, see the model."""

    group: IndicatorGroup
    code: str
    topic: str
    text: str
    full_marks: Decimal
    item_no: int = 1
    measure: str = ""
    formula: Formula = Formula.DEDUCT
    deductions: list[Decimal] = field(default_factory=list)
    cap: Decimal | None = None
    is_evidence_required: bool = False
    frequency: Frequency = Frequency.HALF_YEAR


# --- groups ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_group(set_id: int, *, name: str, weight: Decimal, actor: User) -> IndicatorGroup:
    """At the end. Raises ValidationError with reasons, or by field."""
    one = _open(set_id, actor)
    group = IndicatorGroup(indicator_set=one, position=_NEW)
    _fill_group(group, name, weight)
    _save(group)
    audit.record(actor, "indicatorgroup.add", group, after={"set": one.code, "weight": str(weight)})
    renumber(one)
    return group


@transaction.atomic
def change_group(group_id: int, *, name: str, weight: Decimal, actor: User) -> IndicatorGroup:
    group = _group(group_id, actor)
    before = audit.snapshot(group)
    _fill_group(group, name, weight)
    _save(group)
    _record(actor, "indicatorgroup.change", group, before)
    return group


@transaction.atomic
def move_group(group_id: int, *, by: int, actor: User) -> None:
    """UP or DOWN by one; at either end it stays."""
    group = _group(group_id, actor)
    if _swap(list(group.indicator_set.groups.order_by("position", "id")), group, by):
        audit.record(actor, "indicatorgroup.move", group, after={"by": by})
        renumber(group.indicator_set)


@transaction.atomic
def remove_group(group_id: int, *, actor: User) -> None:
    """With its indicators, each of which the trail names."""
    group = _group(group_id, actor)
    for one in group.indicators.all():
        audit.record(actor, "indicator.remove", one, before=audit.snapshot(one))
    audit.record(actor, "indicatorgroup.remove", group, before=audit.snapshot(group))
    group.delete()
    renumber(group.indicator_set)


def _fill_group(group: IndicatorGroup, name: str, weight: Decimal) -> None:
    group.name, group.weight = clean_line(name), weight
    found: dict[str, list[str]] = {}
    if amount_of(weight) is None or weight <= 0:
        found["weight"] = [_("权重须大于 0、不超过 100，最多两位小数。")]
    others = group.indicator_set.groups.exclude(pk=group.pk)
    if others.filter(name=group.name).exists():
        found["name"] = [_("指标组“%s”已经有了。") % group.name]
    if found:
        raise ValidationError(found)


# --- indicators -----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_indicator(clause: Clause, *, actor: User) -> Indicator:
    """At the end of its group. Raises ValidationError with reasons, or by field."""
    one = _open(clause.group.indicator_set_id, actor)
    row = Indicator(indicator_set=one, position=_NEW)
    fill(row, clause)
    _save(row)
    audit.record(actor, "indicator.add", row, after=audit.snapshot(row))
    renumber(one)
    return row


@transaction.atomic
def change_indicator(indicator_id: int, clause: Clause, *, actor: User) -> Indicator:
    """Anything but the set it is of; in another group it stands last."""
    row = _indicator(indicator_id, actor)
    if clause.group.indicator_set_id != row.indicator_set_id:
        raise ValidationError({"group": _("请选择本体系的指标组。")})
    before = audit.snapshot(row)
    if row.group_id != clause.group.pk:
        row.position = _NEW
    fill(row, clause)
    _save(row)
    _record(actor, "indicator.change", row, before)
    renumber(row.indicator_set)
    return row


@transaction.atomic
def move_indicator(indicator_id: int, *, by: int, actor: User) -> None:
    """UP or DOWN by one within its group; at either end it stays."""
    row = _indicator(indicator_id, actor)
    if _swap(list(row.group.indicators.order_by("position", "id")), row, by):
        audit.record(actor, "indicator.move", row, after={"by": by})


@transaction.atomic
def remove_indicator(indicator_id: int, *, actor: User) -> None:
    row = _indicator(indicator_id, actor)
    audit.record(actor, "indicator.remove", row, before=audit.snapshot(row))
    row.delete()
    renumber(row.indicator_set)


def fill(row: Indicator, clause: Clause) -> None:
    """Set what the clause says. Raises ValidationError by field."""
    row.group, row.code, row.item_no = clause.group, clause.code.strip(), clause.item_no
    row.topic, row.text = clean_line(clause.topic), clean_text(clause.text)
    row.measure, row.frequency = clause.measure, clause.frequency
    row.mode = IndicatorMode.AUTOMATIC if clause.measure else IndicatorMode.MANUAL
    row.formula = clause.formula if clause.measure else Formula.DEDUCT
    row.full_marks, row.cap = clause.full_marks, clause.cap
    # Of a share nothing is taken off by the case, and the facts of an automatic indicator are its evidence.
    row.deductions = [f"{amount:.2f}" for amount in clause.deductions if row.formula == Formula.DEDUCT]
    row.is_evidence_required = clause.is_evidence_required and not clause.measure
    if found := _faults(clause, row):
        raise ValidationError(found)


def _faults(clause: Clause, row: Indicator) -> dict[str, list[str]]:
    """By field: what no indicator may say, be the set whole or not."""
    found: dict[str, list[str]] = {}
    others = row.indicator_set.indicators.exclude(pk=row.pk)
    if others.filter(code=row.code).exists():
        found["code"] = [_("代码“%s”在本体系中已经有了。") % row.code]
    if clause.measure and clause.measure not in AUTOMATIC_INDICATORS:
        found["measure"] = [_("自动指标“%s”不在自动指标库中。") % clause.measure[:40]]
    elif clause.measure and (other := others.filter(measure=clause.measure).first()):
        words = {"measure": label_of(clause.measure), "code": other.code}
        found["measure"] = [_("自动指标“%(measure)s”已由 %(code)s 使用，只能用一次。") % words]
    if amount_of(clause.full_marks) is None or clause.full_marks <= 0:
        found["full_marks"] = [_("满分须大于 0、不超过 100，最多两位小数。")]
    elif clause.cap is not None and not 0 < clause.cap <= clause.full_marks:
        found["cap"] = [_("扣分上限须大于 0、不超过满分 %s。") % shown(clause.full_marks)]
    elif any(amount_of(text) is None or not 0 < Decimal(text) <= clause.full_marks for text in row.deductions):
        found["deductions"] = [_("每次扣分须大于 0、不超过满分 %s，最多两位小数。") % shown(clause.full_marks)]
    return found


# --- what they have in common ---------------------------------------------------------------------------------------


def _open(set_id: int, actor: User) -> IndicatorSet:
    one = locked_set(set_id)
    check(reasons_against(one, SetAction.FILL, actor))
    return one


def _group(group_id: int, actor: User) -> IndicatorGroup:
    one = _open(IndicatorGroup.objects.values_list("indicator_set_id", flat=True).get(pk=group_id), actor)
    group = IndicatorGroup.objects.get(pk=group_id)
    group.indicator_set = one
    return group


def _indicator(indicator_id: int, actor: User) -> Indicator:
    one = _open(Indicator.objects.values_list("indicator_set_id", flat=True).get(pk=indicator_id), actor)
    row = Indicator.objects.select_related("group").get(pk=indicator_id)
    row.indicator_set = one
    return row


def _save(row: IndicatorGroup | Indicator) -> None:
    """Raises ValidationError, by field where there is one."""
    row.clean_fields(exclude={"indicator_set", "group", "deductions"})
    row.validate_constraints(exclude={"position"})
    row.save()


def _swap(rows: list[Any], row: Any, by: int) -> bool:
    """Put the row in the place of its neighbour; False where there is none."""
    here = next(index for index, one in enumerate(rows) if one.pk == row.pk)
    there = here + by
    if by not in (UP, DOWN) or not 0 <= there < len(rows):
        return False
    other = rows[there]
    mine = rows[here]
    mine.position, other.position = other.position, mine.position
    type(row)._default_manager.bulk_update([mine, other], ["position"])
    return True


def renumber(one: IndicatorSet) -> None:
    """Count positions from 1: groups in their order, indicators in the order of their groups. Writes what differs."""
    groups = list(one.groups.order_by("position", "id"))
    _count(groups)
    place = {group.pk: index for index, group in enumerate(groups)}
    _count(sorted(one.indicators.all(), key=lambda row: (place[row.group_id], row.position, row.pk)))


def _count(rows: list[Any]) -> None:
    moved = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            moved.append(row)
    if moved:
        type(moved[0])._default_manager.bulk_update(moved, ["position"], batch_size=200)


def _record(actor: User, verb: str, row: IndicatorGroup | Indicator, before: dict[str, Any]) -> None:
    old, new = audit.differences(before, audit.snapshot(row))
    if new:
        audit.record(actor, verb, row, before=old, after=new)
