"""Read the data files of the demo's requests. Writes nothing."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from requests_app import demo

FOLDER = Path(demo.__file__).parent

type Raw = Mapping[str, Any]
type Verb = Callable[[Raw, Raw, datetime], object]  # a case, one of its steps, and when it happens


class DemoFault(ValueError):
    """A data file of the demo does not keep its own format."""


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def load_cases() -> list[dict[str, Any]]:
    """Every live case as it stands in the files, placeholders and all. Raises DemoFault for a key used twice."""
    cases = [case for path in sorted((FOLDER / "cases").glob("*.toml")) for case in load(f"cases/{path.name}")["case"]]
    keys = [case["key"] for case in cases]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise DemoFault(f"two cases share a key: {', '.join(sorted(twice))}")
    return cases


def ledgers() -> list[Path]:
    """One file an agency, named by its code."""
    return sorted((FOLDER / "ledgers").glob("*.csv"))
