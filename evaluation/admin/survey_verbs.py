"""The verbs of a survey: one service each."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import VerbForm
from evaluation.admin.survey_forms import (
    CancelForm,
    ExtendForm,
    InviteForm,
    QuestionsForm,
    SettingForm,
    SlipsForm,
    StepForm,
)
from evaluation.models import Survey
from evaluation.services import (
    survey_evaluators,
    survey_procedure,
    survey_results,
    survey_running,
    survey_setup,
    survey_tokens,
)
from evaluation.survey_enums import InvitationWay, SurveyAction
from govportal.models import User
from govportal.now import now, today
from requests_app.admin.verb_pages import CaseForm, CaseVerb

VERB_TEMPLATE = "admin/evaluation/survey_verb.html"
SLIPS = "slips"


def _against(action: SurveyAction) -> Any:
    return lambda row, actor: survey_procedure.reasons_against(row, action, actor)


def _edit(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_setup.edit(row.pk, survey_setup.Setting(**values), actor=actor, at=now())


def _ask(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_setup.set_questions(row.pk, values["questions"], actor=actor)


def _step(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_running.record_step(row.pk, actor=actor, at=now(), **values)


def _invite(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_evaluators.add(row.pk, survey_evaluators.Person(**values), actor=actor)


def _mail(row: Survey, actor: User, _values: dict[str, Any]) -> object:
    return survey_tokens.mail(row.pk, actor=actor, at=now())


def _against_mailing(row: Survey, actor: Any) -> list[str]:
    people = list(survey_tokens.waiting(row, InvitationWay.MAIL))
    return survey_tokens.reasons_against_issuing(row, people, InvitationWay.MAIL, actor)


def _slips(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_tokens.prepare_slips(row, actor=actor, **values)


def _open(row: Survey, actor: User, _values: dict[str, Any]) -> object:
    return survey_running.open_survey(row.pk, actor=actor, at=now())


def _against_opening(row: Survey, actor: Any) -> list[str]:
    return survey_running.reasons_against_opening(row, actor, today())


def _extend(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_setup.extend(row.pk, actor=actor, at=now(), **values)


def _close(row: Survey, actor: User, _values: dict[str, Any]) -> object:
    return survey_running.close(row.pk, actor=actor, at=now())


def _tally(row: Survey, actor: User, _values: dict[str, Any]) -> object:
    return survey_results.tally(row.pk, actor=actor, at=now())


def _draft_item(row: Survey, actor: User, _values: dict[str, Any]) -> object:
    return survey_results.draft_item(row.pk, actor=actor, at=now())


def _cancel(row: Survey, actor: User, values: dict[str, Any]) -> object:
    return survey_running.cancel(row.pk, values["because"], actor=actor, at=now())


def _verb(
    name: str,
    label: Promise | str,
    reasons: Any,
    run: Any,
    form: type[VerbForm] = CaseForm,
    *,
    template: str = VERB_TEMPLATE,
    warning: Promise | str = "",
) -> CaseVerb:
    return CaseVerb(name, label, reasons, run, form, template=template, warning=warning)


_A = SurveyAction
ACTIONS = {"mail": _A.ISSUE, SLIPS: _A.ISSUE}  # of verbs that are called otherwise
# In the order in which they are offered: on to the next state first.
VERBS = (
    _verb(
        "open", _A.OPEN.label, _against_opening, _open,
        warning=gettext_lazy("开始以后，题目、评议对象和档次不能再改，网页公开。"),
    ),
    _verb(
        "tally", _A.TALLY.label, survey_results.reasons_against_tallying, _tally,
        warning=gettext_lazy("汇总一次，结果从此不变。不足10张的单位只写“不公布”。"),
    ),
    _verb("draft_item", _A.DRAFT_ITEM.label, survey_results.reasons_against_drafting, _draft_item),
    _verb("step", _A.STEP.label, survey_running.reasons_against_recording, _step, StepForm),
    _verb(
        "ask", _A.ASK.label, _against(_A.ASK), _ask, QuestionsForm, template="admin/evaluation/survey_questions.html"
    ),
    _verb("invite", gettext_lazy("邀请一个人"), _against(_A.INVITE), _invite, InviteForm),
    _verb(
        "mail", gettext_lazy("邮件发放评议码"), _against_mailing, _mail,
        warning=gettext_lazy("发给所有有电子邮箱、还没有发过的人。每人一个评议码，只能用一次。"),
    ),
    _verb(
        SLIPS, gettext_lazy("印纸质评议单"), _against(_A.ISSUE), _slips, SlipsForm,
        warning=gettext_lazy(
            "评议码只在这份 PDF 里，系统不保存：请马上打印、密封发放，不要转发。第一页是发放名单，只供发放时对照，"
            "用后销毁；这次查看记入审计。遗失一张的，在特邀评议人员名单里打开他的一页重印。"
        ),
    ),
    _verb("edit", _A.EDIT.label, _against(_A.EDIT), _edit, SettingForm),
    _verb("extend", _A.EXTEND.label, _against(_A.EXTEND), _extend, ExtendForm),
    _verb(
        "close", _A.CLOSE.label, _against(_A.CLOSE), _close,
        warning=gettext_lazy("截止以后不再收评议票，也不能再开始。到截止日期系统会自动截止。"),
    ),
    _verb("cancel", _A.CANCEL.label, _against(_A.CANCEL), _cancel, CancelForm),
)  # fmt: skip
