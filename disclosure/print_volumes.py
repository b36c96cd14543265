"""What the parts of the print queue are made of: volumes of a table, and the sheets of notice boards by half-year."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.core.exceptions import ValidationError

from disclosure import boards, print_tables
from disclosure.enums import PrintFormat, PrintKind, SheetState
from disclosure.models import BoardSheet, NoticeBoard, PrintPart
from disclosure.services.print_jobs import Volume, Wish
from govportal.models import Agency

MOST_SHEETS = 60  # in one PDF; a county with more takes one of each board
HALVES_OFFERED = 6


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    year: int
    half: int

    @property
    def first_day(self) -> date:
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def previous(self) -> "HalfYear":
        return HalfYear(self.year, 1) if self.half == 2 else HalfYear(self.year - 1, 2)

    @property
    def key(self) -> str:
        return f"{self.year}-{self.half}"

    def __str__(self) -> str:
        return f"{self.year}年{'上' if self.half == 1 else '下'}半年"


def half_years(today: date) -> list[HalfYear]:
    """The present one and those before it."""
    found = [HalfYear(today.year, 1 if today.month <= 6 else 2)]
    while len(found) < HALVES_OFFERED:
        found.append(found[-1].previous)
    return found


def sheets_of(agency: Agency, half: HalfYear) -> list[BoardSheet]:
    """Of every board of the agency and those below it, what hung in the half-year; of a board where nothing was posted,
    its latest sheet."""
    below = Agency.objects.filter(path__startswith=f"{agency.path}{agency.pk}/")
    rows = BoardSheet.objects.standing().filter(period_start__lte=half.last_day, period_end__gte=half.first_day)
    rows = rows.filter(board__agency__in=[agency.pk, *below.values_list("pk", flat=True)]).select_related(
        "board__agency"
    )
    ordered = rows.select_related("board__agency").order_by(
        "board__agency__position", "board__agency__name", "board__position", "board__code", "period_start", "pk"
    )
    chosen: list[BoardSheet] = []
    for _board, group in groupby(ordered, key=attrgetter("board_id")):
        issued = list(group)
        posted = [sheet for sheet in issued if sheet.state != SheetState.ISSUED]
        chosen += posted or issued[-1:]
    return chosen


def bundle(agency: Agency, half: HalfYear, form: PrintFormat) -> Wish:
    """汇编: all the sheets in one PDF, or one PDF of each board. Raises ValidationError with reasons."""
    sheets = sheets_of(agency, half)
    if not sheets:
        raise ValidationError({"half": f"{half}没有制作公开栏。"})
    if form == PrintFormat.PDF and len(sheets) > MOST_SHEETS:
        raise ValidationError({"format": f"共 {len(sheets)} 张，一个 PDF 最多 {MOST_SHEETS} 张，请选 ZIP。"})
    title = f"{agency.name}{half}公开栏汇编"
    if form == PrintFormat.PDF:
        volumes: tuple[Volume, ...] = (Volume(title, {"sheets": [sheet.pk for sheet in sheets]}),)
    else:
        volumes = tuple(
            Volume(f"{number:02d}-{board.code}-{board.agency.display_name}", {"sheets": [sheet.pk for sheet in group]})
            for number, (board, group) in enumerate(_by_board(sheets), 1)
        )
    return Wish(PrintKind.BUNDLE, form, title, volumes, {"agency": agency.pk, "half": half.key})


def _by_board(sheets: Sequence[BoardSheet]) -> list[tuple[NoticeBoard, list[BoardSheet]]]:
    return [(board, list(group)) for board, group in groupby(sheets, key=attrgetter("board"))]


def make(part: PrintPart) -> bytes:
    """The PDF of one part, by the kind of its job; the maker of print_jobs.make."""
    try:
        return _made(part)
    finally:
        gc.collect()  # thousands of boxes that name each other, before the next come


def _made(part: PrintPart) -> bytes:
    if part.job.kind == PrintKind.TABLE:
        return print_tables.volume_pdf(part)
    rows = BoardSheet.objects.select_related("board__agency").in_bulk(part.wanted["sheets"])
    sheets = [rows[pk] for pk in part.wanted["sheets"]]
    return boards.sheet_pdf(sheets[0]) if len(sheets) == 1 else boards.bundle_pdf(sheets, title=part.title)
