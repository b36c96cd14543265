import pytest

from disclosure.enums import TimingKind, TimingUnit
from disclosure.rules import Term, TimingRule, describe, from_columns, to_columns
from disclosure.timing_text import parse_timing


def test_columns_of_no_rule_keep_text_alone() -> None:
    columns = to_columns(None)

    assert columns["timing_kind"] == TimingKind.UNPARSED
    assert from_columns(*columns.values()) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("信息形成或者变更之日起20个工作日内", "自信息形成或者变更之日起20个工作日内公开"),
        ("20个工作日内，公示7个工作日", "自信息形成或者变更之日起20个工作日内公开；公示不少于7个工作日"),
        ("每年1月31日前", "每年公开，1月31日前"),
        ("上半年7月15日前、下半年次年1月15日前", "每半年公开，7月15日、1月15日前"),
        ("每月5日前", "每月公开，5日前"),
        ("长期公开", "常年公开，至少每6个月复核一次"),
        ("提前一周发通知", "提前7日公开"),
        ("公示7个工作日", "公示不少于7个工作日"),
        ("每20个工作日更新", "每20个工作日更新一次"),
        ("逐段公开", "按进展逐段公开"),
        ("随时公开", "及时公开（按1日内掌握）"),
        ("3个工作日内；长期公开", "自信息形成或者变更之日起3个工作日内公开；长期公开"),
    ],
)
def test_describe_says_rule_in_words(text: str, words: str) -> None:
    rule = parse_timing(text)

    assert rule is not None
    assert describe(rule) == words


def test_describe_names_exception_with_its_matter() -> None:
    others = (Term(7, TimingUnit.WORKING_DAY, "行政许可、行政处罚"),)
    rule = TimingRule(TimingKind.AFTER_EVENT, 20, TimingUnit.WORKING_DAY, others=others)

    assert describe(rule).endswith("；行政许可、行政处罚为7个工作日")
