"""Read the demo's data files and set their relative dates. Writes nothing."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from disclosure import demo

FOLDER = Path(demo.__file__).parent
_PLACEHOLDER = re.compile(r"\{(date|iso|Y|M|D|QY|Q|H)([+-]\d+)?\}")
_QUARTERS = "四一二三"


class DemoFault(ValueError):
    """A data file of the demo does not keep its own format."""


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def load_items(today: date) -> Iterator[dict[str, Any]]:
    """Every item with dates instead of day counts and texts without placeholders."""
    for path in sorted((FOLDER / "items").glob("*.toml")):
        for raw in tomllib.loads(path.read_text("utf-8"))["item"]:
            try:
                yield _settle(raw, today)
            except (KeyError, ValueError) as error:
                raise DemoFault(f"{path.name} {raw.get('key', '?')}: {error}") from error


def _settle(raw: dict[str, Any], today: date) -> dict[str, Any]:
    formed_on = today - timedelta(days=raw["days_ago"])
    item: dict[str, Any] = fill(raw, formed_on)
    item["formed_on"] = formed_on
    item["published_on"] = min(formed_on + timedelta(days=raw.get("publish_lag", 0)), today)
    item["title"], item["title_breaks"] = _split_title(item["title"])
    for name in ("effective", "expires"):
        after = raw.get(f"{name}_after")
        item[f"{name}_on"] = None if after is None else formed_on + timedelta(days=after)
    for change in [*item.get("amendments", []), *filter(None, [item.get("closing")]), *item.get("motions", [])]:
        # An item is changed after it was published, whatever the file says.
        change["on"] = max(today - timedelta(days=change["days_ago"]), item["published_on"])
    return item


def _split_title(text: str) -> tuple[str, list[int]]:
    """The title without its "|", and the offsets at which a line may break."""
    pieces = text.split("|")
    offsets, length = [], 0
    for piece in pieces[:-1]:
        length += len(piece)
        offsets.append(length)
    return "".join(pieces), offsets


def fill(value: Any, on: date) -> Any:
    """Replace placeholders in every text of a value; a text that is only a number of a year becomes one."""
    if isinstance(value, dict):
        return {key: fill(inner, on) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, on) for inner in value]
    if not isinstance(value, str):
        return value
    filled = _PLACEHOLDER.sub(lambda match: _placeholder(match[1], int(match[2] or 0), on), value)
    return int(filled) if filled != value and re.fullmatch(r"\d{4}", filled) else filled


def _placeholder(name: str, shift: int, on: date) -> str:
    """Days are added to dates, years to years; {Q} and {H} name the period that ended last, {QY} the year of {Q}."""
    day = on + timedelta(days=shift)
    match name:
        case "date":
            return f"{day.year}年{day.month}月{day.day}日"
        case "iso":
            return day.isoformat()
        case "Y":
            return str(on.year + shift)
        case "M":
            return str((on.month + shift - 1) % 12 + 1)
        case "D":
            return str(day.day)
        case "QY":
            return str(on.year - (on.month < 4))
        case "Q":
            return _QUARTERS[(on.month - 1) // 3]
        case _:
            return "上" if on.month > 6 else "下"
