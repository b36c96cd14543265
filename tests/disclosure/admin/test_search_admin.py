import pytest
from django.test import Client
from django.urls import reverse

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


@pytest.mark.parametrize("model", ["synonym", "bestbet"])
def test_publisher_may_not_open_search_rows(model: str) -> None:
    client = client_of(Role.PUBLISHER)

    assert client.get(reverse(f"admin:disclosure_{model}_changelist")).status_code == 403
