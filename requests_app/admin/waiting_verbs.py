"""补正、征求意见、说明理由: the verbs after which somebody outside has the next step."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, long_text
from disclosure.forms.base import DayField
from govportal.calendar import load_calendar
from govportal.models import User
from govportal.now import now, today
from requests_app import clock
from requests_app.admin.fact_fields import add_office_facts, typed_facts
from requests_app.admin.file_fields import FilesField, stored
from requests_app.admin.triage_verbs import against
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.enums import Action, InquiryAnswer, InquiryKind
from requests_app.letter_rules import INQUIRY_LETTERS, LetterKind
from requests_app.models import InformationRequest, Inquiry
from requests_app.services import charge, converse, correct, correspondence, inquire, procedure

# --- 补正 ---------------------------------------------------------------------------------------------------------


class AskCorrectionForm(CaseForm):
    items = long_text(
        gettext_lazy("需要补正的全部内容"), length=3000, help_text=gettext_lazy("只能告知一次，请一次写全。")
    )
    told_on = DayField(label=gettext_lazy("告知日期"), initial=today)
    due_on = DayField(
        label=gettext_lazy("补正期限"),
        help_text=gettext_lazy("法律没有规定天数，须合理，短于5个工作日的可能被认为不合理；逾期不补正的可以终止办理。"),
    )
    fact_guidance = long_text(gettext_lazy("补正指引"), length=2000, is_required=False)

    def prepare(self) -> None:
        add_office_facts(self, LetterKind.CORRECTION, self.row)
        self.fields["due_on"].initial = correct.usual_due_day(today())


def _against_correction(row: InformationRequest, actor: User) -> list[str]:
    reasons = procedure.reasons_against(row, Action.ASK_CORRECTION, actor)
    if row.events.filter(action=Action.ASK_CORRECTION).exists():
        reasons.append(_("补正只能告知一次（条例第三十条）。"))
    return reasons


def _correction_hints(row: InformationRequest, actor: User) -> list[str]:
    hints = [_("告知以后停止计时，收到补正之日起重新计算20个工作日（条例第三十条、第三十三条）。")]
    if row.received_on is None:
        return hints
    last = clock.correction_due(row.received_on, load_calendar(), counts_receipt_day=row.counts_receipt_day).due_on
    words = _("须在收到申请后7个工作日内告知，最迟 %s。") % last.isoformat()
    if correct.is_late(row, today()):
        words = _("告知补正的期限 %s 已经过了：仍可告知，但会记入办理记录。") % last.isoformat()
    return [words, *hints]


def _ask_correction(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    demand = correct.Demand(items=values["items"], told_on=values["told_on"], due_on=values["due_on"])
    facts = typed_facts(LetterKind.CORRECTION, values)
    return correspondence.ask_correction(row.pk, demand, actor=actor, at=now(), facts=facts)


def _after_asking(row: InformationRequest, values: dict[str, Any]) -> str:
    if not correct.is_short(values["told_on"], values["due_on"]):
        return ""
    return _("补正期限短于%s个工作日，可能被认为不是合理期限（条例第三十条）。") % correct.FEWEST_DAYS


class CorrectionForm(CaseForm):
    text = long_text(gettext_lazy("补正的内容"), length=5000, is_required=False)
    on = DayField(label=gettext_lazy("收到日期"), initial=today)
    papers = FilesField(label=gettext_lazy("补正材料"), required=False)


def _receive_correction(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    files = stored(values["papers"])
    return correct.answer(row.pk, values["text"], actor=actor, at=now(), on=values["on"], files=files)


def _corrected_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("申请人在网上补正的不用登记。登记以后，答复期限从收到日期起重新计算。")]


# --- 征求意见 ------------------------------------------------------------------------------------------------------


class AskPartyForm(CaseForm):
    party = forms.CharField(label=gettext_lazy("征求谁的意见"), max_length=200)
    contact = long_text(gettext_lazy("联系方式"), length=500, is_required=False)
    matter = long_text(
        gettext_lazy("征求意见的政府信息"),
        length=3000,
        help_text=gettext_lazy("不写申请人是谁，也不写能看出申请人的内容。"),
    )
    asked_on = DayField(label=gettext_lazy("发出日期"), initial=today)
    delivered_on = DayField(
        label=gettext_lazy("送达日期"), required=False, help_text=gettext_lazy("还没有送达的不填，送达以后再登记。")
    )


class AskThirdPartyForm(AskPartyForm):
    fact_interest = forms.CharField(
        label=gettext_lazy("可能受损害的权益"), max_length=200, initial=gettext_lazy("商业秘密、个人隐私等权益")
    )

    def prepare(self) -> None:
        add_office_facts(self, LetterKind.THIRD_PARTY_INQUIRY, self.row)


class AskCoAgencyForm(AskPartyForm):
    fact_proposal = long_text(gettext_lazy("本机关的处理意见"), length=2000, is_required=False)

    def prepare(self) -> None:
        add_office_facts(self, LetterKind.CO_AGENCY_INQUIRY, self.row)


def _ask(kind: InquiryKind) -> Any:
    def run(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
        names = ("party", "contact", "matter", "asked_on", "delivered_on")
        question = inquire.Question(kind=kind, **{name: values[name] for name in names})
        facts = typed_facts(INQUIRY_LETTERS[kind], values)
        return correspondence.ask_party(row.pk, question, actor=actor, at=now(), facts=facts)

    return run


def _third_party_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("征求意见的时间不计入答复期限，第三方自收到征求意见书之日起15个工作日内提出意见（条例第三十二条）。"),
        _("逾期未提出意见的，由本机关决定是否公开；第三方不同意公开且有合理理由的不予公开。"),
    ]


def _co_agency_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("征求意见的时间不计入答复期限，被征求意见的机关15个工作日内提出意见（条例第三十四条）。"),
        _("逾期未提出意见的，视为同意公开。"),
    ]


def waiting_inquiries(row: InformationRequest) -> Any:
    return row.inquiries.filter(answered_on=None)


class InquiryField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Inquiry.objects.none(), empty_label=CHOOSE, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return inquiry_words(obj)


def inquiry_words(inquiry: Inquiry) -> str:
    words = {"ref": inquiry.ref, "kind": inquiry.get_kind_display(), "party": inquiry.party}
    return _("第%(ref)s号　%(kind)s　%(party)s") % words


class InquiryForm(CaseForm):
    """Of one inquiry that still waits; chosen already where there is only one."""

    inquiry = InquiryField(label=gettext_lazy("征求意见书"))

    def prepare(self) -> None:
        found = self.inquiries()
        self.choices_of("inquiry").queryset = found
        if len(found) == 1:
            self.fields["inquiry"].initial = found[0].pk

    def inquiries(self) -> Any:
        return waiting_inquiries(self.row)


class AnswerForm(InquiryForm):
    answer = forms.ChoiceField(
        label=gettext_lazy("意见"),
        choices=[choice for choice in InquiryAnswer.choices if choice[0] != InquiryAnswer.SILENCE],
        widget=forms.RadioSelect,
    )
    reasons = long_text(
        gettext_lazy("理由"), length=3000, is_required=False, help_text=gettext_lazy("不同意公开的必须登记。")
    )
    answered_on = DayField(label=gettext_lazy("收到日期"), initial=today)


def _against_answer(row: InformationRequest, actor: User) -> list[str]:
    first = waiting_inquiries(row).first()
    if first is None:
        return [_("没有等待答复的征求意见书。")]
    is_third = first.kind == InquiryKind.THIRD_PARTY
    return procedure.reasons_against(row, Action.ANSWER_THIRD_PARTY if is_third else Action.ANSWER_CO_AGENCY, actor)


def _answer(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    inquiry = values.pop("inquiry")
    return inquire.record_answer(inquiry.pk, inquire.Reply(**values), actor=actor, at=now())


class SilenceForm(InquiryForm):
    def inquiries(self) -> Any:
        return waiting_inquiries(self.row).filter(due_on__lt=today())


def _against_silence(row: InformationRequest, actor: User) -> list[str]:
    waiting = list(waiting_inquiries(row).order_by("due_on"))
    if not waiting:
        return [_("没有等待答复的征求意见书。")]
    return inquire.reasons_against_settling(_of(row, waiting[0]), actor, today())


def _of(row: InformationRequest, inquiry: Inquiry) -> Inquiry:
    inquiry.request = row  # with its agency
    return inquiry


def _settle(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return inquire.settle_silence(values["inquiry"].pk, actor=actor, at=now())


def _silence_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("期满以后系统每晚自动登记；急的可以现在登记。答复期限早已按期满之日计算，不因登记早晚而变。")]


class DeliveryForm(CaseForm):
    target = forms.ChoiceField(label=gettext_lazy("哪一份"), widget=forms.RadioSelect)
    delivered_on = DayField(label=gettext_lazy("送达日期"), initial=today)

    def prepare(self) -> None:
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _undelivered(self.row)
        if len(field.choices) == 1:
            field.initial = field.choices[0][0]


def _undelivered(row: InformationRequest) -> list[tuple[str, str]]:
    """What was sent and still waits: its key in the form, and its words."""
    found = [(f"inquiry-{one.pk}", inquiry_words(one)) for one in waiting_inquiries(row)]
    fee = getattr(row, "fee", None)
    if fee and fee.paid_on is None:
        found.append(("fee", _("收费通知书")))
    return found


def _against_delivery(row: InformationRequest, actor: User) -> list[str]:
    reasons = procedure.reasons_against(row, Action.NOTE_DELIVERY, actor)
    return reasons if reasons or _undelivered(row) else [_("没有等待送达的征求意见书或者收费通知书。")]


def _note_delivery(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    kind, _dash, pk = values["target"].partition("-")
    if kind == "fee":
        return charge.note_delivery(row.pk, values["delivered_on"], actor=actor, at=now())
    return inquire.note_delivery(int(pk), values["delivered_on"], actor=actor, at=now())


def _delivery_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("15个工作日（征求意见）、20个工作日（缴费）从送达的次日起算；登记以后答复期限随之重算。")]


# --- 说明理由 ------------------------------------------------------------------------------------------------------


class AskReasonsForm(CaseForm):
    text = long_text(
        gettext_lazy("数量、频次的情况"),
        length=3000,
        help_text=gettext_lazy("写明哪些申请的数量、频次明显超过合理范围。申请人会看到。"),
    )

    def prepare(self) -> None:
        add_office_facts(self, LetterKind.REASONS, self.row)


def _against_asking_reasons(row: InformationRequest, actor: User) -> list[str]:
    return converse.reasons_against_asking_reasons(row, actor)


def _ask_reasons(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    facts = typed_facts(LetterKind.REASONS, values)
    return correspondence.ask_reasons(row.pk, values["text"], actor=actor, at=now(), facts=facts)


def _reasons_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("要求说明理由不停止计时（条例第三十五条）；理由不合理的不予处理，合理的可以确定延迟答复的期限。")]


class GiveReasonsForm(CaseForm):
    text = long_text(gettext_lazy("申请人说明的理由"), length=5000)


def _against_giving_reasons(row: InformationRequest, actor: User) -> list[str]:
    return converse.reasons_against_giving_reasons(row, "-", actor)


def _give_reasons(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return converse.give_reasons(row.pk, values["text"], actor=actor, at=now())


ASK_CORRECTION = CaseVerb(
    "ask-correction", gettext_lazy("告知补正"), _against_correction, _ask_correction, AskCorrectionForm,
    hints=_correction_hints, caution=_after_asking,
)  # fmt: skip
CORRECTION = CaseVerb(
    "correction", gettext_lazy("登记补正"), against(Action.RECEIVE_CORRECTION), _receive_correction, CorrectionForm,
    hints=_corrected_hints,
)  # fmt: skip
ASK_THIRD_PARTY = CaseVerb(
    "ask-third-party", gettext_lazy("征求第三方意见"), against(Action.ASK_THIRD_PARTY),
    _ask(InquiryKind.THIRD_PARTY), AskThirdPartyForm, hints=_third_party_hints,
)  # fmt: skip
ASK_CO_AGENCY = CaseVerb(
    "ask-co-agency", gettext_lazy("征求其他机关意见"), against(Action.ASK_CO_AGENCY),
    _ask(InquiryKind.CO_AGENCY), AskCoAgencyForm, hints=_co_agency_hints,
)  # fmt: skip
DELIVERY = CaseVerb(
    "delivery", gettext_lazy("登记送达日期"), _against_delivery, _note_delivery, DeliveryForm,
    hints=_delivery_hints,
)  # fmt: skip
ANSWER = CaseVerb(
    "answer", gettext_lazy("登记意见"), _against_answer, _answer, AnswerForm,
)  # fmt: skip
SILENCE = CaseVerb(
    "silence", gettext_lazy("登记逾期未提出意见"), _against_silence, _settle, SilenceForm, hints=_silence_hints,
)  # fmt: skip
ASK_REASONS = CaseVerb(
    "ask-reasons", gettext_lazy("要求说明理由"), _against_asking_reasons, _ask_reasons, AskReasonsForm,
    hints=_reasons_hints,
)  # fmt: skip
REASONS = CaseVerb(
    "reasons", gettext_lazy("登记理由说明"), _against_giving_reasons, _give_reasons, GiveReasonsForm,
)  # fmt: skip
