"""Whether a change is substantive (实质性修改): decided from the two texts, not by who wrote them (domain §4.5).

Slight is what changes nothing for a reader: punctuation, white space, line breaks, markup, 的/地/得, one character
put right here and there, and the words that only help to find the text (keywords, topic, the wording of the summary).
All else is substantive, and the publisher cannot deny it. A summary hangs on the wall in place of its text, so its
facts count: numbers, amounts, dates, names. Work is bounded as in govportal.textdiff.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices, prefetch_related_objects
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.substance_words import FUNCTION_WORDS, Mark, MarkKind, core, marks, plain
from disclosure.types import ExtraField, FieldKind
from govportal.htmlblocks import Block, Cell, read_blocks, read_links
from govportal.models import Agency
from govportal.tablediff import CellPair, RowPair, TablePair, overlay
from govportal.textdiff import Op, aligned, diff_text

if TYPE_CHECKING:
    from disclosure.models import Edition

# Whose change is substantive beside the text. Keywords and topic only help to find it.
METADATA = (
    "title",
    "document_number",
    "issuer",
    "formed_on",
    "effective_on",
    "expires_on",
    "validity",
    "category",
    "aspect",
    "mode",
)
_WORD = 2  # characters together that are a word put in, taken out or replaced, no slip of the pen
_SLIPS = 3  # characters put right in one sentence; beyond it the sentence is another one
_AROUND = 64  # characters beside a change in which its marks are looked for
_CONTEXT = 60
_LONGEST = 200  # characters of a finding's words
_MOST_PLACES = 2_000  # of a running text looked at one by one
_SHORTEST_NAME = 3
_LONG = 10_000  # characters of one place in which marks are looked for
_REACH = 2_000  # characters in which the beginning of a sentence is looked for
_SENTENCE_ENDS = "。；！？\n"


class ChangeKind(TextChoices):
    NUMBER = "number", gettext_lazy("数字")
    DATE = "date", gettext_lazy("日期")
    AMOUNT = "amount", gettext_lazy("金额")
    DUTY = "duty", gettext_lazy("用语")  # 应、不得、可以
    NAME = "name", gettext_lazy("名称")
    TEXT = "text", gettext_lazy("文字")
    TABLE = "table", gettext_lazy("表格")
    LINK = "link", gettext_lazy("链接")
    ATTACHMENT = "attachment", gettext_lazy("附件")
    METADATA = "metadata", gettext_lazy("要素")


FACTS = frozenset({ChangeKind.NUMBER, ChangeKind.DATE, ChangeKind.AMOUNT, ChangeKind.NAME})


@dataclass(frozen=True, slots=True)
class Finding:
    """One change that makes the new edition substantive: what stood there and what stands there now.

    `label` names the field or the place in a table; `context` is the sentence around it, at most 60 characters.
    """

    kind: ChangeKind
    old: str
    new: str
    context: str = ""
    label: str = ""


def findings(before: "Edition", after: "Edition", names: Collection[str] = ()) -> list[Finding]:
    """Every substantive change from one edition to the next: metadata, text, tables, the type's fields, files.

    `names` are names of agencies to look for beside those that are known by their form.
    """
    return [
        *in_metadata(before, after),
        *in_summary(before, after, names),
        *in_body(before.body, after.body, names),
        *in_extra(before, after, names),
        *in_files(before, after),
    ]


def agency_names() -> list[str]:
    """The names of all agencies, full and short, that are long enough to be told from other words."""
    rows = Agency.objects.values_list("name", "short_name")
    return sorted({name for row in rows for name in row if len(name) >= _SHORTEST_NAME})


def counted(found: Iterable[Finding]) -> list[tuple[ChangeKind, int]]:
    """(kind, number) of the findings, in the order of ChangeKind."""
    numbers = Counter(finding.kind for finding in found)
    return [(kind, numbers[kind]) for kind in ChangeKind if kind in numbers]


# --- Metadata, fields, files -------------------------------------------------------------------------------


def in_metadata(before: "Edition", after: "Edition") -> Iterator[Finding]:
    for name in METADATA:
        old, new = (_shown(edition, name) for edition in (before, after))
        if core(plain(old)) != core(plain(new)):
            label = str(type(after)._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield Finding(ChangeKind.METADATA, _cut(old), _cut(new), label=label)


def in_summary(before: "Edition", after: "Edition", names: Collection[str] = ()) -> Iterator[Finding]:
    """The facts that a summary states otherwise, no longer or anew; in other words it may say the same."""
    if before.summary != after.summary:
        label = str(type(after)._meta.get_field("summary").verbose_name)
        for one in in_text(before.summary, after.summary, names):
            if one.kind in FACTS:
                yield replace(one, label=label)


def _shown(edition: "Edition", name: str) -> str:
    display = getattr(edition, f"get_{name}_display", None)
    return str(display() if display else getattr(edition, name) or "")


_KIND_OF_FIELD = {
    FieldKind.AMOUNT: ChangeKind.AMOUNT,
    FieldKind.DATE: ChangeKind.DATE,
    FieldKind.INTEGER: ChangeKind.NUMBER,
    FieldKind.WORKING_DAYS: ChangeKind.NUMBER,
}


def in_extra(before: "Edition", after: "Edition", names: Collection[str] = ()) -> Iterator[Finding]:
    for field in after.item.type.extra:
        old, new = before.extra.get(field.key), after.extra.get(field.key)
        words = _words(field, old), _words(field, new)
        if plain(words[0]) == plain(words[1]):
            continue
        found: Iterable[Finding] = ()
        if field.kind == FieldKind.TABLE:
            found = _in_rows(*(_rows(field, value) for value in (old, new)))
        elif field.kind in {FieldKind.LONG, FieldKind.LINES}:
            if core(plain(words[0])) == core(plain(words[1])):
                continue
            found = in_text(*words, names)
        places = [replace(one, label=f"{field.label} {one.label}".strip()) for one in found]
        kind = _KIND_OF_FIELD.get(field.kind, ChangeKind.METADATA)
        yield from places or [Finding(kind, _cut(words[0]), _cut(words[1]), label=str(field.label))]


def _words(field: ExtraField, value: Any) -> str:
    """The value of a field as a reader would say it."""
    if isinstance(value, list):
        return "\n".join(_words(field, part) for part in value)
    if isinstance(value, dict):
        labels = dict(field.columns)
        return "，".join(f"{labels.get(key, key)}：{part}" for key, part in value.items() if part not in (None, "", []))
    return "" if value is None else str(field.shown(value))


def _rows(field: ExtraField, value: Any) -> list[list[Cell]]:
    """The value of a table field as the table that its page shows."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    head = [Cell(str(label), is_header=True) for _key, label in field.columns]
    return [head, *([Cell(str(row.get(key) or "")) for key, _label in field.columns] for row in rows)]


