from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import Audience, ItemState
from disclosure.models import BestBet, Synonym
from govportal.models import AuditEvent
from govportal.permissions import Role
from tests.factories import make_item, make_member

pytestmark = pytest.mark.django_db


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(make_member(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_administrator_adds_a_synonym_and_it_is_audited() -> None:
    client = client_of(Role.ADMINISTRATOR)

    answer = client.post(
        reverse("admin:disclosure_synonym_add"), {"word": "娃娃上学", "term": "入学", "is_active": "on"}
    )

    assert answer.status_code == 302
    assert Synonym.objects.get(word="娃娃上学").term == "入学"
    assert AuditEvent.objects.filter(action="synonym.add").count() == 1


@pytest.mark.parametrize(("word", "term"), [("，。", "入学"), ("娃娃上学", "……"), ("ＡＢ", "ab")])
def test_synonym_without_sense_is_refused(word: str, term: str) -> None:
    client = client_of(Role.ADMINISTRATOR)

    answer = client.post(reverse("admin:disclosure_synonym_add"), {"word": word, "term": term, "is_active": "on"})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Synonym.objects.filter(word=word).exists()


def test_administrator_adds_a_best_bet() -> None:
    client, item = client_of(Role.ADMINISTRATOR), make_item()

    answer = client.post(reverse("admin:disclosure_bestbet_add"), {"query": "社保", "item": item.pk, "position": 1})

    assert answer.status_code == 302
    assert BestBet.objects.get().item == item


def test_best_bet_finds_its_item_by_title() -> None:
    user = make_member(Role.ADMINISTRATOR)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    agency = user.memberships.get().agency
    make_item(agency=agency, edition={"title": "低保标准"})
    make_item(agency=agency, edition={"title": "低保暗门"}, audience=Audience.INTERNAL)
    field = {"app_label": "disclosure", "model_name": "bestbet", "field_name": "item"}

    answer = client.get(reverse("admin:autocomplete"), field | {"term": "低保"})

    assert [found["text"] for found in answer.json()["results"]] == ["低保标准"]


HIDDEN: list[dict[str, Any]] = [{"audience": Audience.INTERNAL}, {"state": ItemState.UNPUBLISHED, "title": "暗门"}]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_best_bet_takes_and_names_public_items_alone(hidden: dict[str, Any]) -> None:
    client, item = client_of(Role.ADMINISTRATOR), make_item(edition={"title": "暗门"}, **hidden)

    answer = client.post(reverse("admin:disclosure_bestbet_add"), {"query": "社保", "item": item.pk, "position": 1})

    assert answer.status_code == 200
    assert "item" in answer.context["adminform"].form.errors
    assert "暗门" not in answer.content.decode()
    assert not BestBet.objects.exists()


@pytest.mark.parametrize("hidden", HIDDEN)
def test_best_bet_of_an_item_that_is_not_public_is_shown_nowhere(hidden: dict[str, Any]) -> None:
    client, item = client_of(Role.ADMINISTRATOR), make_item(edition={"title": "暗门"}, **hidden)
    bet = BestBet.objects.create(query="社保", item=item)

    listed = client.get(reverse("admin:disclosure_bestbet_changelist")).content.decode()
    opened = client.get(reverse("admin:disclosure_bestbet_change", args=[bet.pk]))

    assert "暗门" not in listed
    assert opened.status_code == 302


def test_best_bet_of_a_withdrawn_item_can_be_taken_away() -> None:
    client = client_of(Role.ADMINISTRATOR)
    bet = BestBet.objects.create(query="社保", item=make_item(state=ItemState.WITHDRAWN))

    client.post(reverse("admin:disclosure_bestbet_delete", args=[bet.pk]), {"post": "yes"})

    assert not BestBet.objects.exists()


@pytest.mark.parametrize("model", ["synonym", "bestbet"])
def test_publisher_may_not_open_search_rows(model: str) -> None:
    client = client_of(Role.PUBLISHER)

    assert client.get(reverse(f"admin:disclosure_{model}_changelist")).status_code == 403
