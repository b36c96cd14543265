"""Entries of the publication log in templates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template
from django.urls import reverse

from disclosure.enums import LogKind
from disclosure.models import LogEntry

register = template.Library()

_TONES: Mapping[str, str] = MappingProxyType(
    {
        LogKind.MIGRATE: "ok",
        LogKind.PUBLISH: "ok",
        LogKind.RESTORE: "ok",
        LogKind.AMEND: "warn",
        LogKind.PARTLY_VOID: "warn",
        LogKind.NOTE: "info",
        LogKind.WITHDRAW: "bad",
        LogKind.TERMINATE: "bad",
        LogKind.EXPIRE: "bad",
        LogKind.VOID: "bad",
        LogKind.REDACT: "bad",
    }
)


@register.inclusion_tag("components/tag.html")
def log_tag(entry: LogEntry) -> dict[str, Any]:
    """What an entry did, as a tag."""
    return {"word": LogKind(entry.kind).label, "tone": _TONES[entry.kind]}


@register.simple_tag
def previous_url(entry: LogEntry) -> str:
    return reverse("log_entry", args=[entry.sequence - 1])


@register.simple_tag
def next_url(entry: LogEntry) -> str:
    return reverse("log_entry", args=[entry.sequence + 1])
