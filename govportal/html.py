"""Rich text: what may stand in a published body, and its plain text.

Cleaning is nh3's; here are only the lists and the few repairs that Word pastes and crawled pages need.
Sanitised on save and again when shown to the world, so both must give the same: `sanitise` is idempotent.
"""

import html as _html
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import nh3

_TAGS = {
    "a", "blockquote", "br", "caption", "col", "colgroup", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5",
    "hr", "li", "ol", "p", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# Layout of official documents: addressee, signature, centred line, numbers set right.
_CLASSES = {"p": {"doc-to", "doc-sign", "doc-centre"}, "td": {"r"}, "th": {"r"}}
_REMOVED_WITH_CONTENT = {"script", "style", "title", "iframe", "object", "template", "noscript", "svg", "math"}

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    clean_content_tags=_REMOVED_WITH_CONTENT,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
    strip_comments=True,
)

# Characters that no database column or XML export can carry.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Turn the reading direction around, so that a title reads as another one than is stored.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SOFT_BREAK = re.compile(r"[\x0b\x0c\u2028\u2029]")  # Word's own line break among them
_H1 = re.compile(r"(</?)h1(?=[\s>])", re.IGNORECASE)
_TAG = re.compile(r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>""")
_EMPTY_CLASS = re.compile(r' class=""(?=[^<>]*>)')
_LEADING_SPACE = re.compile(r"(<p(?: class=\"[a-z-]+\")?>)(?:[\s\u3000]|&nbsp;)+")
_EMPTY_BLOCK = re.compile(r"<(p|div|h2|h3|h4|h5)(?: [^<>]*)?>(?:[\s\u3000]|&nbsp;|<br>)*</\1>")
_BLOCK_END = re.compile(r"</(?:p|div|h[2-5]|li|tr|caption|dt|dd|blockquote)>|<br>|<hr>")
_CELL_END = re.compile(r"</t[dh]>")
_ANY_TAG = re.compile(r"<[^<>]*>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
MAX_DEPTH = 100  # elements in elements; tables in tables of the worst crawled page stay below 30
# Elements without content, and those that another of their kind closes.
_NEVER_NESTED = {
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
    "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
}  # fmt: skip
# An end tag of these closes whatever is left open inside, up to one of the barriers.
_CLOSES_INNER = {
    "article", "aside", "blockquote", "body", "center", "div", "dl", "fieldset", "footer", "form", "header", "main",
    "nav", "ol", "pre", "section", "table", "ul",
}  # fmt: skip
_BARRIERS = {"applet", "marquee", "math", "object", "select", "svg", "table", "template"}
_LOOKS_LIKE_HTML = re.compile(r"<(?:p|div|br|table|span|h[1-6]|ul|ol)\b[^<>]*>", re.IGNORECASE)


def sanitise(source: str) -> str:
    """HTML that is safe to show: no script, style, event handler, form, frame or remote object.

    A page has its own h1, so h1 becomes h2; typed indents and empty paragraphs go, as the style sheet sets both.
    What is nested deeper than MAX_DEPTH keeps its words alone: the time the cleaner takes grows with the square.
    """
    if is_too_deep(source):
        source = from_text(_html.unescape(_ANY_TAG.sub("\n", source)))
    cleaned = _cleaner.clean(_H1.sub(r"\1h2", _CONTROL.sub("", source)))
    cleaned = _LEADING_SPACE.sub(r"\1", _EMPTY_CLASS.sub("", cleaned))
    while True:
        # Removing an inner empty block may empty its parent.
        shorter = _EMPTY_BLOCK.sub("", cleaned)
        if shorter == cleaned:
            return cleaned.strip()
        cleaned = shorter


def to_text(sanitised: str) -> str:
    """Plain text of sanitised HTML: one line a block, cells separated by a blank."""
    text = _CELL_END.sub(" ", _BLOCK_END.sub("\n", sanitised.replace("\n", " ")))
    text = _html.unescape(_TAG.sub("", text)).replace("\xa0", " ")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def clean_line(text: str) -> str:
    """One line of plain text: what `clean_text` takes out gone, white space folded."""
    return " ".join(clean_text(text).split())


def clean_text(text: str) -> str:
    """Plain text as any page, feed and table can carry it: soft line breaks are line breaks, control characters and
    those that turn the reading direction around are gone, nor is there blank at either end."""
    return _BIDI.sub("", without_controls(text)).strip()


def without_controls(text: str) -> str:
    """The text without characters that no file of ours can carry; a soft line break is a line break."""
    return _CONTROL.sub("", _SOFT_BREAK.sub("\n", text))


def clean_values(value: Any) -> Any:
    """Every text in lists and mappings cleaned by `clean_text`; all else as it is."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {key: clean_values(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_values(inner) for inner in value]
    return value


def is_too_deep(source: str) -> bool:
    """True if elements stand in one another more than MAX_DEPTH deep, as no document of people does.

    Counted as a browser nests them, in one pass: an end tag closes what is open inside, but not across a table, and
    one of an inline element closes only itself.
    """
    if source.count("<") <= MAX_DEPTH:
        return False
    stack: list[str] = []
    is_open: Counter[str] = Counter()
    for slash, tag in _TAG_NAME.findall(source):
        name = tag.lower()
        if name in _NEVER_NESTED:
            continue
        if not slash:
            stack.append(name)
            is_open[name] += 1
            if len(stack) > MAX_DEPTH:
                return True
        elif is_open[name]:
            for closed in _closed_by(name, stack):
                is_open[closed] -= 1
    return False


def _closed_by(name: str, stack: list[str]) -> list[str]:
    """Take off the stack, which holds at most MAX_DEPTH names, what an end tag closes."""
    start = len(stack) - 1
    if name in _CLOSES_INNER:
        while stack[start] != name and stack[start] not in _BARRIERS:
            start -= 1
    if stack[start] != name:
        return []
    closed = stack[start:]
    del stack[start:]
    return closed


def looks_like_html(text: str) -> bool:
    return bool(_LOOKS_LIKE_HTML.search(text))


def from_text(text: str) -> str:
    """Plain text or the light markdown of text archives as HTML: "## " headings, "|" tables, one paragraph a line."""
    blocks: list[str] = []
    table: list[list[str]] = []
    for raw in [*_CONTROL.sub("", text).splitlines(), ""]:
        line = raw.strip(" \t\u3000\ufeff")
        if line.startswith("|") and line.endswith("|") and len(line) > 1:
            table.append([cell.strip() for cell in line[1:-1].split("|")])
            continue
        if table:
            blocks.append(_table(table))
            table = []
        if heading := re.match(r"(#{1,5})\s+(.*)", line):
            level = min(max(len(heading[1]), 2), 5)
            blocks.append(f"<h{level}>{_html.escape(heading[2], quote=False)}</h{level}>")
        elif line:
            blocks.append(f"<p>{_html.escape(line, quote=False)}</p>")
    return "\n".join(blocks)


def _table(rows: list[list[str]]) -> str:
    """A markdown table; the line of dashes below its head is dropped."""
    kept = [row for row in rows if not all(re.fullmatch(r":?-*:?", cell) for cell in row)]
    head, *body = kept or [[]]
    cells = "".join(f'<th scope="col">{_html.escape(cell, quote=False)}</th>' for cell in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{_html.escape(cell, quote=False)}</td>" for cell in row) + "</tr>" for row in body
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"
