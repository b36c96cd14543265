"""Every verb of a request by kind, and which of them is the usual next step from a state."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from requests_app.admin import (
    applicant_verbs,
    decision_verbs,
    fee_verbs,
    letter_verbs,
    publication_verbs,
    talk_verbs,
    triage_verbs,
    waiting_verbs,
)
from requests_app.admin.verb_pages import CaseVerb
from requests_app.enums import State

GROUPS: tuple[tuple[Promise | str, tuple[CaseVerb, ...]], ...] = (
    (
        gettext_lazy("签发"),
        (decision_verbs.SIGN, decision_verbs.RETURN, decision_verbs.DROP),
    ),
    (
        gettext_lazy("受理和分派"),
        (triage_verbs.REGISTER, triage_verbs.BEGIN, triage_verbs.ASSIGN, triage_verbs.TRANSFER),
    ),
    (
        gettext_lazy("答复和期限"),
        (decision_verbs.REPLY, decision_verbs.EXTEND, decision_verbs.DELAY, triage_verbs.WITHDRAW),
    ),
    (
        gettext_lazy("补正和征求意见"),
        (
            waiting_verbs.ASK_CORRECTION,
            waiting_verbs.CORRECTION,
            waiting_verbs.ASK_THIRD_PARTY,
            waiting_verbs.ASK_CO_AGENCY,
            waiting_verbs.DELIVERY,
            waiting_verbs.ANSWER,
            waiting_verbs.SILENCE,
            waiting_verbs.ASK_REASONS,
            waiting_verbs.REASONS,
        ),
    ),
    (gettext_lazy("收费"), (fee_verbs.FEE, fee_verbs.PAYMENT)),
    (
        gettext_lazy("文书"),
        (letter_verbs.SEND, letter_verbs.SEAL, letter_verbs.ARRIVAL, letter_verbs.REGENERATE, letter_verbs.ISSUE),
    ),
    (gettext_lazy("转为主动公开"), (publication_verbs.CONVERT, publication_verbs.SUGGEST, publication_verbs.LIKE)),
    (
        gettext_lazy("往来和材料"),
        (
            talk_verbs.MESSAGE,
            talk_verbs.NOTE,
            talk_verbs.FILE,
            applicant_verbs.RECORD_APPLICANT,
            triage_verbs.CODE,
            talk_verbs.APPEAL,
        ),
    ),
)
VERBS: tuple[CaseVerb, ...] = tuple(verb for _label, verbs in GROUPS for verb in verbs)
# Shown first: what usually comes next. Whatever waits for a signature comes before all.
NEXT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        State.RECEIVED: ("register",),
        State.REGISTERED: ("begin", "sign"),
        State.CORRECTION_ASKED: ("correction", "sign"),
        State.CORRECTED: ("begin", "sign"),
        State.IN_REVIEW: ("reply", "sign"),
        State.EXTENDED: ("reply", "sign"),
        State.CONSULTING_THIRD_PARTY: ("answer", "silence", "sign"),
        State.CONSULTING_CO_AGENCY: ("answer", "silence", "sign"),
        State.FEE_NOTIFIED: ("payment", "sign"),
    }
)
