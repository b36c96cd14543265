"""What the triggers of several tables ask."""

from collections.abc import Iterable


def changed(columns: Iterable[str]) -> str:
    """SQL that holds where an update would change one of these columns; a null is a value like any other."""
    return "(" + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns) + ")"
