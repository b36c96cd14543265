"""What is typed about a 公开栏 itself, its photo, and the days of a sheet. Its sections: board_sections.py."""

from copy import copy
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core import signing
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.board_selection import Period
from disclosure.enums import BoardLayout
from disclosure.forms.base import DayField, TypedForm
from disclosure.models import NoticeBoard
from disclosure.obligation_periods import add_months
from disclosure.services import compose_board
from disclosure.services.print_board import Plan
from govportal import access
from govportal.archives import RefusedFile
from govportal.html import clean_line
from govportal.models import Attachment, User
from govportal.permissions import Permission

POSTED_FOR = timedelta(days=30)
_SALT = "disclosure.forms.boards"
_KEPT_FOR = 24 * 3600  # seconds in which a form with a photo is sent again


# --- photos --------------------------------------------------------------------------------------------------------


class PhotoHolder(forms.Form):
    """A photo that is kept as soon as it arrives, so that a form shown again still has it.

    The signed number holds for one person: nobody takes the file of another by guessing.
    """

    photo = forms.FileField(
        label=gettext_lazy("照片"),
        required=False,
        allow_empty_file=True,  # what is wrong with a file is said once, by whoever keeps it
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    photo_ref = forms.CharField(required=False, widget=forms.HiddenInput)
    held: Attachment | None = None

    def take_photo(self, user: User, *, name: str) -> None:
        """Set `held` to the photo that came, or came before. What is refused is said at the field."""
        upload, ref = self.files.get(self.add_prefix("photo")), self.data.get(self.add_prefix("photo_ref"), "")
        if not upload:
            self.held = _kept(ref, user)
            return
        try:
            self.held = compose_board.keep_photo(upload, by=user, name=name)
        except RefusedFile as error:
            self.held = _kept(ref, user)
            self.add_error("photo", str(error))
        else:
            data: Any = self.data
            self.data = data = data.copy()
            data[self.add_prefix("photo_ref")] = signing.dumps([self.held.pk, user.pk], salt=_SALT)


def _kept(ref: str, user: User) -> Attachment | None:
    try:
        number, owner = signing.loads(ref, salt=_SALT, max_age=_KEPT_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Attachment.objects.filter(pk=number).first() if owner == user.pk else None


# --- the board -----------------------------------------------------------------------------------------------------


def text_line(
    label: Any, length: int, *, is_required: bool = True, help_text: Any = "", **attrs: Any
) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "vTextField"} | attrs)
    return forms.CharField(label=label, max_length=length, required=is_required, widget=widget, help_text=help_text)


def _size(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=100, max_value=30_000)


