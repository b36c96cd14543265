"""受理、转送、调查、答复: the verbs of a complaint up to its answer, and what comes in meanwhile."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE
from disclosure.forms.base import DayField
from govportal.models import Agency, User
from govportal.now import now
from requests_app import complaint_rules
from requests_app.admin.complaint_verb_pages import VERB_TEMPLATE, against, complaint_verb, words
from requests_app.admin.file_fields import FilesField, stored
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.complaint_enums import ComplaintAction, ComplaintResult, OtherPath
from requests_app.models import Complaint
from requests_app.services import complaint_handling, complaint_procedure, complaint_undelivered
from requests_app.services.complaint_desks import desks_for

_NOTE = gettext_lazy("内部说明")


class NoteForm(CaseForm):
    note = words(_NOTE, is_required=False, help_text=gettext_lazy("只有办理人员看得到，可以不填。"))


class RefuseForm(CaseForm):
    reason = words(gettext_lazy("不予受理的理由"), help_text=gettext_lazy("告知投诉人的原话，投诉人凭查询码看到。"))


class RedirectForm(CaseForm):
    path = forms.ChoiceField(label=gettext_lazy("应当走的途径"), choices=[("", CHOOSE), *OtherPath.choices])
    notice = words(
        gettext_lazy("告知的内容"),
        help_text=gettext_lazy("为什么走这个途径、向谁提出、怎样提出。投诉人凭查询码看到。"),
    )


class AssignForm(CaseForm):
    handler = forms.ModelChoiceField(label=gettext_lazy("经办人"), queryset=User.objects.none(), empty_label=CHOOSE)
    note = words(_NOTE, is_required=False)

    def prepare(self) -> None:
        able = [person.pk for person in complaint_procedure.officers_of(self.row)]
        self.choices_of("handler").queryset = User.objects.filter(pk__in=able).exclude(pk=self.row.handler_id)


class TransferForm(CaseForm):
    desk = forms.ModelChoiceField(
        label=gettext_lazy("有权办理的单位"), queryset=Agency.objects.none(), empty_label=CHOOSE
    )
    note = words(gettext_lazy("转送的理由和要求"), help_text=gettext_lazy("只有办理人员看得到。"))

    def prepare(self) -> None:
        able = [desk.pk for desk in desks_for(self.row.agency)]
        desks = Agency.objects.filter(pk__in=able).exclude(pk=self.row.desk_id).order_by("position", "name")
        self.choices_of("desk").queryset = desks


class ExtendForm(CaseForm):
    until = DayField(label=gettext_lazy("新的答复期限"))
    reason = words(gettext_lazy("延期的理由"), help_text=gettext_lazy("告知投诉人的原话。"))


class AnswerForm(CaseForm):
    result = forms.ChoiceField(
        label=gettext_lazy("调查结论"), choices=ComplaintResult.choices, widget=forms.RadioSelect
    )
    text = words(
        gettext_lazy("答复内容"), help_text=gettext_lazy("查明的事实、适用的规定、处理结果。投诉人凭查询码看到。")
    )
    papers = FilesField(label=gettext_lazy("答复附件"), required=False)


class NoteOnlyForm(CaseForm):
    text = words(gettext_lazy("备注"), help_text=gettext_lazy("只有办理人员看得到。"))


class SupplementForm(CaseForm):
    text = words(gettext_lazy("补充的情况"), is_required=False)
    papers = FilesField(label=gettext_lazy("材料"), required=False)


class MaterialForm(CaseForm):
    papers = FilesField(
        label=gettext_lazy("调查材料"), help_text=gettext_lazy("调查中取得的材料，只有办理人员看得到，投诉人看不到。")
    )


class WithdrawForm(CaseForm):
    reason = words(
        gettext_lazy("怎样撤回"), help_text=gettext_lazy("投诉人何时、怎样表示撤回，何人接办。不写证件和电话。")
    )


# --- the services ---------------------------------------------------------------------------------------------------


def _accept(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.accept(row.pk, actor=actor, at=now(), note=values["note"])


def _refuse(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.refuse(row.pk, actor=actor, at=now(), reason=values["reason"])


def _redirect(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.redirect(row.pk, path=values["path"], actor=actor, at=now(), notice=values["notice"])


def _assign(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.assign(row.pk, to=values["handler"], actor=actor, at=now(), note=values["note"])


def _against_assigning(row: Complaint, actor: User) -> list[str]:
    reasons = complaint_procedure.reasons_against(row, ComplaintAction.ASSIGN, actor)
    if not reasons and all(person.pk == row.handler_id for person in complaint_procedure.officers_of(row)):
        reasons.append(_("没有别的投诉举报经办可以分派。"))
    return reasons


def _against_transfer(row: Complaint, actor: User) -> list[str]:
    reasons = complaint_procedure.reasons_against(row, ComplaintAction.TRANSFER, actor)
    if not reasons and all(desk.pk == row.desk_id for desk in desks_for(row.agency)):
        reasons.append(_("没有别的单位有投诉举报经办可以办理。"))
    return reasons


def _transfer(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.transfer(row.pk, to=values["desk"], actor=actor, at=now(), note=values["note"])


def _investigate(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.investigate(row.pk, actor=actor, at=now(), note=values["note"])


def _extend(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.extend(row.pk, until=values["until"], reason=values["reason"], actor=actor, at=now())


def _answer(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    given = complaint_handling.Answer(result=values["result"], text=values["text"], files=stored(values["papers"]))
    return complaint_handling.answer(row.pk, given, actor=actor, at=now())


def _note(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.write_note(row.pk, actor=actor, at=now(), text=values["text"])


def _supplement(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    files = stored(values["papers"])
    return complaint_handling.supplement(row.pk, text=values["text"], files=files, at=now(), actor=actor)


def _add_material(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.add_material(row.pk, stored(values["papers"]), actor=actor, at=now())


def _send_again(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_undelivered.send_again(row.pk, actor=actor)


def _withdraw(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.withdraw(row.pk, at=now(), reason=values["reason"], actor=actor)


# --- what the rules say of it ---------------------------------------------------------------------------------------


def _accept_hints(row: Complaint, actor: User) -> list[str]:
    day = {"day": row.accept_by.isoformat(), "basis": complaint_rules.ACCEPTANCE.basis}
    return [
        _("%(day)s前决定是否受理（%(basis)s）。") % day,
        _("受理以后由您经办，可以再分派。被投诉单位不会知道有这件投诉。"),
    ]


def _refuse_hints(row: Complaint, actor: User) -> list[str]:
    return [_("不予受理的须告知理由（%s）。办理就此结束。") % complaint_rules.ACCEPTANCE.basis]


def _redirect_hints(row: Complaint, actor: User) -> list[str]:
    return [_("每个途径有自己的期限，从投诉人向那里提出时起算。办理就此结束。")]


def _transfer_hints(row: Complaint, actor: User) -> list[str]:
    day = {"day": row.transfer_by.isoformat(), "basis": complaint_rules.TRANSFER.basis}
    return [
        _("%(day)s前转送（%(basis)s）；答复期限不变。") % day,
        _("转送以后由对方经办，您的单位不再看到这件投诉，除非它是对方的上级。投诉人会收到告知。"),
    ]


def _extend_hints(row: Complaint, actor: User) -> list[str]:
    latest = row.received_on + complaint_rules.LONGEST_EXTENSION
    words_ = {"day": row.answer_by.isoformat(), "latest": latest.isoformat(), "basis": complaint_rules.EXTENSION_BASIS}
    return [_("现在的期限是 %(day)s。新的期限须是工作日，最晚到 %(latest)s；理由告知投诉人（%(basis)s）。") % words_]


def _answer_hints(row: Complaint, actor: User) -> list[str]:
    how = _("署名投诉，投诉人会收到邮件提示（留了邮箱的），再凭查询码看答复。")
    anonymous = _("匿名投诉，投诉人凭查询码看答复。")
    return [
        how if row.is_named else anonymous,
        _("答复以后不能修改。不写其他人的个人信息。"),
    ]


def _send_again_hints(row: Complaint, actor: User) -> list[str]:
    return [_("没有发出的通知一分钟内再发。先核对投诉人和经办人的邮箱是否有误。")]


ACCEPT = complaint_verb(ComplaintAction.ACCEPT, _accept, NoteForm, hints=_accept_hints)
REFUSE = complaint_verb(ComplaintAction.REFUSE, _refuse, RefuseForm, hints=_refuse_hints)
REDIRECT = complaint_verb(ComplaintAction.REDIRECT, _redirect, RedirectForm, hints=_redirect_hints)
ASSIGN = complaint_verb(ComplaintAction.ASSIGN, _assign, AssignForm, reasons=_against_assigning)
TRANSFER = complaint_verb(
    ComplaintAction.TRANSFER, _transfer, TransferForm, reasons=_against_transfer, hints=_transfer_hints
)
INVESTIGATE = complaint_verb(ComplaintAction.INVESTIGATE, _investigate, NoteForm)
EXTEND = complaint_verb(ComplaintAction.EXTEND, _extend, ExtendForm, hints=_extend_hints)
ANSWER = complaint_verb(ComplaintAction.ANSWER, _answer, AnswerForm, hints=_answer_hints)
NOTE = complaint_verb(ComplaintAction.NOTE, _note, NoteOnlyForm)
SUPPLEMENT = complaint_verb(ComplaintAction.SUPPLEMENT, _supplement, SupplementForm, label=gettext_lazy("登记补充材料"))
WITHDRAW = complaint_verb(ComplaintAction.WITHDRAW, _withdraw, WithdrawForm, label=gettext_lazy("登记撤回"))
MATERIAL = CaseVerb(
    "material", gettext_lazy("上传材料"), against(ComplaintAction.NOTE), _add_material, MaterialForm,
    template=VERB_TEMPLATE,
)  # fmt: skip
RESEND = CaseVerb(
    "resend", gettext_lazy("重新发送通知"), complaint_undelivered.reasons_against_sending_again, _send_again,
    hints=_send_again_hints, template=VERB_TEMPLATE,
)  # fmt: skip
