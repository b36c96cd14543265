"""The sets of the demo county: every kind of indicator, all automatic ones, in every state."""

from datetime import date

import pytest
from django.utils.timezone import now

from evaluation.enums import Formula, Frequency, IndicatorMode, SetState
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Indicator, IndicatorSet
from evaluation.services import demo_indicators
from evaluation.services.indicator_sets import reasons_against_enforcing
from govportal.contributions import DemoCounty
from govportal.permissions import Role
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def test_demo_has_every_indicator_mode_formula_frequency_and_state() -> None:
    county = DemoCounty(date(2026, 11, 30), now(), {}, {"kaohe": make_member(Role.INSPECTOR)})

    sets = demo_indicators.make_sets(county)

    assert list(sets) == ["2024", "2025", "2026", "2027"]
    assert [one.state for one in sets.values()] == [SetState.IN_FORCE] * 3 + [SetState.DRAFT]
    demo_indicators.retire_old_sets(county)
    assert set(IndicatorSet.objects.filter(state=SetState.RETIRED)) == {sets["2024"], sets["2025"]}
    assert sets["2026"].copied_from == sets["2025"] and sets["2026"].performance_share == 5
    assert reasons_against_enforcing(sets["2027"]) == ["指标组“动态公开”的权重是 20，各条满分合计 22。"]
    for code in ("2025", "2026"):
        one = sets[code]
        assert list(one.groups.values_list("name", "weight")) == [
            ("组织领导", 10), ("宣传培训", 10), ("公开情况", 45), ("动态公开", 20), ("制度建设", 15),
        ]  # fmt: skip
        rows = one.indicators.all()
        assert {row.measure for row in rows if row.measure} == set(AUTOMATIC_INDICATORS)
        assert {row.frequency for row in rows} == set(Frequency) and {row.formula for row in rows} == set(Formula)
        manual = [row for row in rows if row.mode == IndicatorMode.MANUAL]
        assert len(manual) == 12
        for name in ("cap", "is_evidence_required", "deductions"):
            assert {bool(getattr(row, name)) for row in manual} == {True, False}, name
        texts = [row.text for row in rows]
        assert len(set(texts)) == len(texts)
    assert Indicator.objects.filter(indicator_set=sets["2027"]).count() == 29
