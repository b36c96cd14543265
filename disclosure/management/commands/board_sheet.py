from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from disclosure import boards
from disclosure.board_selection import Period
from disclosure.models import BoardSheet, NoticeBoard
from disclosure.obligation_periods import add_months
from disclosure.services import print_board
from govportal.now import now, today


class Command(BaseCommand):
    help = "Write the latest issued sheet of a notice board as PDF; with --preview what it would be today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("board", help="code of the board (HDZ), or the number in the address of its page")
        parser.add_argument("--out", required=True, type=Path, help="file to write; one that is there is replaced")
        parser.add_argument("--preview", action="store_true", help="of the last month, not issued and without a number")

    def handle(self, *args: Any, **options: Any) -> None:
        board = _board(options["board"])
        content, name = _preview(board) if options["preview"] else _latest(board)
        try:
            options["out"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"Cannot write {options['out']}: {error.strerror}.") from error
        self.stdout.write(f"{name}: {options['out']}, {len(content)} bytes")


def _board(word: str) -> NoticeBoard:
    named = Q(code=word)
    if word.isascii() and word.isdecimal() and len(word) < 10:
        named |= Q(pk=int(word))
    board = NoticeBoard.objects.select_related("agency").filter(named).first()
    if board is not None:
        return board
    codes = ", ".join(NoticeBoard.objects.order_by("code").values_list("code", flat=True)[:20])
    raise CommandError(f"There is no board {word!r}. " + (f"There are: {codes}." if codes else "There is none at all."))


def _latest(board: NoticeBoard) -> tuple[bytes, str]:
    sheet = BoardSheet.objects.standing().filter(board=board).select_related("board__agency").first()
    if sheet is None:
        raise CommandError(f"No sheet of board {board.code} has been issued. With --preview you see what it would be.")
    return boards.sheet_pdf(sheet), sheet.serial


def _preview(board: NoticeBoard) -> tuple[bytes, str]:
    day = today()
    plan = print_board.Plan(Period(add_months(day, -1), day), day, day + timedelta(days=30))
    draft = print_board.drafted(board, plan, at=now())
    if not draft.sheet.sections:
        raise CommandError(f"Board {board.code} has no sections yet.")
    return boards.draft_pdf(draft.sheet, draft.items), f"preview of {board.code}"
