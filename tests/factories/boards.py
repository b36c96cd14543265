"""Notice boards with a section, and sheets by the service."""

import io
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from disclosure.board_selection import Period
from disclosure.enums import Category
from disclosure.models import BoardSection, BoardSheet, NoticeBoard
from disclosure.services import print_board
from disclosure.services.print_board import Plan
from govportal import files
from govportal.models import Agency, Attachment, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.factories.kernel import make_agency, make_member


def make_board(agency: Agency | None = None, *, sections: int = 1, **values: Any) -> NoticeBoard:
    """A board with so many sections by query, of the eight categories in turn."""
    agency = agency or make_agency()
    number = NoticeBoard.objects.count() + 1
    defaults = {"code": f"B{number}", "place": "政务服务大厅一楼东侧", "hotline": "0399-6620188"}
    board = NoticeBoard.objects.create(agency=agency, **defaults | values)
    for position, category in zip(range(sections), Category, strict=False):
        BoardSection.objects.create(
            board=board, position=position, heading=str(category.label), category=category, basis="条例第二十条"
        )
    return board


def make_plan(on: date | None = None, *, days: int = 30) -> Plan:
    """About the `days` until that day (None: today), to hang as long from it."""
    day = on or today()
    return Plan(Period(day - timedelta(days=days), day), day, day + timedelta(days=days))


def make_keeper(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


def make_sheet(board: NoticeBoard, *, actor: User | None = None, plan: Plan | None = None) -> BoardSheet:
    """Issued by the service; the board's sections must find something."""
    return print_board.issue(board.pk, plan or make_plan(), actor=actor or make_keeper(board.agency), at=now())


def make_photo(by: User) -> Attachment:
    """A picture like no other: one photo proves one sheet."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48 + Attachment.objects.count()), "#c00d17").save(picture, "JPEG")
    return files.store(SimpleUploadedFile("公开栏.jpg", picture.getvalue()), by=by)
