"""登记、分派、转交、转入办理、撤回、查询码: the verbs from the letter box to the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from govportal import access
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.fact_fields import add_office_facts, typed_facts
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.enums import Action, Channel, ReceiptBasis
from requests_app.letter_rules import LetterKind
from requests_app.models import InformationRequest
from requests_app.rules import RECEIPT_ARTICLE, RECEIPT_BASES
from requests_app.services import correspondence, intake, procedure, triage, withdraw


def against(action: Action) -> Any:
    """The reasons that state and role give against a step."""
    return lambda row, actor: procedure.reasons_against(row, action, actor)


def receipt_rule(channel: str) -> str:
    """第三十一条 as it applies to a channel, in a sentence."""
    words = {
        "channel": Channel(channel).label,
        "bases": _("或者").join(str(basis.label) for basis in RECEIPT_BASES[Channel(channel)]),
        "article": RECEIPT_ARTICLE,
    }
    return _("%(channel)s提交的申请，收到日期为%(bases)s（%(article)s）。") % words


class RegisterForm(CaseForm):
    basis = forms.ChoiceField(label=gettext_lazy("收到日期的依据"), widget=forms.RadioSelect)
    received_on = DayField(label=gettext_lazy("收到日期"))

    def prepare(self) -> None:
        bases = RECEIPT_BASES[Channel(self.row.channel)]
        field = self.fields["basis"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(basis.value, basis.label) for basis in bases]
        field.initial = self.row.receipt_basis if self.row.receipt_basis in bases else bases[0]
        self.fields["received_on"].initial = self.row.received_on or today()


def _register(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    receipt = triage.Receipt(basis=ReceiptBasis(values["basis"]), received_on=values["received_on"])
    return correspondence.register(row.pk, receipt, actor=actor, at=now())


def _register_hints(row: InformationRequest, actor: User) -> list[str]:
    return [receipt_rule(row.channel), _("登记以后由您经办，可以再分派；答复期限为收到申请之日起20个工作日。")]


class AssignForm(CaseForm):
    handler = forms.ModelChoiceField(label=gettext_lazy("经办人"), queryset=User.objects.none(), empty_label=CHOOSE)
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)

    def prepare(self) -> None:
        officers = access.holders(Permission.HANDLE_REQUEST, self.row.agency)
        self.choices_of("handler").queryset = officers.exclude(pk=self.row.handler_id)


def _assign(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return triage.assign(row.pk, values["handler"], actor=actor, at=now(), reason=values["reason"])


class TransferForm(CaseForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("转交单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    reason = long_text(gettext_lazy("理由"), length=300)
    fact_receiver_contact = forms.CharField(
        label=gettext_lazy("承接单位的联系方式"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("写进转办告知书。不填，用单位名录里的电话和地址。"),
    )

    def prepare(self) -> None:
        add_office_facts(self, LetterKind.TRANSFER, self.row)
        agencies = intake.open_agencies().exclude(pk=self.row.agency_id).order_by("position", "name")
        self.choices_of("agency").queryset = agencies


def _transfer_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("转交以后由对方单位办理，您不再看到这一申请；答复期限不变，从第一次收到申请起算。"),
        _("不属于本机关负责公开、也不转交的，用“拟答复”告知申请人（条例第三十六条第五项）。"),
    ]


def _transfer(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    facts = typed_facts(LetterKind.TRANSFER, values)
    return correspondence.transfer(
        row.pk, values["agency"], actor=actor, at=now(), reason=values["reason"], facts=facts
    )


def _begin(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return triage.begin_review(row.pk, actor=actor, at=now())


class WithdrawForm(CaseForm):
    on = DayField(label=gettext_lazy("撤回日期"), initial=today)
    note = long_text(
        gettext_lazy("怎样撤回"),
        length=500,
        help_text=gettext_lazy("来电、来信还是当面，何人接办。不写申请人的证件和电话。"),
    )


def _withdraw(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return withdraw.withdraw(row.pk, actor=actor, at=now(), on=values["on"], note=values["note"])


def _withdraw_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("撤回以后申请办结，计入“其他处理”；待签发的决定一并作废。申请人也可以凭查询码自己撤回。")]


class CodeForm(CaseForm):
    is_checked = forms.BooleanField(
        label=gettext_lazy("已核对申请人的身份"), error_messages={"required": gettext_lazy("请先核对，再勾选这一项。")}
    )


def _against_code(row: InformationRequest, actor: User) -> list[str]:
    if access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        return []
    return [_("您在%s没有依申请公开经办的角色。") % row.agency.display_name]


def _renew(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return intake.renew_code(row.pk, actor=actor, at=now())


def _code_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("新的查询码只显示这一次，请当场交给申请人；原来的查询码随即失效。系统不保存查询码，也不以邮件发送。")]


def _code_page(row: InformationRequest, code: Any) -> tuple[str, dict[str, Any]]:
    return "admin/requests_app/code_once.html", {"code": code}


REGISTER = CaseVerb(
    "register", gettext_lazy("登记受理"), against(Action.REGISTER), _register, RegisterForm,
    hints=_register_hints,
)  # fmt: skip
BEGIN = CaseVerb("begin", gettext_lazy("转入办理"), against(Action.BEGIN_REVIEW), _begin)
ASSIGN = CaseVerb("assign", gettext_lazy("分派经办人"), against(Action.ASSIGN), _assign, AssignForm)
TRANSFER = CaseVerb(
    "transfer", gettext_lazy("转交其他单位"), triage.reasons_against_handing_on, _transfer, TransferForm,
    hints=_transfer_hints,
)  # fmt: skip
WITHDRAW = CaseVerb(
    "withdraw", gettext_lazy("登记撤回"), against(Action.WITHDRAW), _withdraw, WithdrawForm,
    hints=_withdraw_hints,
)  # fmt: skip
CODE = CaseVerb(
    "code", gettext_lazy("重发查询码"), _against_code, _renew, CodeForm, hints=_code_hints, shows=_code_page,
)  # fmt: skip
