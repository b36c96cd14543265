"""Sheets of notice boards: numbered, fixed, posted with proof, compared with today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from disclosure import board_record
from disclosure.enums import Category, SheetState
from disclosure.models import BoardSheet, NoticeBoard
from disclosure.services import print_board
from govportal.now import now, today
from tests.factories import make_agency, make_item, make_user
from tests.factories.boards import make_board, make_keeper, make_photo, make_plan, make_sheet

pytestmark = pytest.mark.django_db


def filled_board(**values: Any) -> NoticeBoard:
    agency = make_agency(phone="0399-6612001")
    make_item(agency=agency, edition={"category": Category.DUTIES, "title": "机构职能", "published_on": today()})
    return make_board(agency, sections=2, **values)


def test_sheet_names_editions_and_says_what_a_column_lacks() -> None:
    board = filled_board()

    sheet = make_sheet(board)

    assert sheet.serial == f"{board.code}-{today().year}-1"
    assert [(row.section, row.digest) for row in sheet.items.all()] == [(0, sheet.items.get().edition.digest)]
    assert sheet.sections[0]["gap"] == ""
    assert "没有新公开的信息" in sheet.sections[1]["gap"]
    assert sheet.digest == board_record.digest_of(sheet, list(sheet.items.all()))


def test_sheet_pressed_twice_is_one_sheet() -> None:
    board = filled_board()

    first, again = make_sheet(board), make_sheet(board)

    assert first == again
    assert BoardSheet.objects.count() == 1


def test_sheet_is_posted_with_a_photo_and_taken_down_once() -> None:
    board = filled_board()
    keeper = make_keeper(board.agency)
    sheet = make_sheet(board, actor=keeper)

    print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    with pytest.raises(ValidationError):
        print_board.cancel(sheet.pk, reason="错", actor=keeper, at=now())
    print_board.remove(sheet.pk, on=today(), actor=keeper, at=now())

    sheet.refresh_from_db()
    assert sheet.state == SheetState.REMOVED
    with pytest.raises(ValidationError):
        print_board.remove(sheet.pk, on=today(), actor=keeper, at=now())


def test_sheet_is_refused_to_whoever_keeps_no_board_and_for_impossible_days() -> None:
    board = filled_board()
    plan = make_plan(today() + timedelta(days=90))

    with pytest.raises(ValidationError) as refused:
        print_board.issue(board.pk, plan, actor=make_user(), at=now())

    assert len(refused.value.messages) == 4


def test_database_keeps_what_was_issued() -> None:
    sheet = make_sheet(filled_board())
    forbidden: list[Callable[[], object]] = [
        lambda: BoardSheet.objects.filter(pk=sheet.pk).update(sections=[]),
        lambda: BoardSheet.objects.filter(pk=sheet.pk).update(serial="X-1"),
        lambda: sheet.items.update(position=9),
        lambda: sheet.items.all().delete(),
        lambda: BoardSheet.objects.filter(pk=sheet.pk).delete(),
    ]

    for write in forbidden:
        with pytest.raises((DatabaseError, ValidationError)), transaction.atomic():
            write()


def test_amended_or_withdrawn_text_asks_for_a_reprint() -> None:
    board = filled_board()
    sheet = make_sheet(board)
    row = sheet.items.select_related("item").get()
    assert print_board.differences(sheet) == []
    assert not BoardSheet.objects.to_reprint().exists()

    row.item.state = "withdrawn"
    row.item.save(update_fields=["state"])

    assert [one.words for one in print_board.differences(sheet)] == ["现在的状态是“已撤回”"]
    assert BoardSheet.objects.to_reprint().get() == sheet
