from datetime import date

import pytest
from django.utils.translation import override

from requests_app.clock import ClockKind, ClockState, Event, Fault, FaultCode, Reading, fold, reasons_against
from requests_app.clock_words import KIND_WORDS, STATE_WORDS, articles, explain, fault_words
from tests.requests_app.clock_histories import cases, read, real_calendar

RECEIVED = date(2026, 3, 2)


def march(day: int) -> date:
    return date(2026, 3, day)


def reading_of(*events: Event, today: date = date(2026, 3, 20), received_on: date = RECEIVED) -> Reading:
    return fold(received_on, events, real_calendar(), today=today)


def texts(*events: Event, today: date = date(2026, 3, 20)) -> list[str]:
    return [str(line) for line in explain(reading_of(*events, today=today))]


def test_paused_and_extended_clock_is_explained() -> None:
    reading = reading_of(
        Event(ClockKind.THIRD_PARTY_ASKED, date(2026, 9, 21), "a"),
        Event(ClockKind.THIRD_PARTY_ANSWERED, date(2026, 10, 9), "a"),
        Event(ClockKind.EXTENDED, date(2026, 10, 27), days=10),
        received_on=date(2026, 9, 15),
        today=date(2026, 11, 5),
    )

    assert [str(line) for line in explain(reading)] == [
        "2026年9月15日收到申请，自次日起算20个工作日，到10月19日届满（条例第三十一条、第三十三条第二款）。",
        "9月21日书面征求第三方意见，10月9日收到意见，其间8个工作日不计，顺延至10月29日（条例第三十二条、第三十三条第三款）。",
        "10月27日经批准延长10个工作日，延至11月12日（条例第三十三条第二款）。",
        "最迟答复日期：2026年11月12日（星期四）。",
    ]


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["id"]))
def test_last_line_is_the_date(case: dict[str, object]) -> None:
    reading = read(case, real_calendar())

    lines = explain(reading)

    assert lines[-1].due_on == lines[-2].due_on == reading.due_on
    assert ("暂估" in lines[-1].text) is reading.is_provisional


def test_open_question_says_until_when_it_may_last() -> None:
    assert texts(Event(ClockKind.THIRD_PARTY_ASKED, march(4), "a"))[1] == (
        "3月4日书面征求第三方意见，最迟等到3月25日，其间15个工作日不计，顺延至4月21日（条例第三十二条、第三十三条第三款）。"
    )


def test_silence_of_a_third_party_and_of_a_co_agency_differ() -> None:
    third, co_agency = (
        texts(Event(kind, march(4), "a"), today=march(26))[1]
        for kind in (ClockKind.THIRD_PARTY_ASKED, ClockKind.CO_AGENCY_ASKED)
    )

    assert "到3月25日期满没有提出意见，其间" in third
    assert "到3月25日期满没有提出意见，视为同意公开，其间" in co_agency


def test_question_without_effect_says_so() -> None:
    asked, answered = ClockKind.CO_AGENCY_ASKED, ClockKind.CO_AGENCY_ANSWERED

    assert "没有另外不计的工作日，仍到3月30日届满" in texts(Event(asked, march(5)), Event(answered, march(5)))[1]


def test_awaited_correction_leaves_no_date() -> None:
    assert texts(Event(ClockKind.CORRECTION_ASKED, march(5)))[1:] == [
        "3月5日告知申请人补正，此前已计3个工作日；收到补正的申请之前停止计时（条例第三十条）。",
        "收到补正的申请之后才有最迟答复日期。",
    ]


def test_awaited_payment_leaves_no_date() -> None:
    lines = texts(Event(ClockKind.FEE_NOTIFIED, march(10)))

    assert "国办函〔2020〕109号" in lines[1]
    assert lines[-1] == "缴清费用之后才有最迟答复日期。"


