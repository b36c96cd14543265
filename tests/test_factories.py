import pytest

from disclosure.enums import EditionState, ItemState
from disclosure.models import Item
from govportal import access
from govportal.permissions import Permission, Role
from tests.factories import make_agency, make_edition, make_item, make_member, make_user

pytestmark = pytest.mark.django_db


def test_item_made_by_default_is_readable_by_everybody() -> None:
    item = make_item(edition={"title": "关于低保的通知"})

    readable = Item.objects.visible_to(make_user())

    assert [found.title for found in readable] == ["关于低保的通知"]
    assert item.current_edition is not None
    assert item.current_edition.state == EditionState.PUBLISHED


def test_second_edition_becomes_the_current_one() -> None:
    item = make_item()

    second = make_edition(item, title="修改后的标题")

    item.refresh_from_db()
    assert (second.number, item.current_edition, item.title) == (2, second, "修改后的标题")


def test_unpublished_item_has_no_edition() -> None:
    item = make_item(state=ItemState.UNPUBLISHED)

    assert item.current_edition is None


def test_member_holds_the_role_at_the_agency() -> None:
    agency = make_agency(parent=make_agency())

    user = make_member(Role.PUBLISHER, agency)

    assert access.can(user, Permission.DRAFT_ITEM, agency)
    assert agency.parent is not None
    assert not access.can(user, Permission.DRAFT_ITEM, agency.parent)
