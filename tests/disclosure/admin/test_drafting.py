"""The drafting pages: what is typed is saved whole or shown again whole; who may not draft is refused."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import EditionState
from disclosure.forms.uploads import reference
from disclosure.models import Edition, EditionBuffer, Item
from disclosure.services import buffers
from govportal.models import Agency, User
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.drafts import NEW, desk_url, edit_url, place, rows, signed_in, typed
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.published import draft_one, publish_one, sign_through

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
