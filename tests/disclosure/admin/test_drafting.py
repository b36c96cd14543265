"""The drafting pages: what is typed is saved whole or shown again whole; who may not draft is refused."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import EditionState, RecordKind, RelationKind, WithholdingGround
from disclosure.forms.uploads import reference
from disclosure.models import Edition, EditionBuffer, Item, Relation, SupportingRecord, Withholding
from disclosure.services import buffers
from govportal.models import Agency, AuditEvent, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.published import draft_one, publish_one, sign_through

pytestmark = pytest.mark.django_db

NEW = "/admin/disclosure/item/new/"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(prefix: str, *filled: dict[str, Any], blank: int = 2) -> dict[str, Any]:
    values: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(filled) + blank,
        f"{prefix}-INITIAL_FORMS": 0,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 200,
    }
    for number, row in enumerate(filled):
        values |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return values


def typed(**values: Any) -> dict[str, Any]:
    """A form of the general type, filled."""
    return {
        "title": "城乡低保标准",
        "body": "一、每人每月 738 元。\n二、自印发之日起施行。",
        "category": "affairs",
        "validity": "valid",
        "mode": "proactive",
        "lock_version": "0",
        **rows("attachments"),
        **rows("records"),
    } | values


def place(agency: Agency, item_type: str = "general", **values: Any) -> dict[str, Any]:
    chosen = {"agency": agency.pk, "item_type": item_type, "audience": "public", "entry": ""} | values
    return {f"place-{name}": value for name, value in chosen.items()} | {"form_key": buffers.new_key()}


def edit_url(edition: Edition) -> str:
    return reverse("admin:disclosure_edition_edit", args=[edition.pk])


def desk_url(edition: Edition) -> str:
    return reverse("admin:disclosure_edition_change", args=[edition.pk])


@pytest.fixture
def agency() -> Agency:
    return make_agency(parent=make_agency())


@pytest.fixture
def publisher(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


@pytest.fixture
def client(publisher: User) -> Client:
    return signed_in(publisher)


# --- a new item ----------------------------------------------------------------------------------------------


def test_new_item_is_begun_in_two_steps(client: Client, agency: Agency) -> None:
    first = client.get(NEW).content.decode()
    second = client.get(NEW, {"item_type": "general", "audience": "public", "entry": ""}).content.decode()

    assert 'name="item_type"' in first and 'name="audience"' in first
    assert 'name="title"' in second and f'name="place-agency" value="{agency.pk}"' in second


def test_new_item_asks_for_the_agency_only_where_there_are_several(publisher: User) -> None:
    other = make_agency(name="第二单位")
    make_member(Role.PUBLISHER, other, user=publisher)
    client = signed_in(publisher)

    asked = client.get(NEW).content.decode()
    chosen = client.get(NEW, {"agency": other.pk}).content.decode()

    assert 'name="agency"' in asked and 'name="item_type"' not in asked
    assert 'name="item_type"' in chosen and "第二单位" in chosen


def test_new_item_is_saved_as_a_draft(client: Client, agency: Agency) -> None:
    values = typed(
        title="关于|低保标准的通知", keywords="低保、标准 低保", topic="民政 / 低保", formed_on="2026年3月1日"
    )

    response = client.post(NEW, place(agency) | values)

    edition = Edition.objects.get()
    assert response.headers["Location"] == desk_url(edition)
    assert (edition.title, edition.title_breaks) == ("关于低保标准的通知", [2])
    assert edition.body == "<p>一、每人每月 738 元。</p>\n<p>二、自印发之日起施行。</p>"
    assert (edition.keywords, edition.topic, edition.formed_on) == (["低保", "标准"], "民政/低保", date(2026, 3, 1))
    assert edition.state == EditionState.DRAFT and edition.item.agency == agency


def test_new_item_sent_twice_is_one_item(client: Client, agency: Agency) -> None:
    values = place(agency) | typed()

    first, second = client.post(NEW, values), client.post(NEW, values)

    assert Item.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


@pytest.mark.parametrize("role", [Role.APPROVER, Role.STAFF, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_new_item_is_refused_without_the_role(agency: Agency, role: Role) -> None:
    client = signed_in(make_member(role, agency))

    assert client.get(NEW).status_code == 403
    assert client.post(NEW, place(agency) | typed()).status_code == 403
    assert not Item.objects.exists()


def test_new_item_is_refused_for_another_agency(client: Client) -> None:
    response = client.post(NEW, place(make_agency()) | typed())

    assert response.status_code == 403
    assert not Item.objects.exists()


def test_new_internal_item_is_kept_to_its_agency(client: Client, agency: Agency) -> None:
    client.post(NEW, place(agency, audience="internal") | typed())

    item = Item.objects.get()
    assert item.audience == "internal" and item.index_number.startswith("NB-")


# --- editing -------------------------------------------------------------------------------------------------


def test_edit_saves_and_voids_signatures(client: Client, publisher: User, agency: Agency) -> None:
    edition = draft_one(agency=agency, author=publisher)
    sign_through(edition)

    response = client.post(edit_url(edition), typed(title="改过的标题", lock_version=edition.lock_version))

    edition.refresh_from_db()
    assert response.headers["Location"] == desk_url(edition)
    assert (edition.title, edition.state, edition.lock_version) == ("改过的标题", EditionState.DRAFT, 1)
    assert not edition.approvals.standing().exists()


def test_edit_is_refused_to_other_agencies_and_roles(agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    stranger, approver = make_member(Role.PUBLISHER), make_member(Role.APPROVER, agency)

    statuses = [
        (
            signed_in(user).get(edit_url(edition)).status_code,
            signed_in(user).post(edit_url(edition), typed()).status_code,
        )
        for user in (stranger, approver)
    ]

    edition.refresh_from_db()
    assert statuses == [(404, 404), (403, 403)]
    assert edition.title == "公示办法"


def test_edit_of_a_published_edition_is_refused_and_keeps_what_was_typed(
    client: Client, agency: Agency, publisher: User
) -> None:
    item = publish_one(agency=agency, author=publisher)
    edition = item.current_edition
    assert edition is not None

    opened = client.get(edit_url(edition))
    sent = client.post(edit_url(edition), typed(title="偷偷改", lock_version=edition.lock_version))

    assert opened.status_code == 302 and opened.headers["Location"] == desk_url(edition)
    assert sent.status_code == 200 and "不能修改" in sent.content.decode() and "偷偷改" in sent.content.decode()
    edition.refresh_from_db()
    assert edition.title == "公示办法"


def test_edit_asks_few_statements_however_many_rows(
    client: Client, agency: Agency, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 3):
        files = [(make_attachment(f"%PDF-1.7 {n}".encode()), f"附件{n}") for n in range(count)]
        edition = draft_one(agency=agency, author=publisher, item_type="power", attachments=files)

        with django_assert_max_num_queries(24):
            response = client.get(edit_url(edition))

        assert response.content.decode().count('name="attachments-') >= count


# --- a stale form --------------------------------------------------------------------------------------------


def test_stale_form_shows_both_texts_and_saves_knowingly(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    colleague = make_member(Role.PUBLISHER, agency)
    signed_in(colleague).post(edit_url(edition), typed(title="同事的标题", body="同事写的第一段。"))

    stale = client.post(edit_url(edition), typed(title="我的标题", body="我写的第一段。"))
    page = stale.content.decode()
    knowingly = client.post(edit_url(edition), typed(title="我的标题", body="我写的第一段。", lock_version=1))

    assert stale.status_code == 409
    assert "我的标题" in page and "我写的第一段。" in page and "同事" in page and "<del>" in page and "<ins>" in page
    assert 'name="lock_version" value="1"' in page and str(colleague) in page
    assert knowingly.status_code == 302
    edition.refresh_from_db()
    assert edition.title == "我的标题"


def test_stale_form_with_the_same_text_is_a_double_click(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)

    first, second = (client.post(edit_url(edition), typed()) for _click in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    edition.refresh_from_db()
    assert edition.lock_version == 1


def test_form_says_who_else_is_typing(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    colleague = make_member(Role.PUBLISHER, agency)
    buffers.keep(buffers.edition_key(edition), {"title": ["半句"]}, user=colleague, at=now())

    shown = client.get(edit_url(edition)).content.decode()
    EditionBuffer.objects.update(saved_at=now() - timedelta(minutes=11))
    later = client.get(edit_url(edition)).content.decode()

    assert f"{colleague} 正在修改" in shown and "半句" not in shown
    assert "正在修改" not in later


# --- the next edition ----------------------------------------------------------------------------------------


def test_amend_is_filled_with_the_current_edition_and_asks_for_a_note(
    client: Client, agency: Agency, publisher: User
) -> None:
    item = publish_one(agency=agency, author=publisher, attachments=[(make_attachment(), "附表")])
    url = reverse("admin:disclosure_item_amend", args=[item.pk])
    ref = reference(item.current_edition.attachments.get().attachment, publisher)  # type: ignore[union-attr]
    files = rows("attachments", {"ref": ref, "title": "附表"})

    opened = client.get(url).content.decode()
    without = client.post(url, typed() | files)
    saved = client.post(url, typed(change_note="标准提高", is_substantive="on") | files)

    edition = item.editions.get(number=2)
    assert "公示期不少于五个工作日" in opened and "附件.pdf" in opened
    assert without.status_code == 200 and "修改说明" in without.content.decode()
    assert saved.headers["Location"] == desk_url(edition)
    assert edition.change_note == "标准提高" and edition.attachments.get().title == "附表"


def test_amend_opens_the_edition_that_was_begun(client: Client, agency: Agency, publisher: User) -> None:
    item = publish_one(agency=agency, author=publisher)
    url = reverse("admin:disclosure_item_amend", args=[item.pk])
    colleague = make_member(Role.PUBLISHER, agency)
    signed_in(colleague).post(url, typed(title="同事起草", change_note="改"))

    opened = client.get(url)
    sent = client.post(url, typed(title="我也起草", change_note="也改"))

    begun = item.editions.get(number=2)
    assert opened.headers["Location"] == edit_url(begun)
    assert sent.status_code == 409 and "我也起草" in sent.content.decode()
    assert f'action="{edit_url(begun)}"' in sent.content.decode()


def test_amend_is_refused_to_strangers(agency: Agency, publisher: User) -> None:
    item = publish_one(agency=agency, author=publisher)
    url = reverse("admin:disclosure_item_amend", args=[item.pk])

    assert signed_in(make_member(Role.PUBLISHER)).get(url).status_code == 404
    assert signed_in(make_member(Role.APPROVER, agency)).get(url).status_code == 403


# --- files and records ---------------------------------------------------------------------------------------


def test_attachments_are_kept_ordered_and_removed(client: Client, agency: Agency, publisher: User) -> None:
    first, second = make_attachment(b"%PDF-1.7 a"), make_attachment(b"%PDF-1.7 b")
    edition = draft_one(agency=agency, author=publisher, attachments=[(first, "一"), (second, "二")])
    table = rows(
        "attachments",
        {"ref": reference(first, publisher), "title": "一", "remove": "on"},
        {"ref": reference(second, publisher), "title": "二改", "position": 2},
        {"file": SimpleUploadedFile("新表.pdf", PDF), "title": "", "position": 1},
    )

    client.post(edit_url(edition), typed() | table)

    assert [link.title for link in edition.attachments.all()] == ["新表.pdf", "二改"]


def test_refused_files_are_named_and_the_others_kept(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    table = rows(
        "attachments",
        {"file": SimpleUploadedFile("伪装.pdf", b"MZ\x90\x00 program"), "title": "伪装"},
        {"file": SimpleUploadedFile("真的.pdf", PDF), "title": "真的"},
    )

    response = client.post(edit_url(edition), typed(title="打了很多字") | table)
    page = response.content.decode()

    assert response.status_code == 200 and "“伪装.pdf”没有收下" in page
    assert "打了很多字" in page and "<b>真的.pdf</b>" in page
    assert not edition.attachments.exists()


def test_attachment_of_another_person_cannot_be_named(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    foreign = reference(make_attachment(), make_member(Role.PUBLISHER))

    client.post(edit_url(edition), typed() | rows("attachments", {"ref": foreign, "title": "别人的"}))

    assert not edition.attachments.exists()


def test_records_are_added_removed_and_read_by_staff_alone(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    record = {
        "kind": RecordKind.MEETING,
        "title": "第18次常务会议纪要",
        "dated_on": "2026-02-20",
        "number": "〔2026〕3号",
    }
    record["file"] = SimpleUploadedFile("纪要.pdf", PDF)  # type: ignore[assignment]

    client.post(edit_url(edition), typed() | rows("records", record))

    held = SupportingRecord.objects.get()
    url = reverse("admin:disclosure_record_file", args=[held.pk])
    assert (held.title, held.added_by) == ("第18次常务会议纪要", publisher) and held.attachment is not None
    assert client.get(url).status_code == 200
    assert signed_in(make_member(Role.PUBLISHER)).get(url).status_code == 404
    assert AuditEvent.objects.filter(action="record.read").count() == 1
    client.post(edit_url(edition), typed(lock_version=1, **{"held-removed": held.pk}))
    assert not SupportingRecord.objects.exists()


# --- not to be published, and interpretations ----------------------------------------------------------------


def withheld(**values: Any) -> dict[str, Any]:
    given = {
        "ground": WithholdingGround.DELIBERATIVE,
        "reason": "讨论稿",
        "basis": "条例第十六条第二款",
        "review_on": (today() + timedelta(days=90)).isoformat(),
    } | values
    return {"mode": "not_public"} | {f"withhold-{name}": value for name, value in given.items()}


def test_not_public_proposes_a_withholding_and_takes_it_back(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)

    client.post(edit_url(edition), typed(**withheld(filed_with=agency.parent_id, filed_on="2026-03-01")))
    row = Withholding.objects.get()
    client.post(edit_url(edition), typed(lock_version=1))

    assert (row.edition, row.state, row.proposed_by, row.filed_with) == (edition, "proposed", publisher, agency.parent)
    assert not Withholding.objects.exists()


def test_not_public_without_a_reason_is_refused(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)

    response = client.post(edit_url(edition), typed(**withheld(reason="")))

    assert response.status_code == 200 and "<title>错误：" in response.content.decode()
    assert not Withholding.objects.exists()


def test_interpretation_is_begun_with_its_policy(client: Client, agency: Agency) -> None:
    policy = typed(title="养犬管理办法", **{"link-new_interpretation": "on"})

    client.post(NEW, place(agency, "normative") | policy)

    relation = Relation.objects.get()
    assert relation.kind == RelationKind.INTERPRETS and relation.target.item_type == "normative"
    assert relation.source.editions.get().title == "《养犬管理办法》政策解读"


def test_interpretation_that_exists_is_chosen(client: Client, agency: Agency, publisher: User) -> None:
    explanation = draft_one(agency=agency, author=publisher, item_type="interpretation")
    foreign = draft_one(item_type="interpretation")

    refused = client.post(NEW, place(agency, "normative") | typed(**{"link-interpretation": foreign.item_id}))
    client.post(NEW, place(agency, "normative") | typed(**{"link-interpretation": explanation.item_id}))

    assert refused.status_code == 200
    assert Relation.objects.get().source == explanation.item


# --- autosave ------------------------------------------------------------------------------------------------


def test_buffer_is_offered_restored_and_gone_when_saved(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    values = typed(title="打了一半", form_key=buffers.edition_key(edition))

    kept = client.post(reverse("admin:disclosure_edition_buffer"), values)
    offered = client.get(edit_url(edition)).content.decode()
    restored = client.get(edit_url(edition), {"restore": "1"}).content.decode()
    others = signed_in(make_member(Role.PUBLISHER, agency)).get(edit_url(edition)).content.decode()

    assert "saved_at" in json.loads(kept.content)
    assert "的暂存" in offered and "打了一半" not in offered
    assert "打了一半" in restored and "打了一半" not in others
    edition.refresh_from_db()
    assert edition.title == "公示办法"
    client.post(edit_url(edition), typed())
    assert not EditionBuffer.objects.exists()


def test_buffer_is_thrown_away_on_request(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    buffers.keep(buffers.edition_key(edition), {"title": ["不要了"]}, user=publisher, at=now())

    client.post(edit_url(edition), {"discard": "1"})

    assert not EditionBuffer.objects.exists()


def test_buffer_of_a_new_item_is_listed_and_closed_by_saving(client: Client, agency: Agency) -> None:
    values = place(agency) | typed(title="没写完的新信息")
    url = reverse("admin:disclosure_edition_buffer")
    client.post(url, values)

    listed = client.get(NEW).content.decode()
    restored = client.get(NEW, {"buffer": values["form_key"], "restore": "1"}).content.decode()
    client.post(NEW, values)
    after = client.post(url, values)

    assert "没写完的新信息" in listed and "没写完的新信息" in restored
    assert after.status_code == 409
    assert "没写完的新信息" not in client.get(NEW).content.decode()


def test_buffer_is_refused_for_editions_of_others(client: Client, agency: Agency) -> None:
    foreign = draft_one()
    url = reverse("admin:disclosure_edition_buffer")

    for key in (buffers.edition_key(foreign), f"amend:{foreign.item_id}", "edition:x", "other:1", ""):
        assert client.post(url, typed(form_key=key)).status_code == 403
    assert signed_in(make_member(Role.APPROVER, agency)).post(url, typed(form_key="new:abc")).status_code == 403
    assert client.get(url).status_code == 405


# --- bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": "长" * 501}, "最多 500 字"),
        ({"title": " | "}, "请填写标题"),
        ({"formed_on": "昨天"}, "日期"),
        ({"formed_on": "0026-01-01"}, "年份"),
        ({"effective_on": "2026-05-01", "expires_on": "2026-04-01"}, "有效期至早于施行日期"),
        ({"body": "字" * 750_000}, "最多 2 MB"),
        ({"document_number": "号" * 81}, "文号"),
        ({"category": "nonsense"}, "类别"),
        ({"keywords": "、".join(map(str, range(21)))}, "关键词最多 20 个"),
        ({"title": "空\x00字符"}, "标题"),
    ],
)
def test_bad_input_is_named_and_nothing_is_lost(
    client: Client, agency: Agency, values: dict[str, Any], words: str
) -> None:
    response = client.post(NEW, place(agency) | typed(summary="写好的概述") | values)
    page = response.content.decode()

    assert response.status_code == 200
    assert "<title>错误：" in page and words in page and "写好的概述" in page
    assert not Item.objects.exists()


def test_ten_megabytes_of_pasted_html_get_a_page_with_words(client: Client, agency: Agency) -> None:
    response = client.post(NEW, place(agency) | typed(body="<p>字</p>" * 1_000_000))

    assert response.status_code == 400
    assert "没有保存" in response.content.decode() and "后退" in response.content.decode()


def test_more_rows_are_given_without_losing_anything(client: Client, agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    table = rows("attachments", {"file": SimpleUploadedFile("表.pdf", PDF), "title": "表"}, blank=0)

    page = client.post(
        edit_url(edition), typed(title="", summary="留着", add_rows="attachments") | table
    ).content.decode()

    assert 'name="attachments-3-title"' in page and "<b>表.pdf</b>" in page and "留着" in page
    assert "错误：" not in page


def test_pictures_in_the_text_are_said_to_be_lost(client: Client, agency: Agency) -> None:
    response = client.post(
        NEW, place(agency) | typed(body='<p>见图</p><img src="data:image/png;base64,AA==">'), follow=True
    )

    assert "没有保留" in response.content.decode()
    assert Edition.objects.get().body == "<p>见图</p>"
