"""The last days of complaints around weekends, 调休 and an eight-day holiday. Pure: no database."""

from datetime import date, timedelta

from govportal.workdays import Calendar
from requests_app.complaint_enums import ComplaintGround
from requests_app.complaint_page import why_that_day
from requests_app.complaint_rules import ACCEPTANCE, GROUND_BASIS, TRANSFER, answer_term
from requests_app.feedback_enums import FeedbackKind
from requests_app.feedback_rules import feedback_term

# 国庆节、中秋节 of 2025: 1 to 8 October off, 28 September (Sunday) and 11 October (Saturday) worked.
CALENDAR = Calendar(
    off=frozenset(date(2025, 10, 1) + timedelta(days=number) for number in range(8)),
    worked=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
    announced=frozenset({2025, 2026}),
)

# Received on, then the last day: to decide on acceptance (5 days), to transfer (5 working days), to answer (7 days).
CASES = [
    ("2026-03-02 Monday, the fifth day a Saturday", "2026-03-02", "2026-03-09", "2026-03-09", "2026-03-09"),
    ("2026-03-05 Thursday, no day off at an end", "2026-03-05", "2026-03-10", "2026-03-12", "2026-03-12"),
    ("2026-03-07 Saturday", "2026-03-07", "2026-03-12", "2026-03-13", "2026-03-16"),
    ("2025-09-26 Friday, the Sunday after it is worked", "2025-09-26", "2025-10-09", "2025-10-10", "2025-10-09"),
    ("2025-09-30 the eve of eight days off", "2025-09-30", "2025-10-09", "2025-10-14", "2025-10-09"),
    ("2025-10-06 in the holiday, ends on a worked Saturday", "2025-10-06", "2025-10-11", "2025-10-14", "2025-10-13"),
    ("2025-10-11 a worked Saturday", "2025-10-11", "2025-10-16", "2025-10-17", "2025-10-20"),
]


def test_terms_end_on_working_days_around_holidays() -> None:
    terms = (ACCEPTANCE, TRANSFER, answer_term(7, is_working=False))

    for name, received, *expected in CASES:
        ends = [term.ends_on(date.fromisoformat(received), CALENDAR, moves=True).isoformat() for term in terms]
        assert ends == expected, name


def test_calendar_days_stay_where_the_county_does_not_move_them() -> None:
    eve = date(2025, 9, 30)

    assert ACCEPTANCE.ends_on(eve, CALENDAR, moves=False) == date(2025, 10, 5)
    assert TRANSFER.ends_on(eve, CALENDAR, moves=False) == date(2025, 10, 14)
    assert answer_term(7, is_working=False).ends_on(eve, CALENDAR, moves=False) == date(2025, 10, 7)


def test_county_may_answer_in_working_days() -> None:
    for days, received, end in ((5, "2025-09-30", "2025-10-14"), (10, "2025-09-30", "2025-10-21")):
        term = answer_term(days, is_working=True)
        assert term.ends_on(date.fromisoformat(received), CALENDAR, moves=True) == date.fromisoformat(end)


def test_each_ground_cites_its_item() -> None:
    items = [basis[-2] for basis in GROUND_BASIS.values()]

    assert (len(GROUND_BASIS), "".join(items)) == (9, "一二三四五六七八九")
    assert list(GROUND_BASIS) == list(ComplaintGround)


def test_feedback_is_answered_in_working_days() -> None:
    eve = date(2025, 9, 30)

    correction = feedback_term(FeedbackKind.CORRECTION, message_days=7, correction_days=3)
    message = feedback_term(FeedbackKind.MESSAGE, message_days=7, correction_days=3)
    ends = [term.ends_on(eve, CALENDAR, moves=True) for term in (correction, message)]

    assert ends == [date(2025, 10, 11), date(2025, 10, 16)]


def test_day_says_how_it_was_reckoned() -> None:
    five, seven = ACCEPTANCE, answer_term(7, is_working=False)
    cases = [
        (five, "2026-03-05", "2026-03-10", "收到次日起算5日。"),
        (five, "2026-03-02", "2026-03-09", "收到次日起算5日；3月7日是休息日，顺延到3月9日。"),
        (seven, "2025-09-30", "2025-10-09", "收到次日起算7日；10月7日是休息日，顺延到10月9日。"),
        (TRANSFER, "2025-09-30", "2025-10-14", "收到次日起算5个工作日。"),
        (seven, "2026-03-05", "2026-04-30", ""),  # extended
    ]
    for term, received, by, words in cases:
        from_day, to_day = date.fromisoformat(received), date.fromisoformat(by)
        assert why_that_day(term, from_day, to_day, CALENDAR, moves=True) == words, (received, by)