def in_files(before: "Edition", after: "Edition") -> Iterator[Finding]:
    """Files put in, taken out, replaced or renamed; another order alone is none."""
    prefetch_related_objects([before, after], "attachments__attachment")
    old, new = (Counter((file.attachment.sha256, file.title) for file in e.attachments.all()) for e in (before, after))
    added = list((new - old).elements())
    for digest, title in (old - new).elements():
        other = next((file for file in added if title == file[1]), None) or next(
            (file for file in added if digest == file[0]), None
        )
        if other is None:
            yield Finding(ChangeKind.ATTACHMENT, title, "", label=_("删除"))
            continue
        added.remove(other)
        if digest == other[0]:
            yield Finding(ChangeKind.ATTACHMENT, title, other[1], label=_("改名"))
        else:
            old_name, new_name = (f"{title}（{sha[:12]}）" for sha in (digest, other[0]))
            yield Finding(ChangeKind.ATTACHMENT, old_name, new_name, label=_("替换"))
    for _digest, title in added:
        yield Finding(ChangeKind.ATTACHMENT, "", title, label=_("增加"))


# --- The body ----------------------------------------------------------------------------------------------


def in_body(old: str, new: str, names: Collection[str] = ()) -> Iterator[Finding]:
    """Findings of two sanitised HTML texts: their words, their tables, their links."""
    if old != new:
        yield from in_text(running_text(old), running_text(new), names)
        yield from beside_text(old, new)


def running_text(html: str) -> str:
    """What is read line by line: paragraphs, headings, captions; not the cells of tables."""
    return "\n".join(block.text for block in read_blocks(html))


