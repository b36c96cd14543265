"""Items as evidence: only what everybody can read is named and addressed, and named by its index number.

An archive is for good, and holds no text of an item: what the law takes out of a title must not live on in it.
"""

from typing import Any

from django.db.models import Case, CharField, Q, Value, When

from disclosure.enums import READABLE_STATES, Audience


def readable(path: str = "") -> Q:
    """Items that everybody can read; `path` leads to the item and ends in `__`."""
    return Q(**{f"{path}audience": Audience.PUBLIC, f"{path}state__in": READABLE_STATES})


def where_readable(path: str, column: str) -> Any:
    """A column of text of the item at the end of the path; empty where not everybody can read the item."""
    return Case(When(readable(path), then=f"{path}{column}"), default=Value(""), output_field=CharField())
