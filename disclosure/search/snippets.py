"""What a page of hits shows: the title and a piece of the text, every matched phrase marked as it was written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from disclosure.models import Edition, Item
from disclosure.search.index import text_parts
from disclosure.search.query import Query
from disclosure.search.rows import understood
from disclosure.search.tokens import fold_with_origin, phrase_pattern

BEFORE, AFTER = 24, 60  # characters around a match
PIECES = 2
ELLIPSIS = "…"

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """Escaped text with <mark>; `body` is the beginning of the text where nothing in it matched."""

    title: SafeString
    body: SafeString


def snippets(query: str | Query, items: Sequence[Item]) -> dict[int, Snippet]:
    """By item id. Two queries, however many items; meant for one page of them."""
    terms = [[phrase_pattern(phrase) for phrase in term.phrases] for term in understood(query).terms]
    patterns = [re.compile("|".join(alternatives)) for alternatives in terms]
    editions = Edition.objects.in_bulk([item.current_edition_id for item in items if item.current_edition_id])
    found = {}
    for item in items:
        if edition := editions.get(item.current_edition_id or 0):
            edition.item = item
        text = " ".join("\n".join(text_parts(edition)).split()) if edition else ""
        found[item.pk] = Snippet(_marked(item.title, patterns), _cut(text, patterns))
    return found


def _marked(text: str, patterns: list[re.Pattern[str]]) -> SafeString:
    return _mark(text, 0, len(text), _spans(text, patterns))


def _spans(text: str, patterns: list[re.Pattern[str]]) -> list[Span]:
    """Where the patterns match, in offsets of the text as written, overlapping ones joined."""
    folded, origin = fold_with_origin(text)
    spans = sorted((origin[m.start()], origin[m.end()]) for p in patterns for m in p.finditer(folded))
    return _joined(spans)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, patterns: list[re.Pattern[str]]) -> SafeString:
    """Up to PIECES pieces, each around the first match of a term not yet shown."""
    folded, origin = fold_with_origin(text)
    firsts = sorted((origin[m.start()], origin[m.end()]) for p in patterns if (m := p.search(folded)))
    pieces: list[Span] = []
    for start, end in firsts:
        if not any(left <= start and end <= right for left, right in pieces):
            pieces.append((max(0, start - BEFORE), min(len(text), end + AFTER)))
    pieces = _joined(pieces[:PIECES]) or [(0, min(len(text), BEFORE + AFTER))]
    shown = []
    for left, right in pieces:
        spans = _spans(text[left:right], patterns)
        shown.append(_mark(text, left, right, [(left + start, left + end) for start, end in spans]))
    before = ELLIPSIS if pieces[0][0] > 0 else ""
    after = ELLIPSIS if pieces[-1][1] < len(text) else ""
    return mark_safe(f"{before}{ELLIPSIS.join(shown)}{after}")  # noqa: S308  (the pieces are escaped)


def _mark(text: str, left: int, right: int, spans: list[Span]) -> SafeString:
    parts, position = [], left
    for start, end in spans:
        parts += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = end
    return mark_safe("".join([*parts, escape(text[position:right])]))  # noqa: S308  (every part is escaped)
