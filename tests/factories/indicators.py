"""Sets of indicators: as rows alone, whole by default, so that weights and marks sum to 100."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from evaluation.enums import Formula, Frequency, IndicatorMode, SetState
from evaluation.models import Indicator, IndicatorGroup, IndicatorSet
from govportal.now import now
from tests.factories.kernel import make_user

_numbers = count(1)
# By group: what it weighs, and its indicators.
GROUPS: Mapping[str, tuple[int, Sequence[dict[str, Any]]]] = {
    "公开情况": (
        60,
        (
            {"code": "COV", "measure": "coverage", "formula": Formula.SHARE, "full_marks": Decimal(40)},
            {"code": "TIM", "measure": "timeliness", "full_marks": Decimal(20), "deductions": ["0.50"],
             "cap": Decimal(10)},
        ),
    ),
    "组织领导": (
        40,
        (
            {"code": "M1", "full_marks": Decimal(20), "deductions": ["0.20", "0.50"]},
            {"code": "M2", "full_marks": Decimal(12), "deductions": ["1.00"], "cap": Decimal(5),
             "is_evidence_required": True},
            {"code": "M3", "full_marks": Decimal(8), "deductions": ["0.50"], "frequency": Frequency.ANNUAL},
        ),
    ),
}  # fmt: skip


def make_indicator_set(
    code: str = "", *, state: str = SetState.IN_FORCE, groups: Any = None, **values: Any
) -> IndicatorSet:
    """A set with the indicators COV and TIM (automatic) and M1, M2, M3 (manual), or with `groups` of that shape."""
    number = next(_numbers)
    values = {"year": 2026, "name": f"测试指标体系{number}", "made_at": now()} | values
    values.setdefault("made_by", make_user())
    one: IndicatorSet = IndicatorSet.objects.create(code=code or f"set-{number}", **values)
    for name, (weight, indicators) in (GROUPS if groups is None else groups).items():
        group = make_indicator_group(one, name=name, weight=Decimal(weight))
        for each in indicators:
            make_indicator(group, **each)
    for step in (SetState.IN_FORCE, SetState.RETIRED):  # nothing comes into a set that is in force
        if one.state != state:
            one.state, one.enforced_at = step, one.made_at
            one.save(update_fields=["state", "enforced_at"])
    return one


def make_indicator_group(one: IndicatorSet | None = None, **values: Any) -> IndicatorGroup:
    one = one or make_indicator_set(state=SetState.DRAFT, groups={})
    number = next(_numbers)
    values = {"position": one.groups.count() + 1, "name": f"测试组{number}", "weight": Decimal(10)} | values
    group: IndicatorGroup = IndicatorGroup.objects.create(indicator_set=one, **values)
    return group


def make_indicator(group: IndicatorGroup | None = None, **values: Any) -> Indicator:
    """Automatic with `measure`, else manual."""
    group = group or make_indicator_group()
    number = next(_numbers)
    mode = IndicatorMode.AUTOMATIC if values.get("measure") else IndicatorMode.MANUAL
    values = {
        "position": Indicator.objects.filter(indicator_set=group.indicator_set_id).count() + 1,
        "code": f"I{number}",
        "topic": "测试指标",
        "item_no": 1,
        "text": f"第{number}条，没有做到的，每发现1次扣分。",
        "mode": mode,
        "full_marks": Decimal(10),
    } | values
    if mode == IndicatorMode.MANUAL:
        values.setdefault("deductions", ["0.50"])
    indicator: Indicator = Indicator.objects.create(indicator_set_id=group.indicator_set_id, group=group, **values)
    return indicator
