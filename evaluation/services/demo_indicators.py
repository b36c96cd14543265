"""Sets of indicators of the demo county: two old ones, this year's, copied and amended, and next year's, not yet whole.

The chapter on rounds calls this one, and retires the old ones once their rounds have been frozen.
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from disclosure.services.demo_story import office_hours
from evaluation.enums import Formula
from evaluation.models import Indicator, IndicatorSet
from evaluation.services import indicator_sets, indicators
from evaluation.services.demo_surveys import assessed_year
from evaluation.services.import_indicators import import_indicators
from evaluation.services.indicator_sets import SetFacts
from evaluation.services.indicators import Clause
from govportal.contributions import DemoCounty
from govportal.models import User

_FILE = Path(__file__).parent.parent / "demo" / "indicators.csv"
_BEFORE = _FILE.with_name("indicators_before.csv")  # when nothing was counted yet, and all was looked at
_BASIS = "《澄明县政务公开暨行政权力公开透明运行工作考核制度》"


def make_sets(county: DemoCounty) -> dict[str, IndicatorSet]:
    """By code, which is the year: three years' in force, next year's being drawn up."""
    actor, year = county.people["kaohe"], assessed_year(county.today)
    before = _from_table(year - 2, actor, _spring(county, year - 2), _BEFORE)
    last = _from_table(year - 1, actor, _spring(county, year - 1))
    this = _amended(last, year, actor, _spring(county, year))
    following = _begun(this, year + 1, actor, county.now)
    return {one.code: one for one in (before, last, this, following)}


def retire_old_sets(county: DemoCounty) -> None:
    """Those before this year's. Refused while a round of them is open."""
    for one in IndicatorSet.objects.filter(year__lt=assessed_year(county.today)):
        indicator_sets.retire(one.pk, actor=county.people["kaohe"])


def _from_table(year: int, actor: User, at: datetime, file: Path = _FILE) -> IndicatorSet:
    facts = SetFacts(code=str(year), year=year, name=_name(year), basis=_BASIS)
    one = indicator_sets.make(facts, actor=actor, at=at)
    result = import_indicators(file, into=one.pk, actor=actor)
    if not result.is_saved:
        raise ValueError(result.summary())
    return indicator_sets.enforce(one.pk, actor=actor, at=at)


def _amended(last: IndicatorSet, year: int, actor: User, at: datetime) -> IndicatorSet:
    """A point more for coverage, a heavier share in the whole performance, and one clause said more clearly."""
    one = indicator_sets.copy(last.pk, code=str(year), year=year, name=_name(year), actor=actor, at=at)
    facts = SetFacts(code=one.code, year=year, name=one.name, basis=_BASIS, performance_share=Decimal(5))
    indicator_sets.edit(one.pk, facts, actor=actor)
    _change(one, "C01", actor, full_marks=Decimal(9))
    _change(one, "C04", actor, full_marks=Decimal(2))
    words = "拟制公文时没有标注公开属性，或者先发文后认定的，每件扣0.2分。"
    _change(one, "E02", actor, text=words)
    return indicator_sets.enforce(one.pk, actor=actor, at=at)


def _begun(this: IndicatorSet, year: int, actor: User, now: datetime) -> IndicatorSet:
    """A clause has been added, and no group has given marks for it yet."""
    one = indicator_sets.copy(this.pk, code=str(year), year=year, name=_name(year), actor=actor, at=now)
    clause = Clause(
        group=one.groups.get(name="动态公开"),
        code="D06",
        topic="办事咨询",
        text="电话咨询无人接听，或者答复与办事指南不一致的，每发现1次扣0.4分。",
        full_marks=Decimal(2),
        deductions=[Decimal("0.4")],
    )
    indicators.add_indicator(clause, actor=actor)
    return one


def _change(one: IndicatorSet, code: str, actor: User, **values: Any) -> Indicator:
    """One clause, but for `values` as it is."""
    row = one.indicators.select_related("group").get(code=code)
    names = ("group", "code", "topic", "text", "full_marks", "item_no", "measure", "cap", "is_evidence_required")
    said: dict[str, Any] = {name: getattr(row, name) for name in (*names, "frequency")}
    said["formula"] = Formula(row.formula)
    said["deductions"] = [Decimal(text) for text in row.deductions]
    return indicators.change_indicator(row.pk, Clause(**(said | values)), actor=actor)


def _name(year: int) -> str:
    return f"{year}年澄明县政务公开考核指标体系"


def _spring(county: DemoCounty, year: int) -> datetime:
    """When the set of a year is put in force."""
    return office_hours(date(year, 1, 20), 1, county.now)[0]
