"""The life of an annual report as data: what can be done to it, from which state, to which, by whose permission.

Written by one person and frozen by another; what is frozen is drafted as an item and goes through the ordinary review.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from govportal.permissions import Permission
from requests_app.enums import ReportState


class ReportAction(TextChoices):
    WRITE = "write", _("编写文字部分")
    STATE = "state", _("填报表二数据")
    SUBMIT = "submit", _("提交定稿")
    RETURN = "return", _("退回修改")
    FREEZE = "freeze", _("定稿")
    DRAFT_ITEM = "draft_item", _("拟制公开稿")


@dataclass(frozen=True, slots=True)
class ReportTransition:
    sources: frozenset[ReportState]
    target: ReportState
    permission: Permission


_S, _A = ReportState, ReportAction
REPORT: Mapping[ReportAction, ReportTransition] = MappingProxyType(
    {
        _A.WRITE: ReportTransition(frozenset({_S.DRAFT}), _S.DRAFT, Permission.HANDLE_REQUEST),
        _A.STATE: ReportTransition(frozenset({_S.DRAFT}), _S.DRAFT, Permission.HANDLE_REQUEST),
        _A.SUBMIT: ReportTransition(frozenset({_S.DRAFT}), _S.SUBMITTED, Permission.HANDLE_REQUEST),
        _A.RETURN: ReportTransition(frozenset({_S.SUBMITTED}), _S.DRAFT, Permission.RELEASE_REPLY),
        _A.FREEZE: ReportTransition(frozenset({_S.SUBMITTED}), _S.FROZEN, Permission.RELEASE_REPLY),
        _A.DRAFT_ITEM: ReportTransition(frozenset({_S.FROZEN}), _S.FROZEN, Permission.DRAFT_ITEM),
    }
)


def next_state(state: str, action: ReportAction) -> ReportState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = REPORT[action]
    return transition.target if state in transition.sources else None
