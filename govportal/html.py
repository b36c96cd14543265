"""Rich text: what may stand in a published body, and its plain text.

Cleaning is nh3's; here are only the lists and the few repairs that Word pastes and crawled pages need.
Sanitised on save and again when shown to the world, so both must give the same: `sanitise` is idempotent.
"""

import html as _html
import re

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
_H1 = re.compile(r"(</?)h1(?=[\s>])", re.IGNORECASE)
_TAG = re.compile(r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>""")
_EMPTY_CLASS = re.compile(r' class=""(?=[^<>]*>)')
_LEADING_SPACE = re.compile(r"(<p(?: class=\"[a-z-]+\")?>)(?:[\s\u3000]|&nbsp;)+")
_EMPTY_BLOCK = re.compile(r"<(p|div|h2|h3|h4|h5)(?: [^<>]*)?>(?:[\s\u3000]|&nbsp;|<br>)*</\1>")
_BLOCK_END = re.compile(r"</(?:p|div|h[2-5]|li|tr|caption|dt|dd|blockquote)>|<br>|<hr>")
_CELL_END = re.compile(r"</t[dh]>")
_LOOKS_LIKE_HTML = re.compile(r"<(?:p|div|br|table|span|h[1-6]|ul|ol)\b[^<>]*>", re.IGNORECASE)


def sanitise(source: str) -> str:
    """HTML that is safe to show: no script, style, event handler, form, frame or remote object.

    A page has its own h1, so h1 becomes h2; typed indents and empty paragraphs go, as the style sheet sets both.
    """
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
    """One line of plain text: control characters gone, white space folded."""
    return " ".join(_CONTROL.sub("", text).split())


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
