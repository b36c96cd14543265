"""Charts of the scorecards, drawn on the server; what each shows stands in a table beside it. Pure.

Colours come from the style sheet of the page. On paper there is none that reaches into a drawing: `ink` names it there.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

FULL = Decimal(100)
_DARK, _RIM = "#1b2027", Decimal("0.6")
_SPARK = (96, 32, 4)  # width, height, rim
_TREND = (600, 190)
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 520, 40, 140  # of the line inside


def bar(value: Decimal, whole: Decimal = FULL, *, mark: Decimal | None = None, ink: str = "") -> SafeString:
    """How much of the whole; `mark`: a line across it, where the others are on average."""
    return format_html(
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="1"{}/>{}</svg>',
        _share(value, whole), _fill(ink), "" if mark is None else _mark(_share(mark, whole, most=99), ink),
    )  # fmt: skip


def _mark(x: str, ink: str) -> SafeString:
    """On paper with a white rim of its own; on a page the style sheet draws that."""
    line = format_html('<rect class="mark" x="{}" width="0.8" height="1"{}/>', x, _fill(_DARK if ink else ""))
    rim = format_html('<rect x="{}" width="2" height="1" fill="#fff"/>', _short(Decimal(x) - _RIM))
    return rim + line if ink else line


def _share(value: Decimal | None, whole: Decimal, most: int = 100) -> str:
    share = min(max(value or Decimal(0), Decimal(0)) * 100 / whole, Decimal(most)) if whole else Decimal(0)
    return f"{share:.1f}".removesuffix(".0")


def _fill(ink: str) -> SafeString:
    return format_html(' fill="{}"', ink) if ink else SafeString("")


def spark(totals: Sequence[Decimal], label: str) -> SafeString:
    """The last totals, the newest at the right; nothing for a single one. `label` says the same numbers."""
    if len(totals) < 2:
        return SafeString("")
    width, height, rim = _SPARK
    least, span = _scale(totals)
    step = Decimal(width - 2 * rim) / (len(totals) - 1)
    spots = [
        (round(rim + step * place), _short(height - rim - (total - least) * (height - 2 * rim - 2) / span))
        for place, total in enumerate(totals)
    ]
    path = " ".join(f"{x} {y}" for x, y in spots)
    x, y = spots[-1]
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path d="M{}"/><circle cx="{}" cy="{}" r="3"/></svg>',
        width, height, label, path, x, y,
    )  # fmt: skip


def _scale(totals: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The least of them and how far they lie apart; at least ten points, so that a tenth of a point is no leap."""
    least, most = min(totals), max(totals)
    span = max(most - least, Decimal(10))
    return least - (span - (most - least)) / 2, span


def _short(value: Decimal) -> str:
    return f"{value:.1f}".removesuffix(".0")


def trend(points: Sequence[tuple[str, Decimal]], title: str) -> SafeString:
    """(period, total) from the oldest to the newest as a line with its numbers; nothing for a single one."""
    if len(points) < 2:
        return SafeString("")
    totals = [total for _label, total in points]
    least, span = _scale(totals)
    step = Decimal(_RIGHT - _LEFT) / (len(points) - 1)
    spots = [
        (round(_LEFT + step * place), _short(_BOTTOM - (total - least) * (_BOTTOM - _TOP) / span), label, total)
        for place, (label, total) in enumerate(points)
    ]
    words = format_html_join(
        "",
        '<circle cx="{0}" cy="{1}" r="4"/><text x="{0}" y="{2}">{3}</text>'
        '<text class="when" x="{0}" y="175">{4}</text>',
        (
            (x, y, _short(Decimal(y) + _beside(totals, place)), f"{total:.2f}", label)
            for place, (x, y, label, total) in enumerate(spots)
        ),
    )
    path = " ".join(f"{x} {y}" for x, y, _label, _total in spots)
    return format_html(
        '<svg class="trend-line" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="M{}"/>{}</svg>',
        *_TREND, title, path, words,
    )  # fmt: skip


def _beside(totals: Sequence[Decimal], place: int) -> int:
    """Where the number stands: below a valley of the line, else above."""
    around = [*totals[max(place - 1, 0) : place], *totals[place + 1 : place + 2]]
    return 24 if around and all(other > totals[place] for other in around) else -12
