"""An annual report from its start to its item: who may do what, what is refused, and what never changes again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from disclosure.publication_log import canonical_json
from govportal.models import Agency, AuditEvent
from govportal.models.agency import AgencyKind
from govportal.permissions import Role
from requests_app.enums import FeeMode, ReportState
from requests_app.models import AnnualReport, FeeNotice, ReportFigure
from requests_app.report_checks import check
from requests_app.report_counts import Period
from requests_app.report_reading import read_report
from requests_app.report_workflow import REPORT, ReportAction
from requests_app.services import annual_report, report_drafting
from requests_app.services.report_drafting import Figure
from tests.database import refused, replaced
from tests.factories import make_agency, make_member, make_user
from tests.requests_app.report_samples import (
    PARTS,
    frozen_report,
    hand_over,
    make_request,
    submitted_report,
    written_report,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 1, 20)
MINUTE = timedelta(minutes=1)
WHOLE = "“%s”须是不小于 0 的整数，金额可以有小数。"


def reasons(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ValidationError) as error:
        call()
    return error.value.messages


def head_of(agency: Agency) -> Any:
    return make_member(Role.OFFICE_HEAD, agency)


def seen(report: AnnualReport) -> str:
    computed = annual_report.compute(report.agency, report.year, today=TODAY)
    return annual_report.digest_of(annual_report.payload(computed, report.parts))


def test_report_goes_from_start_to_item() -> None:
    report = written_report()
    head, publisher = head_of(report.agency), make_member(Role.PUBLISHER, report.agency)
    make_request(report.agency, received_on=date(2025, 5, 5), outcome="r1")

    report_drafting.submit(report.pk, actor=report.drafted_by, at=AT)
    frozen = report_drafting.freeze(report.pk, actor=head, at=AT, seen=seen(report))
    item = report_drafting.draft_item(report.pk, actor=publisher, at=AT)

    assert frozen.state == ReportState.FROZEN
    assert frozen.payload is not None and frozen.payload["table3"]["r1"] == [1, 0, 0, 0, 0, 0, 1]
    assert frozen.digest == annual_report.digest_of(frozen.payload)
    assert (item.item_type, item.agency) == ("annual_report", report.agency)
    edition = item.editions.get()
    assert edition.extra == {"report_year": 2025}
    assert frozen.digest in edition.body and "三、收到和处理政府信息公开申请情况" in edition.body
    done = AuditEvent.objects.filter(action__startswith="annualreport.").order_by("pk").values_list("action", flat=True)
    assert list(done) == [
        "annualreport.start",
        "annualreport.write",
        "annualreport.state",
        "annualreport.submit",
        "annualreport.freeze",
        "annualreport.draft_item",
    ]


def test_frozen_payload_is_a_report_without_fault() -> None:
    report = frozen_report()

    found = check(read_report(report.payload))

    assert found.faults == ()
    assert {one.rule for one in found.unchecked} == {"V5", "V6", "V8"}


def test_frozen_payload_keeps_its_digest_in_the_database() -> None:
    report = frozen_report(fees=Decimal("59237.2449"))

    stored = AnnualReport.objects.get(pk=report.pk)

    assert stored.payload is not None
    assert stored.payload["table2"]["行政事业性收费_万元"] == 59237.2449
    assert annual_report.digest_of(stored.payload) == stored.digest
    assert b"59237.2449" in canonical_json(stored.payload)


@pytest.mark.parametrize("action", list(ReportAction))
@pytest.mark.parametrize("state", list(ReportState))
def test_action_is_refused_in_every_state_but_its_own(state: ReportState, action: ReportAction) -> None:
    report = {
        ReportState.DRAFT: written_report,
        ReportState.SUBMITTED: submitted_report,
        ReportState.FROZEN: frozen_report,
    }[state]()
    actor = make_user()
    for role in (Role.REQUEST_OFFICER, Role.OFFICE_HEAD, Role.PUBLISHER):
        make_member(role, report.agency, user=actor)

    found = report_drafting.reasons_against(report, action, actor)

    assert (not found) == (state in REPORT[action].sources)


@pytest.mark.parametrize("action", list(ReportAction))
def test_action_is_refused_to_who_has_no_role_for_it(action: ReportAction) -> None:
    (state,) = REPORT[action].sources
    report = {"draft": written_report, "submitted": submitted_report, "frozen": frozen_report}[state]()
    elsewhere = make_user()
    for role in (Role.REQUEST_OFFICER, Role.OFFICE_HEAD, Role.PUBLISHER):
        make_member(role, make_agency(), user=elsewhere)

    assert len(report_drafting.reasons_against(report, action, elsewhere)) == 1


def test_report_is_started_once() -> None:
    agency = make_agency()
    officer = make_member(Role.REQUEST_OFFICER, agency)
    report_drafting.start(agency, 2025, actor=officer, at=AT)

    assert reasons(lambda: report_drafting.start(agency, 2025, actor=officer, at=AT)) == ["这一年度的报告已经在编制。"]


@pytest.mark.parametrize("year", [2007, 2027, 99999])
def test_report_of_a_year_that_is_none_is_refused(year: int) -> None:
    agency = make_agency()
    officer = make_member(Role.REQUEST_OFFICER, agency)

    assert reasons(lambda: report_drafting.start(agency, year, actor=officer, at=AT)) == [
        "年度须在 2008 至 2026 之间。"
    ]


def test_who_wrote_does_not_freeze() -> None:
    report = submitted_report()
    make_member(Role.OFFICE_HEAD, report.agency, user=report.drafted_by)

    found = reasons(lambda: report_drafting.freeze(report.pk, actor=report.drafted_by, at=AT, seen=seen(report)))

    assert found == ["编写文字或者填报数据的人不能定稿。"]


def test_who_stated_a_figure_does_not_freeze() -> None:
    report = written_report()
    head = make_member(Role.REQUEST_OFFICER, report.agency, user=head_of(report.agency))
    figure = Figure(key="licence.decisions", value=Decimal(3), source="审批系统")
    report_drafting.state_figure(report.pk, figure, actor=head, at=AT)
    report_drafting.submit(report.pk, actor=report.drafted_by, at=AT)

    found = reasons(lambda: report_drafting.freeze(report.pk, actor=head, at=AT, seen=seen(report)))

    assert found == ["编写文字或者填报数据的人不能定稿。"]


def test_figures_that_changed_since_they_were_looked_at_are_not_frozen() -> None:
    report = submitted_report()
    looked_at = seen(report)
    make_request(report.agency, received_on=date(2025, 5, 5), outcome="r1")

    found = reasons(
        lambda: report_drafting.freeze(report.pk, actor=head_of(report.agency), at=AT, seen=looked_at)
    )  # fmt: skip

    assert found == ["您打开以后，报告的数据或者文字有变化。请核对后再定稿。"]
    report.refresh_from_db()
    assert (report.state, report.payload, report.digest) == (ReportState.SUBMITTED, None, "")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"five": "无"}, "V7 五、存在的主要问题及改进情况"),
        ({"five": ""}, "V7 五、存在的主要问题及改进情况"),
        ({"one": " "}, "“一、总体情况”还没有写。"),
        ({"six": "无"}, "“六、其他需要报告的事项”还没有写。"),
        ({"six": "没有其他事项需要报告。"}, "第六部分须写明收取信息处理费的情况"),
    ],
)
def test_parts_that_say_nothing_are_refused_at_submission(parts: dict[str, str], said: str) -> None:
    report = written_report(parts=PARTS | parts)

    found = reasons(lambda: report_drafting.submit(report.pk, actor=report.drafted_by, at=AT))

    assert len(found) == 1
    assert said in found[0]


def test_figure_that_nobody_knows_is_refused_at_submission() -> None:
    report = written_report(fees=None)

    found = reasons(lambda: report_drafting.submit(report.pk, actor=report.drafted_by, at=AT))

    assert found == ["错误 V7 表二“行政事业性收费”行“本年收费金额（单位：万元）”列：现为 空白，应为 数字，没有的填 0"]


def test_report_of_a_running_year_is_refused_at_submission() -> None:
    report = written_report()

    found = reasons(
        lambda: report_drafting.submit(report.pk, actor=report.drafted_by, at=datetime(2025, 12, 30, tzinfo=UTC))
    )

    assert found == ["年度还没有结束，数据截至12月31日才能定稿。"]


def test_stock_that_differs_from_last_years_report_has_to_be_explained() -> None:
    last = frozen_report(year=2024)
    make_request(last.agency, received_on=date(2024, 12, 1))  # found after last year's report was frozen
    report = written_report(agency=last.agency, officer=last.drafted_by)

    found = reasons(lambda: report_drafting.submit(report.pk, actor=report.drafted_by, at=AT))
    report_drafting.write(
        report.pk, PARTS | {"three": "上年漏记一件，本年补记。"}, actor=report.drafted_by, at=AT
    )  # fmt: skip
    submitted = report_drafting.submit(report.pk, actor=report.drafted_by, at=AT)

    assert found == ["上年结转与上一年度报告的结转下年度不一致（V5），须在第三部分说明原因。"]
    assert submitted.state == ReportState.SUBMITTED


def test_form_that_was_opened_before_somebody_saved_is_refused() -> None:
    report = written_report()
    opened_at = AnnualReport.objects.get(pk=report.pk).updated_at
    report_drafting.write(report.pk, PARTS | {"one": "先写的。"}, actor=report.drafted_by, at=AT + MINUTE)

    found = reasons(
        lambda: report_drafting.write(
            report.pk, PARTS | {"one": "后写的。"}, actor=report.drafted_by, at=AT, seen_at=opened_at
        )
    )

    assert len(found) == 1 and "已经修改过" in found[0]
    assert AnnualReport.objects.get(pk=report.pk).parts["one"] == "先写的。"


def test_part_that_is_too_long_is_refused_by_name() -> None:
    report = written_report()

    found = reasons(
        lambda: report_drafting.write(report.pk, PARTS | {"two": "长" * 20_001}, actor=report.drafted_by, at=AT)
    )

    assert found == ["“二、主动公开政府信息情况”超过 20000 字。"]


def test_report_that_was_sent_back_can_be_written_again() -> None:
    report = submitted_report()
    head = head_of(report.agency)

    empty = reasons(lambda: report_drafting.send_back(report.pk, actor=head, at=AT, note=" "))
    returned = report_drafting.send_back(report.pk, actor=head, at=AT, note="第五部分太空泛")
    report_drafting.write(report.pk, PARTS, actor=report.drafted_by, at=AT)

    assert empty == ["须写明要修改什么。"]
    assert returned.state == ReportState.DRAFT
    assert AuditEvent.objects.get(action="annualreport.return").note == "第五部分太空泛"


@pytest.mark.parametrize(
    ("key", "value", "source", "said"),
    [
        ("fees.total", "1", "财政局", "表二没有这个指标。"),
        ("licence.decisions", "1.5", "审批系统", WHOLE % "行政许可：本年处理决定数量"),
        ("fees.amount", "-1", "财政局", WHOLE % "行政事业性收费：本年收费金额（单位：万元）"),
        ("fees.amount", "1", "  ", "须写明数据来源。"),
    ],
)  # fmt: skip
def test_figure_that_cannot_be_is_refused(key: str, value: str, source: str, said: str) -> None:
    report = written_report()
    figure = Figure(key=key, value=Decimal(value), source=source)

    found = reasons(lambda: report_drafting.state_figure(report.pk, figure, actor=report.drafted_by, at=AT))

    assert found == [said]


def test_figure_is_corrected_and_taken_back_with_a_trace() -> None:
    report = written_report()
    actor = report.drafted_by
    for value in (3, 4):
        figure = Figure(key="licence.decisions", value=Decimal(value), source="审批系统")
        report_drafting.state_figure(report.pk, figure, actor=actor, at=AT)
    stated = annual_report.compute(report.agency, 2025, today=TODAY).table2.to_json()["行政许可"]
    report_drafting.drop_figure(report.pk, "licence.decisions", actor=actor)

    counted = annual_report.compute(report.agency, 2025, today=TODAY).table2.to_json()["行政许可"]

    assert (stated, counted) == (4, 0)
    trail = AuditEvent.objects.filter(action__in=["annualreport.state", "annualreport.drop"]).order_by("pk")
    assert [event.before.get("value") for event in trail][-2:] == ["3.0000", "4.0000"]


# --- what is frozen -------------------------------------------------------------------------------------------------


def test_database_refuses_to_change_what_is_frozen() -> None:
    report = frozen_report()
    table = "requests_app_annualreport"

    for column, value in (("year", "2024"), ("digest", "'0'"), ("parts", "'{}'"), ("payload", "'{}'")):
        assert refused(f"UPDATE {table} SET {column} = {value} WHERE id = %s", report.pk)
    assert refused(f"UPDATE {table} SET state = 'draft' WHERE id = %s", report.pk)
    assert refused(f"DELETE FROM {table} WHERE id = %s", report.pk)


@pytest.mark.django_db(transaction=True)
def test_database_refuses_to_replace_what_is_frozen() -> None:
    report = frozen_report()

    assert not replaced("requests_app_annualreport", report.pk)
    assert not replaced("requests_app_reportfigure", ReportFigure.objects.get().pk)


def test_database_refuses_to_touch_the_figures_of_a_frozen_report() -> None:
    report = frozen_report()
    table, figure = "requests_app_reportfigure", ReportFigure.objects.get()

    assert refused(f"UPDATE {table} SET value = 9 WHERE id = %s", figure.pk)
    assert refused(f"DELETE FROM {table} WHERE id = %s", figure.pk)
    assert refused(
        f"INSERT INTO {table} (agency_id, year, key, value, source, entered_by_id, entered_at) "
        f"SELECT agency_id, year, 'licence.decisions', 1, source, entered_by_id, entered_at FROM {table} WHERE id = %s",
        figure.pk,
    )
    assert not refused(f"UPDATE {table} SET value = value WHERE agency_id <> %s", report.agency_id)


def test_item_of_a_frozen_report_is_named_once() -> None:
    report = frozen_report()
    report_drafting.draft_item(report.pk, actor=make_member(Role.PUBLISHER, report.agency), at=AT)

    assert refused("UPDATE requests_app_annualreport SET item_id = NULL WHERE id = %s", report.pk)


def test_cases_that_change_after_the_freeze_leave_the_report_as_it_was() -> None:
    report = frozen_report()
    make_request(report.agency, received_on=date(2025, 5, 5), outcome="r1")

    stored = AnnualReport.objects.get(pk=report.pk)

    assert stored.payload is not None and stored.payload["table3"]["new"][-1] == 0
    assert annual_report.compute(report.agency, 2025, today=TODAY).table3.rows["new"][-1] == 1


@pytest.mark.django_db(transaction=True)
def test_report_is_frozen_once_by_people_at_once() -> None:
    report = submitted_report()
    heads = [head_of(report.agency) for _each in range(4)]
    looked_at = seen(report)

    calls = [
        lambda head=head: report_drafting.freeze(report.pk, actor=head, at=AT, seen=looked_at).frozen_by_id
        for head in heads
    ]
    winners = [outcome for outcome in at_once(*calls) if not isinstance(outcome, Exception)]

    assert len(winners) == 1
    assert AnnualReport.objects.get(pk=report.pk).frozen_by_id == winners[0]
    assert AuditEvent.objects.filter(action="annualreport.freeze").count() == 1


def test_fees_go_with_who_held_the_request_on_the_last_day() -> None:
    """As the tables count it: handed on in January, it belongs to the report of the year before."""
    giver, taker = make_agency(), make_agency()
    row, officer = make_request(giver, received_on=date(2025, 11, 3)), make_user()
    FeeNotice.objects.create(
        request=row, mode=FeeMode.BY_VOLUME, quantity=31, amount=10, notified_on=date(2025, 11, 10),
        notified_by=officer, pay_by=date(2025, 12, 8), paid_on=date(2025, 11, 20),
    )  # fmt: skip
    hand_over(row, taker, on=date(2026, 1, 5), by=officer)

    found = {agency: annual_report.fees([agency], Period.of(2025, today=TODAY)).number for agency in (giver, taker)}

    assert found == {giver: 1, taker: 0}


def test_fee_sentence_sums_what_was_paid_in_the_year() -> None:
    agency = make_agency(kind=AgencyKind.GOVERNMENT)
    computed = annual_report.compute(agency, 2025, today=TODAY)

    nothing = annual_report.fees(computed.agencies, computed.period)

    assert nothing.sentence() == "本年度未收取政府信息公开信息处理费。"
