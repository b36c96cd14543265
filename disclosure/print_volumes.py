"""What the parts of the print queue are made of: volumes of a table, and the sheets of notice boards by half-year."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched, groupby
from operator import attrgetter

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from disclosure import boards, print_tables
from disclosure.enums import PrintFormat, PrintKind, SheetState
from disclosure.models import BoardSheet, PrintPart
from disclosure.services.print_jobs import Volume, Wish
from govportal import memory
from govportal.models import Agency

MOST_SHEETS = 40  # in one PDF: 11 s and 510 MB; a county with more takes a ZIP
SHEETS_A_FILE = 12  # of one board in a ZIP
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
        return (_("%s年上半年") if self.half == 1 else _("%s年下半年")) % self.year


def half_years(today: date) -> list[HalfYear]:
    """The present one and those before it."""
    found = [HalfYear(today.year, 1 if today.month <= 6 else 2)]
    while len(found) < HALVES_OFFERED:
        found.append(found[-1].previous)
    return found


def sheets_of(agency: Agency, half: HalfYear) -> list[BoardSheet]:
    """Of every board of the agency and those below it, what hung in the half-year; of a board where nothing was posted,
    the latest sheet that was to hang then."""
    below = Agency.objects.filter(path__startswith=f"{agency.path}{agency.pk}/")
    hung = Q(state__in=[SheetState.POSTED, SheetState.REMOVED], posted_on__lte=half.last_day)
    hung &= Q(removed_on=None) | Q(removed_on__gte=half.first_day)
    planned = Q(state=SheetState.ISSUED, post_from__lte=half.last_day, post_until__gte=half.first_day)
    rows = BoardSheet.objects.filter(hung | planned, board__agency__in=[agency.pk, *below.values_list("pk", flat=True)])
    ordered = rows.select_related("board__agency").order_by(
        "board__agency__position", "board__agency__name", "board__position", "board__code", "board", "post_from", "pk"
    )
    chosen: list[BoardSheet] = []
    for _board, group in groupby(ordered, key=attrgetter("board_id")):
        issued = list(group)
        posted = [sheet for sheet in issued if sheet.state != SheetState.ISSUED]
        chosen += posted or issued[-1:]
    return chosen


def bundle(agency: Agency, half: HalfYear, form: PrintFormat) -> Wish:
    """汇编: all the sheets in one PDF, or those of each board in files of their own. Raises ValidationError with
    reasons."""
    sheets = sheets_of(agency, half)
    if not sheets:
        raise ValidationError({"half": _("%s没有张贴公开栏，也没有要张贴的。") % half})
    if form == PrintFormat.PDF and len(sheets) > MOST_SHEETS:
        counts = {"count": len(sheets), "most": MOST_SHEETS}
        raise ValidationError({"format": _("共 %(count)s 张，一个 PDF 最多 %(most)s 张，请选 ZIP。") % counts})
    with override(settings.LANGUAGE_CODE):
        title = _("%(agency)s%(half)s公开栏汇编") % {"agency": agency.name, "half": half}
        volumes = [Volume(title, _wanted(sheets))] if form == PrintFormat.PDF else _volumes(sheets)
    return Wish(PrintKind.BUNDLE, form, title, tuple(volumes), {"agency": agency.pk, "half": half.key})


def _volumes(sheets: Sequence[BoardSheet]) -> list[Volume]:
    """Those of each board by themselves, SHEETS_A_FILE at most."""
    volumes = []
    for number, (board, group) in enumerate(groupby(sheets, key=attrgetter("board")), 1):
        files = list(batched(group, SHEETS_A_FILE))
        for volume, some in enumerate(files, 1):
            title = f"{number:02d}-{board.code}-{board.agency.display_name}"
            volumes.append(Volume(title + (_("-第%s册") % volume if len(files) > 1 else ""), _wanted(some)))
    return volumes


def _wanted(sheets: Sequence[BoardSheet]) -> dict[str, list[int]]:
    return {"sheets": [sheet.pk for sheet in sheets]}


def make(part: PrintPart) -> bytes:
    """The PDF of one part, by the kind of its job; the maker of print_jobs.make."""
    memory.return_large_blocks()
    gc.freeze()  # what was there before need not be looked through
    try:
        return _made(part)
    finally:
        gc.collect()  # thousands of boxes that name each other, before the next come
        gc.unfreeze()


def _made(part: PrintPart) -> bytes:
    if part.job.kind == PrintKind.TABLE:
        return print_tables.volume_pdf(part)
    rows = BoardSheet.objects.select_related("board__agency").in_bulk(part.wanted["sheets"])
    sheets = [rows[pk] for pk in part.wanted["sheets"]]
    return boards.sheet_pdf(sheets[0]) if len(sheets) == 1 else boards.bundle_pdf(sheets, title=part.title)
