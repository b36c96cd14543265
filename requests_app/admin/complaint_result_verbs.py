"""交办整改、移送、办结、公开摘要、查询码: what follows an answer."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import long_text
from disclosure.forms.base import DayField
from disclosure.services.rectify import DEFAULT_WORKING_DAYS
from govportal.models import User
from govportal.now import now, today
from requests_app.admin.complaint_verb_pages import VERB_TEMPLATE, complaint_verb, words
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.complaint_enums import ComplaintAction
from requests_app.models import Complaint
from requests_app.services import complainants, complaint_handling, complaint_procedure, complaint_results

# Stands for whatever would be typed, where only the case itself is asked.
_ANY = "—"


class OrderForm(CaseForm):
    problem = forms.CharField(
        label=gettext_lazy("问题"), max_length=300, help_text=gettext_lazy("只写公开工作本身的问题。")
    )
    requirement = long_text(gettext_lazy("整改要求"), length=2000)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=300)
    due_on = DayField(
        label=gettext_lazy("整改期限"),
        required=False,
        help_text=gettext_lazy("不填，为交办后%s个工作日。") % DEFAULT_WORKING_DAYS,
    )

    def prepare(self) -> None:
        self.fields["basis"].initial = complaint_results.basis_for(self.row)


def _typed(problem: str, requirement: str, basis: str, due_on: date | None) -> complaint_results.Order:
    return complaint_results.Order(problem=problem, requirement=requirement, basis=basis, due_on=due_on)


def _against_ordering(row: Complaint, actor: User) -> list[str]:
    reasons = complaint_procedure.reasons_against(row, ComplaintAction.ORDER, actor)
    any_order = _typed(_ANY, _ANY, complaint_results.basis_for(row), None)
    return reasons or complaint_results.reasons_against_ordering(row, any_order, actor, today())


def _order(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    values = {name: values[name] for name in ("problem", "requirement", "basis", "due_on")}
    return complaint_results.order_rectification(row.pk, _typed(**values), actor=actor, at=now())


def _order_hints(row: Complaint, actor: User) -> list[str]:
    return [
        _("责任单位是%s。整改一经交办即向社会公开，责任单位和公众都看不到它因何而起。") % row.agency.display_name,
        _("不写投诉、举报字样，不写编号、线索来源和投诉人的任何信息。"),
    ]


class ReferForm(CaseForm):
    note = words(gettext_lazy("移送的理由"), help_text=gettext_lazy("只有办理人员看得到；考核中计入。"))


def _against_referring(row: Complaint, actor: User) -> list[str]:
    reasons = complaint_procedure.reasons_against(row, ComplaintAction.REFER, actor)
    return reasons or complaint_results.reasons_against_referring(row, actor)


def _refer(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_results.refer(row.pk, actor=actor, at=now(), note=values["note"])


class CloseForm(CaseForm):
    note = words(
        gettext_lazy("办结说明"), is_required=False, help_text=gettext_lazy("查证属实而不需要整改的，写明理由。")
    )


def _close(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complaint_handling.close(row.pk, actor=actor, at=now(), note=values["note"])


# --- the public summary ---------------------------------------------------------------------------------------------


class SummaryForm(CaseForm):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=200)
    text = words(gettext_lazy("摘要"), help_text=gettext_lazy("反映的问题、查明的情况、处理结果。"))


def _against_summary(row: Complaint, actor: User) -> list[str]:
    any_summary = complaint_results.Summary(title=_ANY, text=_ANY)
    return complaint_results.reasons_against_summary(row, any_summary, actor)


def _summarise(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    summary = complaint_results.Summary(title=values["title"], text=values["text"])
    return complaint_results.draft_summary(row.pk, summary, actor=actor, at=now())


def _summary_hints(row: Complaint, actor: User) -> list[str]:
    hints = [_("摘要存为本单位的草稿，经审查、审定以后公开。不写投诉人的身份、联系方式和案件编号。")]
    if row.answered_on:
        extra = complaint_results.summary_extra(row)
        kept = _("按期") if extra["on_time"] else _("逾期")
        figures = {"period": extra["period"], "kept": kept}
        hints.append(_("自动填写：期间 %(period)s，收到 1 件，答复 1 件（%(kept)s）。") % figures)
    return hints


# --- the code -------------------------------------------------------------------------------------------------------


class CodeForm(CaseForm):
    is_checked = forms.BooleanField(
        label=gettext_lazy("已核对投诉人的身份"), error_messages={"required": gettext_lazy("请先核对，再勾选这一项。")}
    )


def _renew(row: Complaint, actor: User, values: dict[str, Any]) -> object:
    return complainants.renew_code(row.pk, actor=actor, at=now())


def _code_hints(row: Complaint, actor: User) -> list[str]:
    return [_("新的查询码只显示这一次，请当场交给投诉人；原来的查询码随即失效。系统不保存查询码，也不以邮件发送。")]


def _code_page(row: Complaint, code: Any) -> tuple[str, dict[str, Any]]:
    return "admin/requests_app/complaint_code.html", {"code": code}


ORDER = complaint_verb(ComplaintAction.ORDER, _order, OrderForm, reasons=_against_ordering, hints=_order_hints)
REFER = complaint_verb(ComplaintAction.REFER, _refer, ReferForm, reasons=_against_referring)
CLOSE = complaint_verb(ComplaintAction.CLOSE, _close, CloseForm)
SUMMARY = CaseVerb(
    "summary", gettext_lazy("拟制公开摘要"), _against_summary, _summarise, SummaryForm,
    hints=_summary_hints, template=VERB_TEMPLATE,
)  # fmt: skip
CODE = CaseVerb(
    "code", gettext_lazy("重发查询码"), complainants.reasons_against_renewing, _renew, CodeForm,
    hints=_code_hints, shows=_code_page, template=VERB_TEMPLATE,
)  # fmt: skip
