"""The demo county's notice boards: composed, printed, hung and taken down in its year. Through the services, backdated.

A sheet prints what is public on its day, so boards live in the story of the items; what is issued today comes after the
obligations, which an empty section names.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files import File
from django.utils.timezone import localdate

from disclosure.board_selection import Period
from disclosure.models import BoardSection, Item, NoticeBoard
from disclosure.services import compose_board, print_board
from disclosure.services.demo_story import Happening, Story
from disclosure.services.demo_texts import FOLDER, DemoFault, load
from govportal.models import Attachment, User
from govportal.permissions import Role

# After the texts of the day and their ends: a board is composed, a sheet issued, then hung, taken down or cancelled.
_COMPOSED, _ISSUED, _HUNG, _ENDED = 50, 51, 52, 53
_OF_THE_BOARD = (
    "code", "name", "place", "width_mm", "height_mm", "layout", "keeper", "keeper_phone", "hotline",
)  # fmt: skip
_ELSEWHERE = ("agency", "picked")  # of a section: keys that name other rows


class Walls:
    """Every board of boards.toml and its sheets, by the people of the story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.boards: dict[str, NoticeBoard] = {}
        self.raw = load("boards.toml")["board"]

    def happenings(self) -> Iterator[Happening]:
        """All but the sheets that are issued today."""
        for position, raw in enumerate(self.raw, 1):
            yield Happening(self._day(raw["days_ago"]), _COMPOSED, self._composing(raw, position))
            for sheet in raw["sheets"]:
                if sheet["days_ago"]:
                    yield from self._of_sheet(raw, sheet)

    def issue_today(self) -> None:
        for raw in self.raw:
            for sheet in raw["sheets"]:
                if not sheet["days_ago"]:
                    self._issue(raw, sheet, self.story.now)

    def _day(self, days_ago: int) -> date:
        return self.story.today - timedelta(days=days_ago)

    def _keeper(self, raw: dict[str, Any]) -> User:
        return self.story.members[raw["agency"], Role.PUBLISHER]

    # --- composed ------------------------------------------------------------------------------------------------

    def _composing(self, raw: dict[str, Any], position: int) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            board = NoticeBoard(
                agency=self.story.agencies[raw["agency"]],
                position=position,
                photo=self._photo(raw["photo"], self.story.admin) if "photo" in raw else None,
                **{name: raw[name] for name in _OF_THE_BOARD if name in raw},
            )
            sections, picked = [], {}
            for place, row in enumerate(raw["sections"]):
                agency = self.story.agencies[row["agency"]] if "agency" in row else None
                values = {name: value for name, value in row.items() if name not in _ELSEWHERE}
                sections.append(BoardSection(agency=agency, **values))
                picked[place] = [self._item(raw, key) for key in row.get("picked", [])]
            self.boards[raw["code"]] = compose_board.save(board, sections, picked, actor=self.story.admin, at=at)

        return play

    def _item(self, raw: dict[str, Any], key: str) -> Item:
        found = self.story.items.get(key)
        if found is None:
            raise DemoFault(f"boards.toml: {raw['code']} shows {key} before it was published")
        return found

    def _photo(self, name: str, by: User) -> Attachment:
        with (FOLDER / "files" / name).open("rb") as stream:
            return compose_board.keep_photo(File(stream, name), by=by, name="公开栏")

    # --- printed and hung ----------------------------------------------------------------------------------------

    def _of_sheet(self, raw: dict[str, Any], sheet: dict[str, Any]) -> Iterator[Happening]:
        issued: list[int] = []  # its key, once it is there
        yield Happening(self._day(sheet["days_ago"]), _ISSUED, lambda at: issued.append(self._issue(raw, sheet, at)))
        keeper = self._keeper(raw)

        def hang(at: datetime) -> None:
            photo = self._photo(sheet["photo"], keeper)
            print_board.post(issued[0], on=localdate(at), photo=photo, actor=keeper, at=at)

        if "posted_after" in sheet:
            yield Happening(self._day(sheet["days_ago"] - sheet["posted_after"]), _HUNG, hang)
        if "removed_after" in sheet:
            yield Happening(
                self._day(sheet["days_ago"] - sheet["removed_after"]),
                _ENDED,
                lambda at: print_board.remove(issued[0], on=localdate(at), actor=keeper, at=at),
            )
        if reason := sheet.get("cancelled"):
            yield Happening(
                self._day(sheet["days_ago"]),
                _ENDED,
                lambda at: print_board.cancel(issued[0], reason=reason, actor=keeper, at=at),
            )

    def _issue(self, raw: dict[str, Any], sheet: dict[str, Any], at: datetime) -> int:
        """About the days until it is made; to hang from that day on."""
        day = self._day(sheet["days_ago"])
        period = Period(day - timedelta(days=sheet["period_days"] - 1), day)
        plan = print_board.Plan(period, day, day + timedelta(days=sheet["post_days"]))
        return print_board.issue(self.boards[raw["code"]].pk, plan, actor=self._keeper(raw), at=at).pk