class BoardForm(PhotoHolder, TypedForm):
    """`board` is what stands (None: a new one); after `is_valid` `made` is what it is to be."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    agency: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("设置单位"), empty_label=None)
    code = forms.CharField(
        label=gettext_lazy("编号代号"),
        max_length=20,
        help_text=gettext_lazy("大写字母、数字，例如 HDZ。每张的编号以它开头，制作过一张以后不能修改。"),
        validators=[RegexValidator(r"\A[0-9A-Z]+(-[0-9A-Z]+)*\Z", gettext_lazy("代号只能用大写字母、数字和连字符。"))],
    )
    name = text_line(gettext_lazy("名称"), 60)
    place = text_line(gettext_lazy("设置地点"), 150, help_text=gettext_lazy("例如 政务服务大厅一楼东侧。"))
    width_mm = _size(gettext_lazy("版面宽（毫米）"))
    height_mm = _size(gettext_lazy("版面高（毫米）"))
    layout = forms.ChoiceField(label=gettext_lazy("版式"), choices=BoardLayout.choices)
    keeper = text_line(gettext_lazy("管理责任人"), 60, is_required=False, help_text=gettext_lazy("向社会公开。"))
    keeper_phone = text_line(gettext_lazy("责任人电话"), 40, is_required=False, help_text=gettext_lazy("向社会公开。"))
    hotline = text_line(
        gettext_lazy("监督电话"), 40, is_required=False, help_text=gettext_lazy("不填，印本单位的监督投诉电话。")
    )
    position = forms.IntegerField(label=gettext_lazy("排序"), min_value=0, max_value=9999)
    is_active = forms.BooleanField(label=gettext_lazy("启用"), required=False)

    def __init__(self, *args: Any, user: User, board: NoticeBoard | None, **kwargs: Any) -> None:
        self.user = user
        self.board = board or NoticeBoard()
        initial = {name: getattr(self.board, name) for name in _COLUMNS} | {"agency": self.board.agency_id}
        initial["seen"] = compose_board.fingerprint(self.board) if board else ""
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["photo"].label = _("公开栏照片")
        self.fields["photo"].help_text = _("JPEG、PNG 或 WebP，不超过 20 MB；向社会公开，拍摄地点等附带信息会去掉。")
        agency: Any = self.fields["agency"]
        agency.queryset = kept_agencies(user, self.board)
        if board is None and len(agency.queryset) > 1:
            agency.empty_label = _("请选择")

    def clean_code(self) -> str:
        return clean_line(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.keep_photo()
        return cleaned

    def keep_photo(self) -> None:
        self.take_photo(self.user, name="board")

    @property
    def made(self) -> NoticeBoard:
        """The board as it was typed. Call after `is_valid`."""
        made = copy(self.board)
        for name in (*_COLUMNS, "agency"):
            setattr(made, name, self.cleaned_data[name])
        if self.held:
            made.photo = self.held
        return made


_COLUMNS = (
    "code", "name", "place", "width_mm", "height_mm", "layout", "keeper", "keeper_phone", "hotline", "position",
    "is_active",
)  # fmt: skip


def kept_agencies(user: User, board: NoticeBoard) -> Any:
    """Where this person keeps boards; of those put out of use the one that the board has."""
    kept = access.agencies_under(user, Permission.MANAGE_BOARDS)
    return kept.filter(Q(is_active=True) | Q(pk=board.agency_id)).order_by("position", "name")


# --- the days of a sheet -------------------------------------------------------------------------------------------


def this_month(today: date) -> Period:
    """As far as it has gone: of the days to come nothing can be said."""
    return Period(today.replace(day=1), today)


def last_month(today: date) -> Period:
    first = today.replace(day=1)
    return Period(add_months(first, -1), first - timedelta(days=1))


def last_quarter(today: date) -> Period:
    first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return Period(add_months(first, -3), first - timedelta(days=1))


def last_half_year(today: date) -> Period:
    first = today.replace(month=1 if today.month < 7 else 7, day=1)
    return Period(add_months(first, -6), first - timedelta(days=1))


def plan_for(period: Period, today: date) -> Plan:
    """About this period, to hang from today for a month."""
    return Plan(period, today, today + POSTED_FOR)


class PlanFields(forms.Form):
    """公开期 and posting days; named as in the address of the preview."""

    period_start = DayField(label=gettext_lazy("公开期起"))
    period_end = DayField(label=gettext_lazy("公开期止"))
    post_from = DayField(label=gettext_lazy("张贴起"))
    post_until = DayField(label=gettext_lazy("张贴止"))

    @staticmethod
    def values_of(plan: Plan) -> dict[str, date]:
        return {
            "period_start": plan.period.start,
            "period_end": plan.period.end,
            "post_from": plan.post_from,
            "post_until": plan.post_until,
        }

    @classmethod
    def address_of(cls, plan: Plan) -> str:
        return urlencode({name: day.isoformat() for name, day in cls.values_of(plan).items()})

    def plan(self) -> Plan:
        """Call after `is_valid`."""
        days = self.cleaned_data
        return Plan(Period(days["period_start"], days["period_end"]), days["post_from"], days["post_until"])
