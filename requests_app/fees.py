"""信息处理费 by 《政府信息公开信息处理费管理办法》(国办函〔2020〕109号): by item or by volume, never both. Pure.

The charge curbs excess and recovers no cost. Both tariffs are progressive: each piece pays the rate of the band it
lies in. By item counts what the same applicant asked of the agency in one calendar month; one request may be split
into the smallest reasonable units (一事一申请). By volume counts the pages of one request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

BASIS = "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）"
IN_FORCE_FROM = date(2021, 1, 1)
LARGEST_QUANTITY = 1_000_000  # a guard against slips of the hand; the tariff has no end


@dataclass(frozen=True, slots=True)
class Band:
    """From the piece after the last band up to and with `last`: `rate` yuan for each. None: without end.

    A band with `step` is followed by bands of as many pieces, each dearer by `more` yuan.
    """

    last: int | None
    rate: int
    step: int = 0
    more: int = 0


ITEM_BANDS = (
    Band(10, 0),  # 10件以下（含10件）不收费
    Band(30, 100),  # 11—30件（含30件）每件100元
    Band(None, 200, step=10, more=100),  # 31件以上，每增加10件为一档，每档每件增加100元
)
PAGE_BANDS = (
    Band(30, 0),  # 30页以下（含30页）不收费
    Band(100, 10),  # 31—100页（含100页）每页10元
    Band(200, 20),  # 101—200页（含200页）每页20元
    Band(None, 40),  # 201页以上每页40元
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the working: pieces `first` to `last`, at `rate` yuan each."""

    first: int
    last: int
    rate: int
    unit: str  # as the measure prints it: 件, 页

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def amount(self) -> int:
        return self.count * self.rate

    def __str__(self) -> str:
        """As it is printed in the notice, which is Chinese in every language."""
        span = f"第{self.first}{self.unit}" if self.first == self.last else f"第{self.first}—{self.last}{self.unit}"
        if not self.rate:
            return f"{span}：不收费"
        return f"{span}：{self.count}{self.unit}×{self.rate}元＝{self.amount:,}元"


@dataclass(frozen=True, slots=True)
class Charge:
    """What is owed, in yuan, with its working; the lines add up to the amount."""

    amount: int
    lines: tuple[Line, ...]
    basis: str = BASIS


def by_item(quantity: int, *, earlier: int = 0) -> Charge:
    """What `quantity` requests cost after `earlier` ones of the same applicant in the same month.

    Raises ValueError for numbers below zero or beyond LARGEST_QUANTITY.
    """
    return _charge(ITEM_BANDS, "件", quantity, earlier)


def by_volume(pages: int) -> Charge:
    """What the pages of one request cost. Raises ValueError for a number below zero or beyond LARGEST_QUANTITY."""
    return _charge(PAGE_BANDS, "页", pages, 0)


def _charge(bands: tuple[Band, ...], unit: str, quantity: int, earlier: int) -> Charge:
    if quantity < 0 or earlier < 0:
        raise ValueError("a quantity must not be negative")
    if quantity + earlier > LARGEST_QUANTITY:
        raise ValueError(f"a quantity must not exceed {LARGEST_QUANTITY}")
    first, last = earlier + 1, earlier + quantity
    lines = tuple(
        Line(max(start, first), min(end, last), rate, unit) for start, end, rate in _spans(bands, last) if end >= first
    )
    return Charge(sum(line.amount for line in lines), lines)


def _spans(bands: tuple[Band, ...], last: int) -> Iterator[tuple[int, int, int]]:
    """(first, last, rate) of the bands up to the piece."""
    start = 1
    for band in bands:
        rate = band.rate
        while start <= last:
            end = band.last or (start + band.step - 1 if band.step else last)
            yield start, end, rate
            start, rate = end + 1, rate + band.more
            if band.last:
                break
