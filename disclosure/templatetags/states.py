"""States of items as tags: the word, and the tone that picks colour and shape."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import template

from disclosure.enums import Validity

register = template.Library()

_TONES: Mapping[str, str] = MappingProxyType(
    {
        Validity.VALID: "ok",
        Validity.AMENDED: "ok",
        Validity.PARTLY_VOID: "warn",
        Validity.EXPIRED: "bad",
        Validity.VOID: "bad",
    }
)


@register.inclusion_tag("components/tag.html")
def validity_tag(validity: str) -> dict[str, Any]:
    """The tag of a validity, best the effective one (`with_effective_validity`)."""
    return {"word": Validity(validity).label, "tone": _TONES[validity]}