def test_question_beyond_a_new_start_is_told_twice() -> None:
    lines = texts(
        Event(ClockKind.THIRD_PARTY_ASKED, march(9), "a"),
        Event(ClockKind.FEE_NOTIFIED, march(10)),
        Event(ClockKind.FEE_PAID, march(12)),
        Event(ClockKind.THIRD_PARTY_ANSWERED, march(18), "a"),
    )

    assert "3月12日缴清信息处理费，自次日起重新计算20个工作日，到4月10日届满" in lines[3]
    assert "此前的征求意见到3月18日为止，其间4个工作日不计，顺延至4月16日" in lines[4]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (
            [Event(ClockKind.DELAYED, march(9), days=40)],
            "3月9日确定延迟40个工作日答复，延至5月28日（条例第三十五条）。",
        ),
        ([Event(ClockKind.ANSWERED, march(9))], "3月9日作出答复，已计5个工作日（条例第三十六条）。"),
        ([Event(ClockKind.ANSWERED, march(31))], "3月31日作出答复，晚于答复期限（条例第三十六条）。"),
        ([Event(ClockKind.WITHDRAWN, march(9))], "3月9日申请人撤回申请，计时结束。"),
        (
            [Event(ClockKind.CORRECTION_ASKED, march(5)), Event(ClockKind.LAPSED, march(30))],
            "3月30日因申请人逾期没有补正或者缴费，不再处理，计时结束（条例第三十条）。",
        ),
    ],
)
def test_other_steps_are_sentences(events: list[Event], words: str) -> None:
    assert texts(*events, today=date(2026, 4, 30))[-2] == words


def test_provisional_date_names_the_missing_notice() -> None:
    reading = fold(date(2026, 12, 15), [], real_calendar(), today=date(2026, 12, 31))

    assert str(explain(reading)[-1]) == (
        "最迟答复日期暂估为2027年1月12日（星期二）：2027年的节假日安排还没有发布，日期可能变动。"
    )


def test_counted_receipt_day_is_said() -> None:
    reading = fold(RECEIVED, [], real_calendar(), today=RECEIVED, counts_receipt_day=True)

    assert explain(reading)[0].text == "2026年3月2日收到申请，自当日起算20个工作日，到3月27日届满"


def test_sentences_in_english_keep_articles_apart() -> None:
    with override("en"):
        line = explain(reading_of())[0]

    assert line.basis == "条例第三十一条、第三十三条第二款"


def test_statute_is_named_once() -> None:
    statute = "《政府信息公开条例》"

    assert articles(f"{statute}第三十条", "", f"{statute}第三十条", "《某法》第一条") == "条例第三十条、《某法》第一条"


# --- faults ---------------------------------------------------------------------------------------------------


def test_fault_is_told_with_date_and_article() -> None:
    (fault,) = reasons_against(RECEIVED, [Event(ClockKind.EXTENDED, march(31), days=5)], real_calendar())

    assert fault_words(fault) == (
        "延长答复期限（2026年3月31日）：最迟应在答复期限2026年3月30日当日作出。（条例第三十三条第二款）"
    )


@pytest.mark.parametrize("code", FaultCode)
@pytest.mark.parametrize("kind", ClockKind)
def test_every_fault_has_words(code: FaultCode, kind: ClockKind) -> None:
    words = fault_words(Fault(code, 0, Event(kind, march(4)), "", march(5)))

    assert words.startswith(f"{KIND_WORDS[kind]}（2026年3月4日）：") and "%" not in words


@pytest.mark.parametrize(
    ("received_on", "words"), [(date(2019, 5, 14), "早于2019年5月15日"), (date(9999, 1, 1), "超出了可以计算的范围")]
)
def test_impossible_receipt_has_words(received_on: date, words: str) -> None:
    (fault,) = reasons_against(received_on, [], real_calendar())

    assert words in fault_words(fault)


def test_every_kind_and_state_has_a_name() -> None:
    assert set(KIND_WORDS) == set(ClockKind)
    assert set(STATE_WORDS) == set(ClockState)
