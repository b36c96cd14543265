"""The rules and triggers of the three tables of a set, on both databases."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, UniqueConstraint

from evaluation import indicator_database
from evaluation.enums import RoundState, SetState
from evaluation.models import AssessmentRound, Indicator, IndicatorGroup, IndicatorSet
from evaluation.services import indicator_sets, indicators, rounds
from govportal.now import now
from govportal.permissions import Role
from tests.database import refused, replaced, run
from tests.factories import make_attachment, make_member, make_user
from tests.factories.indicators import make_indicator, make_indicator_group, make_indicator_set
from tests.factories.rounds import make_round
from tests.threads import at_once, first_and_second

_SET, _GROUP, _INDICATOR = "evaluation_indicatorset", "evaluation_indicatorgroup", "evaluation_indicator"


def draft(**values: Any) -> IndicatorSet:
    return make_indicator_set(state=SetState.DRAFT, **values)


def change(make: Callable[[], Any], **values: Any) -> Callable[[], object]:
    """A row that is valid, with these columns changed behind the back of the services."""

    def broken() -> object:
        row = make()
        return type(row)._default_manager.filter(pk=row.pk).update(**values)

    return broken


def automatic() -> Indicator:
    return make_indicator(make_indicator_group(), measure="coverage", deductions=["0.50"])


def two_codes() -> object:
    row = make_indicator()
    return make_indicator(row.group, code=row.code)


def two_measures() -> object:
    row = automatic()
    return make_indicator(row.group, measure=row.measure)


def two_names() -> object:
    group = make_indicator_group()
    return make_indicator_group(group.indicator_set, name=group.name)


BREAKS: dict[str, list[Callable[[], object]]] = {
    "indicatorset_state": [change(draft, state="lost")],
    "indicatorset_year": [change(draft, year=2007), change(draft, year=2101)],
    "indicatorset_thresholds": [
        change(draft, excellent_from=80), change(draft, good_from=60), change(draft, fair_from=0),
        change(draft, excellent_from=101),
    ],
    "indicatorset_share": [change(draft, performance_share=Decimal("3.99")), change(draft, performance_share=101)],
    "indicatorgroup_name_once": [two_names],
    "indicatorgroup_weight": [change(make_indicator_group, weight=0), change(make_indicator_group, weight=101)],
    "indicator_code_once": [two_codes],
    "indicator_mode": [change(automatic, mode="lost")],
    "indicator_formula": [change(automatic, formula="lost")],
    "indicator_frequency": [change(make_indicator, frequency="WEEKLY")],
    "indicator_shape": [
        change(make_indicator, measure="coverage"), change(make_indicator, formula="share"),
        change(automatic, measure=""),
    ],
    "indicator_full_marks": [change(make_indicator, full_marks=0), change(make_indicator, full_marks=101)],
    "indicator_cap": [change(make_indicator, cap=0), change(make_indicator, cap=F("full_marks") + 1)],
    "indicator_measure_once": [two_measures],
}  # fmt: skip


@pytest.mark.django_db
def test_every_rule_of_the_tables_refuses_what_breaks_it() -> None:
    models = (IndicatorSet, IndicatorGroup, Indicator)
    names = {rule.name.removeprefix("evaluation_") for model in models for rule in model._meta.constraints}
    assert names == set(BREAKS)
    guards = {guard.table: guard for guard in indicator_database.guards()}
    assert {_SET, _GROUP, _INDICATOR} == set(guards)
    for guard in indicator_database.guards():  # they speak before the rules do; the rollback puts them back
        for statement in guard.drop[connection.vendor]:
            run(statement)
    unique = [
        rule.name.removeprefix("evaluation_")
        for model in models for rule in model._meta.constraints if isinstance(rule, UniqueConstraint)
    ]  # fmt: skip
    for name, breaks in BREAKS.items():
        for broken in breaks:
            with pytest.raises(IntegrityError) as error, transaction.atomic():
                broken()
            is_named = f"evaluation_{name}" in str(error.value)
            assert is_named or (name in unique and connection.vendor == "sqlite"), f"{name}: {error.value}"


@pytest.mark.django_db
def test_set_in_force_is_never_changed_whoever_holds_the_connection() -> None:
    one = make_indicator_set()
    group, row = one.groups.all()[0], one.indicators.all()[0]
    frozen = (
        f"UPDATE {_SET} SET name = 'x' WHERE id = {one.pk}",
        f"UPDATE {_SET} SET good_from = 70 WHERE id = {one.pk}",
        f"UPDATE {_SET} SET performance_share = 5 WHERE id = {one.pk}",
        f"UPDATE {_SET} SET state = 'draft' WHERE id = {one.pk}",
        f"UPDATE {_SET} SET enforced_at = NULL WHERE id = {one.pk}",
        f"DELETE FROM {_SET} WHERE id = {one.pk}",
        f"UPDATE {_GROUP} SET name = 'x' WHERE id = {group.pk}",
        f"DELETE FROM {_GROUP} WHERE id = {group.pk}",
        f"UPDATE {_INDICATOR} SET full_marks = 1 WHERE id = {row.pk}",
        f"UPDATE {_INDICATOR} SET position = 99 WHERE id = {row.pk}",
        f"DELETE FROM {_INDICATOR} WHERE id = {row.pk}",
    )
    for statement in frozen:
        assert refused(statement), statement
    for make in (lambda: make_indicator_group(one), lambda: make_indicator(group)):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
    elsewhere = make_indicator(make_indicator_group(draft()))
    assert refused(f"UPDATE {_INDICATOR} SET indicator_set_id = {one.pk} WHERE id = {elsewhere.pk}")
    assert not refused(f"UPDATE {_SET} SET state = 'retired' WHERE id = {one.pk}")
    assert refused(f"UPDATE {_SET} SET state = 'in_force' WHERE id = {one.pk}")
    for table, pk in ((_SET, one.pk), (_GROUP, group.pk), (_INDICATOR, row.pk)):
        assert not replaced(table, pk), table


@pytest.mark.django_db
def test_draft_comes_into_force_only_whole() -> None:
    into_force = f"UPDATE {_SET} SET state = 'in_force', enforced_at = '2026-01-01' WHERE id = %s"
    even = draft(groups={"甲": (Decimal("33.34"), [{"full_marks": Decimal("33.34")}]),
                         "乙": (Decimal("33.33"), [{"full_marks": Decimal("11.11")}] * 3),
                         "丙": (Decimal("33.33"), [{"full_marks": Decimal("33.33")}])})  # fmt: skip
    short = draft(groups={"甲": (99, [{"full_marks": Decimal(99)}])})
    uneven = draft(groups={"甲": (100, [{"full_marks": Decimal(99)}])})
    for one in (short, uneven, draft(groups={})):
        assert refused(into_force, one.pk)
    assert refused(f"UPDATE {_SET} SET state = 'in_force' WHERE id = %s", even.pk)  # since when?
    assert refused(f"UPDATE {_SET} SET state = 'retired' WHERE id = %s", even.pk)
    assert not refused(into_force, even.pk)


@pytest.mark.django_db
def test_frozen_round_holds_its_set_whatever_the_set_calls_itself() -> None:
    one, at = draft(), now()
    group = one.groups.all()[0]
    assert not refused(f"UPDATE {_GROUP} SET name = 'x' WHERE id = {group.pk}")
    row = AssessmentRound.objects.create(
        slug="h1", name="考核", kind="spot", indicator_set=one, period_start=at.date(), period_end=at.date(),
        made_by=one.made_by,
    )  # fmt: skip
    rows, told = AssessmentRound.objects.filter(pk=row.pk), {"shared_by": one.made_by, "objections_by": at.date()}
    rows.update(state=RoundState.OPEN, opened_at=at, seed="1", measured_at=at)
    rows.update(state=RoundState.FEEDBACK, shared_at=at, **told)
    frozen = {"frozen_by": make_user(), "frozen_at": at, "archive": make_attachment(), "digest": "0" * 64}
    rows.update(state=RoundState.FROZEN, **frozen)

    assert refused(f"UPDATE {_GROUP} SET name = 'y' WHERE id = {group.pk}")
    assert refused(f"UPDATE {_INDICATOR} SET text = 'y' WHERE group_id = {group.pk}")


@pytest.mark.django_db(transaction=True)
def test_set_is_not_changed_by_whoever_edits_while_another_enforces() -> None:
    """SQLite has one writer, so the two never overlap there; on PostgreSQL the lock of the set keeps them apart."""
    inspector = make_member(Role.INSPECTOR)
    for _turn in range(3):
        one = draft()
        row = one.indicators.get(code="M1")

        outcomes = first_and_second(
            partial(indicator_sets.enforce, one.pk, actor=inspector, at=now()),
            partial(indicators.remove_indicator, row.pk, actor=inspector),
        )

        one.refresh_from_db()
        refusals = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
        assert len(refusals) == 1 and len(outcomes) == 2, outcomes
        assert one.state == SetState.IN_FORCE and one.indicators.count() == 5


@pytest.mark.django_db(transaction=True)
def test_of_many_who_enforce_at_once_one_does() -> None:
    inspector = make_member(Role.INSPECTOR)
    one = draft()

    outcomes = at_once(lambda: indicator_sets.enforce(one.pk, actor=inspector, at=now()), times=8)

    assert sum(isinstance(outcome, IndicatorSet) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 7, outcomes


@pytest.mark.django_db(transaction=True)
def test_set_is_not_retired_under_a_round_that_is_being_opened() -> None:
    for turn in range(2):
        row = make_round(slug=f"turn-{turn}")
        by: dict[str, Any] = {"actor": row.made_by}

        outcomes = at_once(
            lambda pk=row.pk, by=by: rounds.open_round(pk, at=now(), **by),  # type: ignore[misc]
            lambda pk=row.indicator_set_id, by=by: indicator_sets.retire(pk, **by),  # type: ignore[misc]
        )

        row.refresh_from_db()
        assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 1, outcomes
        assert (row.state, row.indicator_set.state) == (RoundState.OPEN, SetState.IN_FORCE)
