"""What hangs on each 公开栏 today, and whether the portal still says the same."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from disclosure.enums import SectionSource, SheetState
from disclosure.models import BoardSection, BoardSheet, Item, NoticeBoard, SheetItem
from disclosure.queries import NoticeBoardQuerySet
from govportal.contributions import Panel, Registry
from govportal.now import today

# Blocks that upper apps put on the page of a board: context(request, board).
board_panels: Registry[Panel] = Registry()
MOST_NEWER = 3  # of what is new to a section


@dataclass(frozen=True, slots=True)
class Wall:
    """A board and its sheets.

    `news`: headings of sections for which something was published since the sheet shown, where it was asked for.
    """

    board: NoticeBoard
    hanging: BoardSheet | None  # with a photo as proof
    waiting: BoardSheet | None  # made after it, and not recorded as posted
    latest: BoardSheet | None  # the newest that was not cancelled, though it was taken down
    needs_reprint: bool
    news: frozenset[str]

    @property
    def shown(self) -> BoardSheet | None:
        return self.hanging or self.waiting

    @property
    def is_past_its_day(self) -> bool:
        return self.hanging is not None and self.hanging.post_until < today()


def open_boards() -> NoticeBoardQuerySet:
    """Boards whose address answers: those in use, and those whose papers may still hang somewhere."""
    sheets = BoardSheet.objects.standing().filter(board=OuterRef("pk"))
    return NoticeBoard.objects.filter(Q(is_active=True) | Exists(sheets)).select_related("agency", "photo")


def walls(boards: NoticeBoardQuerySet, *, with_news: bool = False) -> list[Wall]:
    """Of these boards in their order, in three statements however many they are, and one more for the news.

    `with_news`: for one board. Every section is held against all that was published since, which a list of a county's
    boards would wait for.
    """
    ids = {"hanging_id": _newest(SheetState.POSTED), "waiting_id": _newest(SheetState.ISSUED)}
    rows: list[Any] = list(boards.with_latest().annotate(**ids))
    named = {pk for row in rows for pk in (row.latest_id, row.hanging_id, row.waiting_id) if pk}
    sheets = BoardSheet.objects.select_related("photo").in_bulk(named)
    shown = {row.hanging_id or row.waiting_id for row in rows} - {None}
    outdated = set(BoardSheet.objects.to_reprint(today()).filter(pk__in=shown).values_list("pk", flat=True))
    news = _news(shown) if with_news else {}
    return [
        Wall(
            board=row,
            hanging=sheets.get(row.hanging_id),
            waiting=sheets.get(row.waiting_id) if (row.waiting_id or 0) > (row.hanging_id or 0) else None,
            latest=sheets.get(row.latest_id),
            needs_reprint=(row.hanging_id or row.waiting_id) in outdated,
            news=frozenset(news.get(row.pk, ())),
        )
        for row in rows
    ]


def _newest(state: SheetState) -> Subquery:
    sheets = BoardSheet.objects.filter(board=OuterRef("pk"), state=state)
    return Subquery(sheets.order_by("-pk").values("pk")[:1])


def _news(sheets: Collection[int]) -> dict[int, set[str]]:
    """By board, the headings of sections by query for which something became public since its sheet was made.

    What is on the sheet and was amended is no news but a difference; and nobody counts whether the newest n would hold
    it, for a section that has room for three is out of date with the fourth as well.
    """
    if not sheets:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    fresh = _asking(sheets).filter(Exists(_fresh(sheets))).values_list("board", "heading")
    for board, heading in fresh:
        found[board].add(heading)
    return found


def newer(sheet: BoardSheet) -> dict[str, list[Item]]:
    """What those headings have now and the sheet has not: of each the latest few, in two statements."""
    rows = _fresh([sheet.pk]).order_by("-updated_at", "-pk").values("pk")
    places = {f"newer_{place}": Subquery(rows[place : place + 1]) for place in range(MOST_NEWER)}
    named = list(_asking([sheet.pk]).annotate(**places).values_list("heading", *places))
    items = Item.objects.in_bulk({pk for _heading, *keys in named for pk in keys if pk})
    found: dict[str, list[Item]] = {}
    for heading, *keys in named:
        shown = found.setdefault(heading, [])
        shown += [items[pk] for pk in keys if pk in items and items[pk] not in shown]
    return found


def _asking(sheets: Collection[int]) -> QuerySet[BoardSection]:
    """The sections by query of the boards of these sheets, with what they ask for."""
    since = BoardSheet.objects.filter(pk__in=sheets, board=OuterRef("board")).values("issued_at")[:1]
    sections = BoardSection.objects.filter(source=SectionSource.QUERY, board__sheets__in=sheets)
    return sections.annotate(
        since=Subquery(since),
        wanted_agency=Coalesce("agency", "board__agency"),
        wanted_path=Concat(
            Coalesce("agency__path", "board__agency__path"),
            Cast(Coalesce("agency", "board__agency"), CharField()),
            Value("/"),
        ),
    )


def _fresh(sheets: Collection[int]) -> Any:
    """Public items of a section (the outer query) that are newer than its sheet and not on it."""
    day = today()
    asked = Item.objects.shown_on_walls(day).in_force(day).annotate(
        lower_path=_outer("wanted_path"), wanted_category=_outer("category"), wanted_type=_outer("item_type"),
        with_lower=ExpressionWrapper(OuterRef("has_lower"), BooleanField()),
    )  # fmt: skip
    printed = SheetItem.objects.filter(sheet__in=sheets, sheet__board=OuterRef(OuterRef("board")), item=OuterRef("pk"))
    return asked.filter(
        Q(agency=OuterRef("wanted_agency"))
        | Q(with_lower=True, agency__is_active=True, agency__path__startswith=F("lower_path")),
        Q(wanted_category="") | Q(category=F("wanted_category")),
        Q(wanted_type="") | Q(item_type=F("wanted_type")),
        ~Exists(printed),
        updated_at__gt=OuterRef("since"),
    )


def _outer(name: str) -> "ExpressionWrapper[Any]":
    """A text of the outer query that a condition may begin with."""
    return ExpressionWrapper(OuterRef(name), CharField())
