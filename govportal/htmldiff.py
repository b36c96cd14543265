"""The difference of two sanitised HTML texts as HTML: paragraphs with <ins> and <del>, tables cell by cell.

Words are compared, not markup: a change of emphasis alone is no change. Long unchanged stretches are folded.
"""

import re
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from govportal.htmlblocks import HEADINGS, Block, paired_blocks, read_blocks
from govportal.tablediff import CellPair, RowPair, overlay
from govportal.textdiff import Op, diff_text

_NAME_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph or table that differs, under its anchor; `name` is how it begins."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    html: SafeString
    changes: list[Change]


def compare_html(old: str, new: str) -> Comparison:
    """The difference of two sanitised texts, and the paragraphs and tables it touches."""
    parts: list[SafeString] = []
    unchanged: list[Block] = []
    changes: list[Change] = []
    for before, after in paired_blocks(read_blocks(old), read_blocks(new)):
        if before and after and before.key == after.key:
            unchanged.append(after)
            continue
        parts += _folded(unchanged)
        unchanged = []
        changes.append(Change(f"d{len(changes) + 1}", _beginning(after or before)))
        parts.append(_changed_block(before, after, len(changes)))
    parts += _folded(unchanged)
    return Comparison(mark_safe("\n".join(parts)), changes)  # noqa: S308  (built by format_html alone)


def _beginning(block: Block | None) -> str:
    return Truncator(block.text).chars(_NAME_CHARACTERS) if block and block.text else _("表格")


def _folded(blocks: list[Block]) -> list[SafeString]:
    """One unchanged paragraph stays readable, several become a line."""
    if len(blocks) == 1 and not blocks[0].rows:
        return [format_html('<p class="same">{}</p>', blocks[0].text)]
    return [format_html('<p class="skipped">{}</p>', _("%(n)s 段未改动") % {"n": len(blocks)})] if blocks else []


def _changed_block(before: Block | None, after: Block | None, number: int) -> SafeString:
    shown = after or before
    assert shown is not None
    if shown.rows:
        return _table(before, after, number)
    tag = shown.tag if shown.tag in HEADINGS else "p"
    marked = mark_differences(before.text if before else "", after.text if after else "")
    return format_html('<{} class="chg" id="d{}">{}</{}>', mark_safe(tag), number, marked, mark_safe(tag))  # noqa: S308


def _table(before: Block | None, after: Block | None, number: int) -> SafeString:
    """Cell by cell; a row or column put in or taken out leaves the others in their places."""
    pair = overlay(before.rows if before else [], after.rows if after else [])
    caption = mark_differences(before.text if before else "", after.text if after else "")
    label = _("第 %(n)s 处改动：表格") % {"n": number}
    return format_html(
        '<div class="scroll chg" id="d{}" tabindex="0" role="region" aria-label="{}">'
        "<table>{}<tbody>{}</tbody></table></div>",
        number,
        label,
        format_html("<caption>{}</caption>", caption) if caption else "",
        format_html_join("", "<tr{}>{}</tr>", ((_row_class(row), _cells(row)) for row in pair.rows)),
    )


def _row_class(row: RowPair) -> SafeString:
    """A row put in or taken out whole is marked beside its words too: its cells may be empty."""
    return format_html(' class="row-{}"', row.op) if row.op is not Op.SAME else SafeString()


def _cells(row: RowPair) -> SafeString:
    return format_html_join("", "{}", ((_cell(cell, is_head=row.is_head),) for cell in row.cells))


def _cell(cell: CellPair, *, is_head: bool) -> SafeString:
    tag = mark_safe("th" if cell.shown.is_header else "td")  # noqa: S308
    attributes = [("colspan", cell.colspan), ("rowspan", cell.rowspan)]
    spans = format_html_join("", ' {}="{}"', ((name, n) for name, n in attributes if n > 1))
    scope = format_html(' scope="{}"', "col" if is_head else "row") if cell.shown.is_header else ""
    words = mark_differences(cell.old.text if cell.old else "", cell.new.text if cell.new else "")
    return format_html("<{}{}{}>{}</{}>", tag, scope, spans, words, tag)


def mark_differences(old: str, new: str) -> SafeString:
    """Plain text with <del> and <ins>, everything escaped."""
    wraps = {Op.SAME: "{}", Op.DELETED: "<del>{}</del>", Op.INSERTED: "<ins>{}</ins>"}
    return mark_safe("".join(format_html(wraps[piece.op], piece.text) for piece in diff_text(old, new)))  # noqa: S308


# --- side by side ----------------------------------------------------------------------------------------------------

_ONLY_NEW = re.compile(r'<ins>.*?</ins>|(?<=chg") id="d\d+"', re.DOTALL)
_ONLY_OLD = re.compile(r"<del>.*?</del>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sides:
    """One paragraph or table as it was and as it is; a side is empty where the text has none."""

    old: SafeString
    new: SafeString
    is_changed: bool


def compare_sides(old: str, new: str) -> list[Sides]:
    """Two sanitised texts beside each other, nothing folded: what is gone marked at the left, what is new at the right.

    Both sides are the one marked difference, each without the words of the other; marks never nest.
    """
    rows: list[Sides] = []
    for before, after in paired_blocks(read_blocks(old), read_blocks(new)):
        is_changed = before is None or after is None or before.key != after.key
        marked = _changed_block(before, after, len(rows) + 1)
        left = mark_safe(_ONLY_NEW.sub("", marked)) if before else SafeString()  # noqa: S308  (words are escaped)
        right = mark_safe(_ONLY_OLD.sub("", marked)) if after else SafeString()  # noqa: S308
        rows.append(Sides(left, right, is_changed))
    return rows
