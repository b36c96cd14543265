"""Rectifications in templates: the state as a tag, and those that concern an item."""

from collections.abc import Mapping
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


@register.simple_tag
def item_rectifications(item: Item) -> list[Rectification]:
    """The public orders that concern an item, newest first."""
    return list(item.rectifications.public())
