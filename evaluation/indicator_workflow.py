"""The life of a set of indicators as data: what can be done to it, from which state, to which.

Drawn up by whoever manages indicators, for the whole county. In force nothing of it changes any more: what was measured
by it can be computed again by anybody, for good. A year later it is copied and the copy amended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from evaluation.enums import SetState
from govportal.permissions import Permission


class SetAction(TextChoices):
    EDIT = "edit", _("修改基本信息")
    FILL = "fill", _("编辑指标")
    COPY = "copy", _("复制")
    ENFORCE = "enforce", _("施行")
    RETIRE = "retire", _("停用")
    DISCARD = "discard", _("删除草稿")


@dataclass(frozen=True, slots=True)
class SetTransition:
    """`target` None: the row stays as it is, or is gone."""

    sources: frozenset[SetState]
    target: SetState | None
    permission: Permission = Permission.MANAGE_INDICATORS


_S, _A = SetState, SetAction
_DRAFT = frozenset({_S.DRAFT})
SET: Mapping[SetAction, SetTransition] = MappingProxyType(
    {
        _A.EDIT: SetTransition(_DRAFT, _S.DRAFT),
        _A.FILL: SetTransition(_DRAFT, _S.DRAFT),
        _A.COPY: SetTransition(frozenset(_S), None),
        _A.ENFORCE: SetTransition(_DRAFT, _S.IN_FORCE),
        _A.RETIRE: SetTransition(frozenset({_S.IN_FORCE}), _S.RETIRED),
        _A.DISCARD: SetTransition(_DRAFT, None),
    }
)


def can_be_done(state: str, action: SetAction) -> bool:
    return state in SET[action].sources
