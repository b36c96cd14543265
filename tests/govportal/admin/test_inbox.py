"""The inbox: one's own messages, their number in the head of every page, and the choice of mails."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from govportal import contributions, notices
from govportal.models import InboxMessage, MutedKind, Notice, User
from govportal.now import now
from tests.factories import make_inbox_message, make_user
from tests.govportal.admin.pages import signed_in

pytestmark = pytest.mark.django_db
INBOX, SETTINGS, READ = "/admin/inbox/", "/admin/inbox/settings/", "/admin/inbox/read/"


@pytest.fixture
def user() -> User:
    return make_user(email="a@example.test")


@pytest.fixture
def client(user: User) -> Client:
    return signed_in(user)


def shown(client: Client, query: str = "") -> list[str]:
    return [message.subject for message, _kind in client.get(INBOX + query).context["messages_shown"]]


def test_newest_comes_first_and_others_have_their_own(client: Client, user: User) -> None:
    make_inbox_message(user, subject="旧消息")
    make_inbox_message(user, subject="新消息")
    make_inbox_message(subject="别人的消息")

    assert shown(client) == ["新消息", "旧消息"]


def test_list_is_filtered_and_wrong_filters_are_none(client: Client, user: User) -> None:
    make_inbox_message(user, subject="审查", kind="review")
    make_inbox_message(user, subject="整改", kind="rectifications", read_at=now())

    cases = {
        "?unread=1": ["审查"],
        "?kind=rectifications": ["整改"],
        "?kind=rectifications&unread=1": [],
        "?kind=nonsense": ["整改", "审查"],
        "?kind=%00&page=x": ["整改", "审查"],
        "?page=999999999999999999999": ["整改", "审查"],
    }
    for query, expected in cases.items():
        assert shown(client, query) == expected, query


def test_pages_keep_the_filter(client: Client, user: User) -> None:
    for _number in range(51):
        make_inbox_message(user, kind="review")

    page = client.get(INBOX + "?unread=1&kind=review").content.decode()

    assert "第 1 页，共 2 页" in page
    assert 'href="?unread=1&amp;kind=review&amp;page=2"' in page


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/admin/govportal/agency/?q=1", "/admin/govportal/agency/?q=1"),
        ("//evil.example/", INBOX),
        ("https://evil.example/", INBOX),
        ("/\\evil.example/", INBOX),
        ("", INBOX),
    ],
)
def test_message_is_read_by_opening_it_and_leads_to_our_own_pages_alone(
    client: Client, user: User, path: str, target: str
) -> None:
    message = make_inbox_message(user, path=path)

    response = client.get(reverse("admin:inbox_message", args=[message.pk]))

    message.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, target)
    assert message.read_at


def test_message_of_another_is_not_there(client: Client) -> None:
    message = make_inbox_message()

    response = client.get(reverse("admin:inbox_message", args=[message.pk]))

    message.refresh_from_db()
    assert (response.status_code, message.read_at) == (404, None)
    assert client.get(f"{INBOX}{'9' * 30}/").status_code == 404


def test_all_that_the_page_showed_are_marked_read(client: Client, user: User) -> None:
    mine, foreign = make_inbox_message(user), make_inbox_message()
    newest = client.get(INBOX).context["newest"]
    later = make_inbox_message(user)

    client.post(READ, {"until": newest})

    unread = set(InboxMessage.objects.filter(read_at=None))
    assert (newest, unread) == (mine.pk, {foreign, later})


def test_marking_needs_a_post_and_bears_nonsense(client: Client, user: User) -> None:
    make_inbox_message(user)

    assert client.get(READ).status_code == 405
    for until in ("", "x", "-1", "9" * 40, "\0"):
        assert client.post(READ, {"until": until}).status_code == 302, until
    assert InboxMessage.objects.filter(read_at=None).count() == 1


@pytest.mark.parametrize(("unread", "words"), [(0, ""), (3, "3"), (100, "99+")])
def test_head_of_every_page_counts_the_unread(client: Client, user: User, unread: int, words: str) -> None:
    make_inbox_message(user, read_at=now())
    row = {"user": user, "kind": "review", "subject": "x", "at": now()}
    InboxMessage.objects.bulk_create([InboxMessage(key=f"many:{n}", **row) for n in range(unread)])

    page = client.get(reverse("admin:index")).content.decode()

    assert (f'<b class="unread-count">{words}<' in page) == bool(words)


@pytest.mark.parametrize("rows", [1, 3])
def test_inbox_costs_the_same_for_one_and_for_three(
    client: Client, user: User, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        make_inbox_message(user)

    with django_assert_num_queries(7):  # session, user, roles, count, rows, site, unread
        client.get(INBOX)


def test_signed_out_reader_is_led_to_the_door() -> None:
    for address in (INBOX, SETTINGS, READ):
        assert Client().get(address)["Location"].startswith("/admin/login/"), address


def test_kinds_left_out_are_not_mailed_and_come_back(client: Client, user: User) -> None:
    kept = [kind for kind in notices.kinds() if kind != "review"]

    response = client.post(SETTINGS, {"mailed": kept})

    assert response.status_code == 302
    assert [muted.kind for muted in MutedKind.objects.filter(user=user)] == ["review"]
    assert client.get(SETTINGS).context["form"].initial["mailed"] == kept
    with transaction.atomic():
        notices.tell([user], kind="review", key="k:1", subject="标题", path="/admin/")
        notices.tell([user], kind="rectifications", key="k:2", subject="标题", path="/admin/")
    assert InboxMessage.objects.filter(user=user).count() == 2
    assert [notice.key for notice in Notice.objects.all()] == [f"k:2:{user.pk}"]
    client.post(SETTINGS, {"mailed": list(notices.kinds())})
    assert not MutedKind.objects.exists()


def test_settings_refuse_what_is_no_kind_and_change_nobody_else(client: Client) -> None:
    other = MutedKind.objects.create(user=make_user(), kind="review")

    response = client.post(SETTINGS, {"mailed": ["nonsense\0"]})

    assert response.status_code == 200
    assert list(MutedKind.objects.all()) == [other]


def test_settings_offer_every_kind_and_say_what_is_mailed_always(client: Client) -> None:
    page = client.get(SETTINGS).content.decode()

    for words in notices.kinds().values():
        assert words in page, words
    assert "上报负责人" in page
    assert set(contributions.notice_kinds) >= {"review", "publication", "rectifications", "requests"}


def test_kind_is_muted_once_by_each(user: User) -> None:
    MutedKind.objects.create(user=user, kind="review")

    with pytest.raises(IntegrityError), transaction.atomic():
        MutedKind.objects.create(user=user, kind="review")
