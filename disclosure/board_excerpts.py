"""What a sheet of a 公开栏 prints of one edition: what whoever stands before it wants to know, or the whole text."""

import re
from collections.abc import Iterable, Iterator

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from disclosure.board_masking import Mask
from disclosure.enums import SectionDetail
from disclosure.models import Edition
from disclosure.types import ExtraField, FieldKind
from govportal.html import sanitise
from govportal.htmlblocks import HEADINGS, Block, Cell, read_blocks

# Characters. Of a long text the wall shows the beginning and says so; the rest is behind the QR code.
ENOUGH, LONGEST_EXCERPT = 40, 96
LONGEST_TEXT, LONGEST_SUMMARY = 3_000, 600
LEAST_CELL = 10  # characters that a cell of a table counts for at least: an empty one takes its place too
LONGEST_ATTACHED, MOST_ATTACHED = 40, 3
LEAST_TELLING = 4  # characters of a value that is not in the body by chance
_SENTENCE = re.compile(r"[^。！？\n]*[。！？]?")
# What is printed of a type in place of a summary: field, in the order of the line. The first of each group that is
# filled is taken.
_TELLING: dict[str, tuple[tuple[str, ...], ...]] = {
    "service_guide": (("promised_days", "statutory_days"), ("fee",), ("phone",)),
    "power": (("promised_days", "statutory_days"), ("fee",), ("complaint_channel", "office")),
    "enforcement": (("party",), ("result",)),
    "leader": (("division",),),
}
_SHORT_LABELS = {"promised_days": "时限", "statutory_days": "时限", "fee": "收费", "phone": "电话"}
# 三公 on a board: what was planned and what was spent, the unit said once.
_BUDGET_COLUMNS = ("item", "budget", "actual", "last_year")
_UNIT = "（万元）"


def blocks_of(edition: Edition, detail: str, mask: Mask) -> list[Block]:
    """The paragraphs and tables below its title, masked."""
    if detail == SectionDetail.TITLE:
        return []
    if detail == SectionDetail.FULL:
        return [*_shortened(_whole(edition, mask), LONGEST_TEXT), *_attached(edition, mask)]
    return [*_shortened(_summary(edition, mask), LONGEST_SUMMARY), *_attached(edition, mask)]


def _attached(edition: Edition, mask: Mask) -> Iterator[Block]:
    """No attachment is printed: the paper says which there are, and where."""
    titles = [mask.text(row.title) for row in edition.attachments.all()]
    if titles:
        named = "；".join(title[:LONGEST_ATTACHED] for title in titles[:MOST_ATTACHED])
        words = {"count": len(titles), "names": named + (_("等") if len(titles) > MOST_ATTACHED else "")}
        yield Block("p", _("附件%(count)s个，扫码查看：%(names)s。") % words)


def _whole(edition: Edition, mask: Mask) -> Iterator[Block]:
    """The body, and of the fields what it does not say already."""
    body = read_blocks(sanitise(edition.body))
    yield from mask.blocks(body)
    yield from _fields(edition, mask, body)


def _summary(edition: Edition, mask: Mask) -> list[Block]:
    if telling := list(_telling(edition, mask)):
        return [Block("p", "　".join(telling))]
    words = edition.summary.strip() or _first_sentences(edition)
    blocks = [Block("p", mask.text(words))] if words else []
    if edition.item.item_type == "budget" and (table := _hospitality(edition, mask)):
        blocks.append(table)
    return blocks


def _first_sentences(edition: Edition) -> str:
    """Whole sentences of the text until they tell something; a very long one is cut, and shows it."""
    words = ""
    blocks = read_blocks(sanitise(edition.body))
    paragraphs = (block.text for block in blocks if block.text and not block.rows and block.tag not in HEADINGS)
    for sentence in (found for text in paragraphs for found in _SENTENCE.findall(text)):
        if words and len(words) + len(sentence) > LONGEST_EXCERPT:
            break
        words += sentence.strip()
        if len(words) >= ENOUGH:
            break
    return words if len(words) <= LONGEST_EXCERPT else words[: LONGEST_EXCERPT - 2] + "……"


def _telling(edition: Edition, mask: Mask) -> Iterator[str]:
    filled = {field.key: (field, value) for field, value in edition.extra_rows()}
    for group in _TELLING.get(edition.item.item_type, ()):
        for key in group:
            if key in filled:
                field, value = filled[key]
                label = _SHORT_LABELS.get(key) or str(field.page_label or field.label)
                yield _("%(label)s：%(value)s") % {"label": label, "value": _value(field, value, mask)}
                break


