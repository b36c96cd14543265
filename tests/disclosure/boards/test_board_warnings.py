"""What the maker of a sheet is told to look at: names that stood, files that stay away, days that are over, gaps."""

from datetime import timedelta
from typing import Any

import pytest

from disclosure.board_content import contents
from disclosure.board_warnings import unmasked_names, warnings_of
from disclosure.enums import Category
from disclosure.models import NoticeBoard
from disclosure.services import print_board
from govportal.now import now, today
from tests.factories import make_agency, make_attachment, make_item
from tests.factories.boards import make_board, make_plan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("姜*信、车*菊、商小满", ["商小满"]),
        ("商小满、揭小雨、姜*信等4户", ["商小满", "揭小雨"]),
        ("聘用人员：商小满、揭小雨", ["商小满", "揭小雨"]),
        ("补助商小满、揭小雨等2人。", ["揭小雨"]),
        ("发放给姜*信、商小满", ["商小满"]),
        ("姜*信、车*菊", []),
        ("姜*信、四户翻建、三户", []),
        ("民政局、财政局、统计局等3家", []),
        ("招聘对象：教师、医生", []),
        ("审核、公示、发放，张*明申请", []),
        ("", []),
        ("、；、", []),
    ],
)
def test_words_of_a_list_of_persons_that_were_not_masked(text: str, expected: list[str]) -> None:
    assert list(dict.fromkeys(unmasked_names(text))) == expected


def warned(board: NoticeBoard) -> list[tuple[int, str]]:
    draft = print_board.drafted(board, make_plan(), at=now())
    found = warnings_of(draft.sheet, draft.items, contents(draft.sheet, draft.items))
    return [(one.place, one.words) for one in found]


@pytest.mark.django_db
def test_maker_is_warned_of_files_days_and_gaps_and_of_nothing_else() -> None:
    agency = make_agency()
    board = make_board(agency, sections=4)
    wanted: list[dict[str, Any]] = [
        {"summary": "逐户名单见附件。"},
        {"summary": "公示低保对象。", "files": [make_attachment(name="低保对象名单.csv", suffix=".csv")]},
        {"summary": "任前公示。", "extra": {"notice_ends_on": (today() - timedelta(8)).isoformat()}},
    ]
    for category, values in zip(Category, wanted, strict=False):
        edition = {"category": category, "title": "题目", "published_on": today()} | values
        make_item(agency=agency, edition=edition)

    found = warned(board)

    assert [place for place, _words in found] == [0, 1, 2, 3]
    for (_place, words), expected in zip(found, ("见附件", "低保对象名单.csv", "已满", "会印"), strict=True):
        assert expected in words
