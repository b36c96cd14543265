"""Sheets of notice boards: numbered, fixed, posted with proof, compared with today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from disclosure import board_record
from disclosure.board_content import contents
from disclosure.enums import Category, SectionSource, SheetState
from disclosure.models import BoardSheet, Item, NoticeBoard
from disclosure.services import print_board
from govportal.models import AuditEvent
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


def test_new_sheet_takes_the_old_ones_down_that_were_named_or_nothing_is_recorded() -> None:
    board = filled_board()
    keeper = make_keeper(board.agency)
    first, second, third = (make_sheet(board, actor=keeper, plan=make_plan(days=days)) for days in (20, 21, 22))
    elsewhere = make_sheet(filled_board())
    day: Any = {"on": today(), "actor": keeper, "at": now()}
    for sheet in (first, second):
        print_board.post(sheet.pk, photo=make_photo(keeper), **day)
    assert print_board.still_hanging(third) == [first, second]

    with pytest.raises(ValidationError) as refused:
        print_board.post(third.pk, photo=make_photo(keeper), taking_down=[first.pk, elsewhere.pk], **day)
    first.refresh_from_db()
    assert refused.value.messages == [f"{elsewhere.serial}：不是这个公开栏的。"] and first.state == SheetState.POSTED

    print_board.post(third.pk, photo=make_photo(keeper), taking_down=[first.pk], **day)

    states = dict(BoardSheet.objects.filter(board=board).values_list("pk", "state"))
    assert states == {first.pk: SheetState.REMOVED, second.pk: SheetState.POSTED, third.pk: SheetState.POSTED}
    trail = AuditEvent.objects.filter(action="boardsheet.remove").values_list("subject_name", flat=True)
    assert list(trail) == [first.serial]


def test_photo_proves_one_sheet() -> None:
    board = filled_board()
    keeper = make_keeper(board.agency)
    first, second = (make_sheet(board, actor=keeper, plan=make_plan(days=days)) for days in (20, 21))
    photo = make_photo(keeper)
    print_board.post(first.pk, on=today(), photo=photo, actor=keeper, at=now())
    photo.pk = None
    photo.save()  # sent again: another row of the same bytes

    with pytest.raises(ValidationError) as refused:
        print_board.post(second.pk, on=today(), photo=photo, actor=keeper, at=now())

    assert f"已经是 {first.serial} 的张贴凭证" in refused.value.messages[0]


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
    assert not BoardSheet.objects.to_reprint(today()).exists()

    row.item.state = "withdrawn"
    row.item.save(update_fields=["state"])

    assert [one.words for one in print_board.differences(sheet)] == ["现在的状态是“已撤回”"]
    assert BoardSheet.objects.to_reprint(today()).get() == sheet


def test_result_past_its_last_day_leaves_every_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """公示期至 holds for what is picked and for what hangs already, on the day after it."""
    agency = make_agency()
    shown = {"party": "赵玉兰", "result": "罚款200元", "shown_until": today().isoformat()}
    item = make_item(item_type="enforcement", agency=agency, edition={"title": "行政处罚决定", "extra": shown})
    board = make_board(agency)
    section = board.sections.get()
    section.source = SectionSource.PICKED
    section.save()
    section.picked.create(item=item, position=0)
    sheet = make_sheet(board)
    rows = list(sheet.items.select_related("item__agency", "edition"))
    [before] = contents(sheet, rows)[0].entries
    morning = timezone.now() + timedelta(days=1)
    assert "罚款200元" in before.lines[0]
    assert print_board.differences(sheet) == []

    monkeypatch.setattr(timezone, "now", lambda: morning)

    [after] = contents(sheet, rows)[0].entries
    assert (after.lines, after.why) == ([], "本条公示期已满，请撤下本张。")
    assert [one.words for one in print_board.differences(sheet)] == ["公示期已满"]
    assert BoardSheet.objects.to_reprint(today()).get() == sheet
    assert not print_board.drafted(board, make_plan(), at=now()).items
    assert not Item.objects.shown_on_walls(today()).exists()
