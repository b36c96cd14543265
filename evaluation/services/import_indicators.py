"""Import the table of a set of indicators into its draft: read (pure) → plan (the preview) → apply in one transaction.

Nothing is saved unless every line stands and the weights are 100, or the person has said to leave out what does not.
An indicator is known again by its code; what is not in the file stays as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.enums import Formula, IndicatorMode
from evaluation.indicator_checks import label_of
from evaluation.indicator_table import IndicatorRow, mind, read_rows, share_out, table_faults
from evaluation.indicator_workflow import SetAction
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from evaluation.services.indicator_sets import locked_set, reasons_against
from evaluation.services.indicators import renumber
from evaluation.services.procedure import check
from govportal import audit
from govportal.imports import ImportResult, Outcome, RowOutcome
from govportal.models import AuditEvent, User
from govportal.tables import UnreadableTable, read_table

_IMPORT = "indicatorset.import"
MAX_ROWS = 1_000  # the largest set we know has 67 clauses
_COLUMNS = (
    "topic", "item_no", "text", "mode", "measure", "formula", "full_marks", "deductions", "cap",
    "is_evidence_required", "frequency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndicatorImport(ImportResult):
    """`faults`: of the table as a whole. `kept`: codes in the set that the file does not name."""

    faults: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    is_saved: bool = False

    @property
    def is_whole(self) -> bool:
        return not self.faults and not self.places_of(Outcome.PROBLEM)

    def summary(self) -> str:
        return "".join([ImportResult.summary(self), *self.faults])

    def lacking(self) -> str:
        """What the set is short of when the rest is taken without the lines that do not stand; empty where all do."""
        if not (count := self.count(Outcome.PROBLEM)):
            return ""
        words = _("有 %s 行没有导入：指标体系缺这些条目，本组没有写满分的分值由其余各条分走。请补齐以后再施行。")
        return words % count

    def report_rows(self) -> Iterable[list[str]]:
        yield from ImportResult.report_rows(self)
        for fault in self.faults:
            yield ["", str(Outcome.PROBLEM.label), _("整张表"), fault]


@dataclass(slots=True)
class _Planned:
    row: IndicatorRow
    outcome: Outcome
    indicator: Indicator | None = None  # None: not imported

    def result(self) -> RowOutcome:
        label = f"{self.row.code} {self.row.group} / {self.row.topic}"[:120]
        return RowOutcome(self.row.place, self.outcome, label, tuple(self.row.messages))


def import_indicators(
    source: "Path | File[Any]", *, into: int | None, actor: User, is_dry_run: bool = False, is_skipping: bool = False
) -> IndicatorImport:
    """Write the clauses of a table into a draft, or only say what would happen.

    `into`: id of the set; None, for a dry run alone: an empty one. Raises UnreadableTable, or ValidationError with
    reasons when the set is not to be filled by this person.
    """
    if into is None:
        return examine(source)
    rows = _read(source)
    with transaction.atomic():
        one = locked_set(into)
        check(reasons_against(one, SetAction.FILL, actor))
        steps, faults, kept = _plan(rows, one)
        result = _result(steps, faults, kept)
        if is_dry_run or not (result.is_whole or is_skipping):
            return result
        _apply(one, steps, actor)
        counts = {outcome.value: result.count(outcome) for outcome in Outcome}
        audit.record(actor, _IMPORT, one, after=counts)
    return _result(steps, faults, kept, is_saved=True)


def examine(source: "Path | File[Any]") -> IndicatorImport:
    """What is wrong with a table, whatever set it is for. Raises UnreadableTable."""
    return _result(*_plan(_read(source), None))


def last_left_out(one: IndicatorSet) -> int:
    """How many lines the last import into the set left out."""
    events = AuditEvent.objects.filter(subject_type=IndicatorSet._meta.label, subject_id=str(one.pk), action=_IMPORT)
    last = events.order_by("-pk").first()
    return int(last.after.get(Outcome.PROBLEM, 0)) if last else 0


def _read(source: "Path | File[Any]") -> list[IndicatorRow]:
    rows = read_rows(read_table(source, max_rows=MAX_ROWS))
    if not rows:
        raise UnreadableTable(_("表头下面没有内容。"))
    return rows


def _result(steps: list[_Planned], faults: list[str], kept: list[str], *, is_saved: bool = False) -> IndicatorImport:
    return IndicatorImport(tuple(step.result() for step in steps), tuple(faults), tuple(kept), is_saved)


def _plan(rows: list[IndicatorRow], one: IndicatorSet | None) -> tuple[list[_Planned], list[str], list[str]]:
    """What importing would do, what is wrong with the table as a whole, and the codes it does not name."""
    there = list(one.indicators.select_related("group")) if one else []
    groups = list(one.groups.order_by("position", "id")) if one else []
    named = {row.code for row in rows}
    others = [indicator for indicator in there if indicator.code not in named]
    used = {indicator.measure: indicator.code for indicator in others if indicator.measure}
    for row in rows:
        if row.measure in used:
            words = {"measure": label_of(row.measure), "code": used[row.measure]}
            row.refuse(_("自动指标“%(measure)s”已由本体系的 %(code)s 使用，只能用一次。") % words)
    share_out(row for row in rows if not row.is_refused)
    for row in rows:
        if not row.is_refused:
            mind(row)
    by_code = {indicator.code: indicator for indicator in there}
    steps = [_step(row, by_code.get(row.code)) for row in rows]
    standing = [row for row in rows if not row.is_refused]
    ours = {row.group for row in standing}
    left = [IndicatorRow(0, group=group.name, weight=group.weight) for group in groups if group.name not in ours]
    return steps, table_faults([*standing, *left]), [indicator.code for indicator in others]


def _step(row: IndicatorRow, indicator: Indicator | None) -> _Planned:
    if row.is_refused:
        return _Planned(row, Outcome.PROBLEM)
    if indicator is None:
        return _Planned(row, Outcome.CREATED, Indicator(code=row.code))
    is_same = all(getattr(indicator, name) == getattr(row, name) for name in _COLUMNS)
    is_at_home = (indicator.group.name, indicator.group.weight) == (row.group, row.weight)
    return _Planned(row, Outcome.UNCHANGED if is_same and is_at_home else Outcome.UPDATED, indicator)


def _apply(one: IndicatorSet, steps: list[_Planned], actor: User) -> None:
    standing = list(_standing(steps))
    groups = _write_groups(one, [row for row, _indicator in standing], actor)
    # Two clauses may have changed their measures with each other, and no two have the same at any moment.
    kept = [indicator.pk for _row, indicator in standing if indicator.pk and indicator.measure]
    one.indicators.filter(pk__in=kept).update(mode=IndicatorMode.MANUAL, measure="", formula=Formula.DEDUCT)
    new: list[tuple[Indicator, dict[str, Any]]] = []
    changed: list[tuple[Indicator, dict[str, Any]]] = []
    for position, (row, indicator) in enumerate(standing, start=1):
        before = audit.snapshot(indicator) if indicator.pk else {}
        indicator.indicator_set, indicator.group, indicator.position = one, groups[row.group], position
        for name in _COLUMNS:
            setattr(indicator, name, getattr(row, name))
        (changed if indicator.pk else new).append((indicator, before))
    for indicator, _before in changed:
        indicator.save()
    Indicator.objects.bulk_create([indicator for indicator, _before in new])
    _put_last(one, {indicator.pk for indicator, _before in new + changed}, len(standing))
    renumber(one)
    for indicator, before in new + changed:
        old, after = audit.differences(before, audit.snapshot(indicator))
        if after.keys() - {"position"}:
            verb = "indicator.change" if before else "indicator.add"
            audit.record(actor, verb, indicator, before=old if before else {}, after=after, note=_("导入"))


def _standing(steps: list[_Planned]) -> Iterator[tuple[IndicatorRow, Indicator]]:
    return ((step.row, step.indicator) for step in steps if step.indicator is not None)


def _put_last(one: IndicatorSet, written: set[int], count: int) -> None:
    """What the file does not name follows behind, in its order."""
    others = list(one.indicators.exclude(pk__in=written).order_by("position", "id"))
    for position, indicator in enumerate(others, start=count + 1):
        indicator.position = position
    Indicator.objects.bulk_update(others, ["position"])


def _write_groups(one: IndicatorSet, rows: list[IndicatorRow], actor: User) -> dict[str, IndicatorGroup]:
    """The groups by name, in the order of the file; those it does not name follow."""
    there = {group.name: group for group in one.groups.order_by("position", "id")}
    weights = {row.group: row.weight for row in rows}
    groups: dict[str, IndicatorGroup] = {}
    for name, weight in weights.items():
        group = there.pop(name, None) or IndicatorGroup(indicator_set=one, name=name)
        before = audit.snapshot(group) if group.pk else {}
        assert weight is not None  # a row without is refused
        group.weight, group.position = weight, len(groups) + 1
        group.save()
        groups[name] = group
        old, after = audit.differences(before, audit.snapshot(group))
        if after.keys() - {"position"}:
            verb = "indicatorgroup.change" if before else "indicatorgroup.add"
            audit.record(actor, verb, group, before=old if before else {}, after=after, note=_("导入"))
    for position, group in enumerate(there.values(), start=len(groups) + 1):
        group.position = position
        group.save(update_fields=["position"])
    return groups
