"""拟答复、拟延期、签发、退回: what one person drafts and another signs, with the letter before their eyes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import long_text
from disclosure.enums import WithholdingGround
from govportal.models import PrivateFile, User
from govportal.now import now, today
from requests_app import letters as letter_texts
from requests_app.admin.fact_fields import add_office_facts, typed_facts
from requests_app.admin.file_fields import stored
from requests_app.admin.reply_form import ReplyForm
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.clock_terms import TermKey, term_on
from requests_app.enums import Action, DecisionKind, ReplyKind
from requests_app.letter_rules import DECISION_LETTERS, LetterKind
from requests_app.models import Decision, InformationRequest
from requests_app.rules import REPLY_RULES, ReplyRule
from requests_app.services import correspondence, decide, files_of, letters
from requests_app.services.letter_facts import facts_for
from requests_app.services.letter_matter import Matter, Said, said_by
from requests_app.services.reply_checks import Proposal
from requests_app.workflow import transition_of

# 办理结果 of the annual report, by the first signs of its rows.
_PARTS: dict[str, Any] = {
    "r1": gettext_lazy("予以公开"),
    "r2": gettext_lazy("部分公开"),
    "r3": gettext_lazy("不予公开"),
    "r4": gettext_lazy("无法提供"),
    "r5": gettext_lazy("不予处理"),
    "r6": gettext_lazy("其他处理"),
}


def draft_pdf(decision: Decision) -> bytes:
    """The letter of a decision that waits, without number and name. Raises ValueError where it lacks a fact."""
    order = letters.Order(kind=letters.kind_of(decision))
    return letters.preview(decision.request, order, at=now(), said=said_by(decision))


NOTHING_ATTACHED = gettext_lazy("没有随附文件：内容须已写在告知书里，否则申请人得不到信息。")

# --- drafts --------------------------------------------------------------------------------------------------------


def _against_drafting(*actions: Action) -> Any:
    """Nobody drafts what the state could not take."""

    def reasons(row: InformationRequest, actor: User) -> list[str]:
        found = decide.reasons_against_drafting(row, actor)
        if not row.is_closed and not any(row.state in transition_of(action).sources for action in actions):
            words = {"state": row.get_state_display(), "action": actions[0].label}
            found.append(_("申请的状态是“%(state)s”，不能%(action)s。") % words)
        return found

    return reasons


def _files_of(row: InformationRequest, actor: User, values: dict[str, Any]) -> list[PrivateFile]:
    chosen = files_of.ready(row).filter(pk__in=values.get("chosen", ()))
    return [*(held.file for held in chosen), *stored(values.get("papers", ()))]


def _submit_reply(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    form = values["form"]
    proposal = form.proposal(values, _files_of(row, actor, values))
    return correspondence.submit(row.pk, proposal, actor=actor, at=now())


def _preview_reply(row: InformationRequest, values: dict[str, Any]) -> bytes:
    matter = values["form"].matter(values)
    return letters.preview(matter.row, letters.Order(kind=matter.kind), at=now(), said=matter.said)


def _reply_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("送签以后由另一人签发；签发即办结，文书随之编号生成。"),
        _("国家秘密不得录入本系统。"),
    ]


def _kinds(row: InformationRequest, actor: User) -> dict[str, Any]:
    """The kinds of reply by the parts of table 3, each with what the state has against it."""
    groups: dict[str, list[tuple[ReplyKind, ReplyRule, list[str]]]] = {}
    for kind, rule in REPLY_RULES.items():
        action = decide.action_of(DecisionKind.REPLY, kind)
        words = {"state": row.get_state_display(), "action": action.label}
        allowed = row.state in transition_of(action).sources
        against = [] if allowed else [_("申请的状态是“%(state)s”，不能%(action)s。") % words]
        groups.setdefault(_PARTS[rule.outcome.value[:2]], []).append((kind, rule, against))
    return {"kinds": list(groups.items())}


class ReasonedForm(CaseForm):
    days = forms.IntegerField(label=gettext_lazy("工作日数"), min_value=1, max_value=250)
    reasons = long_text(gettext_lazy("理由"), length=3000, help_text=gettext_lazy("写进告知书，申请人会看到。"))


class ExtensionForm(ReasonedForm):
    def prepare(self) -> None:
        add_office_facts(self, LetterKind.EXTENSION, self.row)
        most = term_on(TermKey.EXTENSION, today()).days
        self.fields["days"] = forms.IntegerField(
            label=_("延长的工作日数"), min_value=1, max_value=most, initial=most, help_text=_("最多 %s 个。") % most
        )


class DelayForm(ReasonedForm):
    def prepare(self) -> None:
        add_office_facts(self, LetterKind.DELAY, self.row)


def _against_days(kind: DecisionKind) -> Any:
    """As if one day were asked for: whatever else the law has against it."""

    def reasons(row: InformationRequest, actor: User) -> list[str]:
        proposal = Proposal(kind=kind, reasons="—", days=1)
        return decide.reasons_against(row, proposal, actor, today())

    return reasons


def _submit_days(kind: DecisionKind) -> Any:
    def run(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
        facts = typed_facts(DECISION_LETTERS[kind], values)
        proposal = Proposal(kind=kind, reasons=values["reasons"], days=values["days"], facts=facts)
        return correspondence.submit(row.pk, proposal, actor=actor, at=now())

    return run


def _preview_days(kind: DecisionKind) -> Any:
    def preview(row: InformationRequest, values: dict[str, Any]) -> bytes:
        facts = typed_facts(DECISION_LETTERS[kind], values)
        said = Said(reasons=values["reasons"], days=values["days"], facts=facts)
        return letters.preview(row, letters.Order(kind=DECISION_LETTERS[kind]), at=now(), said=said)

    return preview


def _extension_hints(row: InformationRequest, actor: User) -> list[str]:
    return [
        _("须经负责人同意并告知申请人，只能延长一次，最多20个工作日，须在原期限届满前签发（条例第三十三条第二款）。")
    ]


def _delay_hints(row: InformationRequest, actor: User) -> list[str]:
    return [_("申请人说明的理由合理，但不能在期限内答复的，可以确定延迟答复的合理期限并告知（条例第三十五条）。")]


# --- signatures ----------------------------------------------------------------------------------------------------


def waiting_decision(row: InformationRequest) -> Decision | None:
    found = row.decisions.waiting().select_related("drafted_by").first()
    if found:
        found.request = row
    return found


class SignForm(CaseForm):
    """`decision` and `digest` say what was shown: the service signs nothing else."""

    note = long_text(gettext_lazy("签发意见"), length=500, is_required=False)
    decision = forms.ModelChoiceField(
        Decision.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": gettext_lazy(decide.CHANGED)},
    )
    digest = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.choices_of("decision").queryset = self.row.decisions.all()
        if decision := waiting_decision(self.row):
            self.fields["decision"].initial, self.fields["digest"].initial = decision.pk, decision.digest


class ReturnForm(SignForm):
    note = long_text(gettext_lazy("退回的理由"), length=1000)


def _against_signing(row: InformationRequest, actor: User) -> list[str]:
    decision = waiting_decision(row)
    return decide.reasons_against_signing(decision, actor) if decision else [_("没有待签发的决定。")]


def _against_releasing(row: InformationRequest, actor: User) -> list[str]:
    decision = waiting_decision(row)
    return decide.reasons_against_releasing(decision, actor, today()) if decision else [_("没有待签发的决定。")]


def _release(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    seen, note = values["digest"], values["note"]
    return correspondence.release(values["decision"].pk, seen=seen, actor=actor, at=now(), note=note)


def _after_signing(row: InformationRequest, values: dict[str, Any]) -> str:
    return _("文书还没有发出，送达以后才算告知：请接着办“发出文书”。")


def _send_back(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    decision = values["decision"]
    return decide.send_back(decision.pk, seen=values["digest"], actor=actor, at=now(), note=values["note"])


def _sign_hints(row: InformationRequest, actor: User) -> list[str]:
    decision = waiting_decision(row)
    if decision is None:
        return []
    hints = [_("您签署的是摘要 %s… 之下的内容，与送签时不一致就不能签发。") % decision.digest[:16]]
    if decision.kind == DecisionKind.REPLY:
        rule = REPLY_RULES[ReplyKind(decision.reply_kind)]
        hints.append(_("签发即办结，计入年度报告“%s”，文书随之编号生成。") % rule.outcome.label)
    return hints


def _signed(row: InformationRequest, actor: User) -> dict[str, Any]:
    """What will have been said, fact by fact, and what the letter still lacks."""
    decision = waiting_decision(row)
    if decision is None:
        return {}
    kind = letters.kind_of(decision)
    facts = facts_for(Matter(row=row, kind=kind, on=today(), said=said_by(decision)))
    known = letter_texts.known_facts(kind)
    said = [(known[name].label, _words(value)) for name, value in facts.items() if name not in _UNSAID]
    if decision.kind != DecisionKind.REPLY:
        said.insert(0, (_("工作日数"), str(decision.days)))
    beside: dict[str, Any] = _handed_over(decision) if decision.kind == DecisionKind.REPLY else {}
    return {"decision": decision, "said": said, "lacking": letter_texts.missing_facts(kind, facts), **beside}


def _handed_over(decision: Decision) -> dict[str, Any]:
    """The files that go with the reply, and in words on which grounds something is withheld."""
    rule = REPLY_RULES[ReplyKind(decision.reply_kind)]
    given = [rule.ground] if rule.ground else (decision.facts or {}).get("grounds") or []
    files = [held.title or held.file.name for held in decision.files.select_related("file")]
    return {
        "files": files,
        "grounds": [WithholdingGround(ground).label for ground in given if ground in WithholdingGround.values],
        "cautions": [NOTHING_ATTACHED] if rule.gives_files and not files else [],
    }


# Who is addressed is masked on every page; a flag is no sentence; the files stand below by themselves.
_UNSAID = ("addressee", "is_organisation", "is_provisional", "attachments")


def _words(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _against_dropping(row: InformationRequest, actor: User) -> list[str]:
    decision = waiting_decision(row)
    if decision is None:
        return [_("没有待签发的决定。")]
    return [] if decision.drafted_by_id == actor.pk else [_("只有拟稿人可以收回。")]


def _drop(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    decision = waiting_decision(row)
    assert decision is not None
    return decide.drop(decision.pk, actor=actor, at=now())


REPLY = CaseVerb(
    "reply", gettext_lazy("拟答复"), _against_drafting(Action.REPLY, Action.LAPSE), _submit_reply, ReplyForm,
    hints=_reply_hints, preview=_preview_reply, context=_kinds, template="admin/requests_app/reply.html",
)  # fmt: skip
EXTEND = CaseVerb(
    "extend", gettext_lazy("拟延期"), _against_days(DecisionKind.EXTENSION), _submit_days(DecisionKind.EXTENSION),
    ExtensionForm, hints=_extension_hints, preview=_preview_days(DecisionKind.EXTENSION),
)  # fmt: skip
DELAY = CaseVerb(
    "delay", gettext_lazy("拟延迟答复"), _against_days(DecisionKind.DELAY), _submit_days(DecisionKind.DELAY),
    DelayForm, hints=_delay_hints, preview=_preview_days(DecisionKind.DELAY),
)  # fmt: skip
SIGN = CaseVerb(
    "sign", gettext_lazy("签发"), _against_releasing, _release, SignForm, hints=_sign_hints,
    context=_signed, template="admin/requests_app/sign.html", caution=_after_signing,
)  # fmt: skip
RETURN = CaseVerb(
    "return", gettext_lazy("退回"), _against_signing, _send_back, ReturnForm,
    context=_signed, template="admin/requests_app/sign.html",
)  # fmt: skip
DROP = CaseVerb("drop", gettext_lazy("收回送签"), _against_dropping, _drop)
