"""Items as evidence: only what everybody can read is named and addressed, and named by its index number.

An archive is for good, and holds no text of an item: what the law takes out of a title must not live on in it.
"""

from typing import Any

from django.db.models import Case, CharField, Value, When

from disclosure.queries import readable


def where_readable(path: str, column: str) -> Any:
    """A column of text of the item at the end of the path; empty where not everybody can read the item."""
    return Case(When(readable(path), then=f"{path}{column}"), default=Value(""), output_field=CharField())
