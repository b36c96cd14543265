"""What hangs on a board, in how many statements, and when the portal says something else or more."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from disclosure.board_wall import Wall, walls
from disclosure.enums import Category, SectionSource
from disclosure.models import BoardSection, Item, NoticeBoard
from disclosure.services import print_board
from govportal.models import Agency
from govportal.now import now, today
from tests.factories import make_agency, make_item
from tests.factories.boards import make_board, make_keeper, make_photo, make_sheet

pytestmark = pytest.mark.django_db


def publish(agency: Agency, category: str = Category.DUTIES, **values: Any) -> Item:
    edition = {"category": category, "title": "机构职能", "published_on": today()}
    return make_item(agency=agency, edition=edition, **values)


def the_wall(board: NoticeBoard) -> Wall:
    return walls(NoticeBoard.objects.filter(pk=board.pk), with_news=True)[0]


def make_later(item: Item) -> None:
    """Published an hour from now."""
    Item.objects.filter(pk=item.pk).update(updated_at=now() + timedelta(hours=1))


@pytest.mark.parametrize("count", [1, 3])
def test_walls_cost_the_same_for_one_board_and_for_three(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        agency = make_agency()
        publish(agency)
        make_sheet(make_board(agency, sections=2))

    with django_assert_num_queries(3):
        found = walls(NoticeBoard.objects.listed())
        shown = [(wall.board.agency.name, wall.shown and wall.shown.serial) for wall in found]

    assert len(shown) == count


def test_wall_tells_what_hangs_from_what_waits_and_what_was_last() -> None:
    agency = make_agency()
    item = publish(agency)
    board = make_board(agency)
    keeper = make_keeper(agency)
    assert the_wall(board).latest is None

    first = make_sheet(board, actor=keeper)
    waiting = the_wall(board)
    print_board.post(first.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    hanging = the_wall(board)
    make_item(agency=agency, edition={"category": item.category, "title": "另一条", "published_on": today()})
    second = make_sheet(board, actor=keeper)
    both = the_wall(board)
    print_board.cancel(second.pk, reason="印错", actor=keeper, at=now())
    print_board.remove(first.pk, on=today(), actor=keeper, at=now())
    after = the_wall(board)

    assert (waiting.hanging, waiting.waiting, waiting.shown) == (None, first, first)
    assert (hanging.hanging, hanging.waiting, hanging.latest) == (first, None, first)
    assert (both.hanging, both.waiting, both.latest, both.shown) == (first, second, second, first)
    assert (after.hanging, after.waiting, after.latest) == (None, None, first)


def test_news_is_what_a_section_would_take_and_has_not() -> None:
    agency = make_agency()
    lower, other = make_agency(parent=agency), make_agency()
    publish(agency)
    board = make_board(agency, sections=1)
    heading = board.sections.get().heading
    picked = BoardSection.objects.create(board=board, heading="手选", source=SectionSource.PICKED, position=5)
    make_sheet(board)
    assert the_wall(board).news == frozenset()

    for item in (
        publish(agency, Category.FINANCE),
        publish(other),
        publish(lower),
        publish(agency, audience="internal"),
    ):
        make_later(item)
    assert the_wall(board).news == frozenset(), "of another category, agency, or not for everybody"

    board.sections.exclude(pk=picked.pk).update(has_lower=True)
    assert the_wall(board).news == {heading}, "of a lower agency"
    board.sections.exclude(pk=picked.pk).update(has_lower=False)
    make_later(publish(agency))
    assert the_wall(board).news == {heading}


def test_amended_item_of_the_sheet_is_a_difference_and_no_news() -> None:
    agency = make_agency()
    item = publish(agency)
    board = make_board(agency)
    make_sheet(board)

    make_later(item)
    Item.objects.filter(pk=item.pk).update(state="withdrawn")

    assert (the_wall(board).news, the_wall(board).needs_reprint) == (frozenset(), True)
