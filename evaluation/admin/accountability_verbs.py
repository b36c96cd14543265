"""Every verb of a case: a button, what is said beside its form, and the service behind it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.accountability_enums import CaseAction, CaseState, Part
from evaluation.accountability_rules import CORRECTION_BASIS, HEARING_BASIS
from evaluation.admin import accountability_forms as asked
from evaluation.models import AccountabilityCase
from evaluation.services import (
    accountability_correct,
    accountability_decide,
    accountability_notices,
    accountability_open,
    accountability_procedure,
    accountability_respondents,
    accountability_summary,
)
from govportal.models import User
from govportal.now import now, today
from requests_app.admin.verb_pages import CaseForm, CaseVerb, Hints, no_hints

VERB_TEMPLATE = "admin/evaluation/accountability_verb.html"
# Stands for whatever would be typed, where only the case itself is asked.
_ANY = "—"
_A = CaseAction

type Reasons = Callable[[AccountabilityCase, User], list[str]]
type Run = Callable[[AccountabilityCase, User, dict[str, Any]], object]


def _against(action: CaseAction) -> Reasons:
    """The reasons that state and role give against a step."""
    return lambda row, actor: accountability_procedure.reasons_against(row, action, actor)


def _verb(
    action: CaseAction, run: Run, form: type[CaseForm] = CaseForm, *, reasons: Reasons | None = None,
    hints: Hints = no_hints, **more: Any,
) -> CaseVerb:  # fmt: skip
    return CaseVerb(
        action.value, action.label, reasons or _against(action), run, form, hints=hints, template=VERB_TEMPLATE, **more
    )


def _among(action: CaseAction, nobody: Promise | str, is_one: Callable[[Any], bool]) -> Reasons:
    """The same, and that there is a person of the case to whom it can be done."""

    def reasons(row: AccountabilityCase, actor: User) -> list[str]:
        found = accountability_procedure.reasons_against(row, action, actor)
        people = accountability_procedure.respondents_of(row)
        return found or ([] if any(is_one(who) for who in people) else [str(nobody)])

    return reasons


def _has_notice(who: Any) -> bool:
    return bool(who.notices.all())


def _waits(who: Any) -> bool:
    """Not heard yet, and his notice has reached him."""
    return not who.has_had_his_say and who.is_told


def _amend(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_open.amend(row.pk, values["facts"], actor=actor, at=now())


# --- the people -----------------------------------------------------------------------------------------------------


def _name(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    person = accountability_respondents.Person(**values)
    return accountability_respondents.name(row.pk, person, actor=actor, at=now())


def _name_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [
        _("责任由身份和情形确定：未报批的由承办人承担；主管领导审批的，主管领导主要、承办人次要；集体讨论决定的，主要领导主要、其他成员次要。"),
        _("承办人明知而不提醒的承担全部责任；正确意见未被采纳的不承担责任；不同意见记录在案的成员不承担责任。"),
    ]  # fmt: skip


def _divide_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [
        *_name_hints(row, actor),
        _("比送达的告知书写的轻，不必重新告知；更重，或者情形不同的，原告知书作废，须重新告知、重新听取，案件回到“已立案”。原来的陈述保留在案。"),
    ]  # fmt: skip


def _cautions(row: AccountabilityCase, actor: User) -> dict[str, Any]:
    """That what the people named so far bear does not go together."""
    return {"cautions": accountability_procedure.reasons_against_shares(row)}


def _divided(row: AccountabilityCase, values: dict[str, Any]) -> str:
    who = row.respondents.get(pk=values["respondent"].pk)
    if who.hearing_notice or not who.notices.exists():
        return ""
    return _("原告知书没有写明这一责任，已经作废：请重新制发告知书，重新听取陈述和申辩。")


def _strike(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_respondents.strike(values["respondent"].pk, actor=actor, at=now(), reason=values["reason"])


def _divide(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    who = values.pop("respondent")
    return accountability_respondents.redivide(who.pk, actor=actor, at=now(), **values)


def _notify(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_notices.notify(
        values["respondent"].pk, statement_by=values["statement_by"], actor=actor, at=now()
    )


def _notify_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [
        _("作出决定以前须认真听取有关责任人的陈述和申辩（%s）。") % HEARING_BASIS,
        _("告知书写明事实、责任的初步认定和陈述的权利。"),
        _("文书编号后不能更改；在本页下方的文书表里打开、打印、送达。"),
    ]  # fmt: skip


def _hear(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    paper = asked.paper_of(values["paper"])
    statement = accountability_respondents.Statement(text=values["text"], on=values["on"], paper=paper)
    return accountability_respondents.hear(values["respondent"].pk, statement, actor=actor, at=now())


def _waive(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    paper = asked.paper_of(values["paper"])
    return accountability_respondents.waive(values["respondent"].pk, paper, on=values["on"], actor=actor, at=now())


def _conclude(row: AccountabilityCase, actor: User, _values: dict[str, Any]) -> object:
    return accountability_respondents.conclude(row.pk, actor=actor, at=now())


def _reopen(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_respondents.reopen(row.pk, actor=actor, at=now(), note=values["note"])


def _deliver(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_notices.deliver(values["notice"].pk, on=values["on"], actor=actor, at=now())


def _against_delivering(row: AccountabilityCase, actor: User) -> list[str]:
    found = accountability_procedure.reasons_against(row, _A.DELIVER, actor)
    return found or ([] if accountability_notices.undelivered(row).exists() else [_("没有还没登记送达的文书。")])


# --- the decision ---------------------------------------------------------------------------------------------------


def _decide(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    decision = asked.DecideForm(row=row, actor=actor).decision(values)
    return accountability_decide.decide(row.pk, decision, actor=actor, at=now())


def _decide_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [
        _("决定作出后不能更改，决定书和给每名责任人的通知书同时编号。移送纪检监察机关、司法机关的，还须登记移送。"),
        _("通报批评取消单位当年评优评先资格；批评、书面检查取消个人当年评优评奖资格。"),
    ]


def _drop(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_decide.drop(row.pk, reasons=values["reasons"], actor=actor, at=now())


def _refer(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_decide.refer(values["respondent"].pk, on=values["on"], actor=actor, at=now())


# --- correction -----------------------------------------------------------------------------------------------------


def _order(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_correct.order_rectification(
        row.pk, accountability_correct.Order(**values), actor=actor, at=now()
    )


def _against_order(row: AccountabilityCase, actor: User) -> list[str]:
    any_order = accountability_correct.Order(problem=_ANY, requirement=_ANY, due_on=today() + timedelta(days=1))
    return accountability_correct.reasons_against_ordering(row, any_order, actor, today())


def _order_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [_("整改一经交办即向社会公开，公众看不到它因何而起。不写姓名，不写线索从何而来。")]


def _report(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    paper = asked.paper_of(values["paper"])
    return accountability_correct.report(row.pk, text=values["text"], paper=paper, actor=actor, at=now())


def _report_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [_("被追究责任的单位和个人要及时纠正，并书面报告改正情况（%s）。") % CORRECTION_BASIS]


def _receive(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    paper = asked.paper_of(values["paper"])
    return accountability_correct.receive(
        row.pk, text=values["text"], paper=paper, on=values["on"], actor=actor, at=now()
    )


def _receive_hints(row: AccountabilityCase, actor: User) -> list[str]:
    return [_("只用于单位不能在网上报告的：没有账号，或者已经撤销、合并。登记的人不能核实。")]


def _send_back(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_correct.send_back(row.pk, due_on=values["due_on"], note=values["note"], actor=actor, at=now())


def _verify(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    return accountability_correct.verify(row.pk, text=values["text"], actor=actor, at=now())


def _against_verifying(row: AccountabilityCase, actor: User) -> list[str]:
    return accountability_correct.reasons_against_verifying(row, _ANY, actor)


# --- publication ----------------------------------------------------------------------------------------------------


def _summarise(row: AccountabilityCase, actor: User, values: dict[str, Any]) -> object:
    summary = accountability_summary.Summary(title=values["title"], text=values["text"])
    return accountability_summary.draft_summary(row.pk, summary, actor=actor, at=now())


def _against_summary(row: AccountabilityCase, actor: User) -> list[str]:
    any_summary = accountability_summary.Summary(title=_ANY, text=_ANY)
    return accountability_summary.reasons_against_summary(row, any_summary, actor)


def _summary_hints(row: AccountabilityCase, actor: User) -> list[str]:
    left_out = [f"{what}：{why}" for what, why in accountability_summary.LEFT_OUT]
    return [_("摘要存为本单位的草稿，经审查、审定以后公开。下列内容没有写进摘要，也不要写："), *left_out]


# --- all of them ----------------------------------------------------------------------------------------------------

AMEND = _verb(_A.AMEND, _amend, asked.AmendForm, reasons=accountability_open.reasons_against_amending_at_all)
NAME = _verb(_A.NAME, _name, asked.NameForm, hints=_name_hints, context=_cautions)
STRIKE = _verb(
    _A.STRIKE, _strike, asked.StrikeForm,
    reasons=_among(
        _A.STRIKE,
        gettext_lazy("没有可以撤销的登记：已经告知、陈述的责任人不能撤销。"),
        lambda who: not _has_notice(who),
    ),
)  # fmt: skip
NOTIFY = _verb(
    _A.NOTIFY, _notify, asked.NotifyForm, hints=_notify_hints,
    reasons=accountability_notices.reasons_against_notifying_anybody,
)  # fmt: skip
HEAR = _verb(
    _A.HEAR, _hear, asked.HearForm,
    reasons=_among(_A.HEAR, gettext_lazy("没有已经收到告知书（登记送达）、还没陈述的责任人。"), _waits),
)  # fmt: skip
WAIVE = _verb(
    _A.WAIVE, _waive, asked.WaiveForm,
    reasons=_among(_A.WAIVE, gettext_lazy("没有已经收到告知书（登记送达）、还没陈述的责任人。"), _waits),
)  # fmt: skip
DIVIDE = _verb(
    _A.DIVIDE, _divide, asked.DivideForm, hints=_divide_hints, context=_cautions, caution=_divided,
    reasons=_among(_A.DIVIDE, gettext_lazy("还没有登记责任人。"), lambda who: who.part in Part),
)  # fmt: skip
CONCLUDE = _verb(_A.CONCLUDE, _conclude, reasons=accountability_respondents.reasons_against_concluding)
REOPEN = _verb(_A.REOPEN, _reopen, asked.NoteForm)
DELIVER = _verb(_A.DELIVER, _deliver, asked.DeliverForm, reasons=_against_delivering)
DECIDE = _verb(
    _A.DECIDE, _decide, asked.DecideForm, hints=_decide_hints,
    reasons=lambda row, actor: accountability_decide.reasons_against_second(row, _A.DECIDE, actor),
)  # fmt: skip
DROP = _verb(
    _A.DROP, _drop, asked.DropForm,
    reasons=lambda row, actor: accountability_decide.reasons_against_second(row, _A.DROP, actor),
)  # fmt: skip
REFER = _verb(_A.REFER, _refer, asked.ReferForm, reasons=accountability_decide.reasons_against_referring)
ORDER = _verb(_A.ORDER, _order, asked.OrderForm, reasons=_against_order, hints=_order_hints)
REPORT = _verb(
    _A.REPORT, _report, asked.ReportForm, reasons=accountability_correct.reasons_against_reporting, hints=_report_hints
)
RECEIVE = _verb(
    _A.RECEIVE, _receive, asked.ReceiveForm, reasons=accountability_correct.reasons_against_receiving_at_all,
    hints=_receive_hints,
)  # fmt: skip
RETURN = _verb(_A.RETURN, _send_back, asked.ReturnForm)
VERIFY = _verb(_A.VERIFY, _verify, asked.VerifyForm, reasons=_against_verifying)
SUMMARISE = _verb(_A.SUMMARISE, _summarise, asked.SummaryForm, reasons=_against_summary, hints=_summary_hints)

GROUPS: tuple[tuple[Promise | str, tuple[CaseVerb, ...]], ...] = (
    (gettext_lazy("责任人"), (NAME, DIVIDE, STRIKE, AMEND)),
    (gettext_lazy("听取陈述"), (NOTIFY, HEAR, WAIVE, CONCLUDE)),
    (gettext_lazy("决定"), (DECIDE, DROP, REOPEN, REFER)),
    (gettext_lazy("改正"), (REPORT, RECEIVE, ORDER, VERIFY, RETURN)),
    (gettext_lazy("文书和公开"), (DELIVER, SUMMARISE)),
)
VERBS: tuple[CaseVerb, ...] = tuple(verb for _label, verbs in GROUPS for verb in verbs)
NEXT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        CaseState.OPENED: (_A.NAME, _A.NOTIFY, _A.DELIVER, _A.HEAR, _A.CONCLUDE),
        CaseState.HEARD: (_A.DECIDE,),
        CaseState.DECIDED: (_A.DELIVER, _A.REPORT, _A.ORDER, _A.REFER),
        CaseState.CORRECTED: (_A.VERIFY,),
        CaseState.CLOSED: (_A.SUMMARISE,),
    }
)
