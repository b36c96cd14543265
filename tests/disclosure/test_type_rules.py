"""What the fields of a consultation and of a result must be to each other. Pure."""

from datetime import date
from typing import Any

import pytest

from disclosure.type_rules import day_of
from disclosure.types import ITEM_TYPES

ASKED = {"opens_on": "2026-03-01", "closes_on": "2026-03-31", "outcome_by": "2026-04-30", "way": ["来信"]}
SCORE = {"kind": "score", "period": "2025年度", "digest": "0a" * 32}


@pytest.mark.parametrize(
    ("item_type", "extra", "words"),
    [
        ("consultation", ASKED, ""),
        ("consultation", ASKED | {"closes_on": "2026-03-30"}, "只有29日，少于30日的须写明理由"),
        ("consultation", ASKED | {"closes_on": "2026-03-30", "short_reason": " "}, "国务院令第713号）第十五条"),
        ("consultation", ASKED | {"closes_on": "2026-03-30", "short_reason": "汛期将至"}, ""),
        ("consultation", ASKED | {"closes_on": "2026-03-01", "short_reason": "汛期将至"}, ""),
        ("consultation", ASKED | {"closes_on": "2026-02-28", "short_reason": "汛期将至"}, "截止日期早于开始日期"),
        ("consultation", ASKED | {"outcome_by": "2026-03-31"}, ""),
        ("consultation", ASKED | {"outcome_by": "2026-03-30"}, "公布期限早于征求意见截止日期"),
        ("consultation", ASKED | {"outcome_by": "2026-02-30"}, "“采纳情况公布期限”不是日期：2026-02-30"),
        ("consultation", ASKED | {"opens_on": ["2026-03-01"]}, "“征求意见开始日期”不是日期"),
        ("consultation", {}, ""),  # what is missing is said by missing_elements
        ("evaluation_result", SCORE, ""),
        ("evaluation_result", SCORE | {"digest": "0A" * 32}, "64位小写十六进制数"),
        ("evaluation_result", SCORE | {"digest": "0a" * 31}, "64位小写十六进制数"),
        ("evaluation_result", SCORE | {"digest": ""}, "须填写结果数据摘要"),
        ("evaluation_result", {"kind": "survey", "period": "2025年"}, "须填写结果数据摘要"),
        ("evaluation_result", {"kind": "accountability", "period": "2025年"}, ""),
        ("general", {"anything": "at all"}, ""),
    ],
)
def test_faults_say_what_is_wrong(item_type: str, extra: dict[str, Any], words: str) -> None:
    found = "".join(ITEM_TYPES[item_type].faults(extra))

    assert words in found and bool(words) == bool(found)


def test_day_of_takes_whole_days_alone() -> None:
    values: list[Any] = ["2026-03-01", "20260301", "2026-W09-7", "2026-03-01T08:00", "明天", "", None, 20260301, []]

    assert [day_of(value) for value in values] == [date(2026, 3, 1), *[None] * 8]
