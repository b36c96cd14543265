"""补正 (第三十条): once, within seven working days, and a fresh period from the corrected application on."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from govportal.models import Notice
from requests_app.enums import Action, FileKind, ReplyKind, State
from requests_app.models import Correction, InformationRequest
from requests_app.services import correct, decide, triage
from tests.factories import make_private_file
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    ask_party,
    deliver_correction,
    hear_party,
    make_proposal,
    officer_of,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def ask(row: InformationRequest, at: datetime = AT, **values: Any) -> Correction:
    demand: dict[str, Any] = {"items": "请写明年度和项目。", "due_on": date(2026, 3, 20)} | values
    return correct.ask(row.pk, correct.Demand(**demand), actor=officer_of(row.agency), at=at)


@pytest.mark.parametrize("state", [State.REGISTERED, State.IN_REVIEW])
def test_asking_stops_the_clock_and_tells_the_applicant(state: State) -> None:
    row = request_in(state)
    Notice.objects.all().delete()

    correction = ask(row)

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.CORRECTION_ASKED, None)
    assert (correction.asked_on, correction.due_on, correction.answered_on) == (TODAY, date(2026, 3, 20), None)
    event = row.events.get(action=Action.ASK_CORRECTION)
    assert (event.public_note, event.note) == ("请写明年度和项目。", "")
    assert [notice.subject for notice in Notice.objects.all()] == [f"您的申请 {row.number} 需要补正，请在期限内补正。"]
    assert_says_nothing_personal(row, "请写明年度和项目")


def test_answer_is_a_new_day_0_and_the_office_is_told() -> None:
    row = request_in(State.CORRECTION_ASKED)
    officer = officer_of(row.agency)
    type(officer).objects.filter(pk=officer.pk).update(email="officer@county.example")
    Notice.objects.all().delete()
    file = make_private_file()

    event = correct.answer(row.pk, "2025年第3标段", actor=None, at=on(date(2026, 3, 9)), files=[file])

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.CORRECTED, date(2026, 4, 7))  # 清明 lies between
    assert (event.by_applicant, event.actor, event.on) == (True, None, date(2026, 3, 9))
    correction = Correction.objects.get(request=row)
    assert (correction.answered_on, correction.answer) == (date(2026, 3, 9), "2025年第3标段")
    held = row.files.get()
    assert (held.kind, held.file, held.added_by) == (FileKind.CORRECTION, file, None)
    assert [(n.address, n.subject) for n in Notice.objects.all()] == [
        ("officer@county.example", f"申请人已补正：{row.number}")
    ]
    assert_says_nothing_personal(row, "2025年第3标段")


def test_answer_on_paper_counts_from_the_day_it_came_and_is_told_to_the_applicant() -> None:
    row = request_in(State.CORRECTION_ASKED)
    officer = officer_of(row.agency)
    Notice.objects.all().delete()

    correct.answer(row.pk, "明细", actor=officer, at=on(date(2026, 3, 12)), on=date(2026, 3, 10))

    assert assert_consistent(row).due_on == date(2026, 4, 8)
    assert [notice.subject for notice in Notice.objects.all()] == [f"您的申请 {row.number} 已登记补正。"]


def test_asking_a_second_time_is_refused_even_after_the_answer() -> None:
    row = request_in(State.CORRECTED)
    triage.begin_review(row.pk, actor=officer_of(row.agency), at=AT)

    assert refused_without_a_trace(row, lambda: ask(row)) == ["补正只能告知一次（条例第三十条）。"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"items": " "}, "须一次写明需要补正的全部内容。"),
        ({"due_on": TODAY}, "补正期限须在告知之日以后。"),
        ({"due_on": date(2026, 6, 3)}, "补正期限超过三个月，请核对日期。"),
        ({"told_on": date(2026, 3, 3)}, "日期不能晚于今天。"),
        ({"told_on": date(2026, 3, 1)}, "日期不能早于收到申请的日期 2026-03-02。"),
    ],
)
def test_faulty_demand_is_refused(values: dict[str, Any], reason: str) -> None:
    row = request_in(State.REGISTERED)

    assert refused_without_a_trace(row, lambda: ask(row, **values)) == [reason]


def test_longest_period_is_taken() -> None:
    assert ask(request_in(State.REGISTERED), due_on=date(2026, 6, 2)).due_on == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("told_on", "is_late"), [(date(2026, 3, 11), False), (date(2026, 3, 12), True), (date(2026, 3, 30), True)]
)
def test_asking_after_seven_working_days_is_done_and_noted(told_on: date, is_late: bool) -> None:
    row = request_in(State.IN_REVIEW)

    ask(row, at=on(told_on), due_on=told_on + timedelta(days=9))

    note = assert_consistent(row).events.get(action=Action.ASK_CORRECTION).note
    assert note == ("告知补正已超过收到申请后7个工作日。" if is_late else "")


def test_asking_after_the_reply_is_overdue_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    late = partial(ask, row, at=on(date(2026, 3, 31)), due_on=date(2026, 4, 10))

    words = refused_without_a_trace(row, late)

    assert len(words) == 1 and "告知补正" in words[0]


def test_asking_told_some_days_ago_stops_the_clock_on_that_day() -> None:
    row = request_in(State.IN_REVIEW)

    ask(row, at=on(date(2026, 3, 9)), told_on=date(2026, 3, 4))

    event = assert_consistent(row).events.get(action=Action.ASK_CORRECTION)
    assert (event.on, row.clock_events.get().on) == (date(2026, 3, 4), date(2026, 3, 4))


def test_asking_dated_before_a_question_that_was_asked_since_is_taken_in_its_place() -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row, at=on(date(2026, 3, 4)))
    hear_party(inquiry, at=on(date(2026, 3, 6)))

    ask(row, at=on(date(2026, 3, 9)), told_on=date(2026, 3, 3))

    assert assert_consistent(row).state == State.CORRECTION_ASKED


@pytest.mark.parametrize(
    ("text", "reason"), [(" ", "请写明补正的内容，或者上传材料。"), ("长" * 10_001, "补正的内容最多 10000 个字")]
)
def test_answer_without_words_or_with_too_many_is_refused(text: str, reason: str) -> None:
    row = request_in(State.CORRECTION_ASKED)

    words = refused_without_a_trace(row, lambda: correct.answer(row.pk, text, actor=None, at=AT))

    assert len(words) == 1 and words[0].startswith(reason)


def test_answer_of_files_alone_is_taken() -> None:
    row = request_in(State.CORRECTION_ASKED)

    correct.answer(row.pk, "", actor=None, at=AT, files=[make_private_file()])

    assert assert_consistent(row).state == State.CORRECTED


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 3, 7), "日期不能晚于今天。"),
        (date(2026, 3, 1), "日期不能早于收到申请的日期 2026-03-02。"),
        (date(2026, 3, 3), "收到补正的申请（2026年3月3日）：此前没有对应的告知、征求意见或者收费通知。"),
    ],
)
def test_answer_dated_before_the_notice_or_after_today_is_refused(day: date, reason: str) -> None:
    row = request_in(State.IN_REVIEW)
    ask(row, at=on(date(2026, 3, 4)))
    record = partial(correct.answer, row.pk, "明细", actor=officer_of(row.agency), at=on(date(2026, 3, 6)), on=day)

    words = refused_without_a_trace(row, record)

    assert len(words) == 1 and words[0].startswith(reason)


def test_answer_twice_is_refused() -> None:
    row = request_in(State.CORRECTED)

    words = refused_without_a_trace(row, lambda: correct.answer(row.pk, "又补", actor=None, at=AT))

    assert words == ["申请的状态是“已补正”，不能收到补正。"]


def test_answer_after_the_period_is_taken_while_the_case_is_open_and_ends_the_lapse_that_waits() -> None:
    row = request_in(State.IN_REVIEW)
    ask(row, due_on=date(2026, 3, 12))
    at = on(date(2026, 3, 16))
    deliver_correction(row)
    lapse = submit_decision(row, make_proposal(ReplyKind.NOT_CORRECTED, content=""), at=at)

    correct.answer(row.pk, "补正在后", actor=None, at=at)

    row = assert_consistent(row)
    assert row.state == State.CORRECTED
    assert refusal(lambda: decide.release(lapse.pk, seen=lapse.digest, actor=releaser_of(row.agency), at=at)) == [
        "申请的状态是“已补正”，不能终止办理。"
    ]


def test_asking_on_the_day_of_receipt_and_answering_the_same_day_changes_nothing() -> None:
    row = request_in(State.REGISTERED)
    due_on = row.due_on
    ask_correction(row)

    correct.answer(row.pk, "明细", actor=None, at=AT)

    assert assert_consistent(row).due_on == due_on
