"""登记收到的申请: what came by post, at the counter, by fax, e-mail or word of mouth, with its day of receipt.

Number and query code are shown once, to be printed on the receipt; the portal keeps the fingerprint alone.
"""

import secrets
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from govportal import access, private_files
from govportal.crypto import fingerprint
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.applicant_fields import PersonForm, person_of, typed_line
from requests_app.admin.file_fields import FilesField, stored, written
from requests_app.admin.triage_verbs import receipt_rule
from requests_app.enums import (
    ApplicantKind,
    Channel,
    FileKind,
    ReceiptBasis,
    SupplyForm,
    SupplyWay,
)
from requests_app.forms.fields import YearField
from requests_app.rules import RECEIPT_BASES
from requests_app.services import intake

if TYPE_CHECKING:
    from requests_app.admin.requests import InformationRequestAdmin

CHANNELS = [(channel.value, channel.label) for channel in Channel if channel != Channel.WEB]
_BASES = [
    (basis.value, basis.label) for basis in ReceiptBasis if basis not in (ReceiptBasis.PORTAL, ReceiptBasis.LEDGER)
]
# The sections of the form, by the names of their fields.
SECTIONS: tuple[tuple[Promise | str, tuple[str, ...]], ...] = (
    (gettext_lazy("怎样收到的"), ("channel", "basis", "received_on", "agency")),
    (
        gettext_lazy("申请人"),
        (
            "applicant_kind", "name", "identity_kind", "identity_number", "legal_representative", "contact_name",
            "phone", "email", "address", "postcode", "fax",
        ),
    ),
    (
        gettext_lazy("所需信息"),
        (
            "subject", "document_number", "description", "period_from", "period_to", "purpose", "supply_form",
            "supply_way", "accepts_other",
        ),
    ),
    (gettext_lazy("扫描件"), ("application", "proof")),
)  # fmt: skip


class EntryForm(PersonForm):
    """`form_key` names this sheet: sent twice it makes one request."""

    required_css_class = "required"
    form_key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=gettext_lazy("渠道"), choices=CHANNELS, widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=gettext_lazy("收到日期的依据"), choices=_BASES, widget=forms.RadioSelect)
    received_on = DayField(
        label=gettext_lazy("收到日期"),
        required=False,
        help_text=gettext_lazy("平信、传真、电子邮件还没有与申请人确认的不填，确认以后在登记受理时填。"),
    )
    agency = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    applicant_kind = forms.ChoiceField(label=gettext_lazy("申请人类型"), choices=ApplicantKind.choices)
    subject = typed_line(
        gettext_lazy("所需信息名称"),
        help_text=gettext_lazy("照申请书写；申请书没有名称的，概括一句。不写申请人的姓名。"),
    )
    document_number = typed_line(gettext_lazy("文号"), 100)
    description = long_text(gettext_lazy("内容描述"), length=intake.LONGEST_TEXT, is_required=False)
    period_from = YearField(gettext_lazy("信息年份（从）"))
    period_to = YearField(gettext_lazy("信息年份（到）"))
    purpose = long_text(
        gettext_lazy("用途"), length=1000, is_required=False, help_text=gettext_lazy("申请人自愿写明的才填。")
    )
    supply_form = forms.ChoiceField(label=gettext_lazy("提供形式"), choices=SupplyForm.choices)
    supply_way = forms.ChoiceField(label=gettext_lazy("获取途径"), choices=SupplyWay.choices)
    accepts_other = forms.BooleanField(label=gettext_lazy("可接受其他方式"), required=False, initial=True)
    application = FilesField(label=gettext_lazy("申请书原件"), required=False)
    proof = FilesField(label=gettext_lazy("身份证明"), required=False)

    def prepare(self) -> None:
        self.label_suffix = ""
        self.fields["form_key"].initial = secrets.token_hex(16)
        self.fields["received_on"].initial = today()
        agencies = access.agencies_with(self.actor, Permission.HANDLE_REQUEST)
        field = self.choices_of("agency")
        field.queryset = intake.open_agencies().filter(pk__in=[agency.pk for agency in agencies])
        if len(agencies) == 1:
            field.initial = agencies[0].pk
        self.fields["supply_way"].initial = SupplyWay.POST
        self.fields["supply_form"].initial = SupplyForm.PAPER

    def sections(self) -> list[tuple[Promise | str, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for label, names in SECTIONS]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        channel, basis = values.get("channel"), values.get("basis")
        if channel and basis and basis not in RECEIPT_BASES[Channel(channel)]:
            self.add_error("basis", receipt_rule(channel))
        return values

    def wanted(self) -> intake.Wanted:
        return intake.Wanted(**{field.name: self.cleaned_data[field.name] for field in fields(intake.Wanted)})

    def arrival(self) -> intake.Arrival:
        values = self.cleaned_data
        day: date | None = values["received_on"]
        return intake.Arrival(channel=values["channel"], basis=values["basis"], received_on=day)


def entry_page(owner: "InformationRequestAdmin", request: HttpRequest) -> HttpResponse:
    """The sheet; once sent, the page with number and code."""
    if not owner.has_add_permission(request):
        raise PermissionDenied
    assert isinstance(request.user, User)
    is_sent = request.method == "POST"
    form = EntryForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, row=None, actor=request.user
    )
    made: list[intake.Filed] = []
    if owner._done(request, form, lambda actor, values: made.append(_enter(form, actor, values))):
        context = {"title": _("已登记"), "row": made[0].request, "code": made[0].query_code}
        return owner.shown_once(request, "admin/requests_app/code_once.html", context)
    return _sheet(owner, request, form)


def _enter(form: EntryForm, actor: User, values: dict[str, Any]) -> intake.Filed:
    values = written(form, values, actor)
    with transaction.atomic():
        return _entered(form, actor, values)


def _entered(form: EntryForm, actor: User, values: dict[str, Any]) -> intake.Filed:
    files = [(FileKind.APPLICATION, file) for file in stored(values["application"])]
    files += [(FileKind.PROOF, file) for file in stored(values["proof"])]
    key = fingerprint("entry form", f"{actor.pk}:{values['form_key']}")
    filed = intake.enter(
        person_of(values), form.wanted(), form.arrival(), actor=actor, at=now(), files=files, submission_key=key
    )
    if not filed.is_new:
        for _kind, file in files:
            private_files.forget(file)
    return filed


def _sheet(owner: "InformationRequestAdmin", request: HttpRequest, form: EntryForm) -> HttpResponse:
    rules = [receipt_rule(channel) for channel, _label in CHANNELS]
    context = {
        "form": form,
        "title": owner.add_title,
        "rules": rules,
        "back": "../",
        "sections": form.sections(),
        "template": "admin/requests_app/entry.html",
    }
    return owner.verb_page(request, context)
