"""决定: one person drafts and hands in, another releases, under the digest of what is said (domain §6).

A reply closes the request with its row of table 3, an extension or a delay moves the clock. This is the deed alone:
whoever hands in or releases does it by correspondence.py, which asks what the letters lack and issues them with it.
"""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from disclosure.models import Item
from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.html import clean_text, clean_values
from govportal.models import User
from govportal.permissions import Permission
from requests_app import clock, workflow
from requests_app.clock import ClockKind
from requests_app.enums import Action, DecisionKind, DecisionState, FileKind, Outcome, ReplyKind
from requests_app.models import Decision, InformationRequest, RequestEvent, RequestFile
from requests_app.services import procedure, publication_tasks, reply_checks, tell
from requests_app.services.procedure import Words, check
from requests_app.services.reply_checks import Proposal, is_live, rule_of

__all__ = [
    "Proposal",
    "action_of",
    "close",
    "digest_of",
    "drop",
    "is_live",
    "reasons_against",
    "reasons_against_drafting",
    "reasons_against_releasing",
    "reasons_against_signing",
    "release",
    "rule_of",
    "send_back",
    "submit",
]

EXTENSION_ARTICLE = "《政府信息公开条例》第三十三条第二款"
DELAY_ARTICLE = "《政府信息公开条例》第三十五条"
CHANGED = gettext_noop("您打开本页以后，送签的内容已经变了。请重新打开本页，看过再签。")
_FREE = (DecisionState.RETURNED, DecisionState.DROPPED)


def action_of(kind: str, reply_kind: str) -> Action:
    """The verb that a release of this decision is."""
    if kind == DecisionKind.EXTENSION:
        return Action.EXTEND
    if kind == DecisionKind.DELAY:
        return Action.DELAY
    return Action.LAPSE if rule_of(reply_kind).ends_by_lateness else Action.REPLY


# --- drafting ---------------------------------------------------------------------------------------------------


def reasons_against_drafting(row: InformationRequest, actor: Any) -> list[str]:
    """Why this person cannot hand in any decision now; empty when he can."""
    reasons = []
    if row.is_closed:
        reasons.append(_("申请已经办结。"))
    if not access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        reasons.append(_("您在%s没有依申请公开经办的角色。") % row.agency.display_name)
    if row.decisions.waiting().exists():
        reasons.append(_("已有待签发的决定，请等签发或者退回。"))
    return reasons


def reasons_against(row: InformationRequest, proposal: Proposal, actor: Any, today: date) -> list[str]:
    """Why this decision cannot be handed in now; empty when it can."""
    reasons = reasons_against_drafting(row, actor)
    if proposal.kind == DecisionKind.REPLY and not proposal.reply_kind:
        return [*reasons, _("请选择答复类型。")]
    action = action_of(proposal.kind, proposal.reply_kind)
    if row.state not in workflow.transition_of(action).sources:
        words = {"state": row.get_state_display(), "action": action.label}
        reasons.append(_("申请的状态是“%(state)s”，不能%(action)s。") % words)
        return reasons
    if not proposal.reasons.strip():
        reasons.append(_("须写明理由。"))
    if proposal.kind == DecisionKind.REPLY:
        return reasons + _against_files(row, proposal) + reply_checks.reasons_against(row, proposal, today)
    return reasons + _against_days(row, proposal, today)