def _value(field: ExtraField, raw: object, mask: Mask) -> str:
    if field.names_party:
        return mask.party(str(field.shown(raw)))
    if field.kind == FieldKind.DATE and (day := parse_date(str(raw))):
        return _("%(year)s年%(month)s月%(day)s日") % {"year": day.year, "month": day.month, "day": day.day}
    value = str(field.shown(raw))
    if field.kind == FieldKind.WORKING_DAYS and value.isdecimal():
        return _("%s个工作日") % value if value != "0" else _("即办")
    return mask.text(value)


def _fields(edition: Edition, mask: Mask, body: list[Block]) -> Iterator[Block]:
    """The fields of the type as paragraphs and tables, each under its label, without what the body says."""
    told = "".join(edition.title.split()) + "".join("".join(block.text.split()) for block in body)
    rows = [{"".join(cell.text.split()) for cell in row} for block in body for row in block.rows]
    for field, raw in edition.extra_rows():
        label = str(field.page_label or field.label)
        if field.kind == FieldKind.TABLE:
            table = _table(field, raw, label)
            if table and not _is_told(table, rows):
                yield mask.block(table)
        elif field.kind in (FieldKind.LINES, FieldKind.FLOW):
            yield Block("h3", label)
            yield from (Block("p", mask.text(f"{n}. {line}")) for n, line in enumerate(_lines(field, raw), start=1))
        else:
            value = _value(field, raw, mask)
            if len(value) < LEAST_TELLING or "".join(value.split()) not in told:
                yield Block("p", _("%(label)s：%(value)s") % {"label": label, "value": value})


def _is_told(table: Block, rows: list[set[str]]) -> bool:
    """Whether a table of the body has a row for each of these: the same first cell, and every number of it."""
    return all(any(_key_cells(row) <= told for told in rows) for row in table.rows[1:])


def _key_cells(row: list[Cell]) -> set[str]:
    texts = ["".join(cell.text.split()) for cell in row]
    return {text for place, text in enumerate(texts) if text and (place == 0 or text[:1].isdigit())}


def _lines(field: ExtraField, raw: object) -> list[str]:
    if not isinstance(raw, list):
        return str(raw).splitlines()
    if field.kind == FieldKind.LINES:
        return [str(line) for line in raw]
    steps = [step for step in raw if isinstance(step, dict)]
    return ["，".join(str(step[key]) for key in ("name", "lane", "note") if step.get(key)) for step in steps]


def _hospitality(edition: Edition, mask: Mask) -> Block | None:
    field = edition.item.type.extra_field("hospitality")
    raw = edition.extra.get("hospitality")
    table = _table(field, raw, str(field.label), only=_BUDGET_COLUMNS) if field else None
    if table is None:
        return None
    heads = [Cell(cell.text.removesuffix(_UNIT), is_header=True) for cell in table.rows[0]]
    return mask.block(Block("table", table.text + _UNIT, [heads, *table.rows[1:]]))


def _table(field: ExtraField, raw: object, caption: str, only: Iterable[str] = ()) -> Block | None:
    """The rows of a field under the columns that any of them fills; None where there are none."""
    rows = [row for row in raw if isinstance(row, dict)] if isinstance(raw, list) else []
    columns = [
        (key, label)
        for key, label in field.columns
        if (not only or key in only) and any(row.get(key) not in (None, "") for row in rows)
    ]
    if not columns:
        return None
    head = [Cell(str(label), is_header=True) for _key, label in columns]
    return Block("table", caption, [head, *([Cell(_cell(row.get(key))) for key, _label in columns] for row in rows)])


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _shortened(blocks: Iterable[Block], left: int) -> Iterator[Block]:
    """The blocks up to so many characters, and a word where more was left out: never cut silently."""
    for block in blocks:
        size = len(block.text) + sum(map(_size, block.rows))
        if size <= left:
            yield block
            left -= size
            continue
        if not block.rows:
            yield Block(block.tag, block.text[:left])
        else:
            yield Block(block.tag, block.text, _rows_within(block.rows, left))
        yield Block("p", _("（全文较长，以下从略，请扫码阅读全文。）"))
        return


def _rows_within(rows: list[list[Cell]], left: int) -> list[list[Cell]]:
    kept = []
    for row in rows:
        left -= _size(row)
        if left < 0:
            break
        kept.append(row)
    return kept


def _size(row: list[Cell]) -> int:
    return sum(max(len(cell.text), LEAST_CELL) for cell in row)
