"""信息处理费: the tariff with its working, the notice, the payment."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.forms.base import DayField
from govportal.models import User
from govportal.now import now, today
from requests_app import fees
from requests_app.admin.fact_fields import add_office_facts, typed_facts
from requests_app.admin.triage_verbs import against
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.enums import Action, FeeMode
from requests_app.letter_rules import LetterKind
from requests_app.models import FeeNotice, InformationRequest
from requests_app.services import charge, correspondence, procedure


class FeeForm(CaseForm):
    """The button `look` shows the working and does nothing."""

    looked_at = ("mode", "quantity", "earlier")

    mode = forms.ChoiceField(label=gettext_lazy("计收方式"), choices=FeeMode.choices, widget=forms.RadioSelect)
    quantity = forms.IntegerField(
        label=gettext_lazy("数量"),
        min_value=1,
        max_value=fees.LARGEST_QUANTITY // 2,
        help_text=gettext_lazy("按件：这一申请拆分成几件（一事一申请）；按量：提供的页数。"),
    )
    earlier = forms.IntegerField(
        label=gettext_lazy("当月在前的件数"),
        min_value=0,
        max_value=fees.LARGEST_QUANTITY // 2,
        required=False,
        help_text=gettext_lazy(
            "同一申请人本月向本机关提出、排在这一件之前的申请，按证件号码或者姓名加电话统计。只用于按件。"
        ),
    )
    earlier_reason = forms.CharField(
        label=gettext_lazy("另填件数的理由"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("当月在前的件数与系统统计的不同才填，记入办理记录。"),
    )
    notified_on = DayField(label=gettext_lazy("通知日期"), initial=today)
    delivered_on = DayField(label=gettext_lazy("送达日期"), required=False)

    def prepare(self) -> None:
        self.fields["quantity"].initial = 1
        self.fields["earlier"].initial = charge.earlier_in_month(self.row)
        add_office_facts(self, LetterKind.FEE, self.row)

    @property
    def charge(self) -> fees.Charge | None:
        """What the tariff gives for what was typed; None while that says nothing yet."""
        if not self.is_bound:
            return None
        values = getattr(self, "cleaned_data", {})
        if not values.get("mode") or not values.get("quantity"):
            return None
        return charge.charge_of(charge.counted(self.row, _demand(values)))


def _demand(values: dict[str, Any]) -> charge.Demand:
    return charge.Demand(
        mode=values["mode"],
        quantity=values["quantity"],
        earlier=values.get("earlier"),
        earlier_reason=values.get("earlier_reason") or "",
        notified_on=values.get("notified_on"),
        delivered_on=values.get("delivered_on"),
    )


def _against_fee(row: InformationRequest, actor: User) -> list[str]:
    reasons = procedure.reasons_against(row, Action.NOTIFY_FEE, actor)
    if FeeNotice.objects.filter(request=row).exists():
        reasons.append(_("收费通知只能发一次。"))
    return reasons


def _notify(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    facts = typed_facts(LetterKind.FEE, values)
    return correspondence.charge_fee(row.pk, _demand(values), actor=actor, at=now(), facts=facts)


def _fee_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("只对数量、频次明显超过合理范围的申请收费，按件或者按量只选一种（国办函〔2020〕109号）。"),
        _("按件：每月10件以内不收费，11至30件每件100元，31件以上每增加10件为一档、每件提高100元。"),
        _("按量：30页以内不收费，31至100页每页10元，101至200页每页20元，201页以上每页40元。"),
        _("通知以后停止计时，申请人收到之日起20个工作日内缴纳，缴费次日起重新计算答复期限。"),
    ]


class PaymentForm(CaseForm):
    paid_on = DayField(label=gettext_lazy("缴费日期"), initial=today)
    reference = forms.CharField(label=gettext_lazy("缴款书号"), max_length=80, required=False)


def _pay(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return charge.record_payment(row.pk, actor=actor, at=now(), **values)


def _payment_hints(row: InformationRequest, actor: User) -> list[str]:
    fee = getattr(row, "fee", None)
    if fee is None:
        return []
    words = {"amount": f"{fee.amount:,.2f}", "day": fee.pay_by.isoformat()}
    return [_("应缴 %(amount)s 元，缴费期限 %(day)s。登记以后，从缴费的次日起重新计算答复期限。") % words]


FEE = CaseVerb(
    "fee", gettext_lazy("通知缴费"), _against_fee, _notify, FeeForm,
    hints=_fee_hints, template="admin/requests_app/fee.html",
)  # fmt: skip
PAYMENT = CaseVerb(
    "payment", gettext_lazy("登记缴费"), against(Action.RECORD_PAYMENT), _pay, PaymentForm, hints=_payment_hints,
)  # fmt: skip
