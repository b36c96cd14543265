"""What is asked for a published item and decided by somebody else, by the pages of the admin."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import ItemAction, ItemState, MotionState, RelationKind
from disclosure.models import Item, LogEntry, Motion, Relation
from disclosure.services import motion
from govportal.permissions import Role
from tests.disclosure.admin.desks import Office, signed_in, text
from tests.factories import make_agency, make_member
from tests.factories.published import AT, publish_one

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {"ground": "内容有误", "basis": "条例第六条", "explanation": "附表第三行数字有误，撤回更正。"}


@pytest.fixture
def office() -> Office:
    return Office()


def published(office: Office, **values: Any) -> Item:
    return publish_one(agency=office.agency, author=office.people[Role.PUBLISHER], **values)


def ask_address(item: Item, action: str = "withdraw") -> str:
    return reverse("admin:disclosure_item_ask", args=[item.pk, action])


def asked(office: Office, item: Item | None = None, action: ItemAction = ItemAction.WITHDRAW) -> Motion:
    item = item or published(office)
    return motion.ask(item.pk, action, actor=office.people[Role.PUBLISHER], at=AT, **WORDS)


def address(row: Motion) -> str:
    return reverse("admin:disclosure_motion_change", args=[row.pk])


def test_item_is_withdrawn_by_two_people_through_the_pages(office: Office) -> None:
    item = published(office)
    answer = office.client(Role.PUBLISHER).post(ask_address(item), WORDS)
    row = Motion.objects.get(item=item)

    office.client(Role.APPROVER).post(address(row), {"verdict": "grant", "note": "同意"})

    item.refresh_from_db()
    row.refresh_from_db()
    assert answer["Location"] == address(row)
    assert (item.state, row.state) == (ItemState.WITHDRAWN, MotionState.GRANTED)
    assert LogEntry.objects.filter(item=item, kind="withdraw").count() == 1


def test_motion_without_its_words_is_refused_and_loses_nothing(office: Office) -> None:
    item = published(office)

    answer = office.client(Role.PUBLISHER).post(ask_address(item), WORDS | {"basis": ""})

    assert answer.status_code == 200 and "附表第三行数字有误" in text(answer)
    assert 'href="#id_basis"' in text(answer)
    assert not Motion.objects.exists()


@pytest.mark.parametrize("number", ["没有这个号", "own"])
def test_replacement_that_cannot_be_named_is_refused(office: Office, number: str) -> None:
    item = published(office)
    typed = item.index_number if number == "own" else number

    answer = office.client(Role.PUBLISHER).post(ask_address(item), WORDS | {"replacement": typed})

    assert answer.status_code == 200 and 'role="alert"' in text(answer)
    assert not Motion.objects.exists()


def test_replacement_is_found_by_its_number(office: Office) -> None:
    item, other = published(office), published(office, content={"title": "新的办法"})

    office.client(Role.PUBLISHER).post(ask_address(item), WORDS | {"replacement": f" {other.index_number} "})

    assert Motion.objects.get(item=item).replacement == other


def test_redaction_names_its_edition(office: Office) -> None:
    item = published(office)
    client = office.client(Role.PUBLISHER)

    without = client.post(ask_address(item, "redact"), WORDS)
    client.post(ask_address(item, "redact"), WORDS | {"edition": item.current_edition_id, "new_title": "办法"})

    assert without.status_code == 200
    assert Motion.objects.get(item=item).edition_id == item.current_edition_id


def test_redaction_is_granted_to_whoever_has_read_what_goes(office: Office) -> None:
    item = published(office)
    author = office.people[Role.PUBLISHER]
    row = motion.ask(item.pk, ItemAction.REDACT, actor=author, at=AT, edition=item.current_edition, **WORDS)
    client = office.client(Role.APPROVER)

    asking = office.client(Role.PUBLISHER).get(ask_address(published(office, content={"title": "二"}), "redact"))
    page = client.get(address(row))
    without = client.post(address(row), {"verdict": "grant", "note": "同意"})

    row.refresh_from_db()
    gone = "的正文、概述、关键词、修改说明、专有内容和附件将永久删除"
    assert f"所选版本{gone}，无法恢复；内容摘要和登记保留。" in text(asking)
    assert f"第1版{gone}" in text(page) and "已核对：确须永久删除" in text(page)
    assert "请先核对，再勾选这一项" in text(without) and row.state == MotionState.ASKED

    client.post(address(row), {"verdict": "grant", "note": "同意", "is_checked": "on"})
    row.refresh_from_db()
    assert row.state == MotionState.GRANTED and "永久删除" not in text(client.get(address(row)))


def test_redaction_is_refused_without_a_tick(office: Office) -> None:
    item = published(office)
    author = office.people[Role.PUBLISHER]
    row = motion.ask(item.pk, ItemAction.REDACT, actor=author, at=AT, edition=item.current_edition, **WORDS)

    office.client(Role.APPROVER).post(address(row), {"verdict": "refuse", "note": "没有个人信息"})

    row.refresh_from_db()
    assert row.state == MotionState.REFUSED


def test_end_of_a_policy_names_what_still_explains_it(office: Office) -> None:
    item, reading = published(office), published(office, content={"title": "《公示办法》解读"})
    Relation.objects.create(source=reading, kind=RelationKind.INTERPRETS, target=item)
    row = asked(office, item)

    decision = text(office.client(Role.APPROVER).get(address(row)))
    asking = text(office.client(Role.PUBLISHER).get(ask_address(published(office, content={"title": "三"}))))

    assert "另有解读仍在公开，请一并处理" in decision and f'href="{ask_address(reading)}"' in decision
    assert "另有解读" not in asking


def test_asking_to_end_a_policy_names_what_still_explains_it(office: Office) -> None:
    item, reading = published(office), published(office, content={"title": "《公示办法》解读"})
    Relation.objects.create(source=reading, kind=RelationKind.INTERPRETS, target=item)
    client = office.client(Role.PUBLISHER)

    ending, noting = text(client.get(ask_address(item, "void"))), text(client.get(ask_address(item, "note")))

    assert f'href="{ask_address(reading, "void")}"' in ending and "另有解读" not in noting


def test_second_motion_says_why_it_is_refused(office: Office) -> None:
    row = asked(office)

    page = office.client(Role.PUBLISHER).get(ask_address(row.item, "void"))
    answer = office.client(Role.PUBLISHER).post(ask_address(row.item, "void"), WORDS)

    assert "还没有决定" in text(page) and "<form class=" not in text(page)
    assert "还没有决定" in text(answer) and Motion.objects.count() == 1


@pytest.mark.parametrize("action", ["x", "publish", ""])
def test_unknown_action_is_not_found(office: Office, action: str) -> None:
    item = published(office)

    answer = office.client(Role.PUBLISHER).get(f"/admin/disclosure/item/{item.pk}/ask/{action}/")

    assert answer.status_code in {302, 404}


def test_own_motion_is_not_decided(office: Office) -> None:
    item = published(office)
    row = motion.ask(item.pk, ItemAction.WITHDRAW, actor=office.people[Role.APPROVER], at=AT, **WORDS)
    client = office.client(Role.APPROVER)

    page, answer = client.get(address(row)), client.post(address(row), {"verdict": "grant"})

    row.refresh_from_db()
    assert "申请人不能决定自己的申请。" in text(page) and 'name="verdict"' not in text(page)
    assert answer.status_code == 200 and row.state == MotionState.ASKED


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.SECRECY_REVIEWER, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_motion_is_decided_by_approvers_alone(office: Office, role: Role) -> None:
    row = asked(office)

    answer = signed_in(make_member(role, office.agency)).post(address(row), {"verdict": "grant"})

    row.refresh_from_db()
    assert answer.status_code == 200 and row.state == MotionState.ASKED


def test_refusal_needs_its_reason(office: Office) -> None:
    row = asked(office)
    client = office.client(Role.APPROVER)

    without = client.post(address(row), {"verdict": "refuse", "note": ""})
    client.post(address(row), {"verdict": "refuse", "note": "数字无误"})

    row.refresh_from_db()
    assert "须写明理由" in text(without)
    assert (row.state, row.decision_note) == (MotionState.REFUSED, "数字无误")


def test_second_press_of_a_decision_is_harmless(office: Office) -> None:
    row = asked(office)
    client = office.client(Role.APPROVER)
    client.post(address(row), {"verdict": "grant"})

    again = client.post(address(row), {"verdict": "grant"}, follow=True)

    assert "没有重复办理" in text(again)
    assert LogEntry.objects.filter(kind="withdraw").count() == 1


def test_decision_without_a_verdict_is_asked_for(office: Office) -> None:
    row = asked(office)

    answer = office.client(Role.APPROVER).post(address(row), {"note": "嗯"})

    assert "请选择同意或者不同意" in text(answer)


@pytest.mark.parametrize(
    ("action", "words"), [(ItemAction.WITHDRAW, "本信息已撤回"), (ItemAction.VOID, "本文件已废止")]
)
def test_notice_is_shown_as_the_public_will_read_it(office: Office, action: ItemAction, words: str) -> None:
    row = asked(office, action=action)
    notice = reverse("admin:disclosure_motion_notice", args=[row.pk])
    client = office.client(Role.APPROVER)

    page, shown = client.get(address(row)), client.get(notice)

    assert f'src="{notice}"' in text(page) and "frame-src 'self'" in page["Content-Security-Policy"]
    assert words in text(shown) and WORDS["explanation"] in text(shown)
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN" and "no-store" in shown["Cache-Control"]
    assert Item.objects.get(pk=row.item_id).state == ItemState.LIVE


@pytest.mark.parametrize("n", [1, 3])
def test_list_of_motions_costs_the_same_for_more_rows(
    office: Office, n: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [asked(office, published(office, content={"title": f"办法{i}"})) for i in range(n)]
    client = office.client(Role.APPROVER)

    with django_assert_max_num_queries(8):
        page = text(client.get(reverse("admin:disclosure_motion_changelist") + "?queue=waiting"))

    assert all(row.item.index_number in page for row in rows)


def test_motions_of_other_agencies_are_out_of_sight(office: Office) -> None:
    row = asked(office)
    stranger = signed_in(make_member(Role.APPROVER, make_agency()))

    statuses = [
        stranger.get(address(row)).status_code,
        stranger.post(address(row), {"verdict": "grant"}).status_code,
        stranger.get(reverse("admin:disclosure_motion_notice", args=[row.pk])).status_code,
        stranger.get(ask_address(row.item)).status_code,
    ]

    assert statuses == [302, 302, 404, 404]
    assert row.item.index_number not in text(stranger.get(reverse("admin:disclosure_motion_changelist")))


# --- correction notice -----------------------------------------------------------------------------------------------


def test_correction_notice_is_drafted_once_and_opened(office: Office) -> None:
    item = published(office)
    address = reverse("admin:disclosure_item_correct", args=[item.pk])
    client = office.client(Role.PUBLISHER)

    page, first, second = client.get(address), client.post(address), client.post(address)

    notice = Item.objects.get(item_type="correction")
    assert "起草更正公告" in text(page)
    assert first["Location"] == reverse("admin:disclosure_edition_edit", args=[notice.editions.get().pk])
    assert second.status_code == 200 and "已有一份还没有公开的更正公告" in text(second)


def test_correction_notice_is_refused_to_others(office: Office) -> None:
    item = published(office)

    answer = office.client(Role.APPROVER).post(reverse("admin:disclosure_item_correct", args=[item.pk]))

    assert "您不是本单位的信息公开承办人" in text(answer)
    assert not Item.objects.filter(item_type="correction").exists()
