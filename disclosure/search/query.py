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

_TERM = re.compile(r'["“”]([^"“”]*)["“”]|([^\s"“”]+)')
_DOCUMENT_NUMBER = re.compile(r"([^\W\d_a-z]+)[\W_]*(\d{4})[\W_]*第?\s*(\d+)\s*号")


@dataclass(frozen=True, slots=True)
class Term:
    """`text` is what was typed; `phrases` are token lines, the typed one first."""

    text: str
    phrases: tuple[str, ...]


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
            phrases = (phrase,) if plain is None else _with_synonyms(phrase, synonyms or {})
            if phrase:
                typed.setdefault(phrase, Term(quoted if plain is None else plain, phrases))
    return Query(tuple(typed.values()), line(text), number_key(text))


def _with_synonyms(phrase: str, synonyms: Mapping[str, str]) -> tuple[str, ...]:
    phrases = [phrase]
    for word, term in synonyms.items():
        if word in phrase and term not in phrase:
            phrases += [known.replace(word, term) for known in phrases]
    return tuple(dict.fromkeys(phrases[:MAX_PHRASES]))
