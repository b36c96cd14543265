"""Personal data in plain text: identity numbers, mobile numbers, bank cards, and what is known of a person. Pure; for
a warning, not a proof.

What is found is named masked (前三后四), so that the warning itself tells nobody. Numbers that are public by
nature are left alone: credit codes of organisations, document numbers, dates, amounts, telephones of offices.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PersonalKind(StrEnum):
    IDENTITY = "identity"  # 居民身份证号码, GB 11643: 18 characters, or 15 of the old kind
    MOBILE = "mobile"
    BANK_CARD = "bank_card"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: PersonalKind
    masked: str


# Digits that stand by themselves: no letter or digit beside them, and no point or dash that leads to one.
_ALONE = r"(?<![0-9A-Za-z])(?<![0-9][.-]){}(?![0-9A-Za-z])(?![.-][0-9])"
_IDENTITY = re.compile(_ALONE.format(r"(\d{17}[\dXx]|\d{15})"))
_MOBILE = re.compile(_ALONE.format(r"(?:(?:\+|00)?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})") + r"(?!\s*[万亿]?元)")
_CARD = re.compile(_ALONE.format(r"(\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?)"))
# The first two digits, 省级行政区划 (GB/T 2260).
_PROVINCES = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
# Leading digits of cards: UnionPay, Visa, Mastercard, JCB and Amex, and old numbers of Chinese banks.
_ISSUERS = re.compile(r"6[02589]|4|5[1-5]|3[457]|955[89]|9[08]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Nobody reads these: blanks, what is not seen, dashes of any width. And the points in 买买提·吐尔逊.
_UNREAD = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"})
_POINTS = frozenset("·•・‧−")
_WIDE = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_SHORTEST_NAME, _SHORTEST_TELLING = 2, 6  # characters by which a text names somebody


def find(text: str) -> list[Finding]:
    """Every number that looks like personal data, each once, in reading order."""
    text = unicodedata.normalize("NFKC", text)
    found: dict[str, tuple[int, PersonalKind]] = {}
    for position, kind, number in [*_identities(text), *_mobiles(text), *_cards(text)]:
        found.setdefault(number, (position, kind))
    ordered = sorted(found.items(), key=lambda entry: entry[1][0])
    return [Finding(kind, mask(number)) for number, (_position, kind) in ordered]


def mask(number: str) -> str:
    """The first three and the last four characters, the rest as stars."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def masked(text: str) -> str:
    """The text with every number that `find` would name masked where it stands; all else as it is."""
    folded = text.translate(_WIDE)  # sign for sign: a place in it is a place in the text
    spans = [match.span(1) for match in _IDENTITY.finditer(folded) if is_identity_number(match[1])]
    spans += [match.span(1) for match in _CARD.finditer(folded) if is_card_number(_digits(match[1]))]
    spans += [match.span(1) for match in _MOBILE.finditer(folded)]
    last = len(text)
    for start, end in sorted(spans, reverse=True):
        if end <= last:
            text, last = text[:start] + mask(_written(folded[start:end])) + text[end:], start
    return text


def names(text: str, people: Iterable[str], reached: Iterable[str] = ()) -> bool:
    """Whether a text names somebody: one of `people`, or where one is reached (`reached`: telephone, address, number).

    However it is written: width, case, blanks, dashes and the separators of a telephone make no difference.
    """
    telling = {folded for value in people if len(folded := _folded(value)) >= _SHORTEST_NAME}
    for value in map(_folded, reached):
        telling |= {value} if len(value) >= _SHORTEST_TELLING else set()
        telling |= _telephones(value)
    folded = _folded(text)
    joined = _joined(folded)
    return any(value in folded or value in joined for value in telling)


def _folded(text: str) -> str:
    signs = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in signs if unicodedata.category(sign) not in _UNREAD and sign not in _POINTS)


def _joined(folded: str) -> str:
    """Its figures without what parts them."""
    return re.sub(r"(?<=\d)\W+(?=\d)", "", folded)


def _telephones(folded: str) -> set[str]:
    """The numbers in what was left as a telephone; none in a mail address or a number with letters."""
    if re.search("[a-z@]", folded):
        return set()
    runs = re.findall(r"\d+", _joined(folded))
    return {re.sub(r"^(?:00)?86(?=1\d{10}$)", "", run) for run in runs if len(run) >= _SHORTEST_TELLING}


def is_identity_number(number: str) -> bool:
    """18 characters by their check character and birthday, or 15 by province and birthday."""
    if number[:2] not in _PROVINCES:
        return False
    if len(number) == 15:
        return number.isdecimal() and _is_birthday(f"19{number[6:12]}")
    if len(number) != 18 or not number[:17].isdecimal() or not _is_birthday(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == number[17].upper()


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= born.year < 2100


def is_card_number(number: str) -> bool:
    """16 to 19 digits of a known issuer that pass the check of Luhn (ISO/IEC 7812)."""
    if not (16 <= len(number) <= 19 and number.isdecimal() and _ISSUERS.match(number)):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _identities(text: str) -> Iterator[tuple[int, PersonalKind, str]]:
    for match in _IDENTITY.finditer(text):
        if is_identity_number(match[1]):
            yield match.start(), PersonalKind.IDENTITY, match[1].upper()


def _mobiles(text: str) -> Iterator[tuple[int, PersonalKind, str]]:
    for match in _MOBILE.finditer(text):
        yield match.start(), PersonalKind.MOBILE, _digits(match[1])


def _cards(text: str) -> Iterator[tuple[int, PersonalKind, str]]:
    for match in _CARD.finditer(text):
        number = _digits(match[1])
        if is_card_number(number) and not is_identity_number(number):
            yield match.start(), PersonalKind.BANK_CARD, number


def _written(number: str) -> str:
    """Without what parts its figures."""
    return re.sub(r"[^\dXx]", "", number)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
