"""公开栏 for everybody: the boards, what hangs on each, and every sheet under its number."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from disclosure import board_record, boards
from disclosure.board_wall import Wall, board_panels, newer, open_boards, walls
from disclosure.enums import SheetState
from disclosure.models import BoardSheet, NoticeBoard
from disclosure.publication_log import canonical_json
from disclosure.views.board_parts import parts, printed, witness
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.contributions import panels_for
from govportal.site import absolute_url
from govportal.spreadsheets import csv_response

BOARDS_PER_PAGE = 60
CSV_COLUMNS = (
    "编号代号", "单位代码", "设置单位", "名称", "设置地点", "版面宽（毫米）", "版面高（毫米）", "版式", "监督电话",
    "最新一张", "公开期起", "公开期止", "状态", "张贴日期", "张贴截止", "需要重印", "网址",
)  # fmt: skip


@require_safe
def board_list(request: HttpRequest) -> HttpResponse:
    """Boards in use by agency, each with what hangs on it."""
    page, problems = read_page(request, BoundedPaginator(NoticeBoard.objects.listed(), per_page=BOARDS_PER_PAGE))
    shown = NoticeBoard.objects.listed().filter(pk__in=[board.pk for board in page.object_list])
    context = {"walls": walls(shown), "page": page, "problems": problems}
    return render(request, "disclosure/board_list.html", context)


@require_safe
def board_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One board: what its paper says, what has changed since, the photo as proof, and the sheets before."""
    return _shown(request, _wall(pk, with_news=True))


def _shown(request: HttpRequest, wall: Wall, *, status: int = 200) -> HttpResponse:
    sheet = wall.shown
    if sheet:
        sheet.board = wall.board
    rows = printed(sheet) if sheet else []
    others = BoardSheet.objects.filter(board=wall.board).exclude(pk=sheet.pk if sheet else 0)
    page, problems = read_page(request, BoundedPaginator(others))
    context = {
        "wall": wall,
        "board": wall.board,
        "sheet": sheet,
        "parts": parts(sheet, rows, newer(sheet) if wall.news else {}) if sheet else [],
        "sections": [] if sheet else list(wall.board.sections.all()),
        "page": page,
        "problems": problems,
        "panels": panels_for(board_panels, request, board=wall.board),
        "is_closed": not wall.board.is_active,
        "is_missing": status == 404,
    }
    return render(request, "disclosure/board_page.html", context, status=status)


@require_safe
def sheet_page(request: HttpRequest, pk: int, serial: str) -> HttpResponse:
    """One sheet under its number: what it says, under which digests, and whether it says the same as today."""
    sheet = _sheet(pk, serial)
    if sheet.state == SheetState.CANCELLED:
        return _cancelled(request, sheet)
    rows = printed(sheet)
    shown = parts(sheet, rows, {})
    context = {
        "sheet": sheet,
        "board": sheet.board,
        "parts": shown,
        "lines": [line for part in shown for line in part.lines],
        "is_replaced": sheet.state == SheetState.REMOVED and sheet.board.sheets.hanging().exists(),
        "is_outdated": any(part.needs_reprint for part in shown),
        "witness": witness(sheet),
        "is_digest_right": board_record.digest_of(sheet, rows) == sheet.digest,
    }
    return render(request, "disclosure/board_sheet.html", context)


def _cancelled(request: HttpRequest, sheet: BoardSheet, *, status: int = 200) -> HttpResponse:
    context = {"sheet": sheet, "board": sheet.board}
    return render(request, "disclosure/board_cancelled.html", context, status=status)


@require_safe
def board_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The newest sheet of a board that was not cancelled, as it is printed; the page of a board without any."""
    wall = _wall(pk)
    if wall.latest is None:
        return _shown(request, wall, status=404)
    wall.latest.board = wall.board
    return _pdf(request, wall.latest)


@require_safe
def sheet_pdf(request: HttpRequest, pk: int, serial: str) -> HttpResponseBase:
    sheet = _sheet(pk, serial)
    return _cancelled(request, sheet, status=410) if sheet.state == SheetState.CANCELLED else _pdf(request, sheet)


@require_safe
def sheet_json(request: HttpRequest, pk: int, serial: str) -> HttpResponseBase:
    """The record of a sheet, byte for byte what its digest was taken of."""
    sheet = _sheet(pk, serial)
    if sheet.state == SheetState.CANCELLED:
        return _cancelled(request, sheet, status=410)
    record = canonical_json(board_record.payload(sheet, printed(sheet)))
    return _file(request, record, "application/json; charset=utf-8", f"{sheet.serial}.json")


@require_safe
def boards_csv(request: HttpRequest) -> HttpResponseBase:
    """Every board in use with its latest sheet."""

    def rows() -> Iterator[Any]:
        yield CSV_COLUMNS
        for wall in walls(NoticeBoard.objects.listed()):
            yield _csv_row(wall)

    return csv_response("boards", rows())


def _csv_row(wall: Wall) -> list[Any]:
    board, sheet = wall.board, wall.shown or wall.latest
    of_sheet: list[Any] = [""] * 6
    if sheet:
        state = SheetState(sheet.state).label
        of_sheet = [sheet.serial, sheet.period_start, sheet.period_end, state, sheet.posted_on, sheet.post_until]
    return [
        board.code, board.agency.code, board.agency.name, board.name, board.place, board.width_mm, board.height_mm,
        board.get_layout_display(), board.shown_hotline, *of_sheet, _("是") if wall.needs_reprint else _("否"),
        absolute_url(board.get_absolute_url()),
    ]  # fmt: skip


# --- what there is -------------------------------------------------------------------------------------------------


def _wall(pk: int, *, with_news: bool = False) -> Wall:
    found = walls(open_boards().filter(pk=pk), with_news=with_news)
    if not found:
        raise Http404(_("没有这个公开栏。"))
    return found[0]


def _sheet(pk: int, serial: str) -> BoardSheet:
    sheets = BoardSheet.objects.select_related("board__agency", "photo")
    sheet = sheets.filter(board=pk, serial=serial).first()
    if sheet is None:
        raise Http404(_("这个公开栏没有这个编号的一张，请核对纸上的编号。"))
    return sheet


def _pdf(request: HttpRequest, sheet: BoardSheet) -> HttpResponseBase:
    return _file(request, boards.sheet_pdf(sheet), "application/pdf", f"{sheet.serial}.pdf")


def _file(request: HttpRequest, data: bytes, content_type: str, name: str) -> HttpResponseBase:
    """A file to be looked at, or 304; the tag is the one that the page cache would give it."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        shown: Any = content_disposition_header(as_attachment=False, filename=name)
        headers = {"Content-Disposition": shown, "X-Content-Type-Options": "nosniff"}
        response = HttpResponse(data, content_type=content_type, headers=headers)
    response.headers["ETag"] = etag
    return response
