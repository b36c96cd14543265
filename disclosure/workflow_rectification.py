"""The life of a rectification as data: what can be done, from which state, to which. services/rectify.py applies it."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from disclosure.enums import RectificationState


class RectificationAction(TextChoices):
    """What can be done to an order; `order` itself makes the row."""

    REPORT = "report", _("报告整改情况")
    ACCEPT = "accept", _("核实通过")
    RETURN = "return", _("核实未通过，退回")
    CANCEL = "cancel", _("撤销整改")


_S, _A = RectificationState, RectificationAction

RECTIFICATION: Mapping[tuple[RectificationState, RectificationAction], RectificationState] = MappingProxyType(
    {
        (_S.ORDERED, _A.REPORT): _S.REPORTED,
        (_S.RETURNED, _A.REPORT): _S.REPORTED,
        (_S.REPORTED, _A.ACCEPT): _S.VERIFIED,
        (_S.REPORTED, _A.RETURN): _S.RETURNED,
        (_S.ORDERED, _A.CANCEL): _S.CANCELLED,
        (_S.RETURNED, _A.CANCEL): _S.CANCELLED,
        (_S.REPORTED, _A.CANCEL): _S.CANCELLED,
    }
)


def next_state(state: str, action: RectificationAction) -> RectificationState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    return RECTIFICATION.get((RectificationState(state), action))
