"""Blocks that disclosure puts on the kernel's pages."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest

from disclosure.board_wall import walls
from disclosure.enums import Audience, Category, SheetState
from disclosure.measures import measures
from disclosure.models import Item, NoticeBoard, Obligation, Rectification, SheetItem
from disclosure.types import ITEM_TYPES
from govportal import now
from govportal.contributions import Panel
from govportal.models import Agency

LATEST = 5


def agency_duties(request: HttpRequest, *, agency: Agency) -> Mapping[str, Any]:
    """主要职责 and 对外承诺 out of the agency's newest duties item in force; without one, nothing but the gap."""
    duties = Item.objects.visible_to(request.user).filter(agency=agency, item_type="duties").in_force(now.today())
    item = duties.newest_first().select_related("current_edition").first()
    extra = item.current_edition.extra if item and item.current_edition else {}
    return {"item": item, **{key: _lines(extra.get(key)) for key in ("duties", "commitments")}}


def _lines(value: Any) -> list[str]:
    return [str(line) for line in value] if isinstance(value, list) else str(value or "").splitlines()


def agency_items(request: HttpRequest, *, agency: Agency) -> Mapping[str, Any]:
    """最新公开 of an agency, with counts by category and by type."""
    items = Item.objects.visible_to(request.user).filter(agency=agency)
    categories: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for category, item_type, count in items.order_by().values_list("category", "item_type").annotate(n=Count("pk")):
        categories[category] += count
        types[item_type] += count
    return {
        "total": categories.total(),
        "categories": [(c.value, c.label, categories[c]) for c in Category if categories[c]],
        "shelves": [(key, kind.label, types[key]) for key, kind in ITEM_TYPES.items() if types[key]],
        "latest": items.dated_list(now.today())[:LATEST],
    }


def agency_rectifications(request: HttpRequest, *, agency: Agency) -> Mapping[str, Any] | None:
    """整改 of an agency: what is open, and the latest; nothing where nothing was ever ordered."""
    rows = Rectification.objects.public().filter(agency=agency)
    counts = {
        "total": Q(),
        "unfinished": Q(pk__in=Rectification.objects.unfinished()),
        "overdue": Q(pk__in=Rectification.objects.overdue(now.today())),
    }
    counted = {name: Window(Count("pk", filter=condition)) for name, condition in counts.items()}
    latest = list(rows.annotate(**counted)[:LATEST])
    if not latest:
        return None
    return {"latest": latest} | {name: getattr(latest[0], name) for name in counts}


def agency_obligations(request: HttpRequest, *, agency: Agency) -> Mapping[str, Any] | None:
    """公开情况 of an agency this year: its measures, what is overdue and what falls due next."""
    today = now.today()
    is_overdue = Case(When(due_on__lt=today, then=1), default=0)
    rank = Window(RowNumber(), partition_by=is_overdue, order_by=[F("due_on"), F("pk")])
    waiting = Obligation.objects.public().to_the_public().open().filter(agency=agency)
    rows = list(waiting.select_related("entry").annotate(rank=rank).filter(rank__lte=LATEST + 1))
    overdue = [row for row in rows if row.due_on < today]
    coming = [row for row in rows if row.due_on >= today][:LATEST]
    found = measures(agency, today=today, since=date(today.year, 1, 1))
    if not overdue and not coming and not any(measure.denominator for measure in found):
        return None
    return {
        "measures": [measure for measure in found if measure.denominator],
        "overdue": overdue[:LATEST],
        "has_more": len(overdue) > LATEST,
        "coming": coming,
    }


def agency_boards(request: HttpRequest, *, agency: Agency) -> Mapping[str, Any] | None:
    """公开栏 of an agency with what hangs on each; nothing where it has none."""
    found = walls(NoticeBoard.objects.listed().filter(agency=agency))
    return {"walls": found} if found else None


def item_boards(request: HttpRequest, *, item: Item) -> Mapping[str, Any] | None:
    """Where a public item hangs on a wall today; its page knows whether it does anywhere."""
    if item.audience != Audience.PUBLIC or not getattr(item, "is_posted", True):
        return None
    hanging = SheetItem.objects.filter(item=item, sheet__state=SheetState.POSTED).select_related("sheet", "edition")
    rows = hanging.select_related("sheet__board__agency").defer("edition__body", "edition__extra")
    newest = {row.sheet.board_id: row for row in rows.order_by("sheet", "edition")}
    return {"rows": list(newest.values())} if newest else None


def home_obligations(request: HttpRequest) -> Mapping[str, Any] | None:
    """What must become public today and within a week, as long as it is not; nothing where nothing is due."""
    today = now.today()
    rows = Obligation.objects.public().to_the_public().due_between(today, today + timedelta(days=6))
    shown = list(rows.select_related("entry", "agency")[: LATEST + 1])
    if not shown:
        return None
    counts = {"today": Count("pk", filter=Q(due_on=today)), "week": Count("pk")}
    return {"rows": shown[:LATEST], **rows.aggregate(**counts)}


HOME_PANELS = (Panel("obligations", "disclosure/home_obligations.html", home_obligations, position=50),)
ITEM_PANELS = (Panel("boards", "disclosure/item_boards.html", item_boards, position=60),)
AGENCY_PANELS = (
    Panel("duties", "disclosure/agency_duties.html", agency_duties, position=10),
    Panel("items", "disclosure/agency_items.html", agency_items, position=40),
    Panel("obligations", "disclosure/agency_obligations.html", agency_obligations, position=50),
    Panel("boards", "disclosure/agency_boards.html", agency_boards, position=55),
    Panel("rectifications", "disclosure/agency_rectifications.html", agency_rectifications, position=60),
)
