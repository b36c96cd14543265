"""Chinese lines of a given width. A Han character is one em wide, so a box is exact before anything is drawn."""

import re
import unicodedata
from functools import lru_cache

# 禁则: these never begin a line, those never end one.
_NO_START = frozenset("，。、；：？！）》〉」』】〕”’…—·％%,.;:?!)]}")
_NO_END = frozenset("（《〈「『【〔“‘([{")
# A word or a number; a number goes with the measure word behind it.
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,:/+\-]*(?:(?<=[0-9])[\u4e00-\u9fff])?|.", re.DOTALL)
_MORE = "…"
_A_LINE, _A_CUT = 10_000, 20  # what a line more, and one that does not end in punctuation, is worth beside raggedness


def width_of(text: str) -> float:
    """In em. Latin letters are taken a little too wide rather than too narrow."""
    return sum(map(_em, text))


@lru_cache(maxsize=8192)
def _em(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA" or ord(character) > 0x2E7F:
        return 1.0
    if character in "MW@%&mw" or character.isupper():
        return 0.85 if character in "MW@%&mw" else 0.7
    return 0.3 if character == " " else 0.58


def wrap(text: str, em: float, most: int) -> list[str]:
    """As few lines of at most `em` as do, parted at punctuation where they can be and of even length; what is beyond
    `most` lines ends in an ellipsis."""
    clusters = _clusters(" ".join(text[: round(most * em * 2)].split()), em)
    lines = _filled(clusters, em)
    return lines if len(lines) <= most else [*lines[: most - 1], _shortened(lines[most - 1] + lines[most], em)]


def _clusters(text: str, em: float) -> list[str]:
    """What no line may part: a word or a number, a character with the punctuation that clings to it."""
    clusters: list[str] = []
    for unit in _WORD.findall(text):
        clings = bool(clusters) and (unit in _NO_START or clusters[-1][-1] in _NO_END)
        if clings and width_of(clusters[-1] + unit) <= em:
            clusters[-1] += unit
        elif width_of(unit) <= em:
            clusters.append(unit)
        else:
            clusters += unit
    return clusters


def _filled(clusters: list[str], em: float) -> list[str]:
    """The cheapest lines, found from the end: `best[i]` is what the clusters from i cost, and where their first line
    ends."""
    widths = [width_of(cluster) for cluster in clusters]
    best: list[tuple[float, int]] = [(0.0, 0)] * (len(clusters) + 1)
    for start in range(len(clusters) - 1, -1, -1):
        best[start] = (float("inf"), start + 1)
        width = 0.0
        for end in range(start + 1, len(clusters) + 1):
            width += widths[end - 1]
            if end > start + 1 and width > em:
                break
            cut = 0 if end == len(clusters) or clusters[end - 1][-1] in _NO_START else _A_CUT
            best[start] = min(best[start], (_A_LINE + (em - width) ** 2 + cut + best[end][0], end))
    lines, start = [], 0
    while start < len(clusters):
        lines.append("".join(clusters[start : best[start][1]]).strip())
        start = best[start][1]
    return [line for line in lines if line]


def _shortened(line: str, em: float) -> str:
    while line and width_of(line + _MORE) > em:
        line = line[:-1]
    return line.rstrip("，。、；：") + _MORE
