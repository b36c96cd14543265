"""Blocks that disclosure puts on the kernel's pages."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest

from disclosure.enums import Category
from disclosure.models import Item, Rectification
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
    today = now.today()
    latest = list(rows[:LATEST])
    if not latest:
        return None
    overdue, unfinished = rows.overdue(today).count(), rows.unfinished().count()
    return {"latest": latest, "total": rows.count(), "unfinished": unfinished, "overdue": overdue}


AGENCY_PANELS = (
    Panel("duties", "disclosure/agency_duties.html", agency_duties, position=10),
    Panel("items", "disclosure/agency_items.html", agency_items, position=40),
    Panel("rectifications", "disclosure/agency_rectifications.html", agency_rectifications, position=60),
)
