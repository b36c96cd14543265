"""The messengers of agencies in the admin: their secrets are shown once, and stand in no record."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse

from govportal.models import AuditEvent, Notice, Webhook
from govportal.models.notice import Channel
from tests.factories import make_webhook
from tests.govportal.admin.pages import Tree, address, signed_in

pytestmark = pytest.mark.django_db
URL = "https://messenger.example.test/hook?token=t0k3n"


def data(tree: Tree, **values: Any) -> dict[str, Any]:
    return {"agency": tree.bureau.pk, "url": URL, "is_active": "on", "secret": "", **values}


def shown_secret(response: Any) -> str:
    found = re.search(r'id="webhook-secret">([^<]+)<', response.content.decode())
    return found.group(1) if found else ""


def test_secret_is_made_where_none_is_given_and_shown_once(tree: Tree) -> None:
    client = signed_in(tree.chief)

    response = client.post(address("webhook", "add"), data(tree))

    row = Webhook.objects.get()
    assert response.status_code == 200
    assert shown_secret(response) == row.secret
    assert len(row.secret) == 40
    for page in (address("webhook", "change", row.pk), address("webhook", "changelist")):
        assert row.secret not in client.get(page).content.decode(), page
    trail = json.dumps(list(AuditEvent.objects.values("after", "before", "note", "subject_name")))
    assert row.secret not in trail
    assert "t0k3n" not in trail
    assert AuditEvent.objects.get(action="webhook.add").agency_id == tree.bureau.pk


@pytest.mark.parametrize(
    ("given", "is_kept"), [({}, True), ({"secret": "a-secret-of-our-own"}, False), ({"is_renewed": "on"}, False)]
)
def test_secret_is_kept_replaced_or_renewed(tree: Tree, given: dict[str, str], is_kept: bool) -> None:
    row = make_webhook(tree.bureau, url=URL)
    old = row.secret

    response = signed_in(tree.chief).post(address("webhook", "change", row.pk), data(tree, **given))

    row.refresh_from_db()
    assert (row.secret == old) == is_kept
    assert shown_secret(response) == ("" if is_kept else row.secret)
    assert AuditEvent.objects.filter(action="webhook.change").exists() != is_kept
    if "secret" in given:
        assert row.secret == given["secret"]


def test_new_address_is_recorded_without_it(tree: Tree) -> None:
    row = make_webhook(tree.bureau, url=URL)

    signed_in(tree.chief).post(address("webhook", "change", row.pk), data(tree, url="https://new.example.test/x?k=v"))

    assert AuditEvent.objects.get(action="webhook.change").after == {"replaced": ["url"]}


@pytest.mark.parametrize(
    "wrong",
    [{"url": "ftp://x.example/"}, {"url": "javascript:alert(1)"}, {"url": ""}, {"url": "https://x.example/\0"},
     {"url": "https://x.example/" + "a" * 400}, {"secret": "short"}, {"secret": "a" * 20 + "\0"}, {"agency": ""},
     {"agency": "x"}],
)  # fmt: skip
def test_wrong_webhook_is_answered_with_the_form(tree: Tree, wrong: dict[str, str]) -> None:
    response = signed_in(tree.chief).post(address("webhook", "add"), data(tree, **wrong))

    assert response.status_code == 200
    assert "errornote" in response.content.decode()
    assert not Webhook.objects.exists()


def test_trial_is_written_to_the_outbox(tree: Tree) -> None:
    row = make_webhook(tree.bureau)
    client, test = signed_in(tree.chief), reverse("admin:govportal_webhook_test", args=[row.pk])

    assert "发送测试" in client.get(address("webhook", "change", row.pk)).content.decode()
    assert client.get(test).status_code == 405
    response = client.post(test, follow=True)

    notice = Notice.objects.get()
    assert (notice.channel, notice.address) == (Channel.WEBHOOK, tree.bureau.code)
    assert "测试消息已写入" in response.content.decode()
    assert AuditEvent.objects.filter(action="webhook.test").exists()
    assert tree.bureau.code in client.get(address("notice", "changelist")).content.decode()


def test_trial_of_a_webhook_that_is_off_is_not_sent(tree: Tree) -> None:
    row = make_webhook(tree.bureau, is_active=False)
    client = signed_in(tree.chief)

    client.post(reverse("admin:govportal_webhook_test", args=[row.pk]))

    assert not Notice.objects.exists()
    assert client.post(reverse("admin:govportal_webhook_test", args=[row.pk + 1])).status_code == 404


def test_administrator_of_a_part_has_none_of_it(tree: Tree) -> None:
    row = make_webhook(tree.bureau)
    client = signed_in(tree.administrator)

    for page in (address("webhook", "changelist"), address("webhook", "change", row.pk), address("webhook", "add")):
        assert client.get(page).status_code == 403, page
    assert client.post(reverse("admin:govportal_webhook_test", args=[row.pk])).status_code == 403
    assert not Notice.objects.exists()


def test_removal_is_recorded_without_secret_and_address(tree: Tree) -> None:
    row = make_webhook(tree.bureau, url=URL)

    signed_in(tree.chief).post(address("webhook", "delete", row.pk), {"post": "yes"})

    event = AuditEvent.objects.get(action="webhook.delete")
    assert not Webhook.objects.exists()
    assert not {"url", "secret"} & set(event.before)
