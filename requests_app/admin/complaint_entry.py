"""登记投诉举报: what came by letter, phone, fax, e-mail or in person. Number and query code are shown once."""

import secrets
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, VerbForm, long_text
from disclosure.forms.base import DayField
from disclosure.models import Item, NoticeBoard
from govportal import private_files
from govportal.crypto import fingerprint
from govportal.models import Agency, User
from govportal.now import now, today
from requests_app import complaint_rules
from requests_app.admin.applicant_fields import typed_line
from requests_app.admin.file_fields import FilesField, stored, written
from requests_app.complaint_enums import GROUND_HINTS, ComplaintChannel, ComplaintGround
from requests_app.forms.complaint import BoardField
from requests_app.services import complain
from requests_app.services.complaint_desks import open_agencies

if TYPE_CHECKING:
    from requests_app.admin.complaints import ComplaintAdmin

CHANNELS = [(channel.value, channel.label) for channel in ComplaintChannel if channel != ComplaintChannel.WEB]
NAMED, ANONYMOUS = "named", "anonymous"
# The sections of the form, by the names of their fields.
SECTIONS: tuple[tuple[Promise | str, tuple[str, ...]], ...] = (
    (gettext_lazy("怎样收到的"), ("channel", "received_on")),
    (
        gettext_lazy("投诉什么"),
        ("agency", "ground", "item_number", "request_number", "notice_board", "board", "facts", "evidence"),
    ),
    (gettext_lazy("投诉人"), ("who", "name", "phone", "email", "address")),
)
_PERSON = ("name", "phone", "email", "address")


class EntryForm(VerbForm):
    """`form_key` names this sheet: sent twice it makes one complaint."""

    required_css_class = "required"
    form_key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=gettext_lazy("渠道"), choices=CHANNELS, widget=forms.RadioSelect)
    received_on = DayField(label=gettext_lazy("收到日期"))
    agency = forms.ModelChoiceField(
        label=gettext_lazy("被投诉单位"), queryset=Agency.objects.none(), empty_label=CHOOSE
    )
    ground = forms.ChoiceField(label=gettext_lazy("情形"), choices=[("", CHOOSE), *ComplaintGround.choices])
    item_number = typed_line(gettext_lazy("涉及的公开信息"), 100, help_text=gettext_lazy("填索引号，没有的不填。"))
    request_number = typed_line(
        gettext_lazy("涉及的申请"), complain.LONGEST_LINE, help_text=gettext_lazy("填受理编号，没有的不填。")
    )
    notice_board = BoardField(gettext_lazy("涉及的公开栏"))
    board = typed_line(
        gettext_lazy("公开栏在哪里"), complain.LONGEST_LINE, help_text=gettext_lazy("名录里没有的公开栏才填。")
    )
    facts = long_text(gettext_lazy("事实经过"), length=complain.LONGEST_FACTS)
    evidence = FilesField(label=gettext_lazy("来信原件和证据"), required=False)
    who = forms.ChoiceField(
        label=gettext_lazy("是否署名"),
        choices=[(NAMED, gettext_lazy("署名")), (ANONYMOUS, gettext_lazy("匿名"))],
        widget=forms.RadioSelect,
    )
    name = typed_line(gettext_lazy("姓名或者名称"), complain.LONGEST_LINE)
    phone = typed_line(gettext_lazy("联系电话"), complain.LONGEST_LINE)
    email = typed_line(gettext_lazy("电子邮箱"), complain.LONGEST_LINE)
    address = typed_line(gettext_lazy("联系地址"), complain.LONGEST_LINE)

    def prepare(self) -> None:
        self.label_suffix = ""
        self.fields["form_key"].initial = secrets.token_hex(16)
        self.fields["received_on"].initial = today()
        # Nobody enters a complaint against his own agency; whether his desk may take it the service says.
        own = self.actor.memberships.values("agency")
        agencies = open_agencies().exclude(pk__in=own).order_by("position", "name")
        self.choices_of("agency").queryset = agencies
        field = self.fields["notice_board"]
        assert isinstance(field, BoardField)
        field.offer(NoticeBoard.objects.listed().exclude(agency__in=own), is_of_one=False)

    def sections(self) -> list[tuple[Promise | str, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for label, names in SECTIONS]

    def clean_item_number(self) -> Item | None:
        number = str(self.cleaned_data["item_number"]).strip()
        if not number:
            return None
        item = Item.objects.filter(index_number=number).select_related("agency").first()
        if item is None:
            raise forms.ValidationError(_("没有这一条公开信息，请核对索引号。"))
        return item

    def clean_notice_board(self) -> NoticeBoard | None:
        board: NoticeBoard | None = self.cleaned_data["notice_board"]
        if board and (agency := self.cleaned_data.get("agency")):
            for reason in complain.reasons_against_board(board, agency):
                raise forms.ValidationError(reason)
        return board

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("who") == ANONYMOUS and any(values.get(name) for name in _PERSON):
            self.add_error("who", _("匿名投诉不登记姓名和联系方式：请删去，或者选择署名。"))
        return values

    def matter(self) -> complain.Matter:
        values = self.cleaned_data
        return complain.Matter(
            agency=values["agency"],
            ground=values["ground"],
            facts=values["facts"],
            item=values["item_number"],
            request_number=values["request_number"],
            notice_board=values["notice_board"],
            board=values["board"],
        )

    def person(self) -> complain.Person | None:
        if self.cleaned_data["who"] == ANONYMOUS:
            return None
        return complain.Person(**{name: self.cleaned_data[name] for name in _PERSON})


def entry_page(owner: "ComplaintAdmin", request: HttpRequest) -> HttpResponse:
    """The sheet; once sent, the page with number and code."""
    if not owner.has_add_permission(request):
        raise PermissionDenied
    assert isinstance(request.user, User)
    is_sent = request.method == "POST"
    form = EntryForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, row=None, actor=request.user
    )
    made: list[complain.Filed] = []
    if owner._done(request, form, lambda actor, values: made.append(_enter(form, actor, values))):
        context = {"title": _("已登记"), "row": made[0].complaint, "code": made[0].query_code}
        return owner.shown_once(request, "admin/requests_app/complaint_code.html", context)
    return _sheet(owner, request, form)


def _enter(form: EntryForm, actor: User, values: dict[str, Any]) -> complain.Filed:
    values = written(form, values, actor)  # before anything is locked
    with transaction.atomic():
        files = stored(values["evidence"])
        filed = complain.enter(
            form.matter(),
            form.person(),
            channel=values["channel"],
            received_on=values["received_on"],
            actor=actor,
            at=now(),
            evidence=files,
            submission_key=fingerprint("complaint entry", f"{actor.pk}:{values['form_key']}"),
        )
        if not filed.is_new:
            for file in files:
                private_files.forget(file)
    return filed


def _sheet(owner: "ComplaintAdmin", request: HttpRequest, form: EntryForm) -> HttpResponse:
    context = {
        "form": form,
        "title": owner.add_title,
        "grounds": [(ground.label, GROUND_HINTS[ground]) for ground in ComplaintGround],
        "confidentiality": complaint_rules.CONFIDENTIALITY,
        "back": "../",
        "sections": form.sections(),
        "template": "admin/requests_app/complaint_entry.html",
    }
    return owner.verb_page(request, context)
