"""Who is told of a step of a case: numbers, days and the address, never what it is about nor of whom.

Every one of these notices is confidential: no list of the outbox shows that there is one.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from evaluation.accountability_enums import CaseAction
from evaluation.models import AccountabilityCase, AccountabilityEvent
from govportal import access, notices
from govportal.models import User
from govportal.permissions import Permission

KIND = "accountability"  # of messages to staff (contributions.notice_kinds)
NOTICE_KINDS = {KIND: gettext_lazy("责任追究")}
_TO_AGENCY: Mapping[CaseAction, Promise | str] = MappingProxyType(
    {
        CaseAction.DECIDE: gettext_lazy("责任追究决定：%(number)s，%(day)s前报告改正情况"),
        CaseAction.RETURN: gettext_lazy("改正报告退回：%(number)s，%(day)s前再报告"),
        CaseAction.VERIFY: gettext_lazy("责任追究结案：%(number)s"),
    }
)
_TO_OFFICE: Mapping[CaseAction, Promise | str] = MappingProxyType(
    {
        CaseAction.CONCLUDE: gettext_lazy("待作出责任追究决定：%(number)s"),
        CaseAction.REPORT: gettext_lazy("改正情况待核实：%(number)s"),
        CaseAction.RECEIVE: gettext_lazy("改正情况待核实：%(number)s"),
    }
)


def handlers(row: AccountabilityCase) -> list[User]:
    """Whoever holds to account over the agency and is not of it: those of the office and above."""
    case = (row.office_id, row.office.path, row.agency_id)
    found = access.holders_apart(Permission.HOLD_ACCOUNTABLE, [case])[case]
    return list(User.objects.filter(pk__in=found).order_by("pk")) if found else []


def heads(row: AccountabilityCase) -> Iterable[User]:
    """Those of the agency who answer a decision."""
    return access.holders(Permission.OBJECT, row.agency)


def after(event: AccountabilityEvent) -> None:
    """Tell whoever has to know of a step. Call inside the transaction that writes it."""
    row, action = event.case, CaseAction(event.action)
    if subject := _TO_AGENCY.get(action):
        _tell(row, event, heads(row), subject)
    if subject := _TO_OFFICE.get(action):
        people = handlers(row)
        if action == CaseAction.CONCLUDE:  # for another than who opened it
            people = [person for person in people if person.pk != row.opened_by_id]
        _tell(row, event, people, subject)


def _tell(row: AccountabilityCase, event: AccountabilityEvent, people: Iterable[User], subject: Promise | str) -> None:
    """Staff read Chinese."""
    day = row.correction_due_on.isoformat() if row.correction_due_on else ""
    with translation.override(settings.LANGUAGE_CODE):
        words = str(subject) % {"number": row.number, "day": day}
    notices.tell(
        [person for person in people if person.pk != event.actor_id],
        kind=KIND,
        key=f"accountability:{event.pk}",
        subject=words,
        path=reverse("admin:evaluation_accountabilitycase_change", args=[row.pk]),
        is_confidential=True,
    )
