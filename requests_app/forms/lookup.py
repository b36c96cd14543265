"""查进度: a number and a code, typed from paper."""

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from govportal.html import clean_line
from requests_app.forms.fields import text_field

MOST_SIGNS = 80
REQUEST, COMPLAINT, FEEDBACK = "request", "complaint", "feedback"


@dataclass(frozen=True, slots=True)
class Door:
    """One of the three pages that a number and its code open: which numbers it takes, and what it is called."""

    numbers: re.Pattern[str]
    url_name: str
    label: Promise
    elsewhere: Promise  # said where such a number is typed on another page


# In their order: a request's number begins with the code of its agency, which may be anything.
DOORS = {
    COMPLAINT: Door(
        re.compile(r"TS-\d{4}-\d{5,9}", re.ASCII),
        "complaint_lookup",
        _("查投诉举报进度"),
        _("这是投诉举报的编号，请到“查投诉举报进度”查询。"),
    ),
    FEEDBACK: Door(
        re.compile(r"LY-\d{4}-\d{5,9}", re.ASCII),
        "feedback_lookup",
        _("查看留言答复"),
        _("这是留言、纠错的编号，请到“查看留言答复”查询。"),
    ),
    REQUEST: Door(
        re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*-\d{4}-\d{5,9}", re.ASCII),
        "request_lookup",
        _("查申请进度"),
        _("这是信息公开申请的受理编号，请到“查申请进度”查询。"),
    ),
}


def door_of(number: str) -> str:
    """Which page the number belongs to, by its shape alone; empty for what is no number of ours."""
    folded = unicodedata.normalize("NFKC", number).upper()
    return next((key for key, door in DOORS.items() if door.numbers.fullmatch(folded)), "")


class LookupForm(forms.Form):
    """Neither is judged by its shape: a wrong number and a wrong code must get one and the same answer.

    The number of another kind of matter is told apart, before anybody looks it up: every receipt says which it is.
    """

    door: ClassVar = REQUEST
    number = text_field(
        _("受理编号"), MOST_SIGNS, required=_("请填写受理编号。"), autocomplete="off", autocapitalize="characters"
    )
    code = text_field(
        _("查询码"),
        MOST_SIGNS,
        required=_("请填写查询码。"),
        help_text=_("8位字母和数字，例如 7K4M-92PX；大小写和横线不影响。"),
        autocomplete="off",
        autocapitalize="characters",
    )
    elsewhere: Door | None = None

    def clean_number(self) -> str:
        number = clean_line(self.cleaned_data["number"]).upper()
        if (found := door_of(number)) not in ("", self.door):
            self.elsewhere = DOORS[found]
            raise ValidationError(str(self.elsewhere.elsewhere))
        return number

    def clean_code(self) -> str:
        return clean_line(self.cleaned_data["code"])

    @classmethod
    def other_doors(cls) -> list[Door]:
        return [door for key, door in DOORS.items() if key != cls.door]
