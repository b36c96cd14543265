"""The difference of two sanitised HTML texts as HTML: paragraphs with <ins> and <del>, tables cell by cell.

Words are compared, not markup: a change of emphasis alone is no change. Long unchanged stretches are folded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from govportal.textdiff import Op, aligned, diff_text

_BLOCKS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "div", "dt", "dd", "figcaption"}
)
_NAME_CHARACTERS = 16
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph or table that differs, under its anchor; `name` is how it begins."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    html: SafeString
    changes: list[Change]


@dataclass(slots=True)
class _Cell:
    text: str = ""
    is_header: bool = False
    span: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Block:
    """A paragraph, or a table when `rows` is filled."""

    tag: str
    text: str = ""
    rows: list[list[_Cell]] = field(default_factory=list)

    @property
    def key(self) -> str:
        cells = "\n".join(_row_key(row) for row in self.rows)
        return f"{self.tag}\n{self.text}\n{cells}" if self.rows else f"{self.tag in _HEADINGS}{self.text}"


def _row_key(row: list[_Cell]) -> str:
    return "\t".join(cell.text for cell in row)


class _Reader(HTMLParser):
    """Reads sanitised HTML into blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self._open: _Block | None = None
        self._table: _Block | None = None
        self._cell: _Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._table, self._open = _Block("table"), None
            self.blocks.append(self._table)
        elif self._table and tag == "tr":
            self._table.rows.append([])
        elif self._table and tag in {"td", "th"}:
            span = tuple((k, v) for k, v in attrs if k in {"colspan", "rowspan"} and v and v.isdigit())
            self._cell = _Cell(is_header=tag == "th", span=span)
            if not self._table.rows:
                self._table.rows.append([])
            self._table.rows[-1].append(self._cell)
        elif tag == "br":
            self.handle_data("\n")
        elif tag in _BLOCKS and not self._table:
            self._open = None if tag == "div" else self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._table = self._cell = None
        elif tag in {"td", "th"}:
            self._cell = None
        elif tag in _BLOCKS and not self._table:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.text += data
        elif self._table is not None:
            self._table.text += data.strip()
        elif data.strip() or self._open:
            block = self._open or self._begin("p")
            block.text += data

    def _begin(self, tag: str) -> _Block:
        self._open = _Block(tag)
        self.blocks.append(self._open)
        return self._open


def _read(html: str) -> list[_Block]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for block in reader.blocks:
        block.text = block.text.strip()
        for cell in (cell for row in block.rows for cell in row):
            cell.text = cell.text.strip()
    return [block for block in reader.blocks if block.text or block.rows]


def compare_html(old: str, new: str) -> Comparison:
    """The difference of two sanitised texts, and the paragraphs and tables it touches."""
    parts: list[SafeString] = []
    unchanged: list[_Block] = []
    changes: list[Change] = []
    for before, after in _pairs(_read(old), _read(new)):
        if before and after and before.key == after.key:
            unchanged.append(after)
            continue
        parts += _folded(unchanged)
        unchanged = []
        changes.append(Change(f"d{len(changes) + 1}", _beginning(after or before)))
        parts.append(_changed_block(before, after, len(changes)))
    parts += _folded(unchanged)
    return Comparison(mark_safe("\n".join(parts)), changes)  # noqa: S308  (built by format_html alone)


def _beginning(block: _Block | None) -> str:
    return Truncator(block.text).chars(_NAME_CHARACTERS) if block and block.text else _("表格")


def _pairs(old: list[_Block], new: list[_Block]) -> Iterator[tuple[_Block | None, _Block | None]]:
    """Aligned blocks; a table is never set against a paragraph."""
    for before, after in aligned(old, new, text=lambda block: block.key):
        if before and after and bool(before.rows) != bool(after.rows):
            yield before, None
            yield None, after
        else:
            yield before, after


def _folded(blocks: list[_Block]) -> list[SafeString]:
    """One unchanged paragraph stays readable, several become a line."""
    if len(blocks) == 1 and not blocks[0].rows:
        return [format_html('<p class="same">{}</p>', blocks[0].text)]
    return [format_html('<p class="skipped">{}</p>', _("%(n)s 段未改动") % {"n": len(blocks)})] if blocks else []


def _changed_block(before: _Block | None, after: _Block | None, number: int) -> SafeString:
    shown = after or before
    assert shown is not None
    if shown.rows:
        return _table(before, after, number)
    tag = shown.tag if shown.tag in _HEADINGS else "p"
    marked = mark_differences(before.text if before else "", after.text if after else "")
    return format_html('<{} class="chg" id="d{}">{}</{}>', mark_safe(tag), number, marked, mark_safe(tag))  # noqa: S308


def _table(before: _Block | None, after: _Block | None, number: int) -> SafeString:
    old_rows, new_rows = (before.rows if before else []), (after.rows if after else [])
    rows = format_html_join("", "<tr>{}</tr>", ((_row(a, b),) for a, b in aligned(old_rows, new_rows, text=_row_key)))
    caption = mark_differences(before.text if before else "", after.text if after else "")
    label = _("第 %(n)s 处改动：表格") % {"n": number}
    return format_html(
        '<div class="scroll chg" id="d{}" tabindex="0" role="region" aria-label="{}">'
        "<table>{}<tbody>{}</tbody></table></div>",
        number,
        label,
        format_html("<caption>{}</caption>", caption) if caption else "",
        rows,
    )


def _row(before: list[_Cell] | None, after: list[_Cell] | None) -> SafeString:
    cells = []
    for i in range(max(len(before or []), len(after or []))):
        old = before[i] if before and i < len(before) else None
        new = after[i] if after and i < len(after) else None
        shown = new or old
        assert shown is not None
        tag = mark_safe("th" if shown.is_header else "td")  # noqa: S308
        spans = format_html_join("", ' {}="{}"', shown.span)
        cells.append(
            format_html(
                "<{}{}>{}</{}>", tag, spans, mark_differences(old.text if old else "", new.text if new else ""), tag
            )
        )
    return mark_safe("".join(cells))  # noqa: S308


def mark_differences(old: str, new: str) -> SafeString:
    """Plain text with <del> and <ins>, everything escaped."""
    wraps = {Op.SAME: "{}", Op.DELETED: "<del>{}</del>", Op.INSERTED: "<ins>{}</ins>"}
    return mark_safe("".join(format_html(wraps[piece.op], piece.text) for piece in diff_text(old, new)))  # noqa: S308
