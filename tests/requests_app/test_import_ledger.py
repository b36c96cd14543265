"""The ledger of an agency: what of it becomes a request, what is refused and why, and that it does so once."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from disclosure.models import IndexCounter
from govportal.imports import Outcome
from govportal.models import AuditEvent
from requests_app.enums import ApplicantKind, Channel, ReceiptBasis, State
from requests_app.ledger_table import read_day
from requests_app.models import InformationRequest
from requests_app.services import intake
from tests.factories import make_agency
from tests.factories.requests import file_request, make_officer, make_request
from tests.requests_app.ledgers import AT, CLOSED, HEADER, OPEN, messages, outcomes, row, run

pytestmark = pytest.mark.django_db


def snapshot() -> list[tuple[Any, ...]]:
    return list(InformationRequest.objects.order_by("pk").values_list())


def test_closed_row_becomes_an_answered_request_without_an_applicant(tmp_path: Path) -> None:
    agency = make_agency()

    result = run(tmp_path, CLOSED, agency=agency)

    made = InformationRequest.objects.get()
    assert (outcomes(result), result.with_messages) == ([Outcome.CREATED], [])
    assert (made.number, made.agency, made.state) == ("依申请〔2025〕1号", agency, State.REPLIED)
    assert (made.received_on, made.closed_on, made.outcome) == (date(2025, 3, 5), date(2025, 4, 2), "r1")
    assert (made.channel, made.applicant_kind, made.receipt_basis) == ("mail", "natural_person", ReceiptBasis.LEDGER)
    assert (made.is_imported, made.due_on, made.query_key) == (True, None, "")
    assert not hasattr(made, "applicant")


def test_open_row_is_worked_on_with_a_clock(tmp_path: Path) -> None:
    run(tmp_path, OPEN)

    made = InformationRequest.objects.get()
    assert (made.state, made.outcome, made.closed_on) == (State.IN_REVIEW, "", None)
    assert made.due_on == date(2026, 3, 13)  # the spring festival lies between, with two Saturdays worked
    assert not made.is_provisional


def test_open_row_of_a_year_without_a_notice_is_provisional(tmp_path: Path) -> None:
    at = datetime(2030, 3, 4, tzinfo=UTC)

    run(tmp_path, row(received_on="2030-3-1", outcome="", closed_on=""), at=at)

    assert InformationRequest.objects.get().is_provisional


@pytest.mark.parametrize(
    ("outcome", "state", "kept"),
    [
        ("r6_1", State.LAPSED, "r6_1"),
        ("r6_2", State.LAPSED, "r6_2"),
        ("r6_3", State.REPLIED, "r6_3"),
        ("申请人撤回", State.WITHDRAWN, "r6_3"),
        ("部分公开（区分处理的，只计这一情形，不计其他情形）", State.REPLIED, "r2"),
        ("（一）予以公开", State.REPLIED, "r1"),
        ("3.危及“三安全一稳定”", State.REPLIED, "r3_3"),
        ("不予公开—属于国家秘密", State.REPLIED, "r3_1"),
        ("（三）不予公开：1.属于国家秘密", State.REPLIED, "r3_1"),
        ("信息不存在", State.REPLIED, "r4_1"),
        ("not_ours", State.REPLIED, "r4_1"),
        ("Ｒ１", State.REPLIED, "r1"),
    ],
)
def test_outcome_is_known_by_key_and_by_the_words_of_offices(
    tmp_path: Path, outcome: str, state: State, kept: str
) -> None:
    run(tmp_path, row(outcome=outcome))

    made = InformationRequest.objects.get()
    assert (made.state, made.outcome) == (state, kept)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("自然人", ApplicantKind.NATURAL_PERSON),
        ("法人或其他组织-商业企业", ApplicantKind.BUSINESS),
        ("律师事务所", ApplicantKind.LEGAL_SERVICE),
        ("其他", ApplicantKind.OTHER_ORG),
    ],
)
def test_applicant_kind_is_known_by_the_words_of_offices(tmp_path: Path, kind: str, kept: str) -> None:
    run(tmp_path, row(applicant_kind=kind))

    assert InformationRequest.objects.get().applicant_kind == kept


@pytest.mark.parametrize(
    ("word", "kept"), [("信函", Channel.MAIL), ("E-MAIL", Channel.EMAIL), ("现场", Channel.COUNTER)]
)
def test_channel_is_known_by_the_words_of_offices(tmp_path: Path, word: str, kept: Channel) -> None:
    run(tmp_path, row(channel=word))

    assert InformationRequest.objects.get().channel == kept


@pytest.mark.parametrize(
    "text",
    ["2024-3-5", "2024/3/5", "2024.03.05", "2024年3月5日", "20240305", "2024-03-05 09:30:00", "２０２４年３月５日",
     "45356", "45356.4", "2024-03-05T09:30:00"],
)  # fmt: skip
def test_day_is_read_in_any_shape_of_ledgers(text: str) -> None:
    assert read_day(text) == date(2024, 3, 5)


@pytest.mark.parametrize("text", ["2024/13/45", "2024-02-30", "去年", "3月5日", "45356789", "0000-00-00", "2024"])
def test_day_that_is_none_is_not_guessed(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"received_on": "2024/13/45"}, "收到日期“2024/13/45”不是有效的日期"),
        ({"received_on": ""}, "缺少收到日期"),
        ({"received_on": "2026-3-3", "closed_on": "", "outcome": ""}, "晚于今天"),
        ({"closed_on": "2026-3-3"}, "晚于今天"),
        ({"received_on": "2008-4-30"}, "早于《政府信息公开条例》首次施行"),
        ({"closed_on": "2025-3-4"}, "办结日期早于收到日期"),
        ({"closed_on": ""}, "有办理结果，没有办结日期"),
        ({"outcome": ""}, "有办结日期，没有办理结果"),
        ({"outcome": "已处理"}, "不认识的办理结果“已处理”"),
        ({"outcome": "不予公开"}, "须写到年度报告表三的具体情形"),
        ({"channel": "托人"}, "不认识的申请渠道“托人”"),
        ({"channel": ""}, "缺少申请渠道"),
        ({"applicant_kind": "外星人"}, "不认识的申请人类型“外星人”"),
        ({"subject": "字" * 201}, "信息名称有 201 个字，最多 200 个"),
        ({"number": ""}, "缺少受理编号"),
        ({"number": "9" * 41}, "受理编号超过 40 个字"),
        ({"carried_from": "2026"}, "2026 年还没有结束"),
        ({"carried_from": "2025"}, "与办结日期"),
        ({"carried_from": "2020"}, "与收到日期"),
        ({"carried_from": "上年"}, "不是年份"),
        ({"received_on": "2019-5-14", "outcome": "", "closed_on": ""}, "请核对收到日期和办理结果"),
    ],
)
def test_row_that_cannot_be_is_reported_and_left_out(tmp_path: Path, values: dict[str, str], message: str) -> None:
    result = run(tmp_path, row(**values))

    assert outcomes(result) == [Outcome.PROBLEM]
    assert message in messages(result)
    assert not InformationRequest.objects.exists()


@pytest.mark.parametrize(
    "subject", ["张某某11010519491231002X的低保", "请回电13800138000", "１１０１０５１９４９１２３１００２１"]
)
@pytest.mark.parametrize("column", ["subject", "number"])
def test_row_with_the_number_of_a_person_is_refused_and_repeated_nowhere(
    tmp_path: Path, subject: str, column: str
) -> None:
    result = run(tmp_path, row(**{column: subject}))

    report = str(list(result.report_rows()))
    assert outcomes(result) == [Outcome.PROBLEM]
    assert "身份信息" in messages(result)
    assert all(number not in report for number in ("110105", "13800138000", "１１０１０５"))
    assert not InformationRequest.objects.exists()


def test_number_pushed_into_another_column_is_not_repeated(tmp_path: Path) -> None:
    result = run(tmp_path, row(channel="110105194912310021"))

    assert "不认识的申请渠道“…”" in messages(result)


def test_columns_of_identity_are_not_read(tmp_path: Path) -> None:
    header = (*HEADER, "申请人", "身份证号码", "联系电话")
    result = run(tmp_path, header, (*CLOSED, "林试一", "110105194912310021", "13800138000"))

    assert outcomes(result) == [Outcome.CREATED]
    assert "110105194912310021" not in str(snapshot())


def test_one_bad_row_keeps_no_other_out(tmp_path: Path) -> None:
    result = run(tmp_path, CLOSED, row(number="a", closed_on="2024/13/45"), OPEN)

    assert outcomes(result) == [Outcome.CREATED, Outcome.PROBLEM, Outcome.CREATED]
    assert [line.row for line in result.with_messages] == [3]


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    agency = make_agency()
    lines = (CLOSED, OPEN, row(number="3"), row(number="3", received_on="2024-3-5"))
    first = run(tmp_path, *lines, agency=agency)
    before, audited = snapshot(), AuditEvent.objects.count()

    again = run(tmp_path, *lines, agency=agency)

    assert outcomes(first) == [Outcome.CREATED] * 4
    assert outcomes(again) == [Outcome.UNCHANGED] * 4
    assert (snapshot(), AuditEvent.objects.count()) == (before, audited)


def test_open_row_that_was_answered_here_since_is_left_alone(tmp_path: Path) -> None:
    agency = make_agency()
    run(tmp_path, OPEN, agency=agency)
    InformationRequest.objects.update(state=State.REPLIED, outcome="r1", closed_on=date(2026, 3, 1))

    again = run(tmp_path, OPEN, agency=agency)

    assert outcomes(again) == [Outcome.UNCHANGED]
    assert InformationRequest.objects.get().state == State.REPLIED


def test_row_that_says_otherwise_than_before_is_reported_and_changes_nothing(tmp_path: Path) -> None:
    agency = make_agency()
    run(tmp_path, CLOSED, agency=agency)
    before = snapshot()

    again = run(tmp_path, row(outcome="r2", subject="别的"), agency=agency)

    assert outcomes(again) == [Outcome.PROBLEM]
    assert "信息名称、办理结果不同；没有改动" in messages(again)
    assert snapshot() == before


def test_number_twice_in_one_file_counts_once(tmp_path: Path) -> None:
    result = run(tmp_path, CLOSED, CLOSED)

    assert outcomes(result) == [Outcome.CREATED, Outcome.PROBLEM]
    assert "与第 2 行的编号相同" in messages(result)


def test_two_agencies_may_both_have_a_number_one(tmp_path: Path) -> None:
    first, second = make_agency(code="CM-A"), make_agency(code="CM-B")
    run(tmp_path, row(number="1"), agency=first)

    result = run(tmp_path, row(number="1"), agency=second)
    again = run(tmp_path, row(number="1"), agency=second)

    assert (outcomes(result), outcomes(again)) == ([Outcome.CREATED], [Outcome.UNCHANGED])
    assert "登记为 CM-B-台账-1" in messages(result)
    assert set(InformationRequest.objects.values_list("number", flat=True)) == {"1", "CM-B-台账-1"}


def test_agency_may_number_anew_every_year(tmp_path: Path) -> None:
    agency = make_agency(code="CM-A")
    years = [row(number="1", received_on=f"{year}-3-5", closed_on=f"{year}-3-6") for year in (2023, 2024, 2025)]

    results = [run(tmp_path, line, agency=agency) for line in years]
    again = run(tmp_path, *years, agency=agency)

    assert [outcomes(result) for result in results] == [[Outcome.CREATED]] * 3
    assert outcomes(again) == [Outcome.UNCHANGED] * 3
    assert "CM-A-台账2025-1" in InformationRequest.objects.values_list("number", flat=True)


def test_portal_counts_on_behind_its_own_numbers(tmp_path: Path) -> None:
    agency = make_agency(code="CM-A")
    run(tmp_path, row(number="CM-A-2026-00041", received_on="2026-1-5", closed_on="2026-1-6"), agency=agency)

    filed = file_request(agency, at=AT)

    assert filed.request.number == "CM-A-2026-00042"
    assert IndexCounter.objects.get(prefix="CM-A-2026-").last == 42


def test_number_of_another_agency_is_refused(tmp_path: Path) -> None:
    make_agency(code="CM-B")

    result = run(tmp_path, row(number="CM-B-2026-00001"), agency=make_agency(code="CM-A"))

    assert "其他单位的编号" in messages(result)


def test_own_request_of_the_portal_in_its_own_ledger_is_unchanged(tmp_path: Path) -> None:
    there = make_request(
        agency=make_agency(),
        number="N-1",
        state=State.REPLIED,
        received_on=date(2026, 1, 5),
        closed_on=date(2026, 1, 9),
    )
    line = row(number="N-1", received_on="2026-1-5", closed_on="2026-1-9")

    result = run(tmp_path, line, agency=there.agency)

    assert outcomes(result) == [Outcome.UNCHANGED]


def test_dry_run_writes_nothing_and_says_the_same(tmp_path: Path) -> None:
    agency = make_agency()

    preview = run(tmp_path, CLOSED, row(number="", closed_on="2024/13/45"), agency=agency, is_dry_run=True)
    done = run(tmp_path, CLOSED, row(number="", closed_on="2024/13/45"), agency=agency)

    assert preview == done
    assert InformationRequest.objects.count() == 1


def test_import_is_one_event_of_the_trail_with_counts_alone(tmp_path: Path) -> None:
    agency = make_agency()
    officer = make_officer(agency)

    run(tmp_path, CLOSED, OPEN, agency=agency, actor=officer)

    event = AuditEvent.objects.get(action="request.import_ledger")
    assert (event.actor_id, event.agency_id) == (officer.pk, agency.pk)
    assert event.after == {
        "requests": 2, "outcomes": {"open": 1, "r1": 1}, "from": "2025-03-05", "to": "2026-02-09",
    }  # fmt: skip


def test_import_is_refused_to_officers_of_another_agency(tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        run(tmp_path, CLOSED, actor=make_officer(make_agency()))

    assert not InformationRequest.objects.exists()


def test_imported_request_opens_to_no_code(tmp_path: Path) -> None:
    run(tmp_path, CLOSED)

    assert intake.find("依申请〔2025〕1号", "") is None


@pytest.mark.parametrize("last", ["99999", "9" * 18])
def test_number_far_beyond_our_own_does_not_move_the_counting(tmp_path: Path, last: str) -> None:
    agency = make_agency(code="CM-MZJ")

    result = run(tmp_path, row(number=f"CM-MZJ-2026-{last}"), agency=agency)

    assert outcomes(result) == [Outcome.PROBLEM]
    assert "跳号" in messages(result)
    assert not IndexCounter.objects.filter(prefix="CM-MZJ-2026-", last__gt=0).exists()
