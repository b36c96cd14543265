"""文书: HTML and PDF of a letter from its facts. A letter that lacks a fact is not made.

Facts are a flat mapping by the names of `letter_rules`; services gather them. A letter is an official document, so it
is always Chinese, whatever language the reader chose.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from disclosure.document_parts import whole_numbers
from disclosure.publication_log import canonical_json
from govportal import pdf, qr
from requests_app.letter_rules import (
    COMMON_OPTIONAL,
    LETTER_RULES,
    REMEDY_FACTS,
    REMEDY_TEXTS,
    Fact,
    FactKind,
    LetterKind,
    LetterRule,
    Remedy,
)

type Facts = Mapping[str, Any]

STYLE_SHEETS = ("css/print.css", "css/letter.css", "css/letter_sign.css")
TIGHTER = ("css/letter_28.css", "css/letter_27.css")
RECORD = "record.json"
# So many characters of the issuer fit one line at the sizes of letter.css; the last wraps.
ISSUER_SIZES = ((11, ""), (16, "issuer-long"), (48, "issuer-longer"))

_TYPES: Mapping[FactKind, tuple[type, ...]] = {
    FactKind.TEXT: (str,),
    FactKind.PARAGRAPHS: (str,),
    FactKind.LINES: (list, tuple),
    FactKind.DATE: (date,),
    FactKind.NUMBER: (int,),
    FactKind.MONEY: (Decimal,),
    FactKind.FLAG: (bool,),
}


_PARAGRAPH = re.compile(r"<(?:p|h1|li)\b[^>]*>(.*?)</(?:p|h1|li)>", re.DOTALL)
# A point that brings its own number: "一、", "（二）", "3．", "4." but no "4.5".
_OWN_NUMBER = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[、．）)]|[（(]?[0-9]{1,2}([、．）)]|\.(?![0-9]))|[①-⑳]")
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


# What a form or a JSON column holds as text.
_READERS: Mapping[FactKind, Callable[[str], Any]] = {
    FactKind.DATE: date.fromisoformat,
    FactKind.MONEY: Decimal,
    FactKind.NUMBER: int,
    FactKind.LINES: str.splitlines,
}


class MissingFacts(ValueError):
    """A letter may not be made without these; `labels` are for the officer."""

    def __init__(self, labels: list[str]) -> None:
        self.labels = labels
        super().__init__(_("文书缺少：%(labels)s。") % {"labels": "、".join(labels)})


# --- facts ---------------------------------------------------------------------------------------------------------


def remedy_of(kind: LetterKind) -> Remedy:
    """The remedy a letter names, with what the office has set for letters against which no suit is taken."""
    remedy = LETTER_RULES[kind].remedy
    return Remedy(settings.REQUEST_UNSUABLE_REMEDY.lower()) if remedy is Remedy.BY_SETTING else remedy


def required_facts(kind: LetterKind) -> tuple[Fact, ...]:
    rule, remedy = LETTER_RULES[kind], remedy_of(kind)
    if remedy is Remedy.NONE:
        return rule.always
    return (*rule.always, *(REMEDY_FACTS[:1] if remedy is Remedy.REVIEW else REMEDY_FACTS))


def known_facts(kind: LetterKind) -> dict[str, Fact]:
    """Every fact this letter may say, by name."""
    rule = LETTER_RULES[kind]
    return {fact.name: fact for fact in (*rule.always, *rule.optional, *COMMON_OPTIONAL, *REMEDY_FACTS)}


def missing_facts(kind: LetterKind, facts: Facts) -> list[str]:
    """The Chinese labels of what is required and absent or empty. Raises TypeError for a fact of another type."""
    given = {name: _tidy(fact, facts.get(name)) for name, fact in known_facts(kind).items()}
    return [fact.label for fact in required_facts(kind) if given[fact.name] in (None, "", [])]


def to_json(kind: LetterKind, facts: Facts) -> Any:
    """The facts of a letter as a mapping of JSON values, for the row that keeps them."""
    kept = {name: facts[name] for name in known_facts(kind) if facts.get(name) is not None}
    return {name: str(value) if isinstance(value, date | Decimal) else value for name, value in kept.items()}


def from_json(kind: LetterKind, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that `to_json` kept, or that a form sent as JSON values. Raises ValueError for what cannot be read."""
    facts: dict[str, Any] = {}
    for name, fact in known_facts(kind).items():
        if (value := kept.get(name)) is not None:
            reader = _READERS.get(fact.kind)
            try:
                facts[name] = reader(value) if reader and isinstance(value, str) else value
                _tidy(fact, facts[name])
            except (ValueError, TypeError, InvalidOperation) as error:
                raise ValueError(_("%(label)s填写有误。") % {"label": fact.label}) from error
    return facts


