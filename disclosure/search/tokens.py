"""How text becomes tokens. Pure; the one definition behind both indexes, the query language and snippets.

Text is folded by NFKC (full and half width become one) and by case. Then
- every Chinese character (extensions A to H included) and every other letter beyond ASCII is a token;
- an ASCII word is a token and so is a number; they part where letters meet digits: `A12` is `a`, `12`;
- a number is whole: `5` is not in `15`, `2005` or `4.5`; `5,000` is `5000`; `3.5%` is `3.5`, `%`;
- a symbol (`%`, `+`, `°`) is a token;
- punctuation and line ends, one or many, are one BREAK: a phrase never runs across a comma unless it has one,
  and `〔2019〕`, `[2019]` and `（2019）` are the same;
- blanks are nothing: `通 知` is `通知`.
"""

import re
import unicodedata

BREAK = "¶"

_THOUSANDS = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])"
_SYMBOLS = r"%‰$+<=>^`|~°±×÷€£¥"
_LINE_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_BLANKS = rf"[^\S{_LINE_ENDS}]"
# Marks without width or meaning of their own: they neither part nor join.
_MARKS = r"[\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
_SILENT = re.compile(rf"(?:{_BLANKS}|{_MARKS})+")
_TOKEN = re.compile(
    rf"{_THOUSANDS}(?:\.[0-9]+)*|[0-9]+(?:\.[0-9]+)*|[a-z]+|[^\W_]|[{_SYMBOLS}]|[^\w\s{_SYMBOLS}]|[_{_LINE_ENDS}]"
)
# Runs in which folding answers one character for one: offsets survive.
_EVEN_RUN = re.compile(
    r"[\x00-\x7f\u2014\u2018-\u201d\u3000-\u3029\u3030\u4e00-\u9fff\uff01-\uff5e]+|.[\u0300-\u036f]*", re.DOTALL
)


def fold(text: str) -> str:
    """One form for every width and case. Folding twice changes nothing more."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def words(text: str) -> list[str]:
    """The tokens of a text in order; runs of breaks are one, and none stands at either end."""
    found: list[str] = []
    for value in _TOKEN.findall(_SILENT.sub(" ", fold(text))):
        first = value[0]
        if first.isalnum() or first in _SYMBOLS:
            found.append(value.replace(",", "") if "," in value else value)
        elif found and found[-1] != BREAK:
            found.append(BREAK)
    if found and found[-1] == BREAK:
        found.pop()
    return found


def line(text: str) -> str:
    """The tokens as one line with a blank around each: what is stored, indexed, and matched as a substring."""
    found = words(text)
    return f" {' '.join(found)} " if found else ""


def number_key(text: str) -> str:
    """One form for a document or index number, whatever its brackets, strokes and blanks.

    国发〔2019〕5号, 国发[2019] 5号 and 国发 2019 第5号 are all `国发2019-5号`. Empty for a text without tokens.
    """
    key = ""
    for value in words(text):
        if value not in {BREAK, "第"}:
            key += f"-{value}" if key and key[-1].isascii() and value.isascii() else value
    return key


def fold_with_origin(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each place in it (its end included) the offset in the text as given."""
    pieces: list[str] = []
    origin: list[int] = []
    for match in _EVEN_RUN.finditer(text):
        piece = fold(match.group())
        pieces.append(piece)
        if len(piece) == match.end() - match.start():
            origin.extend(range(match.start(), match.end()))
        else:
            origin.extend([match.start()] * len(piece))
    return "".join(pieces), [*origin, len(text)]


def phrase_pattern(phrase: str) -> str:
    """A regular expression that finds the tokens of a line in folded text."""
    return f"(?:{_SILENT.pattern})?".join(_token_pattern(token) for token in phrase.split())


def _token_pattern(token: str) -> str:
    if token == BREAK:
        return r"[\W_]+"
    if token[0].isascii() and token[0].isdigit():
        whole, dot, decimals = token.partition(".")
        grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",?", whole)
        return (
            rf"(?<![0-9])(?<![0-9]\.){grouped}{re.escape(dot + decimals)}(?![0-9])(?!\.[0-9])(?!,[0-9]{{3}}(?![0-9]))"
        )
    if token.isascii() and token.isalpha():
        return f"(?<![a-z]){token}(?![a-z])"
    return re.escape(token)