def _against_days(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    is_delay = proposal.kind == DecisionKind.DELAY
    if not proposal.days or proposal.days < 1:
        return [_("请填写延迟的工作日数。") if is_delay else _("请填写延长的工作日数。")]
    if row.decisions.filter(kind=proposal.kind, state=DecisionState.RELEASED).exists():
        return [_("延迟答复只能确定一次。") if is_delay else _("答复期限只能延长一次。")]
    if is_delay and not row.events.filter(action=Action.RECEIVE_REASONS).exists():
        return [_("延迟答复以申请人说明的理由合理为前提：须先要求说明理由，并收到说明（条例第三十五条）。")]
    return procedure.clock_faults(row, [_fact(proposal.kind, proposal.days, today)], load_calendar())


def _fact(kind: str, days: int | None, on: date) -> clock.Event:
    return clock.Event(ClockKind.EXTENDED if kind == DecisionKind.EXTENSION else ClockKind.DELAYED, on, days=days)


def _against_files(row: InformationRequest, proposal: Proposal) -> list[str]:
    """A file goes out with one decision of one request; what was returned may be handed in again with the next."""
    if len({file.pk for file in proposal.files}) < len(proposal.files):
        return [_("同一个文件附了两次。")]
    held = RequestFile.objects.filter(file__in=[file.pk for file in proposal.files]).select_related("decision", "file")
    taken = [one.file.name for one in held if one.request_id != row.pk or not _is_free(one)]
    return [_("文件“%s”已用于别处，请重新上传。") % name for name in taken]


def _is_free(held: RequestFile) -> bool:
    return held.kind == FileKind.DISCLOSED and (held.decision is None or held.decision.state in _FREE)


# --- handing in ----------------------------------------------------------------------------------------------------


def digest_of(proposal: Proposal) -> str:
    """SHA-256 of all that the signature stands under, files by the fingerprint of their bytes."""
    said = {
        "kind": str(proposal.kind),
        "reply_kind": str(proposal.reply_kind),
        "days": proposal.days,
        "reasons": proposal.reasons,
        "content": proposal.content,
        "facts": dict(proposal.facts),
        "items": sorted(item.index_number for item in proposal.items),
        "files": sorted(file.fingerprint for file in proposal.files),
        "duplicate_of": proposal.duplicate_of.number if proposal.duplicate_of else "",
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _as_kept(proposal: Proposal) -> Proposal:
    """As the rows will give it back: cleaned, in JSON, and without what its kind does not have."""
    is_reply = proposal.kind == DecisionKind.REPLY
    return replace(
        proposal,
        reply_kind=str(proposal.reply_kind) if is_reply else "",
        days=None if is_reply else proposal.days,
        reasons=clean_text(proposal.reasons),
        content=clean_text(proposal.content),
        facts=json.loads(json.dumps(clean_values(dict(proposal.facts)), default=str)),
        items=list({item.pk: item for item in proposal.items}.values()),
        duplicate_of=proposal.duplicate_of if proposal.reply_kind == ReplyKind.DUPLICATE and is_reply else None,
    )


@transaction.atomic
def submit(request_id: int, proposal: Proposal, *, actor: User, at: datetime) -> Decision:
    """送签: hand in for another person's signature. Raises ValidationError with every reason."""
    row, proposal = procedure.locked(request_id), _as_kept(proposal)
    check(reasons_against(row, proposal, actor, localdate(at)))
    is_reply = proposal.kind == DecisionKind.REPLY
    facts: Any = dict(proposal.facts)
    decision = Decision(
        request=row,
        kind=proposal.kind,
        reply_kind=proposal.reply_kind,
        days=proposal.days,
        basis=rule_of(proposal.reply_kind).basis if is_reply else _ARTICLES[DecisionKind(proposal.kind)],
        reasons=proposal.reasons,
        content=proposal.content,
        facts=facts,
        duplicate_of=proposal.duplicate_of,
        digest=digest_of(proposal),
        drafted_by=actor,
        drafted_at=at,
    )
    decision.clean_fields(exclude={"request", "duplicate_of", "drafted_by", "decided_by"})
    decision.save(force_insert=True)
    decision.items.set([item.pk for item in proposal.items])
    for file in proposal.files:
        values = {"request": row, "kind": FileKind.DISCLOSED, "decision": decision}
        added = {"title": file.name, "added_by": actor, "added_at": at}
        RequestFile.objects.update_or_create(file=file, defaults=values, create_defaults=values | added)
    audit.record(
        actor, "request.submit_decision", row, agency=row.agency, basis=decision.basis,
        after={"kind": decision.kind, "reply_kind": decision.reply_kind, "digest": decision.digest},
    )  # fmt: skip
    tell.of_decision(decision)
    return decision


_ARTICLES = {DecisionKind.EXTENSION: EXTENSION_ARTICLE, DecisionKind.DELAY: DELAY_ARTICLE}


def proposal_of(decision: Decision) -> Proposal:
    """What was handed in, read back from the rows: its digest must be the one that was handed in."""
    return Proposal(
        kind=decision.kind,
        reasons=decision.reasons,
        reply_kind=decision.reply_kind,
        days=decision.days,
        content=decision.content,
        facts=decision.facts or {},
        items=list(Item.objects.filter(pk__in=decision.items.values("pk"))),
        files=[held.file for held in decision.files.select_related("file")],
        duplicate_of=decision.duplicate_of,
    )


# --- release and return -------------------------------------------------------------------------------------------


def reasons_against_signing(decision: Decision, actor: Any) -> list[str]:
    """Why this person cannot sign or return this decision; empty when he can. Nobody signs what he drafted."""
    reasons = []
    if decision.state != DecisionState.SUBMITTED:
        reasons.append(_("这一决定的状态是“%s”。") % decision.get_state_display())
    if not access.can(actor, Permission.RELEASE_REPLY, decision.request.agency):
        reasons.append(_("您在%s没有签发答复的角色。") % decision.request.agency.display_name)
    if actor.pk == decision.drafted_by_id:
        reasons.append(_("拟稿人不能签发自己拟的决定。"))
    return reasons


def reasons_against_releasing(decision: Decision, actor: Any, today: date) -> list[str]:
    """Why this person cannot release this decision today; empty when he can."""
    reasons = reasons_against_signing(decision, actor)
    if reasons:
        return reasons
    row, proposal = decision.request, proposal_of(decision)
    if digest_of(proposal) != decision.digest:
        return [_("内容与送签时的摘要不一致，须退回重新送签。")]
    action = action_of(decision.kind, decision.reply_kind)
    reasons = procedure.reasons_against(row, action, actor)
    if reasons:
        return reasons
    # Days have passed since it was handed in: an item may be gone, a period over.
    if decision.kind == DecisionKind.REPLY:
        return reply_checks.reasons_against(row, proposal, today)
    return procedure.clock_faults(row, [_fact(decision.kind, decision.days, today)], load_calendar())


@transaction.atomic
def release(decision_id: int, *, seen: str, actor: User, at: datetime, note: str = "") -> RequestEvent:
    """签发: the request is answered, closed or its period moved, in one transaction with the signature.

    `seen`: the digest of what this person looked at; whatever else waits by now is not what he signs. Of eight who
    press at once one wins; the others are told that it has been signed.
    """
    decision = _locked(decision_id)
    row, today = decision.request, localdate(at)
    check(_against_unseen(decision, seen) or reasons_against_releasing(decision, actor, today))
    _sign(decision, DecisionState.RELEASED, actor=actor, at=at, note=note)
    action = action_of(decision.kind, decision.reply_kind)
    if decision.kind != DecisionKind.REPLY:
        facts = [_fact(decision.kind, decision.days, today)]
        words = Words(public=decision.reasons)
        return procedure.move(row, action, actor=actor, at=at, on=today, facts=facts, words=words, basis=decision.basis)
    rule = rule_of(decision.reply_kind)
    fact = ClockKind.LAPSED if action == Action.LAPSE else ClockKind.ANSWERED
    close(row, rule.outcome, reply_kind=rule.kind, on=today)
    row.duplicate_of = decision.duplicate_of
    event = procedure.move(
        row, action, actor=actor, at=at, on=today, facts=[clock.Event(fact, today)], basis=decision.basis,
        fields=("outcome", "reply_kind", "closed_on", "duplicate_of"),
    )  # fmt: skip
    publication_tasks.follow_release(row, at=at)
    return event


def close(row: InformationRequest, outcome: Outcome, *, reply_kind: ReplyKind | None, on: date) -> None:
    """Set what a closed request says of itself; the mover saves it with the state."""
    row.outcome, row.reply_kind, row.closed_on = outcome, reply_kind or "", on


@transaction.atomic
def send_back(decision_id: int, *, seen: str, actor: User, at: datetime, note: str) -> Decision:
    """退回 with a reason: whoever drafted it hands in another. `seen` as of `release`."""
    decision = _locked(decision_id)
    reasons = _against_unseen(decision, seen) or reasons_against_signing(decision, actor)
    check(reasons if reasons or note.strip() else [_("须写明退回的理由。")])
    _sign(decision, DecisionState.RETURNED, actor=actor, at=at, note=note)
    audit.record(actor, "request.return_decision", decision.request, agency=decision.request.agency)
    tell.of_decision(decision)
    return decision


def _against_unseen(decision: Decision, seen: str) -> list[str]:
    """Asked under the lock: a draft taken back and handed in anew is another one, whatever it says."""
    is_another_waiting = decision.request.decisions.waiting().exclude(pk=decision.pk).exists()
    return [_(CHANGED)] if is_another_waiting or decision.digest != seen else []


@transaction.atomic
def drop(decision_id: int, *, actor: User, at: datetime) -> Decision:
    """收回 by whoever drafted it, before anybody signed."""
    decision = _locked(decision_id)
    if decision.state != DecisionState.SUBMITTED:
        raise ValidationError(_("这一决定的状态是“%s”。") % decision.get_state_display())
    if actor.pk != decision.drafted_by_id or not access.can(actor, Permission.HANDLE_REQUEST, decision.request.agency):
        raise ValidationError(_("只有拟稿人可以收回。"))
    _sign(decision, DecisionState.DROPPED, actor=actor, at=at, note="")
    audit.record(actor, "request.drop_decision", decision.request, agency=decision.request.agency)
    return decision


def _sign(decision: Decision, state: DecisionState, *, actor: User, at: datetime, note: str) -> None:
    decision.state, decision.decided_by, decision.decided_at = state, actor, at
    decision.note = clean_text(note)
    decision.save(update_fields=["state", "decided_by", "decided_at", "note"])


def _locked(decision_id: int) -> Decision:
    row = procedure.locked(Decision.objects.values_list("request_id", flat=True).get(pk=decision_id))
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    decision.request = row
    return decision
