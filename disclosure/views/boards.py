"""公开栏 for everybody: the boards, what hangs on each, and every sheet under its number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from disclosure.models import BoardSheet, NoticeBoard


def board_list(request: HttpRequest) -> HttpResponse:
    return render(request, "disclosure/board_list.html", {"boards": NoticeBoard.objects.listed()})


def board_page(request: HttpRequest, pk: int) -> HttpResponse:
    board = get_object_or_404(NoticeBoard.objects.listed(), pk=pk)
    return render(request, "disclosure/board_page.html", {"board": board})


def sheet_page(request: HttpRequest, pk: int, serial: str) -> HttpResponse:
    sheet = get_object_or_404(BoardSheet.objects.standing(), board=pk, serial=serial)
    return render(request, "disclosure/board_sheet.html", {"sheet": sheet})
