"""Obligations in templates: how they stand, their period, what met them, and shares."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template
from django.utils.translation import gettext as _

from disclosure.measures import Measure
from disclosure.models import Item, Obligation
from disclosure.obligation_states import (
    Standing,
    period_words,
    public_item_of,
    standing,
    standing_words,
    wall_words,
)
from govportal.now import today

register = template.Library()

_TONES: Mapping[str, str] = MappingProxyType(
    {
        Standing.OVERDUE: "bad",
        Standing.OPEN: "",
        Standing.MET: "ok",
        Standing.LATE: "warn",
        Standing.NIL: "info",
        Standing.REVIEWED: "ok",
        Standing.FILED: "ok",
    }
)


@register.inclusion_tag("components/tag.html")
def obligation_tag(row: Obligation) -> dict[str, Any]:
    """How an obligation in force stands today."""
    found = standing(row, today())
    is_late = row.met_on is not None and row.met_on > row.due_on
    return {"word": standing_words(row, today()), "tone": "warn" if is_late else _TONES[found]}


@register.filter
def of_entry(names: Mapping[int, list[str]], entry: int) -> list[str]:
    return names.get(entry, [])


@register.filter
def is_overdue(row: Obligation) -> bool:
    return standing(row, today()) == Standing.OVERDUE


@register.filter
def days_late(row: Obligation) -> int:
    """Calendar days between its last day and the later day on which it was met."""
    return max((row.met_on - row.due_on).days, 0) if row.met_on else 0


@register.filter
def period(row: Obligation) -> str:
    return period_words(row)


@register.filter
def public_item(row: Obligation) -> Item | None:
    """The item that met it, where it has a public page."""
    return public_item_of(row)


@register.filter
def wall(row: Obligation) -> str:
    """已上栏 or 未上栏, where its entry names the notice board."""
    return wall_words(row)


@register.filter
def percent(measure: Measure) -> str:
    """92.5%, cut and never rounded up: 99.97 is not all. A dash where nothing was due."""
    return "—" if measure.rate is None else f"{int(measure.rate * 1000) / 10:g}%"


@register.inclusion_tag("components/tag.html")
def target_tag(measure: Measure) -> dict[str, Any]:
    """Whether the target is reached; without a target or without cases, no tag is asked for."""
    return {"word": _("达到"), "tone": "ok"} if measure.is_met else {"word": _("未达到"), "tone": "warn"}
