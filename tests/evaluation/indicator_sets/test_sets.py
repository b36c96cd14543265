"""Sets of indicators: drawn up, copied, put in force, retired; what stands against each."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from evaluation.enums import Formula, RoundState, SetState
from evaluation.indicator_checks import faults
from evaluation.indicator_workflow import SET, SetAction
from evaluation.models import AssessmentRound, Indicator, IndicatorSet
from evaluation.services import indicator_sets, indicators
from evaluation.services.indicator_sets import SetFacts, reasons_against
from evaluation.services.indicators import DOWN, UP, Clause
from govportal.models import AuditEvent, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.indicators import make_indicator, make_indicator_group, make_indicator_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector() -> User:
    return make_member(Role.INSPECTOR)


def facts(**values: Any) -> SetFacts:
    given: dict[str, Any] = {"code": "2026", "year": 2026, "name": "2026年考核指标体系"}
    return SetFacts(**(given | values))


def draft(**values: Any) -> IndicatorSet:
    return make_indicator_set(state=SetState.DRAFT, **values)


def clause(one: IndicatorSet, **values: Any) -> Clause:
    given: dict[str, Any] = {
        "group": one.groups.get(name="组织领导"), "code": "N1", "topic": "值守",
        "text": "没有人值守的，每发现1次扣0.5分。", "full_marks": Decimal(1), "deductions": [Decimal("0.5")],
    }  # fmt: skip
    return Clause(**(given | values))


def order(one: IndicatorSet) -> list[str]:
    return list(one.indicators.values_list("code", flat=True))


def test_state_by_action_and_who_may(inspector: User) -> None:
    stranger, local = make_member(Role.OFFICE_HEAD), make_member(Role.INSPECTOR, make_agency(parent=make_agency()))
    for state in SetState:
        one = make_indicator_set(state=state)
        for action in SetAction:
            fits = state in SET[action].sources
            where = f"{action} in {state}"
            assert (reasons_against(one, action, inspector) == []) == fits, where
            assert reasons_against(one, action, stranger) and reasons_against(one, action, local), where


def test_set_is_made_edited_and_its_thresholds_descend(inspector: User) -> None:
    one = indicator_sets.make(facts(), actor=inspector, at=now())
    indicator_sets.edit(one.pk, facts(name="更名", good_from=Decimal(85)), actor=inspector)

    one.refresh_from_db()
    assert (one.state, one.name, one.good_from, one.performance_share) == (SetState.DRAFT, "更名", 85, 4)
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["indicatorset.edit", "indicatorset.make"]
    wrong: dict[str, dict[str, Any]] = {
        "excellent_from": {"excellent_from": Decimal(80)},
        "performance_share": {"performance_share": Decimal("3.99")},
        "year": {"year": 1999},
        "code": {"code": "二〇二六"},
        "name": {"name": "长" * 121},
    }
    for field, values in wrong.items():
        with pytest.raises(ValidationError) as refused:
            indicator_sets.edit(one.pk, facts(**values), actor=inspector)
        assert field in refused.value.message_dict, field
    with pytest.raises(ValidationError, match="已存在"):
        indicator_sets.make(facts(), actor=inspector, at=now())


def test_copy_has_everything_but_the_state(inspector: User) -> None:
    old = make_indicator_set(performance_share=Decimal(6), good_from=Decimal(82))

    new = indicator_sets.copy(old.pk, code="2027", year=2027, name="新", actor=inspector, at=now())

    columns = [field.name for field in Indicator._meta.concrete_fields if field.name not in {"id", "indicator_set"}]
    columns.remove("group")
    listed = [*columns, "group__name", "group__weight", "group__position"]
    assert list(new.indicators.values_list(*listed)) == list(old.indicators.values_list(*listed))
    assert (new.state, new.copied_from, new.performance_share, new.good_from) == (SetState.DRAFT, old, 6, 82)
    assert not set(new.groups.values_list("pk")) & set(old.groups.values_list("pk"))
    assert reasons_against(new, SetAction.ENFORCE, inspector) == []


def test_groups_and_indicators_are_added_changed_moved_and_removed(inspector: User) -> None:
    one = draft()
    group = indicators.add_group(one.pk, name="制度建设", weight=Decimal("12.5"), actor=inspector)
    row = indicators.add_indicator(clause(one), actor=inspector)
    assert order(one) == ["COV", "TIM", "M1", "M2", "M3", "N1"]

    indicators.move_indicator(row.pk, by=UP, actor=inspector)
    indicators.move_indicator(row.pk, by=UP, actor=inspector)
    indicators.move_indicator(one.indicators.get(code="M3").pk, by=DOWN, actor=inspector)  # is the last
    assert order(one) == ["COV", "TIM", "M1", "N1", "M2", "M3"]

    indicators.move_group(one.groups.get(name="公开情况").pk, by=DOWN, actor=inspector)
    assert order(one) == ["M1", "N1", "M2", "M3", "COV", "TIM"]

    indicators.change_indicator(row.pk, clause(one, group=group, full_marks=Decimal("12.5")), actor=inspector)
    assert order(one) == ["M1", "M2", "M3", "COV", "TIM", "N1"]
    indicators.change_group(group.pk, name="制度", weight=Decimal(12), actor=inspector)
    indicators.remove_indicator(row.pk, actor=inspector)
    indicators.remove_group(one.groups.get(name="公开情况").pk, actor=inspector)
    assert order(one) == ["M1", "M2", "M3"]
    assert list(one.indicators.values_list("position", flat=True)) == [1, 2, 3]
    verbs = {event.action for event in AuditEvent.objects.all()}
    assert {"indicatorgroup.add", "indicatorgroup.move", "indicator.change", "indicator.remove"} <= verbs


WRONG_CLAUSES: dict[str, dict[str, Any]] = {
    "“M1”在本体系中已经有了": {"code": "M1"},
    "“公开面”已由 COV 使用": {"measure": "coverage"},
    "不在自动指标库中": {"measure": "happiness"},
    "满分须大于 0": {"full_marks": Decimal(0)},
    "每次扣分须大于 0、不超过满分 1": {"deductions": [Decimal("0.5"), Decimal(2)]},
    "扣分上限须大于 0、不超过满分 1": {"cap": Decimal("1.5")},
}


def test_clause_that_no_set_can_have_is_refused_in_words(inspector: User) -> None:
    one = draft()
    for sentence, values in WRONG_CLAUSES.items():
        with pytest.raises(ValidationError, match=sentence):
            indicators.add_indicator(clause(one, **values), actor=inspector)
    for name, weight in (("组织领导", Decimal(1)), ("新", Decimal(0)), ("新", Decimal("101")), ("", Decimal(1))):
        with pytest.raises(ValidationError):
            indicators.add_group(one.pk, name=name, weight=weight, actor=inspector)
    other = clause(draft())
    with pytest.raises(ValidationError, match="请选择本体系的指标组"):
        indicators.change_indicator(one.indicators.get(code="M1").pk, other, actor=inspector)


def test_share_of_an_automatic_indicator_takes_nothing_off_by_the_case(inspector: User) -> None:
    one = make_indicator_set(state=SetState.DRAFT, groups={"组织领导": (100, ())})
    row = indicators.add_indicator(clause(one, measure="coverage", formula=Formula.SHARE), actor=inspector)

    assert (row.mode, row.deductions, row.is_evidence_required) == ("automatic", [], False)


def test_faults_of_a_set_name_group_indicator_and_number() -> None:
    one = draft()
    whole = (list(one.groups.all()), list(one.indicators.all()))
    assert faults(*whole) == []

    changes: dict[str, Any] = {
        "各指标组的权重合计 95，须是 100": lambda groups, rows: setattr(groups[0], "weight", Decimal(55)),
        "指标组“公开情况”的权重是 60，各条满分合计 59.5": lambda groups, rows: setattr(
            rows[0], "full_marks", Decimal("39.5")
        ),
        "指标组“组织领导”还没有指标": lambda groups, rows: rows.__delitem__(slice(2, 5)),
        "指标 COV：自动指标“lost”不在自动指标库中": lambda groups, rows: setattr(rows[0], "measure", "lost"),
        "自动指标“公开面”用了 2 次": lambda groups, rows: setattr(rows[1], "measure", "coverage"),
        "指标 TIM：按每例扣分的自动指标须写明每例扣多少分": lambda groups, rows: setattr(rows[1], "deductions", []),
        "指标 M1：扣分“x”须是大于 0 的数": lambda groups, rows: setattr(rows[2], "deductions", ["x"]),
        "指标 M1：每次扣 21 分，超过满分 20 分": lambda groups, rows: setattr(rows[2], "deductions", ["21"]),
        "指标 M2：没有评分细则": lambda groups, rows: setattr(rows[3], "text", " "),
    }
    for sentence, change in changes.items():
        groups, rows = list(one.groups.all()), list(one.indicators.all())
        change(groups, rows)
        assert any(sentence in fault for fault in faults(groups, rows)), f"{sentence}: {faults(groups, rows)}"
    assert faults([], []) == ["还没有指标组。"]


def test_manual_indicator_without_amounts_may_come_into_force(inspector: User) -> None:
    one = draft()
    one.indicators.filter(code="M3").update(deductions=[])

    assert reasons_against(one, SetAction.ENFORCE, inspector) == []


def test_set_in_force_takes_no_change(inspector: User) -> None:
    one = draft()
    group, row = one.groups.get(name="组织领导"), one.indicators.get(code="M1")
    indicator_sets.enforce(one.pk, actor=inspector, at=now())

    one.refresh_from_db()
    assert one.state == SetState.IN_FORCE and one.enforced_at
    deeds = (
        lambda: indicator_sets.edit(one.pk, facts(), actor=inspector),
        lambda: indicator_sets.enforce(one.pk, actor=inspector, at=now()),
        lambda: indicator_sets.discard(one.pk, actor=inspector),
        lambda: indicators.add_group(one.pk, name="新", weight=Decimal(1), actor=inspector),
        lambda: indicators.change_group(group.pk, name="新", weight=Decimal(1), actor=inspector),
        lambda: indicators.move_group(group.pk, by=UP, actor=inspector),
        lambda: indicators.remove_group(group.pk, actor=inspector),
        lambda: indicators.add_indicator(clause(one), actor=inspector),
        lambda: indicators.change_indicator(row.pk, clause(one), actor=inspector),
        lambda: indicators.move_indicator(row.pk, by=DOWN, actor=inspector),
        lambda: indicators.remove_indicator(row.pk, actor=inspector),
    )
    for deed in deeds:
        with pytest.raises(ValidationError, match="指标体系的状态是“施行中”"):
            deed()


def test_set_in_use_is_neither_retired_nor_discarded(inspector: User) -> None:
    used, free = make_indicator_set(), draft()
    day = today()
    row = AssessmentRound.objects.create(
        slug="h1", name="上半年考核", kind="spot", indicator_set=used, period_start=day, period_end=day,
        made_by=inspector,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="考核“上半年考核”还没有定分"):
        indicator_sets.retire(used.pk, actor=inspector)
    AssessmentRound.objects.filter(pk=row.pk).update(state=RoundState.CANCELLED)
    indicator_sets.retire(used.pk, actor=inspector)
    indicator_sets.discard(free.pk, actor=inspector)

    assert list(IndicatorSet.objects.values_list("state")) == [(SetState.RETIRED,)]


def test_moving_asks_the_same_number_of_statements_however_many_there_are(
    inspector: User, django_assert_max_num_queries: Any
) -> None:
    one = draft()
    group = make_indicator_group(one)
    for _number in range(40):
        last = make_indicator(group)
    indicators.renumber(one)

    with django_assert_max_num_queries(12):
        indicators.move_indicator(last.pk, by=UP, actor=inspector)
