"""Every verb of a complaint by kind, and which of them is the usual next step from a state."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from requests_app.admin import complaint_result_verbs as after
from requests_app.admin import complaint_verbs as before
from requests_app.admin.verb_pages import CaseVerb
from requests_app.complaint_enums import ComplaintState

GROUPS: tuple[tuple[Promise | str, tuple[CaseVerb, ...]], ...] = (
    (gettext_lazy("受理"), (before.ACCEPT, before.REFUSE, before.REDIRECT)),
    (gettext_lazy("转送和分派"), (before.TRANSFER, before.ASSIGN)),
    (gettext_lazy("调查和答复"), (before.INVESTIGATE, before.ANSWER, before.EXTEND, before.MATERIAL)),
    (gettext_lazy("答复以后"), (after.ORDER, after.CLOSE, after.REFER, after.SUMMARY)),
    (
        gettext_lazy("往来和备注"),
        (before.NOTE, before.SUPPLEMENT, before.WITHDRAW, after.CODE, before.RESEND),
    ),
)
VERBS: tuple[CaseVerb, ...] = tuple(verb for _label, verbs in GROUPS for verb in verbs)
NEXT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ComplaintState.RECEIVED: ("accept",),
        ComplaintState.ACCEPTED: ("transfer", "investigate"),
        ComplaintState.TRANSFERRED: ("investigate",),
        ComplaintState.INVESTIGATING: ("answer",),
        ComplaintState.ANSWERED: ("order", "close"),
        ComplaintState.CLOSED: ("summary",),
    }
)