def beside_text(old: str, new: str) -> Iterator[Finding]:
    """Findings in the tables and links of two sanitised HTML texts."""
    tables = ([block for block in read_blocks(html) if block.rows] for html in (old, new))
    for before, after in aligned(*tables, text=lambda block: block.key):
        yield from _in_tables(before, after)
    yield from _in_links(old, new)


def _in_links(old: str, new: str) -> Iterator[Finding]:
    for before, after in aligned(read_links(old), read_links(new), text="\t".join):
        addresses = before[0] if before else "", after[0] if after else ""
        # A link put in or taken out with its words is found as text; what counts here is where the words lead.
        if addresses[0] != addresses[1]:
            yield Finding(
                ChangeKind.LINK, _cut(addresses[0]), _cut(addresses[1]), label=(after or before or ("", ""))[1]
            )


def _in_tables(before: Block | None, after: Block | None) -> Iterator[Finding]:
    shown = after or before
    if shown is None or (before and after and before.key == after.key):
        return
    if before is None or after is None:
        words = _cut(" ".join(cell.text for row in shown.rows for cell in row if cell.text))
        label = shown.text or _("整张表格")
        yield Finding(ChangeKind.TABLE, words if before else "", words if after else "", label=label)
        return
    yield from _in_rows(before.rows, after.rows)


def _in_rows(before: list[list[Cell]], after: list[list[Cell]]) -> Iterator[Finding]:
    pair = overlay(before, after)
    yield from _in_columns(pair)
    for row in pair.rows:
        yield from _in_row(row, pair)


def _in_columns(pair: TablePair) -> Iterator[Finding]:
    for op, words in pair.columns:
        if op is not Op.SAME:
            old, new = (words or _("一列"), "") if op is Op.DELETED else ("", words or _("一列"))
            yield Finding(ChangeKind.TABLE, _cut(old), _cut(new), label=_("整列"))


def _in_row(row: RowPair, pair: TablePair) -> Iterator[Finding]:
    if row.op is not Op.SAME:
        words = _cut(" ".join(row.texts))
        if any(cell.shown.text for cell in row.cells):
            sides = (words, "") if row.op is Op.DELETED else ("", words)
            yield Finding(ChangeKind.TABLE, *sides, label=_("整行"))
        return
    for cell in row.cells:
        old, new = (side.text if side else "" for side in (cell.old, cell.new))
        if pair.columns[cell.column][0] is Op.SAME and plain(old) != plain(new):
            yield Finding(ChangeKind.TABLE, _cut(old), _cut(new), label=_place(cell, row, pair))


def _place(cell: CellPair, row: RowPair, pair: TablePair) -> str:
    over = pair.columns[cell.column][1]
    return Truncator(" · ".join(dict.fromkeys(filter(None, (row.label, over))))).chars(_CONTEXT)


# --- Running text ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Hunk:
    """One changed place: old[a:b] became new[c:d]."""

    a: int
    b: int
    c: int
    d: int


def in_text(old: str, new: str, names: Collection[str] = ()) -> Iterator[Finding]:
    """Findings of two running texts, place by place; where too many differ, the rest is one finding."""
    old, new = plain(old), plain(new)
    if core(old) == core(new):
        return
    seen: set[tuple[object, ...]] = set()
    slips: Counter[int] = Counter()
    for number, hunk in enumerate(_hunks(old, new)):
        if number == _MOST_PLACES:
            yield Finding(ChangeKind.TEXT, _cut(old[hunk.a :]), _cut(new[hunk.c :]), label=_("其余改动"))
            return
        if core(old[hunk.a : hunk.b]) == core(new[hunk.c : hunk.d]) and not _moves_a_sign(old, new, hunk):
            continue
        ends = min(hunk.b, hunk.a + _LONG), min(hunk.d, hunk.c + _LONG)
        touched = _touched(old, hunk.a, ends[0], names), _touched(new, hunk.c, ends[1], names)
        context = _sentence(new, hunk.c, hunk.d) if hunk.d > hunk.c else _sentence(old, hunk.a, hunk.b)
        for kind in MarkKind:
            before, after = _differing(*([mark for mark in side if mark.kind is kind] for side in touched))
            place = (kind, *((mark.start, mark.end) for mark in before), "→", *((m.start, m.end) for m in after))
            if (before or after) and place not in seen:
                seen.add(place)
                yield Finding(ChangeKind(kind), _joined(before), _joined(after), context)
        weights = _weight(old, hunk.a, ends[0], touched[0]), _weight(new, hunk.c, ends[1], touched[1])
        sentence = new.rfind("。", max(0, hunk.c - _REACH), hunk.c)
        slips[sentence] += sum(weights)
        if max(weights) >= _WORD or slips[sentence] > 2 * _SLIPS:
            yield Finding(ChangeKind.TEXT, _cut(old[hunk.a : hunk.b]), _cut(new[hunk.c : hunk.d]), context)


