"""A relation typed into a draft changes no live page before that draft is signed and published."""

import pytest
from django.test import Client

from disclosure.enums import RelationKind
from disclosure.models import Edition, Item, Relation
from disclosure.services import compose, draft, relate, review, submission
from govportal.permissions import Role
from tests.factories import make_member
from tests.factories.published import AT, draft_one, publish_edition, publish_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> tuple[Item, Item, Edition]:
    """A live item, another one of its agency, and a draft amendment of the first that states a relation."""
    item = publish_one()
    other = publish_one(agency=item.agency, content={"title": "旧公示办法"})
    author = make_member(Role.PUBLISHER, item.agency)
    content = draft.Content(title=item.title, body="<p>新的正文。</p>", change_note="改正文")
    parts = compose.Parts(content=content, relations=[(RelationKind.REPLACES, other)])
    return item, other, compose.amend(item, parts, actor=author, at=AT)


def test_relation_of_a_draft_is_not_on_the_live_pages(client: Client, pair: tuple[Item, Item, Edition]) -> None:
    item, other, _edition = pair

    pages = [client.get(item.get_absolute_url()).text, client.get(other.get_absolute_url()).text]

    assert Relation.objects.count() == 1
    assert other.get_absolute_url() not in pages[0]
    assert item.get_absolute_url() not in pages[1].replace(other.get_absolute_url(), "")


def test_relation_of_a_draft_holds_from_its_publication(client: Client, pair: tuple[Item, Item, Edition]) -> None:
    item, other, edition = pair
    publish_edition(edition)

    page = client.get(item.get_absolute_url()).text

    assert other.get_absolute_url() in page


def test_relation_of_a_draft_goes_when_the_draft_is_discarded(pair: tuple[Item, Item, Edition]) -> None:
    _item, _other, edition = pair

    review.discard(edition.pk, actor=edition.created_by, at=AT)

    assert not Relation.objects.exists()


def test_relation_stated_anew_begins_with_the_new_draft(pair: tuple[Item, Item, Edition]) -> None:
    item, other, edition = pair
    Edition.objects.filter(pk=edition.pk).update(state="discarded")
    later = draft.add_edition(item, draft.Content(title="题", change_note="再改"), author=edition.created_by, at=AT)

    relation = relate.relate(item, RelationKind.REPLACES, other, actor=edition.created_by, edition=later)

    assert relation.since_edition == later


def test_relation_without_a_draft_holds_at_once() -> None:
    edition = draft_one()
    other = publish_one(agency=edition.item.agency)

    relation = relate.relate(edition.item, RelationKind.AMENDS, other, actor=edition.created_by)

    assert Relation.objects.in_effect().get() == relation


def test_interpretation_stated_in_the_draft_of_another_item_lets_no_policy_pass() -> None:
    policy = draft_one(item_type="normative")
    foreign = publish_one(content={"title": "别的公示"})
    author = make_member(Role.PUBLISHER, foreign.agency)
    content = draft.Content(title=foreign.title, body="<p>新的正文。</p>", change_note="改正文")
    compose.amend(
        foreign,
        compose.Parts(content=content, relations=[(RelationKind.INTERPRETS, policy.item)]),
        actor=author,
        at=AT,
    )

    assert submission.interpretations(policy.item) == []


def test_interpretation_stated_in_the_policys_own_draft_counts() -> None:
    policy = draft_one(item_type="normative")
    source = publish_one(agency=policy.item.agency, content={"title": "解读"})

    relate.relate(source, RelationKind.INTERPRETS, policy.item, actor=policy.created_by, edition=policy)

    assert submission.interpretations(policy.item) == [source]
