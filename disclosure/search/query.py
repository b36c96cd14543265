"""What a reader typed, as terms. Pure: synonyms are passed in.

Terms stand apart by blanks and must all be found; a term is a phrase of its tokens, “…” or "…" keeps blanks
inside one term and turns synonyms off for it. A term is found by any one of its `phrases`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from disclosure.search.tokens import fold, line, number_key

MAX_CHARACTERS = 100
MAX_PHRASES = 8  # of one term, however many synonyms it holds
MAX_LINE = 8 * MAX_CHARACTERS  # of a phrase that synonyms made: they may grow one another

_TERM = re.compile(r'["“”]([^"“”]*)["“”]|([^\s"“”]+)')
_DOCUMENT_NUMBER = re.compile(r"([^\W\d_a-z]+)[\W_]*(\d{4})[\W_]*第?\s*(\d+)\s*号")


@dataclass(frozen=True, slots=True)
class Term:
    """`text` is what was typed; `phrases` are token lines, the typed one first.

    `words` are the lines of the common words whose official terms made the other phrases.
    """

    text: str
    phrases: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """`line` is the whole query as tokens, `key` its form as a document or index number."""

    terms: tuple[Term, ...]
    line: str
    key: str


def parse(text: str, synonyms: Mapping[str, str] | None = None) -> Query:
    """`synonyms` ties the line of a common word to the line of the official term."""
    text = text[:MAX_CHARACTERS]
    if number := _DOCUMENT_NUMBER.fullmatch(fold(text).strip()):
        issuer, year, sequence = number.groups()
        typed = {
            line(f"{issuer}〔{year}〕{sequence}号"): Term(text.strip(), (line(f"{issuer}〔{year}〕{sequence}号"),))
        }
    else:
        typed = {}
        for match in _TERM.finditer(text):
            quoted, plain = match.groups()
            phrase = line(quoted if plain is None else plain)
            if phrase and phrase not in typed:
                known = {} if plain is None else synonyms or {}
                typed[phrase] = Term(quoted if plain is None else plain, *_with_synonyms(phrase, known))
    return Query(tuple(typed.values()), line(text), number_key(text))


def _with_synonyms(phrase: str, synonyms: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The phrase with every combination of its official terms, MAX_PHRASES in all, and the words they stand for."""
    phrases, words = [phrase], []
    for word, term in synonyms.items():
        if word in phrase and term not in phrase:
            official = [other for known in phrases if len(other := known.replace(word, term)) <= MAX_LINE]
            more = list(dict.fromkeys([*phrases, *official]))[:MAX_PHRASES]
            if more != phrases:
                phrases = more
                words.append(word)
    return tuple(phrases), tuple(words)
