"""Appeals, tasks to publish and the settings of offices in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from govportal.models import AuditEvent
from govportal.now import now, today
from govportal.permissions import Role
from requests_app.enums import AppealResult, State, TaskState
from requests_app.models import Appeal, PublicationTask, RequestOffice
from requests_app.services import publication_tasks
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member
from tests.requests_app.admin.desk_world import Desk, problems, sent, verb

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def make_appeal(desk: Desk, **values: Any) -> Appeal:
    values = {"route": "review", "body": "澄明县人民政府", "filed_on": today(), "notified_on": today()} | values
    values = {"answer_due_on": today() + timedelta(10), "recorded_by": desk.officer, "recorded_at": now()} | values
    return Appeal.objects.create(agency=desk.agency, **values)


def door(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:requests_app_{model}_{name}", args=args)


# --- appeals ------------------------------------------------------------------------------------------------------


def test_appeal_without_a_request_is_recorded_in_the_register(desk: Desk) -> None:
    typed = {
        "agency": desk.agency.pk, "route": "direct", "body": "澄明县人民法院", "case_number": "（2026）行初1号",
        "filed_on": today().isoformat(), "notified_on": today().isoformat(),
    }  # fmt: skip

    answer = desk.handling.post(door("appeal", "add"), typed)
    refused = desk.signing.post(door("appeal", "add"), typed)

    row = Appeal.objects.get()
    assert answer.status_code == 302 and refused.status_code == 403
    assert row.request is None and row.answer_due_on >= today() + timedelta(15)


def test_answer_and_result_are_recorded_once(desk: Desk) -> None:
    row, client = make_appeal(desk), desk.handling

    client.post(door("appeal", "verb", row.pk, "answer"), {"answered_on": today().isoformat()})
    client.post(
        door("appeal", "verb", row.pk, "result"), {"result": AppealResult.UPHELD, "closed_on": today().isoformat()}
    )
    again = client.get(door("appeal", "verb", row.pk, "result"))

    row.refresh_from_db()
    assert (row.answered_on, row.result) == (today(), AppealResult.UPHELD)
    assert "已经登记结果" in text_of(again)


def test_answer_that_is_late_is_marked(desk: Desk) -> None:
    make_appeal(desk, answer_due_on=today() - timedelta(1))

    assert "state-bad" in desk.handling.get(door("appeal", "changelist")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_register_of_appeals_asks_the_same_number_of_queries(
    desk: Desk, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        make_appeal(desk, case_number=f"案{number}")
    client = desk.handling

    with django_assert_max_num_queries(9):
        shown = client.get(door("appeal", "changelist"))

    assert shown.context["cl"].result_count == count


# --- publication --------------------------------------------------------------------------------------------------


def test_answered_request_becomes_a_draft_for_everybody(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW, subject="三座桥的检测报告")
    sent(desk.handling, row, "file", kind="disclosed", papers=SimpleUploadedFile("报告.txt", b"report"))
    sent(
        desk.handling, row, "reply", opened={"reply_kind": "disclosed"}, reply_kind="disclosed", reasons="可以公开。",
        content="检测报告一份。",
    )  # fmt: skip
    sent(desk.signing, row, "sign")

    opened = desk.handling.get(verb(row, "convert"))
    done = sent(desk.handling, row, "convert", title="三座桥的检测报告")

    task = row.publication_tasks.get()
    assert "检测报告一份。" in text_of(opened) and done.status_code == 302
    assert task.item and task.item.agency == desk.agency


def test_task_is_declined_with_a_reason(desk: Desk) -> None:
    row = desk.request(State.REPLIED)
    task = publication_tasks.suggest(row.pk, actor=desk.officer, at=now())

    silent = desk.handling.post(door("publicationtask", "verb", task.pk, "decline"), {})
    done = desk.handling.post(door("publicationtask", "verb", task.pk, "decline"), {"reason": "只涉及申请人本人"})

    task.refresh_from_db()
    assert problems(silent) and done.status_code == 302
    assert (task.state, task.reason) == (TaskState.DECLINED, "只涉及申请人本人")


@pytest.mark.parametrize("count", [1, 3])
def test_register_of_tasks_asks_the_same_number_of_queries(
    desk: Desk, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        PublicationTask.objects.create(agency=desk.agency, subject=f"信息{number}", opened_on=today())
    client = desk.handling

    with django_assert_max_num_queries(9):
        shown = client.get(door("publicationtask", "changelist"))

    assert shown.context["cl"].result_count == count


# --- offices ------------------------------------------------------------------------------------------------------


def test_administrator_keeps_the_settings_of_his_agencies(desk: Desk) -> None:
    county = make_agency()
    below, beside = make_agency(parent=county), make_agency()
    client = signed_in(make_member(Role.ADMINISTRATOR, county))
    typed = {"agency": below.pk, "is_open": "on", "letter_prefix": "澄教公复", "court": "澄明县人民法院"}

    added = client.post(door("requestoffice", "add"), typed)
    foreign = client.post(door("requestoffice", "add"), typed | {"agency": beside.pk})
    row = RequestOffice.objects.get(agency=below)
    wrong = client.post(door("requestoffice", "change", row.pk), typed | {"letter_prefix": "ABC〔2026〕"})

    assert added.status_code == 302 and foreign.status_code == 200 and wrong.status_code == 200
    assert row.letter_prefix == "澄教公复" and not RequestOffice.objects.filter(agency=beside).exists()
    assert AuditEvent.objects.get(action="requestoffice.add").agency_id == below.pk


def test_settings_of_others_are_not_there(desk: Desk) -> None:
    office = RequestOffice.objects.get(agency=desk.agency)

    for client in (desk.handling, signed_in(make_member(Role.ADMINISTRATOR))):
        assert client.get(door("requestoffice", "change", office.pk)).status_code in {302, 403}
