"""Conversion: a draft of what was given, nothing of who asked, and the same way to the public as every text."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.timezone import localdate

from disclosure.enums import ItemState, Mode, TimingKind, TimingUnit
from disclosure.models import CatalogueEntry, DisclosureEvent, Edition, Item, Obligation
from disclosure.rules import TimingRule, to_columns
from disclosure.services import draft
from govportal import access
from govportal.models import Agency, AuditEvent
from govportal.permissions import Permission, Role
from requests_app.enums import FileKind, State, TaskState
from requests_app.models import InformationRequest, PublicationTask, RequestFile
from requests_app.services import convert, publication_tasks
from requests_app.services.convert import Wanted
from tests.factories import make_agency, make_catalogue_entry, make_member, make_private_file
from tests.factories.published import publish_edition
from tests.factories.requests import (
    AT,
    file_request,
    make_officer,
    make_person,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    request_in,
)

pytestmark = pytest.mark.django_db
SUBJECT = "柳林镇公路养护资金明细"
WANTED = Wanted(title="2025年柳林镇公路养护资金明细", body="2025年共支出 126 万元。\n分标段见附件。")


def answered(agency: Agency | None = None, **values: Any) -> InformationRequest:
    return request_in(State.REPLIED, agency=agency or make_agency(), subject=SUBJECT, **values)


def converted(row: InformationRequest, **changes: Any) -> Item:
    values = {"title": WANTED.title, "body": WANTED.body} | changes
    return convert.convert(row.pk, Wanted(**values), actor=officer_of(row.agency), at=AT)


def taken_over(item: Item, **changes: Any) -> Edition:
    """A publisher of the agency goes on with the draft."""
    edition = item.editions.get()
    values = {"title": edition.title, "body": edition.body} | changes
    publisher = make_member(Role.PUBLISHER, item.agency)
    content = draft.Content(**values)
    return draft.edit(edition.pk, content, actor=publisher, at=AT, lock_version=edition.lock_version)


def after_event_entry(agency: Agency) -> CatalogueEntry:
    rule = to_columns(TimingRule(TimingKind.AFTER_EVENT, n=20, unit=TimingUnit.WORKING_DAY))
    entry = make_catalogue_entry(in_force_on=date(2020, 1, 1), mode=Mode.PROACTIVE, **rule)
    entry.agencies.add(agency)
    return entry


def test_answered_request_becomes_a_draft_linked_both_ways() -> None:
    row = answered()

    item = converted(row)

    task = PublicationTask.objects.get()
    edition = item.editions.get()
    assert (edition.title, edition.body) == (WANTED.title, "<p>2025年共支出 126 万元。</p>\n<p>分标段见附件。</p>")
    assert (item.state, item.agency, item.created_by) == (ItemState.UNPUBLISHED, row.agency, officer_of(row.agency))
    assert (task.item, task.state, list(task.requests.all())) == (item, TaskState.OPEN, [row])
    assert list(row.publication_tasks.values_list("item", flat=True)) == [item.pk]
    assert convert.requests_behind(item) == 1


def test_draft_is_proposed_from_the_reply() -> None:
    proposed = convert.proposed(answered())

    assert (proposed.title, proposed.body) == (SUBJECT, "2025年养护资金使用明细。")


def test_file_that_was_given_becomes_an_attachment() -> None:
    agency, file = make_agency(), make_private_file(name="明细.pdf")
    row = request_in(State.IN_REVIEW, agency=agency, subject=SUBJECT)
    release_decision(row, make_proposal(files=[file]))

    item = converted(row, files=list(RequestFile.objects.filter(request=row)))

    attachment = item.editions.get().attachments.get()
    assert attachment.title == "明细.pdf"
    assert attachment.attachment.file.read() == b"%PDF-1.7\n%test\n"


def test_paper_of_the_applicant_is_never_attached() -> None:
    row, other = answered(), answered()
    proof = RequestFile.objects.create(request=row, kind=FileKind.PROOF, file=make_private_file(), added_at=AT)
    strange = RequestFile.objects.create(request=other, kind=FileKind.DISCLOSED, file=make_private_file(), added_at=AT)

    for file in (proof, strange):
        with pytest.raises(ValidationError, match="只能附上提供给申请人的文件"):
            converted(row, files=[file])


@pytest.mark.parametrize(
    ("column", "message"),
    [("name", "姓名"), ("phone", "姓名"), ("email", "姓名"), ("address", "姓名"), ("identity_number", "姓名")],
)
def test_text_that_names_the_applicant_is_refused(column: str, message: str) -> None:
    person = make_person()
    row = file_request(make_agency(), person=person, subject=SUBJECT).request
    InformationRequest.objects.filter(pk=row.pk).update(state=State.REPLIED, outcome="r1", closed_on=localdate(AT))

    with pytest.raises(ValidationError, match=message):
        converted(row, body=f"{getattr(person, column)}：您申请的信息如下。")

    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"title": " "}, "请填写标题"), ({"body": "电话13800138000"}, "手机号"), ({"title": "长" * 501}, "500")],
)
def test_draft_that_cannot_be_says_why(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        converted(answered(), **changes)

    assert not Item.objects.exists()


@pytest.mark.parametrize("state", [State.RECEIVED, State.IN_REVIEW, State.WITHDRAWN])
def test_request_that_brought_nothing_is_not_converted(state: State) -> None:
    with pytest.raises(ValidationError, match="只有已经答复提供的信息"):
        converted(request_in(state, subject=SUBJECT))


def test_ledger_row_that_was_given_can_be_converted() -> None:
    row = make_request(state=State.REPLIED, is_imported=True, has_applicant=False, reply_kind="", subject=SUBJECT)

    assert converted(row).state == ItemState.UNPUBLISHED


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.OFFICE_HEAD, Role.ADMINISTRATOR])
def test_conversion_is_for_officers_of_the_agency(role: Role) -> None:
    row = answered()

    for actor in (make_member(role, row.agency), make_officer(make_agency())):
        with pytest.raises(ValidationError, match="没有依申请公开经办的角色"):
            convert.convert(row.pk, WANTED, actor=actor, at=AT)


def test_officer_who_converted_can_neither_change_nor_submit_the_draft() -> None:
    row = answered()
    officer = officer_of(row.agency)
    edition = converted(row).editions.get()

    with pytest.raises(ValidationError, match="没有“修改”的角色"):
        draft.edit(edition.pk, draft.Content(title="另外的"), actor=officer, at=AT, lock_version=edition.lock_version)
    assert not access.can(officer, Permission.DRAFT_ITEM, row.agency)
    assert edition.created_by == officer


def test_second_draft_waits_until_the_first_was_discarded() -> None:
    row = answered()
    first = converted(row)
    with pytest.raises(ValidationError, match=f"已经拟制公开稿：{first.index_number}"):
        converted(row)
    first.editions.update(state="discarded")

    second = converted(row)

    assert PublicationTask.objects.get().item == second != first


def test_task_with_a_draft_is_not_declined() -> None:
    row = answered()
    converted(row)

    with pytest.raises(ValidationError, match="请先废弃草稿"):
        publication_tasks.decline(PublicationTask.objects.get().pk, actor=officer_of(row.agency), at=AT, reason="不宜")


def test_entry_of_the_catalogue_owes_the_publication_from_the_day_of_judging() -> None:
    row = answered()

    item = converted(row, entry=after_event_entry(row.agency))

    event, owed = DisclosureEvent.objects.get(), Obligation.objects.get()
    assert (event.item, event.occurred_on, event.agency) == (item, localdate(AT), row.agency)
    assert (owed.due_on, owed.met_on) == (date(2026, 3, 30), None)


def test_day_of_the_text_does_not_move_the_day_of_judging() -> None:
    row = answered()
    item = converted(row, entry=after_event_entry(row.agency))

    taken_over(item, formed_on=date(2025, 6, 1))

    assert DisclosureEvent.objects.get().occurred_on == localdate(AT)
    assert Obligation.objects.get().due_on == date(2026, 3, 30)


def test_entry_of_another_agency_is_refused() -> None:
    with pytest.raises(ValidationError, match="不是这一事项的公开主体"):
        converted(answered(), entry=after_event_entry(make_agency()))


def test_published_item_says_whence_it_came_and_nothing_of_who_asked(client: Client) -> None:
    person = make_person()
    agency = make_agency()
    file_request(agency)  # so that the number of the next is not that of the agency's first item
    row = file_request(agency, person=person, subject=SUBJECT, description="我家门前的路").request
    InformationRequest.objects.filter(pk=row.pk).update(state=State.REPLIED, outcome="r1", closed_on=localdate(AT))
    item = converted(row)
    PublicationTask.objects.get().requests.add(make_request(agency=agency, subject=SUBJECT))
    publish_edition(taken_over(item))

    page = client.get(item.get_absolute_url()).content.decode()

    assert "由依申请公开转化" in page
    assert "已有 2 件政府信息公开申请" in page
    hidden = (person.name, person.phone, person.email, person.identity_number, row.number, "我家门前的路")
    assert [word for word in hidden if word in page] == []


def test_page_of_an_ordinary_item_asks_nothing_about_requests(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert convert.requests_behind(Item(source="迁入", pk=1)) == 0


def test_trail_of_a_conversion_names_numbers_alone() -> None:
    row = answered()
    item = converted(row)

    events = AuditEvent.objects.filter(subject_type="requests_app.PublicationTask").order_by("pk")
    assert [event.action for event in events] == ["publicationtask.open", "publicationtask.draft"]
    assert [event.after for event in events] == [{"requests": [row.number]}, {"item": item.index_number}]
    assert all(SUBJECT not in event.subject_name for event in events)
