"""采纳、不采纳、修改、撤销、交办整改, and evidence: the verbs of a finding; 修改、撤回 of its proposer."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.forms import findings as forms
from evaluation.models import Finding
from evaluation.services import evidence, finding_orders, findings
from evaluation.workflow import FindingAction
from govportal.models import User
from govportal.now import now, today
from requests_app.admin.verb_pages import CaseVerb

VERB_TEMPLATE = "admin/evaluation/finding_verb.html"
_ANY = "。"  # words no rule speaks against: what may be asked before anything was typed


def _against(action: FindingAction) -> Any:
    return lambda row, actor: findings.reasons_against(row, action, actor)


def _adopt(row: Finding, actor: User, values: dict[str, Any]) -> object:
    chosen = {name: values[name] for name in ("unit", "count", "note", "seen")}
    return findings.adopt(row.pk, actor=actor, at=now(), **chosen)


def _reject(row: Finding, actor: User, values: dict[str, Any]) -> object:
    return findings.reject(row.pk, reason=values["reason"], actor=actor, at=now())


def _edit(row: Finding, actor: User, values: dict[str, Any]) -> object:
    content = forms.content_of(values, values["unit"])
    return findings.edit(row.pk, content, seen=values["seen"], actor=actor, at=now())


def _withdraw(row: Finding, actor: User, values: dict[str, Any]) -> object:
    return findings.withdraw(row.pk, reason=values["reason"], actor=actor, at=now())


def _withdraw_hints(row: Finding, actor: User) -> list[str]:
    return [_("撤销后不再扣分。这一条没有别的问题的，改为“未发现问题”。")]


def _order(row: Finding, actor: User, values: dict[str, Any]) -> object:
    chosen = {name: values[name] for name in ("problem", "requirement", "basis", "due_on")}
    return finding_orders.order(row.pk, finding_orders.Order(**chosen), actor=actor, at=now())


def _against_ordering(row: Finding, actor: User) -> list[str]:
    any_order = finding_orders.Order(problem=_ANY, requirement=_ANY)
    return finding_orders.reasons_against_ordering(row, any_order, actor, today())


def _order_hints(row: Finding, actor: User) -> list[str]:
    return [
        _("责任单位是%s。整改一经交办即向社会公开，责任单位和公众都看不到它因何而起。")
        % row.assessment.agency.display_name,
        _("不写考核、扣分、监督员等字样。"),
    ]


def _add_evidence(row: Finding, actor: User, values: dict[str, Any]) -> object:
    return evidence.add(row.pk, values["uploads"], actor=actor, at=now())


def _change_evidence(row: Finding, actor: User, values: dict[str, Any]) -> object:
    file, change = values["evidence"], values["change"]
    if change == forms.ChangeEvidenceForm.REMOVE:
        return evidence.remove(file.pk, actor=actor)
    return evidence.set_public(file.pk, is_public=change == forms.ChangeEvidenceForm.PUBLIC, actor=actor)


def _against_changing(row: Finding, actor: User) -> list[str]:
    reasons = evidence.reasons_against_evidence(row, actor)
    return reasons or ([] if row.files.exists() else [_("还没有证据。")])


def _verb(name: str, label: Any, reasons: Any, run: Any, form: Any, **options: Any) -> CaseVerb:
    return CaseVerb(name, label, reasons, run, form, template=VERB_TEMPLATE, **options)


_A = FindingAction
VERBS = (
    _verb(_A.ADOPT, _A.ADOPT.label, _against(_A.ADOPT), _adopt, forms.AdoptForm),
    _verb(_A.REJECT, _A.REJECT.label, _against(_A.REJECT), _reject, forms.ReasonForm),
    _verb(_A.EDIT, _A.EDIT.label, _against(_A.EDIT), _edit, forms.EditForm),
    _verb(_A.WITHDRAW, _A.WITHDRAW.label, _against(_A.WITHDRAW), _withdraw, forms.ReasonForm, hints=_withdraw_hints),
    _verb(_A.REVISE, _A.REVISE.label, _against(_A.REVISE), _edit, forms.EditForm),
    _verb(_A.RETRACT, _A.RETRACT.label, _against(_A.RETRACT), _withdraw, forms.RetractForm),
    _verb(_A.ORDER, _A.ORDER.label, _against_ordering, _order, forms.OrderForm, hints=_order_hints),
    _verb("evidence", gettext_lazy("补充证据"), evidence.reasons_against_adding, _add_evidence, forms.AddEvidenceForm),
    _verb("change_evidence", gettext_lazy("改动证据"), _against_changing, _change_evidence, forms.ChangeEvidenceForm),
)
