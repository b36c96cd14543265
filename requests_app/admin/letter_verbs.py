"""文书: generated with the deed they tell of or by hand, made anew, sealed, sent, and proven to have arrived."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from govportal.forms import whole_number
from govportal.models import User
from govportal.now import now, today
from requests_app import letters as letter_texts
from requests_app.admin.fact_fields import PREFIX, changed_facts, field_of, shown_value
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.enums import DELIVERY_OF, Action, DeliveryWay, InquiryKind, SupplyWay
from requests_app.letter_rules import INQUIRY_LETTERS, LetterKind
from requests_app.models import Delivery, InformationRequest, Letter
from requests_app.services import correspondence, letter_delivery, letters


def words_of(letter: Letter) -> str:
    words = {"number": letter.number, "kind": LetterKind(letter.kind).label, "version": letter.version}
    return _("%(number)s　%(kind)s（第%(version)s版）") % words


def current(row: InformationRequest) -> "QuerySet[Letter]":
    """The newest version of each letter."""
    return row.letters.filter(superseded_by=None).select_related("inquiry")


class LetterField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Letter.objects.none(), empty_label=CHOOSE, label=gettext_lazy("文书"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return words_of(obj)


class LetterForm(CaseForm):
    """Of one letter; chosen already where there is only one."""

    letter = LetterField()

    def prepare(self) -> None:
        found = self.letters()
        self.choices_of("letter").queryset = found
        if len(found) == 1:
            self.fields["letter"].initial = found[0].pk

    def letters(self) -> "QuerySet[Letter]":
        return current(self.row)


def _against(row: InformationRequest, actor: User) -> list[str]:
    reasons = letters.reasons_against_writing(row.agency, actor)
    return reasons if reasons or current(row).exists() else [_("还没有文书。")]


# --- by hand -------------------------------------------------------------------------------------------------------


def candidates(row: InformationRequest) -> list[tuple[str, str, letters.Order]]:
    """(key, words, order) of the letters that the case gives cause for and that have not been generated."""
    orders = [letters.Order(kind=LetterKind.REGISTRATION_RECEIPT)] if row.received_on else []
    steps = {
        Action.ASK_CORRECTION: LetterKind.CORRECTION,
        Action.ASK_REASONS: LetterKind.REASONS,
        Action.NOTIFY_FEE: LetterKind.FEE,
        Action.TRANSFER: LetterKind.TRANSFER,
        Action.EXTEND: LetterKind.EXTENSION,
        Action.DELAY: LetterKind.DELAY,
    }
    done = set(row.events.values_list("action", flat=True))
    orders += [letters.Order(kind=kind) for action, kind in steps.items() if action in done]
    for inquiry in row.inquiries.all():
        orders.append(letters.Order(kind=INQUIRY_LETTERS[InquiryKind(inquiry.kind)], inquiry=inquiry))
        orders.append(letters.Order(kind=LetterKind.PAUSE, inquiry=inquiry))
    orders += correspondence.owed(row)
    issued = set(row.letters.values_list("kind", "inquiry"))
    found = []
    for order in orders:
        inquiry_id = order.inquiry.pk if order.inquiry else None
        if (order.kind.value, inquiry_id) not in issued:
            party = f"　{order.inquiry.party}" if order.inquiry else ""
            found.append((f"{order.kind.value}-{inquiry_id or 0}", f"{order.kind.label}{party}", order))
    return found


class IssueForm(CaseForm):
    which = forms.ChoiceField(label=gettext_lazy("文书"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        field = self.fields["which"]
        assert isinstance(field, forms.ChoiceField)
        self.orders = {key: order for key, _words, order in candidates(self.row)}
        field.choices = [(key, words) for key, words, _order in candidates(self.row)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        return values | {"order": self.orders.get(values.get("which", ""))}


def _against_issuing(row: InformationRequest, actor: User) -> list[str]:
    reasons = letters.reasons_against_writing(row.agency, actor)
    return reasons if reasons or candidates(row) else [_("应有的文书都已生成。")]


def _issue(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return letters.issue(row.pk, values["order"], actor=actor, at=now())


def _preview(row: InformationRequest, values: dict[str, Any]) -> bytes:
    return letters.preview(row, values["order"], at=now())


def _issue_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("文书在办理的同时自动生成；这里补生成漏掉的。生成即取得文号，文号连续，不能删除。")]


# --- anew ----------------------------------------------------------------------------------------------------------


class RegenerateForm(LetterForm):
    """First which letter, then what it is to say."""

    reason = long_text(gettext_lazy("重新生成的理由"), length=300)

    def prepare(self) -> None:
        super().prepare()
        offered = self.initial.get("letter") or self.fields["letter"].initial
        chosen = whole_number(self.data.get("letter") if self.is_bound else offered) or 0
        self.chosen = self.letters().filter(pk=chosen).first()
        if self.chosen is None:
            del self.fields["reason"]
            return
        kind = LetterKind(self.chosen.kind)
        self.fields["letter"].widget = forms.HiddenInput()
        self.fields["letter"].initial = self.chosen.pk
        facts = letter_texts.from_json(kind, self.chosen.facts)
        mine = letters.changeable_facts(self.chosen, self.actor)
        for name, fact in letter_texts.known_facts(kind).items():
            if name in mine and (name in facts or fact in letter_texts.required_facts(kind)):
                field = self.fields[f"{PREFIX}{name}"] = field_of(fact)
                field.initial = shown_value(facts.get(name))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.chosen is None and not self.errors:
            raise forms.ValidationError(_("请选择文书。"))
        return values


def _regenerate(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    letter = values["letter"]
    changes = changed_facts(LetterKind(letter.kind), values)
    return letters.regenerate(letter.pk, reason=values["reason"], actor=actor, at=now(), changes=changes)


def _choices(row: InformationRequest, actor: User) -> dict[str, Any]:
    return {"letters": [(letter, words_of(letter)) for letter in current(row)]}


def _regenerate_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("文号不变，成为新的版次；原来的版次和它的送达记录保留。送达须重新办理。")]


# --- sealed and sent -----------------------------------------------------------------------------------------------


class SealForm(LetterForm):
    paper = forms.FileField(
        label=gettext_lazy("用印件"), help_text=gettext_lazy("盖章以后的扫描件：PDF、JPG 或者 PNG。")
    )


def _seal(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return letters.attach_sealed_copy(values["letter"].pk, values["paper"], actor=actor, at=now())


def _seal_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("打印生成的文书，用印以后扫描上传；此后申请人下载的、送达的都是用印件。系统不代盖印章。")]


def unsent(row: InformationRequest) -> "QuerySet[Letter]":
    return current(row).filter(deliveries=None)


class SendForm(LetterForm):
    way = forms.ChoiceField(label=gettext_lazy("送达方式"), choices=DeliveryWay.choices, widget=forms.RadioSelect)
    sent_on = DayField(label=gettext_lazy("发出日期"), initial=today)
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=200, required=False, help_text=gettext_lazy("邮件号、窗口等。")
    )

    def prepare(self) -> None:
        super().prepare()
        first = unsent(self.row).first()
        if first and self.fields["letter"].initial is None:
            self.fields["letter"].initial = first.pk
        is_his = first is None or first.is_for_applicant
        self.fields["way"].initial = DELIVERY_OF[SupplyWay(self.row.supply_way)] if is_his else DeliveryWay.POST


def _send(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    dispatch = letter_delivery.Dispatch(way=values["way"], sent_on=values["sent_on"], note=values["note"])
    return letter_delivery.send(values["letter"].pk, dispatch, actor=actor, at=now())


def _send_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("网上下载：申请人凭受理编号和查询码下载，下载之日为送达之日。"),
        _("其他方式送达以后，在“登记文书送达”里填日期和凭证；征求意见、缴费的期限从送达的次日起算。"),
    ]


def _cautions(row: InformationRequest, actor: User) -> dict[str, Any]:
    """An office that seals nothing may send all the same: 用印 is its own rule, and said before it is too late."""
    bare = unsent(row).filter(sealed_file=None).exclude(kind=LetterKind.REGISTRATION_RECEIPT.value)
    numbers = "、".join(letter.number for letter in bare)
    words = _("还没有上传用印件：发出的是没有印章的文书（%s）。")
    return {"cautions": [words % numbers] if numbers else []}


class DeliveryField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Delivery.objects.none(), empty_label=CHOOSE, label=gettext_lazy("发出的文书"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{words_of(obj.letter)}　{obj.get_way_display()}　{obj.sent_on.isoformat()}"


class ArrivalForm(CaseForm):
    delivery = DeliveryField()
    delivered_on = DayField(label=gettext_lazy("送达日期"), initial=today)
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=200, required=False, help_text=gettext_lazy("签收人、邮件查询结果等。")
    )
    proof = forms.FileField(label=gettext_lazy("送达凭证"), required=False)

    def prepare(self) -> None:
        found = on_the_way(self.row)
        self.choices_of("delivery").queryset = found
        if len(found) == 1:
            self.fields["delivery"].initial = found[0].pk


def on_the_way(row: InformationRequest) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(letter__request=row, delivered_on=None).select_related("letter")


def _against_arrival(row: InformationRequest, actor: User) -> list[str]:
    reasons = letters.reasons_against_writing(row.agency, actor)
    return reasons if reasons or on_the_way(row).exists() else [_("没有发出而未登记送达的文书。")]


def _arrive(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    arrival = letter_delivery.Arrival(
        delivered_on=values["delivered_on"], note=values["note"], proof=values["proof"] or None
    )
    return letter_delivery.record_delivery(values["delivery"].pk, arrival, actor=actor, at=now())


ISSUE = CaseVerb(
    "letter", gettext_lazy("生成文书"), _against_issuing, _issue, IssueForm, hints=_issue_hints, preview=_preview,
)  # fmt: skip
REGENERATE = CaseVerb(
    "regenerate", gettext_lazy("重新生成文书"), _against, _regenerate, RegenerateForm,
    hints=_regenerate_hints, context=_choices,
    template="admin/requests_app/regenerate.html",
)  # fmt: skip
SEAL = CaseVerb(
    "seal", gettext_lazy("上传用印件"), _against, _seal, SealForm, hints=_seal_hints,
)  # fmt: skip
SEND = CaseVerb(
    "send", gettext_lazy("发出文书"), _against, _send, SendForm, hints=_send_hints, context=_cautions,
)  # fmt: skip
ARRIVAL = CaseVerb(
    "arrival", gettext_lazy("登记文书送达"), _against_arrival, _arrive, ArrivalForm,
)  # fmt: skip
