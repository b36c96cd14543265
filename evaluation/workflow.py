"""The lives of rounds, findings and objections as data: what can be done, from which state, to which, by whom.

One inspector tells the agencies what was found, another one freezes; who found a fault does not rule on the objection
to it. services/rounds.py, findings.py and objections.py apply these tables under a lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from evaluation.enums import FindingState, ObjectionState, RoundState
from govportal.permissions import Permission


class RoundAction(TextChoices):
    OPEN = "open", _("启动考核")
    MEASURE = "measure", _("重新取数")
    SHARE = "share", _("反馈初评")
    REOPEN = "reopen", _("退回评分")
    FREEZE = "freeze", _("定分")
    DRAFT_ITEM = "draft_item", _("拟制公开稿")
    CANCEL = "cancel", _("取消考核")


class FindingAction(TextChoices):
    FILE = "file", _("登记问题")
    ADOPT = "adopt", _("采纳")
    REJECT = "reject", _("不采纳")
    EDIT = "edit", _("修改")
    WITHDRAW = "withdraw", _("撤销")
    REVISE = "revise", _("修改")  # by the proposer, as long as nobody has decided
    RETRACT = "retract", _("撤回")
    ORDER = "order", _("交办整改")


class ObjectionAction(TextChoices):
    FILE = "file", _("提出异议")
    WITHDRAW = "withdraw", _("撤回异议")
    HEAR = "hear", _("记录听取意见")
    RULE = "rule", _("裁定")


@dataclass(frozen=True, slots=True)
class RoundTransition:
    sources: frozenset[RoundState]
    target: RoundState
    permission: Permission


@dataclass(frozen=True, slots=True)
class FindingTransition:
    """`rounds`: in which states of the round it can be done."""

    sources: frozenset[FindingState]
    target: FindingState
    rounds: frozenset[RoundState]
    permission: Permission


@dataclass(frozen=True, slots=True)
class ObjectionTransition:
    sources: frozenset[ObjectionState]
    target: ObjectionState
    permission: Permission


_R, _A = RoundState, RoundAction
ROUND: Mapping[RoundAction, RoundTransition] = MappingProxyType(
    {
        _A.OPEN: RoundTransition(frozenset({_R.DRAFT}), _R.OPEN, Permission.ASSESS),
        _A.MEASURE: RoundTransition(frozenset({_R.OPEN}), _R.OPEN, Permission.ASSESS),
        _A.SHARE: RoundTransition(frozenset({_R.OPEN}), _R.FEEDBACK, Permission.ASSESS),
        _A.REOPEN: RoundTransition(frozenset({_R.FEEDBACK}), _R.OPEN, Permission.ASSESS),
        _A.FREEZE: RoundTransition(frozenset({_R.FEEDBACK}), _R.FROZEN, Permission.ASSESS),
        _A.DRAFT_ITEM: RoundTransition(frozenset({_R.FROZEN}), _R.FROZEN, Permission.ASSESS),
        _A.CANCEL: RoundTransition(frozenset({_R.DRAFT, _R.OPEN, _R.FEEDBACK}), _R.CANCELLED, Permission.ASSESS),
    }
)

_F, _D = FindingState, FindingAction
_AT_WORK = frozenset({_R.OPEN})
_ENTERED = frozenset({_F.PROPOSED, _F.STANDING})
FINDING: Mapping[FindingAction, FindingTransition] = MappingProxyType(
    {
        _D.ADOPT: FindingTransition(frozenset({_F.PROPOSED}), _F.STANDING, _AT_WORK, Permission.ASSESS),
        _D.REJECT: FindingTransition(frozenset({_F.PROPOSED}), _F.REJECTED, _AT_WORK, Permission.ASSESS),
        _D.EDIT: FindingTransition(frozenset({_F.STANDING}), _F.STANDING, _AT_WORK, Permission.ASSESS),
        _D.WITHDRAW: FindingTransition(_ENTERED, _F.WITHDRAWN, _AT_WORK, Permission.ASSESS),
        _D.REVISE: FindingTransition(frozenset({_F.PROPOSED}), _F.PROPOSED, _AT_WORK, Permission.FILE_FINDING),
        _D.RETRACT: FindingTransition(frozenset({_F.PROPOSED}), _F.WITHDRAWN, _AT_WORK, Permission.FILE_FINDING),
        # An order is no matter of points: it may follow at any time.
        _D.ORDER: FindingTransition(
            frozenset({_F.STANDING}), _F.STANDING, frozenset({_R.OPEN, _R.FEEDBACK, _R.FROZEN}),
            Permission.ORDER_RECTIFICATION,
        ),
    }
)  # fmt: skip

# The author's own: nobody else says other words in his name.
PROPOSER_ACTIONS = frozenset({_D.REVISE, _D.RETRACT})

_O, _B = ObjectionState, ObjectionAction
OBJECTION: Mapping[ObjectionAction, ObjectionTransition] = MappingProxyType(
    {
        _B.WITHDRAW: ObjectionTransition(frozenset({_O.FILED, _O.HEARD}), _O.WITHDRAWN, Permission.OBJECT),
        _B.HEAR: ObjectionTransition(frozenset({_O.FILED, _O.HEARD}), _O.HEARD, Permission.ASSESS),
        _B.RULE: ObjectionTransition(frozenset({_O.HEARD}), _O.RULED, Permission.ASSESS),
    }
)


def next_round_state(state: str, action: RoundAction) -> RoundState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = ROUND[action]
    return transition.target if state in transition.sources else None


def may_still_be(state: str, action: RoundAction) -> bool:
    """Whether the action can be done in this state, or in one that the round may still come to."""
    return not _still_ahead(RoundState(state)).isdisjoint(ROUND[action].sources)


def _still_ahead(state: RoundState) -> set[RoundState]:
    found, fresh = {state}, {state}
    while fresh:
        fresh = {step.target for step in ROUND.values() if not fresh.isdisjoint(step.sources)} - found
        found |= fresh
    return found


def next_finding_state(state: str, action: FindingAction) -> FindingState | None:
    transition = FINDING[action]
    return transition.target if state in transition.sources else None


def next_objection_state(state: str, action: ObjectionAction) -> ObjectionState | None:
    transition = OBJECTION[action]
    return transition.target if state in transition.sources else None
