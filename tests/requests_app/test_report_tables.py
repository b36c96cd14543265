"""The figures of an annual report: every derived cell is computed, every request counts once."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.report_form import APPLICANTS, OUTCOME_KEYS, TABLE2, TABLE3, TABLE4
from requests_app.report_tables import Table2, Table3, Table4, Tally, added_figures
from tests.requests_app.report_samples import tallies_of, whole_report

KINDS = [column.key for column in APPLICANTS]
TALLIES = st.lists(
    st.builds(
        Tally,
        kind=st.sampled_from(KINDS),
        outcome=st.sampled_from([None, *OUTCOME_KEYS]),
        is_carried=st.booleans(),
        n=st.integers(0, 10_000),
    ),
    max_size=40,
)


def full_reports(folder: Path) -> list[dict[str, Any]]:
    reports = json.loads((folder / "annual_report_tables" / "reports.json").read_text())
    return [report for report in reports if report["completeness"] == "full"]


def test_form_has_the_rows_and_columns_of_the_official_one() -> None:
    counted = {form.key: len(list(form.cells())) for form in (TABLE2, TABLE3, TABLE4)}

    assert counted == {"table2": 10, "table3": 175, "table4": 15}
    assert [row.key for row in TABLE3.rows] == ["new", "carried", *OUTCOME_KEYS, "total", "next"]


def test_tallies_of_a_known_table_give_that_table() -> None:
    table3 = whole_report()["table3"]

    assert Table3.of(tallies_of(table3)).to_json() == table3


def test_tallies_of_published_tables_give_those_tables(portal_data: Path) -> None:
    reports = full_reports(portal_data)

    found = {report["id"]: Table3.of(tallies_of(report["cells"])).to_json() for report in reports}

    assert len(found) == 2
    assert found == {report["id"]: report["cells"] for report in reports}


def test_no_tally_gives_zeros_everywhere() -> None:
    table = Table3.of([])

    assert set(table.cells().values()) == {0}
    assert len(table.cells()) == 175


def test_tally_of_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(KeyError):
        Table3.of([Tally("business", "r9", is_carried=False)])


@given(TALLIES)
def test_columns_balance_and_rows_add_up_whatever_was_counted(tallies: list[Tally]) -> None:
    rows = Table3.of(tallies).rows

    for place in range(7):
        assert rows["new"][place] + rows["carried"][place] == rows["total"][place] + rows["next"][place]
    assert all(sum(row[:-1]) == row[-1] for row in rows.values())
    assert rows["new"][-1] + rows["carried"][-1] == sum(tally.n for tally in tallies)


@given(TALLIES, TALLIES)
def test_sum_of_two_tables_is_the_table_of_all_requests(one: list[Tally], other: list[Tally]) -> None:
    assert Table3.of(one) + Table3.of(other) == Table3.of([*one, *other])


def test_table_of_appeals_sums_each_row() -> None:
    counted = [("review", "upheld", 3), ("review", "pending", 2), ("post", "other", 1), ("review", "upheld", 1)]

    assert Table4.of(counted).to_json() == {
        "review": [4, 0, 0, 2, 6],
        "direct": [0, 0, 0, 0, 0],
        "post": [0, 0, 1, 0, 1],
    }


def test_figure_that_nobody_knows_is_absent_or_null_and_not_zero() -> None:
    table = Table2({("normative", "issued"): 4, ("fees", "amount"): Decimal("59237.2449"), ("licence", "decisions"): 0})

    assert table.to_json() == {
        "行政规范性文件": [4, None, None],
        "行政许可": 0,
        "行政事业性收费_万元": 59237.2449,
    }


def test_sum_of_figures_knows_what_one_of_them_knows() -> None:
    one = Table2({("normative", "issued"): 4, ("fees", "amount"): Decimal("0.1")})
    other = Table2({("normative", "issued"): 2, ("fees", "amount"): Decimal("0.2"), ("penalty", "decisions"): 7})

    added = added_figures([one, other]).figures

    assert added == {
        ("normative", "issued"): 6,
        ("fees", "amount"): Decimal("0.3"),
        ("penalty", "decisions"): 7,
    }
