"""Tables in and out: what is saved, what is not, and that a set comes back as it went out."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from evaluation.enums import Formula, SetState
from evaluation.indicator_table import table
from evaluation.models import Indicator, IndicatorSet
from evaluation.services.import_indicators import IndicatorImport, import_indicators
from evaluation.services.indicator_sets import reasons_against_enforcing
from govportal.imports import Outcome
from govportal.models import AuditEvent, User
from govportal.permissions import Role
from govportal.spreadsheets import csv_bytes, xlsx_bytes
from tests.evaluation.indicator_sets.test_indicator_table import HEADER, LINE, OURS, line
from tests.factories import make_member
from tests.factories.indicators import make_indicator_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector() -> User:
    return make_member(Role.INSPECTOR)


def empty() -> IndicatorSet:
    return make_indicator_set(state=SetState.DRAFT, groups={})


def file(*lines: Sequence[str]) -> BytesIO:
    return BytesIO(csv_bytes([OURS, *lines]))


def run(source: Any, one: IndicatorSet, actor: User, **options: bool) -> IndicatorImport:
    return import_indicators(source, into=one.pk, actor=actor, **options)


def content(one: IndicatorSet) -> list[tuple[Any, ...]]:
    columns = [field.name for field in Indicator._meta.concrete_fields if field.name not in {"id", "indicator_set"}]
    columns.remove("group")
    listed = [*columns, "group__name", "group__weight", "group__position"]
    return list(one.indicators.order_by("position").values_list(*listed))


def out(one: IndicatorSet) -> list[list[str]]:
    return list(table(one.indicators.select_related("group").order_by("position")))


def test_set_comes_back_as_it_went_out(inspector: User) -> None:
    one = make_indicator_set()
    rows = out(one)
    for data in (csv_bytes(rows), "\n".join(map("\t".join, rows)).encode("gb18030"), xlsx_bytes(rows, title="指标")):
        again = empty()

        result = run(BytesIO(data), again, inspector)

        assert result.is_saved and result.count(Outcome.CREATED) == 5, result.summary()
        assert not result.with_messages
        assert content(again) == content(one)
        assert out(again) == rows
        assert not reasons_against_enforcing(again)


def test_real_set_of_a_city_comes_in_whole_and_goes_out_the_same(portal_data: Path, inspector: User) -> None:
    one, again = empty(), empty()

    result = run(portal_data / "scorecards" / "suqian_dept_2026_indicators.csv", one, inspector)
    back = run(BytesIO(csv_bytes(out(one))), again, inspector)

    assert (result.is_saved, result.count(Outcome.CREATED), back.count(Outcome.CREATED)) == (True, 67, 67)
    assert list(one.groups.values_list("weight", flat=True)) == [40, 25, 15, 10, 10]
    assert content(again) == content(one)
    assert not reasons_against_enforcing(one)
    [blank] = one.indicators.filter(deductions=[])
    assert blank.code == "SQ-DEP-B-050"
    assert any("由考核人员填写" in message for row in result.with_messages for message in row.messages)
    assert any("40 分平均分给 43 条" in message for row in result.with_messages for message in row.messages)


def test_nothing_is_saved_unless_all_stands_or_the_rest_is_left_out(inspector: User) -> None:
    one = empty()
    lines = [line(), line(rule_id="A-2", deductions="x")]

    seen = run(file(*lines), one, inspector, is_dry_run=True)
    refused = run(file(*lines), one, inspector)
    assert (seen.is_saved, refused.is_saved, one.indicators.count()) == (False, False, 0)
    assert refused.places_of(Outcome.PROBLEM) == [3]
    assert AuditEvent.objects.count() == 0

    taken = run(file(*lines), one, inspector, is_skipping=True)
    assert taken.is_saved
    assert list(one.indicators.values_list("code", flat=True)) == ["A-1"]
    assert {"indicator.add", "indicatorgroup.add", "indicatorset.import"} == {
        event.action for event in AuditEvent.objects.all()
    }


def test_weights_that_are_not_100_are_said_of_the_whole_table(inspector: User) -> None:
    one = empty()

    result = run(file(line(section_weight_pct="60")), one, inspector)

    assert not result.is_saved
    assert result.faults == ("各指标组的权重合计 60，须是 100。",)
    assert "各指标组的权重合计 60" in result.summary()
    assert ["", "未导入", "整张表", "各指标组的权重合计 60，须是 100。"] in list(result.report_rows())


def test_file_is_imported_again_and_changes_only_what_it_says(inspector: User) -> None:
    one = make_indicator_set(state=SetState.DRAFT)
    rows = out(one)
    ids = dict(one.indicators.values_list("code", "pk"))
    by_code = {row[0]: row for row in rows}

    assert run(file(*rows[1:]), one, inspector).count(Outcome.UNCHANGED) == 5
    by_code["M1"][5] = "改过的细则。"
    # Two clauses take each other's measure.
    by_code["COV"][9], by_code["TIM"][9] = "timeliness", "coverage"
    result = run(file(*reversed(rows[1:4])), one, inspector)

    assert (result.count(Outcome.UPDATED), result.kept) == (3, ("M2", "M3"))
    assert dict(one.indicators.values_list("code", "pk")) == ids
    assert one.indicators.get(code="M1").text == "改过的细则。"
    assert one.indicators.get(code="COV").measure == "timeliness"
    assert one.indicators.get(code="TIM").formula == Formula.DEDUCT
    assert list(one.indicators.values_list("code", flat=True)) == ["M1", "M2", "M3", "TIM", "COV"]
    assert AuditEvent.objects.get(action="indicator.change", subject_id=ids["M1"]).note == "导入"


def test_measure_that_another_clause_of_the_set_has_is_refused(inspector: User) -> None:
    one = make_indicator_set(state=SetState.DRAFT)
    auto = line(
        rule_id="NEW", section="公开情况", section_weight_pct="60", mode="自动", measure="公开面", formula="",
        deductions="", full_marks="1",
    )  # fmt: skip

    result = run(file(auto), one, inspector)

    assert "自动指标“公开面”已由本体系的 COV 使用" in result.rows[0].messages[0]


def test_set_in_force_and_stranger_take_no_table(inspector: User) -> None:
    one = make_indicator_set()
    with pytest.raises(ValidationError, match="指标体系的状态是“施行中”，不能编辑指标"):
        run(file(line()), one, inspector)
    with pytest.raises(ValidationError, match="没有编制考核指标体系的职责"):
        run(file(line()), empty(), make_member(Role.OFFICE_HEAD))


# --- the command ----------------------------------------------------------------------------------------------------


def command(path: Path, *options: str) -> str:
    said = StringIO()
    call_command("import_indicators", str(path), "--set", "city", *options, stdout=said, stderr=said)
    return said.getvalue()


def test_command_makes_the_set_and_fills_it(tmp_path: Path, inspector: User) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(csv_bytes([HEADER, LINE]))
    by = ("--by", inspector.username)
    new = ("--year", "2026", "--name", "市直部门监测指标", *by)

    with pytest.raises(CommandError, match="--by"):  # nobody answers for it whom nobody has named
        command(path, *new[:4])
    assert "新增 1" in command(path, *new, "--dry-run")
    assert not IndicatorSet.objects.exists()
    assert "新增 1" in command(path, *new)
    assert "不变 1" in command(path, *by)

    one = IndicatorSet.objects.get()
    assert (one.code, one.year, one.name, one.made_by, one.state) == (
        "city", 2026, "市直部门监测指标", inspector, SetState.DRAFT,
    )  # fmt: skip
    assert one.indicators.get().full_marks == Decimal(100)


def test_command_says_what_is_missing_and_saves_nothing(tmp_path: Path, inspector: User) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(csv_bytes([HEADER, LINE, [*LINE[:6], "x", "MONTHLY"]]))
    by = ("--by", inspector.username)
    new = ("--year", "2026", "--name", "新", *by)

    for options, sentence in (
        (by, "--year"),
        ((*new[:4], "--by", "nobody"), "nobody"),
        (new, "nothing was saved"),
        (("--year", "1900", "--name", "新", *by), "2008"),
    ):
        with pytest.raises(CommandError, match=sentence):
            command(path, *options)
    assert not IndicatorSet.objects.exists()
    assert "未导入 1" in command(path, *new, "--skip")
    assert IndicatorSet.objects.get().indicators.count() == 1
