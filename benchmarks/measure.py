"""What a benchmark is given and what it answers.

A benchmark is a module of this package with `run(context: Context) -> list[Measure]`. It runs in a
process of its own on an empty, migrated database, with Django set up.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Context:
    """`vendor` is sqlite or postgresql. `data` holds the real documents, None when PORTAL_DATA is not set."""

    vendor: str
    home: Path
    data: Path | None


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. `limit` is the most it may be, or with `at_least` the least; None only reports."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit
