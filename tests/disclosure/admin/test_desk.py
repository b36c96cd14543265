"""The desk of an edition: what it shows, which verbs it offers, and the page between a button and its deed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import EditionAction, EditionState, Mode, RecordKind, ReviewStep
from disclosure.models import Edition, SupportingRecord
from disclosure.services import draft, publish, review
from disclosure.workflow import ACTION_OF
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.desks import BODY, Office, desk, shown, signed_in, text, verb
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.published import AT, publish_edition, sign_through, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def test_desk_shows_text_steps_and_what_can_be_done(office: Office) -> None:
    edition = sign_through(office.draft(), until=ReviewStep.SECRECY)

    page = text(office.client(Role.PRE_REVIEWER).get(desk(edition)))

    assert "公示期不少于五个工作日" in page and "待预审" in page
    assert str(office.people[Role.SECRECY_REVIEWER]) in page and "待办" in page and "未到" in page
    assert f'<a class="verb" href="{verb(edition, "pre_review")}"' in page
    assert f'<a class="verb verb-no" href="{verb(edition, "recall")}"' in page
    assert "只有起草人或最后修改人可以撤回送审。" in page


def test_desk_tells_who_edited_once_why_he_cannot_sign(office: Office) -> None:
    edition = office.draft()
    between = make_member(Role.SECRECY_REVIEWER, office.agency, user=make_member(Role.PUBLISHER, office.agency))
    for version, person in enumerate((between, office.people[Role.PUBLISHER])):
        draft.edit(edition.pk, draft.Content(title="办法", body=BODY), actor=person, at=AT, lock_version=version)
    submit(Edition.objects.select_related("last_edited_by").get(pk=edition.pk))

    page = text(signed_in(between).get(desk(edition)))

    assert "您修改过这一版，不能审查、审定自己的文本。" in page
    assert f"<td>{between}</td><td><span" not in page


def test_desk_of_an_amendment_shows_the_difference_and_its_substance(office: Office) -> None:
    edition = submit(office.amendment())

    page = text(office.client(Role.SECRECY_REVIEWER).get(desk(edition)))

    assert "<del>五</del><ins>三</ins>" in page
    assert "与第1版比对" in page and "实质性修改" in page and "缩短公示期" in page


def test_desk_lists_files_and_records(office: Office) -> None:
    edition = office.draft(attachments=[(make_attachment(), "分类标准表")])
    SupportingRecord.objects.create(
        edition=edition,
        kind=RecordKind.MEETING,
        title="常务会议纪要",
        dated_on="2026-02-01",
        added_by=office.people[Role.PUBLISHER],
    )

    page = text(office.client(Role.PUBLISHER).get(desk(edition)))

    assert reverse("admin:disclosure_edition_file", args=[edition.pk, edition.attachments.get().attachment_id]) in page
    assert "分类标准表" in page and "常务会议纪要" in page


def test_desk_of_a_draft_says_what_is_missing(office: Office) -> None:
    edition = office.draft(item_type="normative")

    page = text(office.client(Role.PUBLISHER).get(desk(edition)))

    assert "没有同步报送政策解读" in page and "会议记录" in page and "必备要素、著录" in page


def test_desk_keeps_within_its_budget(office: Office, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    edition = sign_through(office.amendment(), until=ReviewStep.SECRECY)
    client = office.client(Role.PRE_REVIEWER)

    with django_assert_max_num_queries(25):
        response = client.get(desk(edition))

    assert response.status_code == 200


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_desk_of_other_states_keeps_within_its_budget(
    office: Office, django_assert_max_num_queries: DjangoAssertNumQueries, state: str
) -> None:
    edition = office.amendment()
    if state == "approved":
        sign_through(edition)
    client = office.client(Role.PUBLISHER)

    with django_assert_max_num_queries(26):
        response = client.get(desk(edition))

    assert response.status_code == 200


# --- confirm page ----------------------------------------------------------------------------------------------------


def test_confirm_page_names_the_digest_and_the_next_signers(office: Office) -> None:
    edition = sign_through(office.draft(), until=ReviewStep.SECRECY)

    page = text(office.client(Role.PRE_REVIEWER).get(verb(edition, "pre_review")))

    assert edition.review_digest[:16] in page
    assert "下一环节：审定" in page and str(office.people[Role.APPROVER]) in page


def test_refused_verb_says_every_reason_and_has_no_form(office: Office) -> None:
    edition = submit(office.draft())

    page = text(office.client(Role.PUBLISHER).get(verb(edition, "secrecy_review")))

    assert "没有“保密审查通过”的角色" in page and "起草人和最后修改人不能审查" in page
    assert "<form class=" not in page


def test_whole_procedure_runs_through_the_pages(office: Office) -> None:
    edition = office.draft()
    path = [
        (Role.PUBLISHER, "submit"),
        (Role.SECRECY_REVIEWER, "secrecy_review"),
        (Role.PRE_REVIEWER, "pre_review"),
        (Role.APPROVER, "approve"),
        (Role.PUBLISHER, "publish"),
    ]

    answers = [office.client(role).post(verb(edition, key), shown(edition)) for role, key in path]

    edition.refresh_from_db()
    assert [answer["Location"] for answer in answers] == [desk(edition)] * 5
    assert edition.state == EditionState.PUBLISHED
    assert [event.action for event in edition.events.all()] == [key for _role, key in path]


def test_second_press_of_a_button_is_harmless(office: Office) -> None:
    edition = submit(office.draft())
    client = office.client(Role.SECRECY_REVIEWER)
    sent = shown(edition)
    client.post(verb(edition, "secrecy_review"), sent)

    again = client.post(verb(edition, "secrecy_review"), sent, follow=True)

    assert again.status_code == 200 and "没有重复办理" in text(again)
    assert edition.approvals.standing().count() == 1


def test_text_that_changed_meanwhile_is_not_signed(office: Office) -> None:
    edition = submit(office.draft())
    author = office.people[Role.PUBLISHER]
    sent = shown(edition, note="同意")
    content = draft.Content(title="公示办法", body=BODY.replace("五个", "十个"))
    draft.edit(edition.pk, content, actor=author, at=AT, lock_version=edition.lock_version)
    review.submit(edition.pk, actor=author, at=AT)

    answer = office.client(Role.SECRECY_REVIEWER).post(verb(edition, "secrecy_review"), sent)

    assert answer.status_code == 200 and "已被修改或退回" in text(answer)
    assert "同意" in text(answer)  # nothing typed is lost
    assert not edition.approvals.exists()


def test_post_without_the_page_shows_the_page(office: Office) -> None:
    edition = submit(office.draft())

    answer = office.client(Role.SECRECY_REVIEWER).post(verb(edition, "secrecy_review"), {})

    assert (answer.status_code, answer["Location"]) == (302, verb(edition, "secrecy_review"))


@pytest.mark.parametrize("key", ["return", "emergency_publish"])
def test_verb_without_its_reason_is_refused(office: Office, key: str) -> None:
    edition = sign_through(office.draft(), until=ReviewStep.PRE)

    answer = office.client(Role.APPROVER).post(verb(edition, key), shown(edition))

    edition.refresh_from_db()
    assert "请写明理由。" in text(answer) and "<title>错误：" in text(answer)
    assert edition.state == EditionState.PRE_REVIEWED


def test_return_goes_to_the_author_with_its_reason(office: Office) -> None:
    edition = submit(office.draft())
    office.client(Role.SECRECY_REVIEWER).post(verb(edition, "return"), shown(edition, note="缺少依据"))

    page = text(office.client(Role.PUBLISHER).get(desk(edition)))

    assert "退回" in page and "缺少依据" in page


def test_time_in_the_past_is_refused_beside_its_field(office: Office) -> None:
    edition = sign_through(office.draft())

    answer = office.client(Role.PUBLISHER).post(
        verb(edition, "schedule"), shown(edition, publish_at="2020-01-01T09:00")
    )

    edition.refresh_from_db()
    assert "已经过去" in text(answer) and "2020-01-01T09:00" in text(answer)
    assert edition.state == EditionState.APPROVED


def test_scheduled_minute_is_beijing_time_and_can_be_taken_back(office: Office) -> None:
    edition = sign_through(office.draft())
    minute = timezone.localtime(now() + timedelta(days=2)).replace(second=0, microsecond=0)
    client = office.client(Role.PUBLISHER)

    client.post(verb(edition, "schedule"), shown(edition, publish_at=f"{minute:%Y-%m-%dT%H:%M}"))
    scheduled = Edition.objects.get(pk=edition.pk)
    client.post(verb(edition, "unschedule"), shown(edition))

    edition.refresh_from_db()
    assert (scheduled.state, scheduled.publish_at) == (EditionState.SCHEDULED, minute)
    assert (edition.state, edition.publish_at) == (EditionState.APPROVED, None)


def test_nonsense_time_is_refused_without_a_fault(office: Office) -> None:
    edition = sign_through(office.draft())

    answer = office.client(Role.PUBLISHER).post(verb(edition, "schedule"), shown(edition, publish_at="明天"))

    assert answer.status_code == 200 and "请写明日期和时间" in text(answer)


def test_submission_with_warnings_needs_a_tick(office: Office) -> None:
    body = "<p>公示联系人身份证号11010519491231002X。</p>"
    edition = office.draft(body=body)
    client = office.client(Role.PUBLISHER)

    without = client.post(verb(edition, "submit"), shown(edition))
    with_tick = client.post(verb(edition, "submit"), shown(edition, is_checked="on"))

    assert "请先核对" in text(without)
    assert with_tick.status_code == 302
    assert Edition.objects.get(pk=edition.pk).state == EditionState.SUBMITTED


def test_emergency_with_warnings_needs_a_tick_as_submission_does(office: Office) -> None:
    edition = office.draft(body="<p>联系人身份证号11010519491231002X。</p>")
    client = office.client(Role.APPROVER)

    page = client.get(verb(edition, "emergency_publish"))
    without = client.post(verb(edition, "emergency_publish"), shown(edition, note="防汛"))
    state = Edition.objects.get(pk=edition.pk).state
    with_tick = client.post(verb(edition, "emergency_publish"), shown(edition, note="防汛", is_checked="on"))

    assert "疑似身份证号" in text(page) and "请先核对" in text(without) and state == EditionState.DRAFT
    assert with_tick.status_code == 302
    assert Edition.objects.get(pk=edition.pk).state == EditionState.PUBLISHED


def test_approval_of_a_substantive_change_needs_a_tick(office: Office) -> None:
    edition = sign_through(office.amendment(), until=ReviewStep.PRE)
    client = office.client(Role.APPROVER)

    page = client.get(verb(edition, "approve"))
    without = client.post(verb(edition, "approve"), shown(edition))
    with_tick = client.post(verb(edition, "approve"), shown(edition, is_checked="on"))

    assert "处实质性修改" in text(page) and "请先核对" in text(without)
    assert with_tick.status_code == 302
    assert Edition.objects.get(pk=edition.pk).state == EditionState.APPROVED


def test_emergency_is_reviewed_afterwards_through_the_pages(office: Office) -> None:
    edition = submit(office.draft())
    office.client(Role.APPROVER).post(verb(edition, "emergency_publish"), shown(edition, note="防汛"))
    office.client(Role.SECRECY_REVIEWER).post(verb(edition, "sign_afterwards"), shown(edition))

    office.client(Role.PRE_REVIEWER).post(verb(edition, "sign_afterwards"), shown(edition))

    edition.refresh_from_db()
    assert edition.state == EditionState.PUBLISHED
    assert review.missing_afterwards(edition) == ()


def test_author_recalls_and_discards(office: Office) -> None:
    edition = submit(office.draft())
    client = office.client(Role.PUBLISHER)

    client.post(verb(edition, "recall"), shown(edition))
    client.post(verb(edition, "discard"), shown(edition))

    assert Edition.objects.get(pk=edition.pk).state == EditionState.DISCARDED


@pytest.mark.parametrize("action", [action for action in EditionAction if action != EditionAction.EDIT])
@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.STAFF, Role.APPROVER])
def test_verb_is_refused_to_whoever_lacks_the_role(office: Office, action: EditionAction, role: Role) -> None:
    edition = sign_through(office.draft(), until=ReviewStep.SECRECY)
    stranger = signed_in(make_member(role, office.agency if role != Role.APPROVER else make_agency()))

    answer = stranger.post(verb(edition, action), shown(edition, note="理由", publish_at="2031-01-01T09:00"))

    edition.refresh_from_db()
    assert answer.status_code in {200, 404}
    assert edition.state == EditionState.SECRECY_REVIEWED and edition.events.count() == 2


# --- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.ON_REQUEST, Mode.NOT_PUBLIC])
def test_withheld_text_is_for_the_staff_of_the_agency(office: Office, mode: Mode) -> None:
    edition = office.draft(content={"title": "不公开的事", "mode": mode})
    item = reverse("admin:disclosure_item_change", args=[edition.item_id])
    readers = {role: signed_in(make_member(role, office.agency)) for role in (Role.INSPECTOR, Role.ADMINISTRATOR)}

    own = office.client(Role.APPROVER).get(desk(edition)).status_code

    assert own == 200
    for client in readers.values():
        assert client.get(desk(edition)).status_code == 302
        assert client.get(item).status_code == 302
        assert "不公开的事" not in text(client.get(reverse("admin:disclosure_edition_changelist")))
        assert edition.item.index_number not in text(client.get(reverse("admin:disclosure_item_changelist")))


def test_item_desk_shows_editions_entries_and_verbs(office: Office) -> None:
    edition = office.draft()
    publish_edition(edition)

    page = text(office.client(Role.PUBLISHER).get(reverse("admin:disclosure_item_change", args=[edition.item_id])))

    assert desk(edition) in page and "登记簿" in page
    assert reverse("admin:disclosure_item_amend", args=[edition.item_id]) in page
    assert reverse("admin:disclosure_item_ask", args=[edition.item_id, "withdraw"]) in page


def test_publication_failure_is_said_on_the_desk(office: Office) -> None:
    edition = sign_through(office.draft())
    publish.schedule(edition.pk, actor=office.people[Role.PUBLISHER], at=AT, publish_at=AT + timedelta(hours=1))
    Edition.objects.filter(pk=edition.pk).update(publish_fault="文本与审定时的摘要不一致")

    page = text(office.client(Role.PUBLISHER).get(desk(edition)))

    assert "到点没有公开" in page and "文本与审定时的摘要不一致" in page


def test_steps_are_those_of_the_procedure(office: Office) -> None:
    edition = submit(office.draft())

    page = text(office.client(Role.PUBLISHER).get(desk(edition)))

    assert all(f">{step.label}</th>" in page for step in edition.steps)
    assert f">{ACTION_OF[edition.steps[0]].label}</a>" in page
