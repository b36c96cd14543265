"""What changed between two texts, readable for Chinese: paragraph by paragraph, then character by character.

Pure. Numbers are never cut (5 → 15 is one change, 十五 → 二十 too). Work is bounded: equal ends are taken off,
paragraphs are matched before sentences and sentences before characters, and a stretch that is too large to
compare is shown as replaced whole. Applying the pieces always gives back both texts, byte for byte.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Arabic numbers with their separators, Chinese numerals, Latin words, any other single character.
_TOKEN = re.compile(
    r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[〇零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟]+|[A-Za-z]+|.",
    re.DOTALL,
)
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+\Z")
_SENTENCE = re.compile(r"[^。；！？;!?]*[。；！？;!?]+|[^。；！？;!?]+\Z", re.DOTALL)

_ALIKE = 0.3  # share of common character pairs from which two paragraphs count as one that was changed
_MOST_PAIRS = 2_500  # of paragraphs compared for likeness in one changed stretch
_MOST_MATCHES = 1_000_000  # of equal pairs of units looked at in one diff


class Op(StrEnum):
    SAME = "same"
    INSERTED = "ins"
    DELETED = "del"


@dataclass(frozen=True, slots=True)
class Piece:
    op: Op
    text: str


@dataclass(slots=True)
class _Budget:
    matches: int = _MOST_MATCHES

    def allows(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Spend the work of comparing two sequences, or refuse it: it grows with the pairs that are equal."""
        found = Counter(new)
        cost = len(old) + len(new) + sum(count * found[unit] for unit, count in Counter(old).items())
        if cost > self.matches:
            return False
        self.matches -= cost
        return True


def diff_text(old: str, new: str) -> list[Piece]:
    """The pieces that turn `old` into `new`: same and deleted give `old`, same and inserted give `new`."""
    return _merged(_by_units(old, new, [_PARAGRAPH, _SENTENCE, _TOKEN], _Budget()))


def changed_sentences(old: str, new: str) -> Iterator[tuple[str, str]]:
    """(before, after) of every sentence that differs, in reading order; empty where one text has none."""
    budget = _Budget()
    for paragraphs in aligned(_PARAGRAPH.findall(old), _PARAGRAPH.findall(new), budget=budget):
        if paragraphs[0] != paragraphs[1]:
            for before, after in aligned(
                *(_SENTENCE.findall((text or "").strip()) for text in paragraphs), budget=budget
            ):
                if before != after:
                    yield before or "", after or ""


def _by_units(old: str, new: str, patterns: list[re.Pattern[str]], budget: _Budget) -> Iterator[Piece]:
    """Compare unit by unit; what differs is compared again by the next smaller unit."""
    if not old or not new or not patterns:
        yield from (Piece(Op.DELETED, old), Piece(Op.INSERTED, new))
        return
    units, rest = patterns[0], patterns[1:]
    for before, after in aligned(units.findall(old), units.findall(new), budget=budget, pair=bool(rest)):
        if before == after:
            yield Piece(Op.SAME, before or "")
        else:
            yield from _by_units(before or "", after or "", rest, budget)


def _merged(pieces: Iterator[Piece]) -> list[Piece]:
    """Neighbours of one kind joined, deletions before insertions, nothing empty."""
    merged: list[Piece] = []
    waiting = {Op.DELETED: "", Op.INSERTED: ""}

    def flush() -> None:
        for op, text in waiting.items():
            if text:
                merged.append(Piece(op, text))
            waiting[op] = ""

    for piece in pieces:
        if piece.op is not Op.SAME:
            waiting[piece.op] += piece.text
        elif piece.text:
            flush()
            if merged and merged[-1].op is Op.SAME:
                merged[-1] = Piece(Op.SAME, merged[-1].text + piece.text)
            else:
                merged.append(piece)
    flush()
    return merged


def aligned[T](
    old: Sequence[T],
    new: Sequence[T],
    *,
    budget: _Budget | None = None,
    pair: bool = True,
    text: Callable[[T], str] = str,
) -> Iterator[tuple[T | None, T | None]]:
    """(before, after) in reading order; None where one side has nothing.

    Changed units are brought together by likeness when `pair`; otherwise they are deleted and inserted.
    """
    start, end = _common_ends(old, new)
    yield from zip(old[:start], new[:start], strict=True)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    yield from _aligned_middle(middle_old, middle_new, budget or _Budget(), pair, text)
    yield from zip(old[len(old) - end :], new[len(new) - end :], strict=True)


def _aligned_middle[T](
    old: Sequence[T], new: Sequence[T], budget: _Budget, pair: bool, text: Callable[[T], str]
) -> Iterator[tuple[T | None, T | None]]:
    old_keys, new_keys = [text(unit) for unit in old], [text(unit) for unit in new]
    if not budget.allows(old_keys, new_keys):
        yield from _one_sided(old, new)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
        elif tag == "replace" and pair:
            yield from _paired(old[i1:i2], new[j1:j2], text)
        else:
            yield from _one_sided(old[i1:i2], new[j1:j2])


def _one_sided[T](old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    yield from ((unit, None) for unit in old)
    yield from ((None, unit) for unit in new)


def _common_ends[T](old: Sequence[T], new: Sequence[T]) -> tuple[int, int]:
    """Lengths of the equal beginning and of the equal end after it."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    end = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    return start, end


def _paired[T](old: Sequence[T], new: Sequence[T], text: Callable[[T], str]) -> Iterator[tuple[T | None, T | None]]:
    """Bring together units that are alike, in order, so that the sum of likeness is greatest."""
    if len(old) * len(new) > _MOST_PAIRS:
        common = min(len(old), len(new))
        yield from zip(old[:common], new[:common], strict=True)
        yield from _one_sided(old[common:], new[common:])
        return
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    old_pairs, new_pairs = [_bigrams(text(u)) for u in old], [_bigrams(text(u)) for u in new]
    like = [[_likeness(a, b) for b in new_pairs] for a in old_pairs]
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + like[i][j])
    i = j = 0
    while i < len(old) and j < len(new):
        if like[i][j] and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    yield from _one_sided(old[i:], new[j:])


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(max(1, len(text) - 1)))


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    """Dice share of common character pairs; 0 below _ALIKE."""
    share = 2 * (old & new).total() / (old.total() + new.total())
    return share if share >= _ALIKE else 0.0
