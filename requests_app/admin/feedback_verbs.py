"""研判、转办、答复、告知其他途径、不予办理、列入公开摘要、查看联系方式: the verbs of a message."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, VerbForm, long_text
from govportal.models import Agency, User
from govportal.now import now
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.complaint_enums import OtherPath
from requests_app.feedback_enums import FeedbackAction, Judgement
from requests_app.models import Feedback
from requests_app.services import feedback, feedback_selection

VERB_TEMPLATE = "admin/requests_app/feedback_verb.html"
COMPLAIN = "complaint"  # in the form; a radio button needs a value
_PATHS = [
    (COMPLAIN, gettext_lazy("投诉举报")),
    *((path, OtherPath(path).label) for path in feedback.PATHS if path != feedback.COMPLAIN),
]


def _against(action: FeedbackAction) -> Any:
    """The reasons that state and role give against a step."""
    return lambda row, actor: feedback.reasons_against(row, action, actor)


def _note() -> forms.CharField:
    words = gettext_lazy("内部说明")
    return long_text(
        words, length=feedback.LONGEST_NOTE, is_required=False, help_text=gettext_lazy("留言人看不到。可以不填。")
    )


class JudgeForm(CaseForm):
    judgement = forms.ChoiceField(label=gettext_lazy("研判结论"), choices=Judgement.choices, widget=forms.RadioSelect)
    note = _note()

    def prepare(self) -> None:
        self.fields["judgement"].initial = self.row.judgement


def _judge(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    return feedback.judge(row.pk, values["judgement"], actor=actor, at=now(), note=values["note"])


class PassOnForm(CaseForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("转给"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    reason = long_text(
        gettext_lazy("理由"),
        length=feedback.LONGEST_NOTE,
        help_text=gettext_lazy("对方看得到，留言人看不到。答复期限不变。"),
    )

    def prepare(self) -> None:
        self.choices_of("agency").queryset = feedback.open_agencies().exclude(pk=self.row.agency_id)


def _pass_on(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    return feedback.pass_on(row.pk, values["agency"], actor=actor, at=now(), reason=values["reason"])


class AnswerForm(CaseForm):
    text = long_text(
        gettext_lazy("答复"),
        length=feedback.LONGEST_ANSWER,
        help_text=gettext_lazy("留言人凭编号和查询码看到的就是这段话。纠错属实的，请先改正网页再答复。"),
    )
    note = _note()


def _answer(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    return feedback.answer(row.pk, values["text"], actor=actor, at=now(), note=values["note"])


class RedirectForm(CaseForm):
    path = forms.ChoiceField(label=gettext_lazy("途径"), choices=_PATHS, widget=forms.RadioSelect)
    text = long_text(
        gettext_lazy("告知的内容"),
        length=feedback.LONGEST_ANSWER,
        help_text=gettext_lazy("为什么不在这里办理、到哪里去办。依申请公开、投诉举报会附上链接。"),
    )


def _redirect(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    path = feedback.COMPLAIN if values["path"] == COMPLAIN else values["path"]
    return feedback.redirect(row.pk, path, values["text"], actor=actor, at=now())


class SetAsideForm(CaseForm):
    reason = long_text(gettext_lazy("理由"), length=feedback.LONGEST_ANSWER, help_text=gettext_lazy("留言人看得到。"))


def _set_aside(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    return feedback.set_aside(row.pk, values["reason"], actor=actor, at=now())


class SelectForm(CaseForm):
    question = long_text(
        gettext_lazy("公开的问题"),
        length=feedback_selection.LONGEST_QUESTION,
        help_text=gettext_lazy("用本单位的话概括，不写留言人的称呼、联系方式和住处。"),
    )
    answer = long_text(gettext_lazy("公开的答复"), length=feedback_selection.LONGEST_PUBLIC_ANSWER)

    def prepare(self) -> None:
        self.fields["question"].initial = self.row.public_question
        self.fields["answer"].initial = self.row.public_answer or self.row.answer


def _select(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    return feedback_selection.select(row.pk, values["question"], values["answer"], actor=actor, at=now())


def _deselect(row: Feedback, actor: User, values: dict[str, Any]) -> object:
    return feedback_selection.deselect(row.pk, actor=actor, at=now())


class ContactForm(CaseForm):
    reason = forms.CharField(
        label=gettext_lazy("查看的理由"),
        max_length=feedback.LONGEST_NOTE,
        help_text=gettext_lazy("例如：打电话核实有误的地方。查看记入审计。"),
    )


def _view_contact(row: Feedback, actor: User, values: dict[str, Any]) -> Feedback:
    return feedback.view_contact(row.pk, values["reason"], actor=actor)


def contact_lines(row: Feedback) -> list[tuple[str, str]]:
    """What was left of it, in full: for the answer to the verb `contact` alone."""
    lines = [(_("称呼"), row.name), (_("联系电话"), row.phone), (_("电子邮箱"), row.email)]
    return [(label, value) for label, value in lines if value]


def _contact_page(_row: Feedback, seen: Feedback) -> tuple[str, dict[str, Any]]:
    return "admin/requests_app/feedback_contact.html", {"lines": contact_lines(seen)}


def _verb(
    name: str, label: Promise | str, reasons: Any, run: Any, form: type[VerbForm] = CaseForm, *, shows: Any = None
) -> CaseVerb:
    return CaseVerb(name, label, reasons, run, form, shows=shows, template=VERB_TEMPLATE)


VERBS = (
    _verb("judge", gettext_lazy("研判"), _against(FeedbackAction.JUDGE), _judge, JudgeForm),
    _verb("answer", gettext_lazy("答复"), _against(FeedbackAction.ANSWER), _answer, AnswerForm),
    _verb("pass_on", gettext_lazy("转其他单位"), _against(FeedbackAction.PASS_ON), _pass_on, PassOnForm),
    _verb("redirect", gettext_lazy("告知其他途径"), _against(FeedbackAction.REDIRECT), _redirect, RedirectForm),
    _verb("set_aside", gettext_lazy("不予办理"), _against(FeedbackAction.SET_ASIDE), _set_aside, SetAsideForm),
    _verb("select", gettext_lazy("列入公开摘要"), feedback_selection.reasons_against, _select, SelectForm),
    _verb("deselect", gettext_lazy("不列入公开摘要"), feedback_selection.reasons_against_deselecting, _deselect),
    _verb(
        "contact", gettext_lazy("查看联系方式"), feedback.reasons_against_contact, _view_contact, ContactForm,
        shows=_contact_page,
    ),
)  # fmt: skip
