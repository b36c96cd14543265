"""A town with a keeper of its boards, and what a browser would send from their pages."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.urls import reverse
from PIL import Image

from disclosure.enums import Category
from disclosure.models import Item, NoticeBoard
from govportal.now import today
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_member
from tests.factories.boards import make_keeper

ADD = "/admin/disclosure/noticeboard/add/"


def picture(kind: str = "JPEG", name: str = "IMG_0017.jpg", colour: str = "#c00d17") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, kind)
    return SimpleUploadedFile(name, made.getvalue())


class Town:
    """An agency with an item of this month and one of the last, the person who keeps its boards, and the county's."""

    def __init__(self) -> None:
        self.county = make_agency(code="county", name="县政府")
        self.agency = make_agency(code="hdz", name="河东镇人民政府", short_name="河东镇", parent=self.county)
        self.keeper = make_keeper(self.agency)
        self.administrator = make_member(Role.ADMINISTRATOR, self.county)

    def item(self, title: str, category: Category = Category.DUTIES, **values: Any) -> Item:
        edition = {"title": title, "category": category, "published_on": today()} | values
        return make_item(agency=self.agency, edition=edition)


def page(row: models.Model) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_change", args=[row.pk])


def verb(row: models.Model, name: str) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_verb", args=[row.pk, name])


def as_shown(response: Any) -> dict[str, Any]:
    """What a browser would send if nothing were changed on the page."""
    context = response.context
    values: dict[str, Any] = {}
    for form in (context["form"], context["rows"].management_form, *context["rows"].forms):
        for field in form:
            value = field.value()
            if value is not None and value is not False and not isinstance(value, SimpleUploadedFile):
                values[field.html_name] = "on" if value is True else field.field.prepare_value(value)
    return values


def filled(response: Any, agency: Any, **values: Any) -> dict[str, Any]:
    board = {"agency": agency.pk, "code": "HDZ", "name": "政务公开栏", "place": "镇政府大门右侧"}
    return as_shown(response) | board | values


def sections_of(board: NoticeBoard) -> list[str]:
    return list(board.sections.values_list("heading", flat=True))
