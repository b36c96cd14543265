"""The scores of a survey as bars, drawn on the server; the table beside it says the same. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_WIDTH, _ROW, _TOP = 340, 44, 24
_BAR, _BASE = 12, 16  # height of a bar, and of the line of words above it
_LONGEST = 15  # signs of a name beside score and grade


def bars(rows: Sequence[tuple[str, Decimal, str]], title: str, thresholds: Sequence[int]) -> SafeString:
    """(name, score of 100, grade) from above to below, with a line where each grade begins."""
    height = _TOP + _ROW * len(rows)
    lines = format_html_join(
        "",
        '<path d="M{} {}V{}"/><text class="scale" x="{}" y="12">{}</text>',
        ((_x(Decimal(one)), _TOP - 8, height, _x(Decimal(one)), one) for one in thresholds),
    )
    drawn = format_html_join(
        "",
        '<text x="0" y="{0}">{2}</text><text class="end" x="{3}" y="{0}">{4} {5}</text>'
        '<rect x="0" y="{1}" width="{6}" height="{7}"/>',
        (_bar(place, *row) for place, row in enumerate(rows)),
    )
    return format_html(
        '<svg class="chart" role="img" viewBox="0 0 {} {}"><title>{}</title>{}{}</svg>',
        _WIDTH, height, title, lines, drawn,
    )  # fmt: skip


def _bar(place: int, name: str, score: Decimal, grade: str) -> tuple[object, ...]:
    top = _TOP + _ROW * place
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return (top + _BASE - 2, top + _BASE + 4, shown, _WIDTH, f"{score:.2f}", grade, _x(score), _BAR)


def _x(score: Decimal) -> str:
    return f"{score * _WIDTH / 100:.1f}"