def _hunks(old: str, new: str) -> Iterator[_Hunk]:
    """The changed places in order; two with nothing but punctuation between them are one."""
    at = [0, 0]
    waiting: _Hunk | None = None
    for piece in diff_text(old, new):
        start = tuple(at)
        at[0] += len(piece.text) if piece.op is not Op.INSERTED else 0
        at[1] += len(piece.text) if piece.op is not Op.DELETED else 0
        if piece.op is Op.SAME:
            if waiting and core(piece.text):
                yield waiting
                waiting = None
        elif waiting:
            waiting.b, waiting.d = at
        else:
            waiting = _Hunk(start[0], at[0], start[1], at[1])
    if waiting:
        yield waiting


def _moves_a_sign(old: str, new: str, hunk: _Hunk) -> bool:
    """A minus or a decimal point before a figure is no punctuation."""
    before, after = old[hunk.a : hunk.b + 1], new[hunk.c : hunk.d + 1]
    return any((f"{sign}{end}" in before) != (f"{sign}{end}" in after) for sign in "-." for end in _end(before, after))


def _end(before: str, after: str) -> str:
    return before[-1] if before and before[-1] == after[-1:] and before[-1].isdigit() else ""


def _touched(text: str, start: int, end: int, names: Collection[str]) -> list[Mark]:
    """The marks that a changed stretch holds, cuts or borders on."""
    first = max(0, start - _AROUND)
    around = text[first : end + _AROUND]
    found = marks(around, names)
    return [
        replace(mark, start=mark.start + first, end=mark.end + first)
        for mark in found
        if mark.start + first <= end and mark.end + first >= start
    ]


def _differing(old: list[Mark], new: list[Mark]) -> tuple[list[Mark], list[Mark]]:
    """Without the marks that are equal at both ends: neighbours that did not change."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i].value != new[i].value), shorter)
    end = next((i for i in range(shorter - start) if old[-1 - i].value != new[-1 - i].value), shorter - start)
    return old[start : len(old) - end], new[start : len(new) - end]


def _joined(found: list[Mark]) -> str:
    return _cut("、".join(mark.text for mark in found))


def _weight(text: str, start: int, end: int, found: list[Mark]) -> int:
    """How much of a stretch no mark accounts for, in characters that mean something."""
    covered = {i for mark in found for i in range(max(start, mark.start), min(end, mark.end))}
    left = core("".join(text[i] for i in range(start, end) if i not in covered))
    if len(left) <= _SLIPS and FUNCTION_WORDS.issuperset(left):
        return 0
    # A letter or sign is never a slip.
    return sum(1 if character >= "㐀" else _WORD for character in left)


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a place, cut to _CONTEXT characters with the place in the middle."""
    farthest = min(len(text), max(end - 1, start) + _CONTEXT)
    first = max(
        max(text.rfind(sign, max(0, start - _CONTEXT), start) for sign in _SENTENCE_ENDS) + 1, start - _CONTEXT, 0
    )
    ends = [found for sign in _SENTENCE_ENDS if (found := text.find(sign, max(end - 1, start), farthest)) >= 0]
    last = min(ends, default=farthest) + 1
    if last - first > _CONTEXT:
        middle = (start + min(end, start + _CONTEXT)) // 2
        first = max(first, min(middle - _CONTEXT // 2, last - _CONTEXT))
        last = min(last, first + _CONTEXT)
    return text[first:last].strip()


def _cut(words: str) -> str:
    words = words.strip()
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
