"""也许已经公开: what is published already and might be what somebody is about to ask for. Nothing of it is recorded.

People write sentences, and a sentence stands in no title. So the text is cut into overlapping pieces of a few
characters; titles that hold some are found through the index, and pieces that fewer of them hold count for more.
"""

from collections import Counter
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from disclosure import search
from disclosure.models import Item
from disclosure.search.query import Query, Term
from disclosure.search.tokens import BREAK, words

SHOWN = 5
_CANDIDATES = 100
_PIECE = 4  # characters: three are in every title, five miss too many
_MOST_PIECES = 48
_READ = 600  # of a text: what it is about stands at its beginning


def matching(subject: str, description: str = "", document_number: str = "") -> list[Item]:
    """The published items nearest to what is described, best first; at most SHOWN."""
    public = Item.objects.visible_to(AnonymousUser()).select_related("agency")
    found = list(search.search(document_number[:100], public)[:SHOWN]) if document_number.strip() else []
    wanted = list(dict.fromkeys([*_pieces(subject), *_pieces(description[:_READ])]))[:_MOST_PIECES]
    if wanted:
        term = Term("", tuple(f" {piece} " for piece in wanted))
        candidates = search.search(Query((term,), "", ""), public)[:_CANDIDATES]
        found += _nearest(wanted, candidates)
    return list({item.pk: item for item in found}.values())[:SHOWN]


def _nearest(wanted: Iterable[str], candidates: Iterable[Item]) -> list[Item]:
    held = {item: [piece for piece in wanted if piece in _line(item.title)] for item in candidates}
    frequency = Counter(piece for pieces in held.values() for piece in pieces)
    weight = {item: sum(1 / frequency[piece] for piece in pieces) for item, pieces in held.items() if pieces}
    # Of equally near ones the candidates' own order holds: newest first.
    return sorted(weight, key=lambda item: -weight[item])


def _line(title: str) -> str:
    return " ".join(words(title))


def _pieces(text: str) -> list[str]:
    """Runs of _PIECE characters within one clause; a shorter clause is one piece by itself."""
    pieces = []
    for clause in " ".join(_readable(text)).split(BREAK):
        signs = clause.split()
        if 2 <= len(signs) <= _PIECE:
            pieces.append(" ".join(signs))
        pieces += [" ".join(signs[at : at + _PIECE]) for at in range(len(signs) - _PIECE) if len(signs) > _PIECE]
        if len(signs) > _PIECE:
            pieces.append(" ".join(signs[-_PIECE:]))
    return pieces


def _readable(text: str) -> list[str]:
    """The tokens of a text; numbers and Latin words part clauses, for a year alone says nothing."""
    return [BREAK if token.isascii() else token for token in words(text[:_READ])]
