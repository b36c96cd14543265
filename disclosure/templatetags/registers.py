"""Registers in templates: the state of a rectification as a tag, those that concern an item, amounts of money."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django import template
from django.utils.translation import gettext as _

from disclosure.enums import RectificationState
from disclosure.models import Item, Rectification
from govportal.now import today

register = template.Library()

_TONES: Mapping[str, str] = MappingProxyType(
    {
        RectificationState.ORDERED: "warn",
        RectificationState.REPORTED: "info",
        RectificationState.RETURNED: "bad",
        RectificationState.VERIFIED: "ok",
        RectificationState.CANCELLED: "info",
    }
)


@register.inclusion_tag("components/tag.html")
def rectification_tag(row: Rectification) -> dict[str, Any]:
    """The state of an order; overdue is said instead of the state, for it is what a reader looks for."""
    if row.is_overdue(today()):
        return {"word": _("逾期未报告"), "tone": "bad"}
    return {"word": RectificationState(row.state).label, "tone": _TONES[row.state]}


@register.filter
def yuan(amount: Decimal | None) -> str:
    """12,345.60, in threes as books are kept; a dash where there is nothing. Django's zh-hans groups by fours."""
    return "—" if amount is None else f"{amount:,.2f}"


@register.simple_tag
def item_rectifications(item: Item) -> list[Rectification]:
    """The public orders that concern an item, newest first; no query where its page knows that there are none."""
    return list(item.rectifications.public()) if getattr(item, "has_rectifications", True) else []
