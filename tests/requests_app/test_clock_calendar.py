from datetime import date

import pytest
from django.utils.translation import override

from requests_app.clock import ClockKind, DayKind, DayMark, Event, Reading, StepKey, fold
from requests_app.clock_calendar import (
    MOST_MONTHS,
    Cell,
    Month,
    calendar_months,
    day_label,
    strip,
    weekday_heads,
    working,
)
from tests.requests_app.clock_histories import real_calendar

TODAY = date(2026, 11, 5)
PAUSED_AND_EXTENDED = [
    Event(ClockKind.THIRD_PARTY_ASKED, date(2026, 9, 21), "a"),
    Event(ClockKind.THIRD_PARTY_ANSWERED, date(2026, 10, 9), "a"),
    Event(ClockKind.EXTENDED, date(2026, 10, 27), days=10),
]


def reading_of(*events: Event, today: date = TODAY, counts_receipt_day: bool = False) -> Reading:
    return fold(date(2026, 9, 15), events, real_calendar(), today=today, counts_receipt_day=counts_receipt_day)


def cells(months: list[Month]) -> dict[date, Cell]:
    return {cell.on: cell for month in months for week in month.weeks for cell in week if cell}


def test_months_show_what_each_day_is() -> None:
    reading = reading_of(*PAUSED_AND_EXTENDED)

    months = calendar_months(reading, TODAY)

    assert [month.title for month in months] == ["2026年9月", "2026年10月", "2026年11月"]
    shown = cells(months)
    assert (shown[date(2026, 9, 15)].label, shown[date(2026, 9, 15)].classes) == ("收到", "day-mark")
    makeup = shown[date(2026, 9, 20)]
    assert (makeup.label, makeup.number, makeup.classes, makeup.is_makeup) == ("第4日", 4, "day-on", True)
    assert (shown[date(2026, 10, 8)].label, shown[date(2026, 10, 8)].classes) == ("停", "day-stop")
    assert (shown[date(2026, 10, 1)].label, shown[date(2026, 10, 1)].classes) == ("休", "")
    assert (shown[TODAY].label, shown[TODAY].classes) == ("今天", "day-ext day-today")
    assert (shown[date(2026, 11, 12)].label, shown[date(2026, 11, 12)].classes) == ("到期", "day-ext day-due")


def test_weeks_are_of_seven_days_and_hold_the_clock() -> None:
    months = calendar_months(reading_of(*PAUSED_AND_EXTENDED), TODAY)

    assert all(len(week) == 7 for month in months for week in month.weeks)
    assert [len(month.weeks) for month in months] == [3, 5, 3]
    shown = cells(months)
    assert (shown[date(2026, 9, 14)].label, shown[date(2026, 9, 14)].classes) == ("", "")  # the day before


def test_due_date_that_is_today_says_both() -> None:
    reading = reading_of(today=date(2026, 10, 19))

    assert cells(calendar_months(reading, date(2026, 10, 19)))[date(2026, 10, 19)].label == "今天到期"


def test_months_end_somewhere_when_a_correction_never_comes() -> None:
    today = date(2100, 1, 1)
    reading = reading_of(Event(ClockKind.CORRECTION_ASKED, date(2026, 9, 18)), today=today)

    assert len(calendar_months(reading, today)) == MOST_MONTHS


def test_early_end_closes_the_calendar() -> None:
    reading = reading_of(Event(ClockKind.ANSWERED, date(2026, 9, 22)))

    shown = cells(calendar_months(reading, TODAY))

    assert shown[date(2026, 9, 22)].label == "结束"
    assert date(2026, 10, 1) not in shown


def test_strip_tells_the_days_as_the_sentence_does() -> None:
    found = strip(reading_of(*PAUSED_AND_EXTENDED))

    assert found is not None
    assert found.summary == "计入 5 日，停 8 日，计入 15 日，延长 10 日"
    assert len(found.days) == 38
    assert [n for n, day in enumerate(found.days) if "now" in day.classes] == [32]
    assert sum("todo" in day.classes for day in found.days) == 5


def test_strip_begins_with_the_receipt_day_when_it_counts() -> None:
    found = strip(reading_of(counts_receipt_day=True))

    assert found is not None and (len(found.days), found.summary) == (20, "计入 20 日")


def test_strip_holds_only_the_count_since_the_last_start() -> None:
    stop = [Event(ClockKind.FEE_NOTIFIED, date(2026, 9, 22)), Event(ClockKind.FEE_PAID, date(2026, 9, 28))]

    found = strip(reading_of(*stop))

    assert found is not None and len(found.days) == 20


def test_strip_is_left_out_while_the_clock_stands_still() -> None:
    assert strip(reading_of(Event(ClockKind.CORRECTION_ASKED, date(2026, 9, 18)))) is None


def test_strip_is_left_out_when_it_would_be_too_long_to_see() -> None:
    assert strip(reading_of(Event(ClockKind.DELAYED, date(2026, 9, 18), days=200))) is None


def test_working_has_a_row_for_each_step_that_moves_the_date() -> None:
    rows = working(reading_of(*PAUSED_AND_EXTENDED))

    assert [(row.label, row.days, row.span, row.due_on) for row in rows] == [
        ("法定答复期限", "20", "9月16日起", date(2026, 10, 19)),
        ("征求第三方意见", "停 8", "9月22日—10月9日", date(2026, 10, 29)),
        ("延长答复期限", "＋10", "10月30日—11月12日", date(2026, 11, 12)),
    ]
    assert rows[1].basis == "条例第三十二条、第三十三条第三款"


def test_working_of_a_question_answered_at_once_has_no_span() -> None:
    asked, answered = ClockKind.CO_AGENCY_ASKED, ClockKind.CO_AGENCY_ANSWERED
    events = [Event(asked, date(2026, 9, 17)), Event(answered, date(2026, 9, 17))]

    assert [(row.days, row.span) for row in working(reading_of(*events))[1:]] == [("停 0", "")]


@pytest.mark.parametrize(
    ("kind", "label", "basis"),
    [
        (ClockKind.CORRECTION_ASKED, "告知补正", "条例第三十条"),
        (ClockKind.FEE_NOTIFIED, "收费通知", "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）"),
    ],
)
def test_working_ends_without_a_date_while_the_clock_stands(kind: ClockKind, label: str, basis: str) -> None:
    last = working(reading_of(Event(kind, date(2026, 9, 17))))[-1]

    assert (last.label, last.days, last.span, last.due_on) == (label, "停", "9月18日起", None)
    assert last.basis == basis


def test_stop_that_was_ended_has_no_row() -> None:
    asked, corrected = ClockKind.CORRECTION_ASKED, ClockKind.CORRECTED
    events = [Event(asked, date(2026, 9, 17)), Event(corrected, date(2026, 9, 21))]

    assert [row.label for row in working(reading_of(*events))] == ["法定答复期限", "补正后重新计算"]


def test_label_of_a_waiting_day() -> None:
    assert day_label(DayMark(TODAY, DayKind.WAITING, None, "")) == "等"
    assert day_label(DayMark(TODAY, DayKind.START, None, "", key=StepKey.CORRECTED)) == "补正"


def test_week_has_seven_heads() -> None:
    with override("en"):
        english = weekday_heads()

    assert weekday_heads() == ["一", "二", "三", "四", "五", "六", "日"]
    assert len(english) == 7
