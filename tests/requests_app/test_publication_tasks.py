"""第四十四条: tasks to publish, opened by three who asked for the same, by officers and by applicants."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from disclosure.enums import ItemState
from disclosure.models import Item
from govportal.models import Agency, AuditEvent, Notice
from requests_app.enums import ReplyKind, State, TaskState
from requests_app.models import InformationRequest, PublicationTask
from requests_app.rules import LIKE_REQUESTS
from requests_app.services import convert, decide, publication_tasks
from tests.factories import make_agency
from tests.factories.published import publish_one
from tests.factories.requests import (
    AT,
    make_officer,
    make_person,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    releaser_of,
    request_in,
    reread_request,
    submit_decision,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SUBJECT = "柳林镇公路养护资金明细"


def answered(agency: Agency, *, subject: str = SUBJECT, **values: Any) -> InformationRequest:
    return request_in(State.REPLIED, agency=agency, subject=subject, **values)


def test_third_like_request_of_another_applicant_opens_a_task() -> None:
    agency = make_agency()
    make_officer(agency, email="officer@example.test")

    first, second = answered(agency), answered(agency, subject=f"关于公开{SUBJECT}的申请")
    assert not PublicationTask.objects.exists()
    third = answered(agency, subject="柳林镇 公路养护资金（明细）")

    task = PublicationTask.objects.get()
    assert LIKE_REQUESTS == 3
    assert set(task.requests.all()) == {first, second, third}
    assert (task.agency, task.state, task.item) == (agency, TaskState.OPEN, None)
    assert Notice.objects.filter(key__startswith=f"publication-task:{task.pk}").count() == 1


def test_requests_for_one_document_number_are_alike() -> None:
    agency = make_agency()

    for name in ("养护办法全文", "公路养护的规定", "农村公路文件"):
        answered(agency, subject=name, document_number="澄政发〔2025〕3号")

    assert PublicationTask.objects.get().requests.count() == 3


def test_document_number_decides_where_both_have_one() -> None:
    agency, number = make_agency(), "澄政发〔2025〕3号"
    row = make_request(agency=agency, subject=SUBJECT, document_number=number)
    named = make_request(agency=agency, subject=SUBJECT)
    numbered = make_request(agency=agency, subject="另外的叫法", document_number="澄政发[2025] 3号")
    other = make_request(agency=agency, subject=SUBJECT, document_number="澄政发〔2025〕4号")

    assert publication_tasks.like_requests(row) == [row, named, numbered]
    assert publication_tasks.like_requests(named) == [row, named, other]


def test_request_without_a_telling_name_is_like_no_other() -> None:
    agency = make_agency()
    row, _other = (make_request(agency=agency, subject="（见内容描述）") for _n in range(2))
    purged, _blank = (make_request(agency=agency, subject="", state=State.REPLIED, purged_at=AT) for _n in range(2))

    assert publication_tasks.like_requests(row) == [row]
    assert publication_tasks.like_requests(purged) == [purged]


def test_like_requests_are_found_by_an_index_and_not_by_reading_all() -> None:
    row = make_request(subject=SUBJECT, document_number="澄政发〔2025〕3号")

    plan = InformationRequest.objects.filter(agency=row.agency, subject_key=row.subject_key).explain()

    assert row.subject_key == "柳林镇公路养护资金明细"
    assert "request_subject" in plan or connection.vendor == "postgresql"  # which reads small tables whole


def saved(**values: Any) -> InformationRequest:
    return InformationRequest.objects.create(**values)


def saved_among_others(**values: Any) -> InformationRequest:
    return InformationRequest.objects.bulk_create([InformationRequest(**values)])[0]


@pytest.mark.parametrize("make", [saved, saved_among_others])
def test_keys_are_written_however_a_request_is_saved(make: Any) -> None:
    values = {"number": "T-1", "agency": make_agency(), "channel": "web", "filed_at": AT, "applicant_kind": "business"}

    # Each of these signs is six once its width is folded, so the key of a name that fits does not.
    row = make(**values, subject=SUBJECT + "㌖" * 150, document_number="〔2025〕3号")

    kept = reread_request(row)
    assert (kept.subject_key, kept.number_key) == ((SUBJECT + "キロメートル" * 150)[:200], "20253号")


def test_waiting_requests_count_when_one_is_answered() -> None:
    agency = make_agency()
    make_request(agency=agency, subject=SUBJECT, state=State.IN_REVIEW)
    make_request(agency=agency, subject=SUBJECT, state=State.RECEIVED)

    answered(agency)

    assert PublicationTask.objects.get().requests.count() == 3


@pytest.mark.parametrize(
    "others",
    [
        [{"state": State.WITHDRAWN}, {"state": State.LAPSED, "outcome": "r6_1"}],
        [{"subject": "别的信息名称"}, {"subject": "另外一个名称"}],
        [{"has_applicant": False, "is_imported": True}, {"has_applicant": False, "is_imported": True}],
        [{"applicant": {"identity_number": "E1"}}, {"applicant": {"identity_number": "E1"}}],
    ],
)
def test_what_is_not_asked_by_three_applicants_opens_none(others: list[dict[str, Any]]) -> None:
    agency = make_agency()
    for values in others:
        make_request(agency=agency, **{"subject": SUBJECT} | values)

    answered(agency)

    assert not PublicationTask.objects.exists()


def test_requests_to_another_agency_are_not_alike() -> None:
    for _n in range(3):
        answered(make_agency())

    assert not PublicationTask.objects.exists()


@pytest.mark.parametrize("kind", [ReplyKind.NOT_EXISTING, ReplyKind.STATE_SECRET])
def test_reply_that_gives_nothing_opens_none(kind: ReplyKind) -> None:
    row = make_request(state=State.REPLIED, reply_kind=kind, outcome="r4_1")

    assert publication_tasks.follow_release(row, at=AT) is None


def test_fourth_like_request_joins_the_open_task() -> None:
    agency = make_agency()
    for _n in range(4):
        answered(agency)

    assert PublicationTask.objects.get().requests.count() == 4


def test_declined_task_is_not_brought_up_again_by_the_same_requests() -> None:
    agency = make_agency()
    for _n in range(3):
        answered(agency)
    publication_tasks.decline(PublicationTask.objects.get().pk, actor=officer_of(agency), at=AT, reason="涉及商业秘密")

    for _n in range(2):
        answered(agency)
    assert PublicationTask.objects.filter(state=TaskState.OPEN).count() == 0
    answered(agency)

    assert PublicationTask.objects.filter(state=TaskState.OPEN).get().requests.count() == 3


@pytest.mark.django_db(transaction=True)
def test_replies_at_one_moment_open_one_task() -> None:
    agency = make_agency()
    rows = [request_in(State.IN_REVIEW, agency=agency, subject=SUBJECT) for _n in range(4)]

    outcomes = at_once(*(lambda row=row: release_decision(row) for row in rows))

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert PublicationTask.objects.get().requests.count() == 4


# --- brought up by people --------------------------------------------------------------------------------------------


def test_applicant_suggests_with_his_reason() -> None:
    row = answered(make_agency())

    task = publication_tasks.suggest(row.pk, actor=None, at=AT, text="涉及全镇出行，应当广泛知晓。")

    assert list(task.requests.all()) == [row]
    assert row.messages.get().text == "涉及全镇出行，应当广泛知晓。"
    assert not AuditEvent.objects.filter(action__startswith="publicationtask", after__icontains="出行").exists()


@pytest.mark.parametrize(
    ("state", "text", "message"),
    [
        (State.IN_REVIEW, "应当公开", "只有已经答复提供的信息"),
        (State.REPLIED, " ", "请写明建议主动公开的理由"),
        (State.REPLIED, "字" * 2001, "最多 2000 个字"),
    ],
)
def test_suggestion_that_cannot_be_says_why(state: State, text: str, message: str) -> None:
    row = request_in(state, subject=SUBJECT)

    with pytest.raises(ValidationError, match=message):
        publication_tasks.suggest(row.pk, actor=None, at=AT, text=text)


def test_second_suggestion_for_one_request_is_refused() -> None:
    row = answered(make_agency())
    publication_tasks.suggest(row.pk, actor=None, at=AT, text="应当公开")

    with pytest.raises(ValidationError, match="已经提出过"):
        publication_tasks.suggest(row.pk, actor=None, at=AT, text="应当公开")


def test_officer_marks_requests_as_alike_that_words_do_not_show() -> None:
    agency = make_agency()
    row, other, third = (
        answered(agency),
        make_request(agency=agency, subject="路修了多少钱"),
        make_request(agency=agency),
    )

    task = publication_tasks.suggest(row.pk, actor=officer_of(agency), at=AT, like=[other])
    publication_tasks.mark_like(task.pk, [third], actor=officer_of(agency))

    assert set(task.requests.all()) == {row, other, third}


def test_request_of_another_agency_is_not_marked_as_alike() -> None:
    row = answered(make_agency())

    with pytest.raises(ValidationError, match="不是本单位的申请"):
        publication_tasks.suggest(row.pk, actor=officer_of(row.agency), at=AT, like=[make_request()])


def test_officer_of_another_agency_may_neither_suggest_nor_decide() -> None:
    row = answered(make_agency())
    stranger = make_officer(make_agency())
    task = publication_tasks.suggest(row.pk, actor=None, at=AT, text="应当公开")

    assert publication_tasks.reasons_against(row, stranger) != []
    assert publication_tasks.reasons_against_deciding(task, stranger) != []


# --- the end ---------------------------------------------------------------------------------------------------------


def test_declining_needs_a_reason_and_is_for_good() -> None:
    row = answered(make_agency())
    officer = officer_of(row.agency)
    task = publication_tasks.suggest(row.pk, actor=officer, at=AT)

    with pytest.raises(ValidationError, match="须写明不转为主动公开的理由"):
        publication_tasks.decline(task.pk, actor=officer, at=AT, reason="  ")
    publication_tasks.decline(task.pk, actor=officer, at=AT, reason="第三方只同意向申请人提供")

    task.refresh_from_db()
    assert (task.state, task.reason, task.decided_by) == (TaskState.DECLINED, "第三方只同意向申请人提供", officer)
    with pytest.raises(ValidationError, match="不转为主动公开"):
        publication_tasks.decline(task.pk, actor=officer, at=AT, reason="再次")


def test_task_is_done_when_everybody_can_read_its_item() -> None:
    agency, item = make_agency(), publish_one()
    task = PublicationTask.objects.create(agency=agency, subject=SUBJECT, opened_on=AT.date(), item=item)
    waiting = PublicationTask.objects.create(agency=agency, subject=SUBJECT, opened_on=AT.date())

    done, again = publication_tasks.settle(AT), publication_tasks.settle(AT + timedelta(days=1))

    task.refresh_from_db()
    waiting.refresh_from_db()
    assert (done, again) == (1, 0)
    assert (task.state, task.decided_at, waiting.state) == (TaskState.PUBLISHED, AT, TaskState.OPEN)


# --- 已主动公开 names something that can be read ----------------------------------------------------------------------


def test_reply_may_not_lead_to_an_item_that_was_withdrawn_since() -> None:
    row, item = request_in(State.IN_REVIEW), publish_one()
    decision = submit_decision(row, make_proposal(ReplyKind.ALREADY_PUBLIC, items=[item]))
    Item.objects.filter(pk=item.pk).update(state=ItemState.WITHDRAWN, closed_at=AT)

    with pytest.raises(ValidationError, match="现在不能公开查阅"):
        decide.release(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=AT)

    assert reread_request(row).state == State.IN_REVIEW


def test_converted_draft_is_no_item_that_a_reply_may_name() -> None:
    agency = make_agency()
    given, row = answered(agency), request_in(State.IN_REVIEW, agency=agency)
    item = convert.convert(given.pk, convert.Wanted(title=SUBJECT, body="明细"), actor=officer_of(agency), at=AT)

    with pytest.raises(ValidationError, match="现在不能公开查阅"):
        release_decision(row, make_proposal(ReplyKind.ALREADY_PUBLIC, items=[item]))


def test_people_of_fingerprints_are_told_apart() -> None:
    agency, one = make_agency(), make_person()
    rows = [make_request(agency=agency), make_request(agency=agency)]
    same = {"name": one.name, "phone": one.phone, "identity_number": ""}
    rows += [make_request(agency=agency, applicant=same) for _n in range(2)]

    assert publication_tasks.applicants_of(rows) == 3
    assert publication_tasks.applicants_of([]) == 0
