"""Blocks that disclosure puts on the kernel's pages."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.http import HttpRequest

from disclosure.enums import Category
from disclosure.types import ITEM_TYPES
from govportal import now
from govportal.contributions import Panel
from govportal.models import Agency

LATEST = 5

# Item types an agency's page leads to by name: its duties, its people, its powers, how it serves.
SHELVES = ("duties", "leader", "power", "service_guide", "budget", "annual_report")


def agency_items(request: HttpRequest, *, agency: Agency) -> Mapping[str, Any]:
    """最新公开 of an agency, with counts by category and by the types people come for."""
    from disclosure.models import Item
    from disclosure.views.home import latest_items

    items = Item.objects.visible_to(request.user).filter(agency=agency)
    categories: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for category, item_type, count in items.order_by().values_list("category", "item_type").annotate(n=Count("pk")):
        categories[category] += count
        types[item_type] += count
    return {
        "total": categories.total(),
        "categories": [(c.value, c.label, categories[c]) for c in Category if categories[c]],
        "shelves": [(key, ITEM_TYPES[key].label, types[key]) for key in SHELVES if types[key]],
        "latest": latest_items(items, now.today(), LATEST),
    }


AGENCY_ITEMS = Panel("disclosure-items", "disclosure/agency_panel.html", agency_items, position=10)