def _tidy(fact: Fact, value: Any) -> Any:
    """A value as the template takes it: texts without stray space, paragraphs and lines as lists without empty ones."""
    if value is None:
        return None
    # By the exact type, where it is no text: to Python a moment is a date as well, and a truth value a number.
    if not (isinstance(value, str) if str in _TYPES[fact.kind] else type(value) in _TYPES[fact.kind]):
        raise TypeError(f"{fact.name} must be {fact.kind}, not {type(value).__name__}")
    if fact.kind is FactKind.TEXT:
        return _one_line(value)
    if fact.kind in (FactKind.PARAGRAPHS, FactKind.LINES):
        lines = value.splitlines() if isinstance(value, str) else value
        return [tidy for line in lines if (tidy := _one_line(str(line)))]
    return value


def _points(lines: list[str]) -> list[str]:
    """With numbers in the text, so that they can be quoted and read out; one alone needs none, nor what has its own."""
    if len(lines) == 1 or any(map(_OWN_NUMBER.match, lines)):
        return lines
    return [f"{number}．{line}" for number, line in enumerate(lines, start=1)]


def _one_line(text: str) -> str:
    """Without line breaks and runs of spaces; the wide space of Chinese stays."""
    return _SPACE.sub(" ", text).strip()


# --- letters -------------------------------------------------------------------------------------------------------


def render_html(kind: LetterKind, facts: Facts) -> str:
    """The letter as HTML for `govportal.pdf`. Without a number it is marked as a draft. Raises MissingFacts."""
    if missing := missing_facts(kind, facts):
        raise MissingFacts(missing)
    rule = LETTER_RULES[kind]
    known = known_facts(kind)
    context = {name: _tidy(fact, facts.get(name)) for name, fact in known.items()}
    context |= {
        "points": {name: _points(context[name] or []) for name, fact in known.items() if fact.kind is FactKind.LINES},
        "letter": rule,
        "you": "贵单位" if context["is_organisation"] else "您",
        "issuer_size": next((size for most, size in ISSUER_SIZES if len(context["issuer"]) <= most), "issuer-longest"),
        "remedies": _remedies(rule, context),
    }
    with translation.override("zh-hans"):
        return render_to_string(rule.template, context)


def render_text(kind: LetterKind, facts: Facts) -> str:
    """The letter as plain text, for mail to whoever has no page here. Raises MissingFacts."""
    parts = _PARAGRAPH.findall(render_html(kind, facts))
    return "\n".join(unescape(strip_tags(part)).strip() for part in parts)


def record_of(kind: LetterKind, facts: Facts) -> dict[str, Any]:
    """The letter for machines: what stands on the paper and nothing beside it, for whoever gets the file may read it.

    The row keeps more: the court of a remedy that this letter does not name, or whom the officer took for a company.
    """
    rule = LETTER_RULES[kind]
    common = (fact for fact in COMMON_OPTIONAL if fact.kind is not FactKind.FLAG)
    said = (*required_facts(kind), *rule.optional, *common)
    kept = to_json(kind, {fact.name: facts[fact.name] for fact in said if facts.get(fact.name) not in (None, "")})
    return {"kind": kind.value, "title": rule.title, "basis": rule.basis, "facts": kept}


def render_pdf(kind: LetterKind, facts: Facts) -> bytes:
    """The letter as PDF/A-3a, tagged, with its record inside; a draft has none, for it is no letter yet. The same facts
    give the same bytes. Raises MissingFacts."""
    html = whole_numbers(render_html(kind, facts))
    rule = LETTER_RULES[kind]
    # The day of the letter is the only time in it.
    created_at = datetime.combine(facts["issued_on"], time(), UTC)
    # The number alone: whoever finds the paper must not find the query code in it.
    resources = {"number.svg": qr.svg(facts["request_number"])} if kind is LetterKind.REGISTRATION_RECEIPT else {}
    title = f"{rule.title} {facts.get('number') or ''}".strip()
    data = pdf.Embedded(RECORD, canonical_json(record_of(kind, facts)), description=title, relationship="Data")
    return pdf.render(
        html,
        stylesheets=STYLE_SHEETS,
        tighter=TIGHTER,
        title=title,
        created_at=created_at,
        resources=resources,
        attachments=[data] if facts.get("number") else [],
    )


def _remedies(rule: LetterRule, context: Mapping[str, Any]) -> list[str]:
    names = {fact.name: context[fact.name] for fact in REMEDY_FACTS}
    return [text.format(**names) for text in REMEDY_TEXTS[remedy_of(rule.kind)]]
