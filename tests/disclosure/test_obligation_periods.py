"""What timing rules make agencies owe, by the words that standard catalogues use and the notices of 2024–2026."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.enums import ObligationKind, Recurrence, TimingKind, TimingUnit
from disclosure.obligation_periods import Days, Owed, add_months, first_date_from, owed_by_event, owed_by_periods
from disclosure.rules import Term, TimingRule
from disclosure.timing_text import parse_timing
from govportal.workdays import Calendar, is_working_day, working_days_between

KIND = ObligationKind
# 2026: 春节 15–23 February with 14 and 28 February worked; 清明 4–6 April; 劳动节 1–5 May with 9 May worked;
# 国庆节 1–7 October with 20 September and 10 October worked.
CALENDAR = Calendar(
    off=frozenset(
        [date(2026, 1, d) for d in (1, 2, 3)]
        + [date(2026, 2, d) for d in range(15, 24)]
        + [date(2026, 4, d) for d in (4, 5, 6)]
        + [date(2026, 5, d) for d in range(1, 6)]
        + [date(2026, 10, d) for d in range(1, 8)]
    ),
    worked=frozenset(date(2026, month, day) for month, day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]),
    announced=frozenset({2026}),
)
DAYS = Days(CALENDAR)
FIXED = Days(CALENDAR, calendar_terms_move=False)


def parsed(text: str) -> TimingRule:
    rule = parse_timing(text)
    assert rule is not None
    return rule


def periods(text: str, in_force_on: date, today: date, **values: bool) -> list[tuple[ObligationKind, date, date, date]]:
    owed = owed_by_periods(parsed(text), in_force_on=in_force_on, today=today, days=DAYS, **values)
    return [(o.kind, o.period_start, o.period_end, o.due_on) for o in owed]


def by_event(text: str, occurred_on: date, days: Days = DAYS) -> Owed:
    owed = owed_by_event(parsed(text), occurred_on, days)
    assert owed is not None
    return owed


@pytest.mark.parametrize(
    ("text", "occurred_on", "due_on"),
    [
        # over 劳动节, with 9 May worked
        ("信息形成或者变更之日起20个工作日内", date(2026, 4, 20), date(2026, 5, 20)),
        ("作出决定之日起7个工作日内", date(2026, 9, 18), date(2026, 9, 28)),  # 20 September is worked
        ("收到征地批准文件10个工作日内", date(2026, 2, 13), date(2026, 3, 5)),  # over 春节, 14 and 28 February worked
        ("5个工作日内", date(2026, 3, 2), date(2026, 3, 9)),
        ("批准后20日内", date(2026, 3, 2), date(2026, 3, 23)),  # a Sunday moves on
        ("批准后20日内", date(2026, 4, 11), date(2026, 5, 6)),  # 1 May moves over the whole holiday
        ("批准后20日内", date(2026, 3, 3), date(2026, 3, 23)),
        ("实时公开", date(2026, 3, 4), date(2026, 3, 5)),
        ("及时公开", date(2026, 3, 6), date(2026, 3, 9)),  # one calendar day, which is a Saturday
        ("公示7个工作日", date(2026, 3, 6), date(2026, 3, 6)),  # displayed from its very day
        ("批前公示不少于30日", date(2026, 3, 7), date(2026, 3, 7)),
        ("提前一周发通知", date(2026, 10, 12), date(2026, 10, 5)),  # a day off: the week is not cut
        ("提前5个工作日", date(2026, 10, 12), date(2026, 9, 29)),
        ("按进展情况及时公开", date(2026, 3, 4), date(2026, 3, 5)),
    ],
)
def test_event_due_by_the_words_of_the_catalogue(text: str, occurred_on: date, due_on: date) -> None:
    assert by_event(text, occurred_on).due_on == due_on


def test_event_calendar_term_setting_off_stays_on_a_day_off() -> None:
    assert by_event("批准后20日内", date(2026, 3, 2), FIXED).due_on == date(2026, 3, 22)


def test_event_kinds_by_rule() -> None:
    day = date(2026, 3, 4)

    assert by_event("20个工作日内", day).kind == KIND.EVENT
    assert by_event("提前7日", day).kind == KIND.BEFORE_EVENT
    assert by_event("分阶段公开", day).kind == KIND.STAGE
    assert by_event("批前公示不少于30日", day).kind == KIND.EVENT


def test_event_before_its_due_day_period_spans_both() -> None:
    owed = by_event("提前7日", date(2026, 3, 20))

    assert (owed.period_start, owed.period_end, owed.due_on) == (
        date(2026, 3, 13),
        date(2026, 3, 20),
        date(2026, 3, 13),
    )


def test_event_matter_with_a_term_of_its_own() -> None:
    rule = TimingRule(
        TimingKind.AFTER_EVENT,
        20,
        TimingUnit.WORKING_DAY,
        others=(Term(7, TimingUnit.WORKING_DAY, "行政许可、行政处罚"),),
    )

    dues = [owed_by_event(rule, date(2026, 3, 2), DAYS, matter=m) for m in ("某某行政处罚决定", "行政检查结果", "")]

    assert [owed.due_on for owed in dues if owed] == [date(2026, 3, 11), date(2026, 3, 30), date(2026, 3, 30)]


def test_event_after_event_without_a_number_takes_the_statutory_term() -> None:
    owed = owed_by_event(TimingRule(TimingKind.AFTER_EVENT), date(2026, 3, 2), DAYS)

    assert owed and owed.due_on == date(2026, 3, 30)


@pytest.mark.parametrize("text", ["每月10日前", "长期公开", "每季度至少公开一次"])
def test_event_rules_that_know_no_events_owe_nothing(text: str) -> None:
    assert owed_by_event(parsed(text), date(2026, 3, 2), DAYS) is None


def test_event_text_not_understood_owes_nothing() -> None:
    assert owed_by_event(None, date(2026, 3, 2), DAYS) is None


def test_presence_half_years_due_on_fixed_days_that_never_move() -> None:
    # 15 July 2029 is a Sunday.
    found = periods("信息形成或者变更之日起20个工作日内", date(2028, 12, 31), date(2029, 7, 1))

    assert found == [
        (KIND.PRESENCE, date(2028, 7, 1), date(2028, 12, 31), date(2029, 1, 15)),
        (KIND.PRESENCE, date(2029, 1, 1), date(2029, 6, 30), date(2029, 7, 15)),
        (KIND.PRESENCE, date(2029, 7, 1), date(2029, 12, 31), date(2030, 1, 15)),
    ]


@pytest.mark.parametrize(
    ("text", "in_force_on", "today", "expected"),
    [
        ("每年1月31日前", date(2025, 5, 1), date(2026, 1, 1), [(date(2025, 1, 1), date(2026, 1, 31)),
                                                            (date(2026, 1, 1), date(2027, 1, 31))]),
        ("每年12月31日前", date(2026, 5, 1), date(2026, 6, 1), [(date(2026, 1, 1), date(2026, 12, 31))]),
        ("7月15日前和1月15日前", date(2026, 1, 1), date(2026, 7, 1), [(date(2026, 1, 1), date(2026, 7, 15)),
                                                                (date(2026, 7, 1), date(2027, 1, 15))]),
        ("每月10日前", date(2026, 1, 20), date(2026, 2, 1), [(date(2026, 1, 1), date(2026, 2, 10)),
                                                         (date(2026, 2, 1), date(2026, 3, 10))]),
        ("每月31日前", date(2026, 2, 1), date(2026, 2, 1), [(date(2026, 2, 1), date(2026, 2, 28))]),
        ("每月结束后20日内", date(2026, 1, 1), date(2026, 1, 31), [(date(2026, 1, 1), date(2026, 2, 24))]),
        ("每季度结束后15日内", date(2026, 1, 1), date(2026, 3, 31), [(date(2026, 1, 1), date(2026, 4, 15))]),
        ("每季度至少公开一次", date(2026, 2, 1), date(2026, 4, 1), [(date(2026, 1, 1), date(2026, 3, 31)),
                                                              (date(2026, 4, 1), date(2026, 6, 30))]),
        ("半年至少更新1次", date(2026, 6, 30), date(2026, 6, 30), [(date(2026, 1, 1), date(2026, 6, 30))]),
        ("每20个工作日更新", date(2026, 4, 20), date(2026, 5, 19), [(date(2026, 4, 20), date(2026, 5, 19))]),
        ("每20个工作日更新", date(2026, 4, 20), date(2026, 5, 20), [(date(2026, 4, 20), date(2026, 5, 19)),
                                                              (date(2026, 5, 20), date(2026, 6, 16))]),
        ("每周更新", date(2026, 3, 4), date(2026, 3, 9), [(date(2026, 3, 2), date(2026, 3, 9)),
                                                      (date(2026, 3, 9), date(2026, 3, 16))]),
    ],
)  # fmt: skip
def test_recurring_start_and_due_by_the_words_of_the_catalogue(
    text: str, in_force_on: date, today: date, expected: list[tuple[date, date]]
) -> None:
    found = periods(text, in_force_on, today)

    assert [(start, due) for _kind, start, _end, due in found] == expected
    assert {kind for kind, *_days in found} == {KIND.RECURRING}


def test_every_two_months_by_the_calendar() -> None:
    rule = TimingRule(TimingKind.RECURRING, 2, TimingUnit.MONTH, Recurrence.EVERY_N_DAYS)

    owed = owed_by_periods(rule, in_force_on=date(2026, 2, 10), today=date(2026, 3, 1), days=DAYS)

    assert [(o.period_start, o.period_end, o.due_on) for o in owed] == [
        (date(2026, 1, 1), date(2026, 2, 28), date(2026, 2, 28)),  # a Saturday that is worked
        (date(2026, 3, 1), date(2026, 4, 30), date(2026, 4, 30)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("长期公开", [(date(2026, 1, 1), date(2026, 6, 30))]),
        ("长期公开，每年至少更新1次", [(date(2026, 1, 1), date(2026, 12, 31))]),
        ("长期公开，每季度更新", [(date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))]),
    ],
)
def test_continuous_one_review_a_period(text: str, expected: list[tuple[date, date]]) -> None:
    found = periods(text, date(2026, 2, 1), date(2026, 5, 1))

    assert found == [(KIND.REVIEW, start, end, end) for start, end in expected]


def test_at_once_with_a_recurrence_is_also_reviewed() -> None:
    found = periods("实时更新，每年至少复核1次", date(2026, 2, 1), date(2026, 5, 1))

    assert [(kind, due) for kind, _start, _end, due in found] == [
        (KIND.REVIEW, date(2026, 12, 31)),
        (KIND.PRESENCE, date(2026, 7, 15)),
    ]


def test_by_stage_presence_and_its_recurrence() -> None:
    found = periods("按进展分阶段公开，每季度更新", date(2026, 4, 1), date(2026, 5, 1))

    assert [kind for kind, *_days in found] == [KIND.RECURRING, KIND.PRESENCE]


def test_before_event_no_presence() -> None:
    assert periods("提前7日", date(2026, 1, 1), date(2026, 5, 1)) == []


def test_minimum_display_presence() -> None:
    assert [kind for kind, *_days in periods("公示7个工作日", date(2026, 1, 1), date(2026, 5, 1))] == [KIND.PRESENCE]


def test_report_owed_by_filing_and_no_presence() -> None:
    assert [kind for kind, *_days in periods("每年1月31日前", date(2026, 1, 1), date(2026, 5, 1), is_report=True)] == [
        KIND.FILING
    ]
    assert periods("20个工作日内", date(2026, 1, 1), date(2026, 5, 1), is_report=True) == []


def test_before_the_day_in_force_nothing_is_owed() -> None:
    assert periods("每月10日前", date(2026, 3, 1), date(2026, 2, 28)) == []


@pytest.mark.parametrize("recurrence", [None, Recurrence.EVERY_N_DAYS])
def test_recurring_without_a_length_owes_nothing(recurrence: Recurrence | None) -> None:
    rule = TimingRule(TimingKind.RECURRING, recurrence=recurrence)

    assert owed_by_periods(rule, in_force_on=date(2026, 1, 1), today=date(2026, 5, 1), days=DAYS) == []


def test_first_date_from_wraps_into_the_next_year_and_cuts_the_month() -> None:
    assert first_date_from(date(2026, 12, 31), ["07-15", "01-15"]) == date(2027, 1, 15)
    assert first_date_from(date(2027, 2, 28), ["29"]) == date(2027, 2, 28)
    assert first_date_from(date(2028, 2, 29), ["02-29"]) == date(2028, 2, 29)


def test_add_months_keeps_to_the_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert add_months(date(2026, 8, 31), 18) == date(2028, 2, 29)


days_of_2026 = st.dates(date(2026, 1, 1), date(2027, 6, 30))


@given(days_of_2026, st.integers(0, 60))
def test_before_leaves_the_whole_term_and_is_worked(day: date, n: int) -> None:
    found = DAYS.before(day, Term(n, TimingUnit.WORKING_DAY))

    assert is_working_day(found, CALENDAR)
    assert working_days_between(found, day, CALENDAR) >= n


@given(
    st.sampled_from(["每月10日前", "每季度结束后15日内", "每20个工作日更新", "每周更新", "长期公开", "20个工作日内"]),
    days_of_2026,
    st.integers(0, 500),
)
def test_periods_follow_on_without_gap_and_are_never_due_before_they_end(text: str, start: date, length: int) -> None:
    today = date.fromordinal(start.toordinal() + length)

    owed = owed_by_periods(parsed(text), in_force_on=start, today=today, days=DAYS)

    assert owed[0].period_end >= start and owed[-1].period_start <= today <= owed[-1].period_end
    assert all(o.due_on >= o.period_end for o in owed)
    for before, after in pairwise(owed):
        assert (after.period_start - before.period_end).days == 1
