"""Several people at one board: one sheet, one fate of it, numbers without gaps, no half of a composition."""

from copy import copy
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from disclosure.enums import Category, SheetState
from disclosure.models import BoardSection, BoardSheet, NoticeBoard
from disclosure.services import compose_board, print_board
from govportal.models import AuditEvent
from govportal.now import now, today
from tests.factories import make_agency, make_item
from tests.factories.boards import make_board, make_keeper, make_photo, make_plan, make_sheet
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 3  # of two that race: either may come first


def filled_board(**values: object) -> NoticeBoard:
    agency = make_agency()
    make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": today()})
    return make_board(agency, sections=2, **values)


def names(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_board_issued_by_eight_at_once_has_one_sheet() -> None:
    board = filled_board()
    keepers = [make_keeper(board.agency) for _number in range(8)]
    plan = make_plan()

    outcomes = at_once(*(partial(print_board.issue, board.pk, plan, actor=one, at=now()) for one in keepers))

    assert names(outcomes) == ["BoardSheet"] * 8
    assert BoardSheet.objects.get().items.count() == 1
    assert AuditEvent.objects.filter(action="boardsheet.issue").count() == 1


def test_two_plans_in_two_windows_get_numbers_without_a_gap() -> None:
    board = filled_board()
    keeper = make_keeper(board.agency)
    plans = [make_plan(days=days) for days in range(20, 28)]

    outcomes = at_once(*(partial(print_board.issue, board.pk, plan, actor=keeper, at=now()) for plan in plans))

    assert names(outcomes) == ["BoardSheet"] * 8
    numbers = sorted(int(sheet.serial.rpartition("-")[2]) for sheet in BoardSheet.objects.all())
    assert numbers == list(range(1, 9))


def test_boards_of_one_prefix_count_each_for_itself_without_a_gap() -> None:
    boards = [filled_board(code=code) for code in ("HDZ", "HDZ-2")]
    keepers = [make_keeper(board.agency) for board in boards]
    calls = [
        partial(print_board.issue, board.pk, make_plan(days=days), actor=keeper, at=now())
        for board, keeper in zip(boards, keepers, strict=True)
        for days in (20, 21, 22)
    ]

    assert names(at_once(*calls)) == ["BoardSheet"] * 6

    year = today().year
    serials = set(BoardSheet.objects.values_list("serial", flat=True))
    assert serials == {f"{code}-{year}-{number}" for code in ("HDZ", "HDZ-2") for number in (1, 2, 3)}


def test_sheet_posted_and_cancelled_at_once_has_one_fate() -> None:
    for _round in range(ROUNDS):
        board = filled_board()
        keeper = make_keeper(board.agency)
        sheet = make_sheet(board, actor=keeper)
        photo = make_photo(keeper)

        outcomes = at_once(
            partial(print_board.post, sheet.pk, on=today(), photo=photo, actor=keeper, at=now()),
            partial(print_board.cancel, sheet.pk, reason="排版有误", actor=keeper, at=now()),
        )

        assert names(outcomes) == ["BoardSheet", "ValidationError"]
        sheet.refresh_from_db()
        assert (sheet.state == SheetState.POSTED) == (sheet.photo is not None) == (sheet.cancel_reason == "")


def test_sheet_posted_by_eight_at_once_is_posted_once() -> None:
    board = filled_board()
    keeper = make_keeper(board.agency)
    sheet = make_sheet(board, actor=keeper)

    outcomes = at_once(
        partial(print_board.post, sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now()), times=8
    )

    assert names(outcomes) == ["BoardSheet"] + ["ValidationError"] * 7


def test_old_sheet_is_taken_down_once_by_whoever_comes_first_and_nobody_waits_for_ever() -> None:
    for _round in range(ROUNDS):
        board = filled_board()
        keeper = make_keeper(board.agency)
        old, new, other = (make_sheet(board, actor=keeper, plan=make_plan(days=days)) for days in (20, 21, 22))
        day: Any = {"on": today(), "actor": keeper, "at": now()}
        print_board.post(old.pk, photo=make_photo(keeper), **day)
        photos = make_photo(keeper), make_photo(keeper)

        outcomes = at_once(
            partial(print_board.post, new.pk, photo=photos[0], taking_down=[old.pk], **day),
            partial(print_board.post, other.pk, photo=photos[1], taking_down=[old.pk], **day),
            partial(print_board.remove, old.pk, **day),
        )

        states = list(BoardSheet.objects.filter(board=board).order_by("pk").values_list("state", flat=True))
        assert states == [SheetState.REMOVED, SheetState.POSTED, SheetState.POSTED]
        assert names(outcomes) in (["BoardSheet"] * 3, ["BoardSheet"] * 2 + ["ValidationError"])
        assert AuditEvent.objects.filter(action="boardsheet.remove", subject_name=old.serial).count() == 1


def test_board_composed_by_two_at_once_is_one_of_both_and_whole() -> None:
    for _round in range(ROUNDS):
        board = filled_board()
        keeper = make_keeper(board.agency)
        seen = compose_board.fingerprint(board)

        def compose(word: str, board: NoticeBoard = board, seen: str = seen) -> NoticeBoard:
            wanted = copy(board)
            wanted.place = word
            sections = [BoardSection(heading=f"{word}{number}") for number in range(4)]
            return compose_board.save(wanted, sections, {}, actor=keeper, at=now(), seen=seen)  # noqa: B023

        outcomes = at_once(partial(compose, "甲"), partial(compose, "乙"))

        board.refresh_from_db()
        headings = list(board.sections.values_list("heading", flat=True))
        assert names(outcomes) == ["NoticeBoard", "ValidationError"]
        assert headings == [f"{board.place}{number}" for number in range(4)]


def test_code_is_given_once_to_eight_who_set_up_a_board() -> None:
    agency = make_agency()
    keeper = make_keeper(agency)

    def set_up(place: str) -> NoticeBoard:
        wanted = NoticeBoard(agency=agency, code="HDZ", place=place)
        return compose_board.save(wanted, compose_board.ready_sections(), {}, actor=keeper, at=now())

    outcomes = at_once(*(partial(set_up, f"第{number}处") for number in range(8)))

    assert names(outcomes) == ["NoticeBoard"] + ["ValidationError"] * 7
    assert not [one for one in outcomes if isinstance(one, IntegrityError)]
    assert {type(one) for one in outcomes} <= {NoticeBoard, ValidationError}
    assert NoticeBoard.objects.get().sections.count() == 8
