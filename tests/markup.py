"""What every page must keep to in its HTML, read with the standard parser."""

from html.parser import HTMLParser

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "rect", "circle", "line"}
_NAMELESS_INPUTS = {"hidden", "submit", "button"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.label_targets: set[str] = set()
        self.references: set[str] = set()
        self.controls: list[tuple[str, str | None, bool]] = []
        self.headings: list[int] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if len(values) != len(attrs):
            self.faults.append(f"<{tag}> repeats an attribute")
        if "style" in values or any(name.startswith("on") for name in values):
            self.faults.append(f"<{tag}> carries inline style or script")
        if tag == "style" or (tag == "script" and "src" not in values):
            self.faults.append(f"inline <{tag}>")
        if values.get("id"):
            self.ids.append(str(values["id"]))
        for name in ("aria-labelledby", "aria-describedby", "for", "popovertarget"):
            self.references.update(str(values.get(name) or "").split())
        if tag == "label":
            self.label_targets.add(str(values.get("for")))
        if tag in {"input", "select", "textarea"} and values.get("type") not in _NAMELESS_INPUTS:
            self.controls.append((tag, values.get("id"), "aria-label" in values or "label" in self.open))
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(int(tag[1]))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        else:
            self.open.pop()


def faults(html: str) -> list[str]:
    """What is wrong: unclosed tags, double ids, references to nothing, controls without a name, inline code."""
    reader = _Reader()
    reader.feed(html)
    found = list(reader.faults)
    found += [f"id {name} twice" for name in set(reader.ids) if reader.ids.count(name) > 1]
    found += [f"refers to missing id {name}" for name in reader.references - set(reader.ids)]
    found += [
        f"<{tag}> {name} has no label"
        for tag, name, is_named in reader.controls
        if not is_named and name not in reader.label_targets
    ]
    if reader.headings.count(1) != 1:
        found.append(f"{reader.headings.count(1)} h1")
    steps = zip(reader.headings, reader.headings[1:], strict=False)
    # The masthead has no heading, so the first one of main may not be skipped past.
    found += [f"h{lower} follows h{upper}" for upper, lower in steps if lower > upper + 1]
    found += [f"<{tag}> is never closed" for tag in reader.open]
    return found
