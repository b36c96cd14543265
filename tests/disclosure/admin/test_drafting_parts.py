"""The parts of the drafting form: files, records, 源头认定, interpretations, buffers, and bad input."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from disclosure.enums import RecordKind, RelationKind, WithholdingGround
from disclosure.forms.uploads import reference
from disclosure.models import Edition, EditionBuffer, Item, Relation, SupportingRecord, Withholding
from disclosure.services import buffers
from govportal.models import Agency, AuditEvent, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.drafts import NEW, PDF, edit_url, place, rows, signed_in, typed
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.published import draft_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    return make_agency(parent=make_agency())


@pytest.fixture
def publisher(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


@pytest.fixture
def client(publisher: User) -> Client:
    return signed_in(publisher)


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
        ({"body": "字" * 180_000}, "最多 500 KB"),
        ({"body": "<ul><li>" * 200 + "深"}, "超过 100 层"),
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


def test_saved_attachments_lead_to_their_files(client: Client, agency: Agency, publisher: User) -> None:
    file = make_attachment(b"%PDF-1.7 a", by=publisher)
    edition = draft_one(agency=agency, author=publisher, attachments=[(file, "一")])
    address = reverse("admin:disclosure_edition_file", args=[edition.pk, file.pk])
    table = rows(
        "attachments",
        {"ref": reference(file, publisher), "title": "一"},
        {"file": SimpleUploadedFile("新表.pdf", PDF), "title": "新"},
    )

    opened = client.get(edit_url(edition)).content.decode()
    refused = client.post(edit_url(edition), typed(title="") | table).content.decode()

    assert f'<a href="{address}">' in opened and client.get(address).status_code == 200
    assert f'<a href="{address}">' in refused and "<b>新表.pdf</b>" in refused
