"""The one writer of a request's state: workflow.py applied under a lock, with clock, record, audit row and mail.

`reasons_against` is what every verb has in common: state and role. What a verb asks beside that stands in its own
module. Lock order: request → counter → what hangs on the request; a verb may leave some out but never goes back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.html import clean_text
from govportal.models import User
from govportal.workdays import Calendar
from requests_app import clock, clock_words, workflow
from requests_app.audit_words import APPLICANT
from requests_app.clock import ClockKind
from requests_app.enums import Action, InquiryKind, State
from requests_app.models import ClockEvent, InformationRequest, RequestEvent
from requests_app.services import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said with a step: `note` for staff, `public` for the applicant too."""

    note: str = ""
    public: str = ""


NOTHING = Words()
_BEGIN_ANEW = (ClockKind.CORRECTED, ClockKind.FEE_PAID)


def locked(request_id: int) -> InformationRequest:
    """The request, locked until the transaction ends.

    Its key never changes, and rows may meanwhile refer to it: a reply to one request joins others to its task. Agency
    and handler are read after the lock: PostgreSQL joins before it waits, and then finds no row where the request was
    handed on to another agency in the meantime.
    """
    return InformationRequest.objects.select_for_update(no_key=True).get(pk=request_id)


def reasons_against(row: InformationRequest, action: Action, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can. `actor` None: the applicant."""
    transition = workflow.transition_of(action)
    if row.state not in transition.sources:
        words = {"state": row.get_state_display(), "action": Action(action).label}
        return [_("申请的状态是“%(state)s”，不能%(action)s。") % words]
    if actor is None:
        return [] if transition.by_applicant else [_("这一步由受理单位办理。")]
    if access.can(actor, transition.permission, row.agency):
        return []
    words = {"agency": row.agency.display_name, "action": Action(action).label}
    return [_("您在%(agency)s没有“%(action)s”的角色。") % words]


def check(reasons: Iterable[str]) -> None:
    """Raise ValidationError with every reason, or do nothing."""
    if found := list(reasons):
        raise ValidationError(found)


def reasons_against_day(row: InformationRequest, on: date, today: date) -> list[str]:
    """What no step can be dated: after today, or before the request was received."""
    if on > today:
        return [_("日期不能晚于今天。")]
    if row.received_on and on < row.received_on:
        return [_("日期不能早于收到申请的日期 %s。") % row.received_on.isoformat()]
    return []


# --- the clock -------------------------------------------------------------------------------------------------


def history(row: InformationRequest) -> list[clock.Event]:
    """The recorded events that stand, in the order in which they happened."""
    return [event.as_fact() for event in row.clock_events.filter(voided_at=None)]


def reading(row: InformationRequest, calendar: Calendar, today: date) -> clock.Reading | None:
    """What the clock says; None while the day of receipt is not settled, and for what was closed before it came here
    out of a ledger, which does not tell what moved its clock."""
    return reading_of(row, history(row), calendar, today)


def reading_of(
    row: InformationRequest, events: Sequence[clock.Event], calendar: Calendar, today: date
) -> clock.Reading | None:
    """The same with the events read before, for whoever goes through many requests."""
    if row.received_on is None or (row.is_imported and row.is_closed and not events):
        return None
    try:
        return _fold(row, events, calendar, today)
    except clock.ImpossibleHistory:
        return _fold(row, _as_accepted(row, events, calendar), calendar, today)


def _fold(row: InformationRequest, events: Sequence[clock.Event], calendar: Calendar, today: date) -> clock.Reading:
    assert row.received_on
    return clock.fold(row.received_on, events, calendar, today=today, counts_receipt_day=row.counts_receipt_day)


def _faults(row: InformationRequest, events: Sequence[clock.Event], calendar: Calendar) -> list[clock.Fault]:
    assert row.received_on
    return clock.reasons_against(row.received_on, events, calendar, counts_receipt_day=row.counts_receipt_day)


def _as_accepted(row: InformationRequest, events: Sequence[clock.Event], calendar: Calendar) -> list[clock.Event]:
    """What was in time when it was recorded stays so when a holiday notice that came later moves the last day before
    it: it counts as made on that day. What is wrong in another way is left as it is."""
    accepted = list(events)
    for _each in events:
        faults = _faults(row, accepted, calendar)
        late = next((fault for fault in faults if fault.code is clock.FaultCode.AFTER_DUE), None)
        if late is None or late.position is None or not isinstance(late.bound, date):
            break
        accepted[late.position] = replace(accepted[late.position], on=late.bound)
        accepted.sort(key=lambda event: event.on)
    return accepted


def clock_faults(row: InformationRequest, facts: Sequence[clock.Event], calendar: Calendar) -> list[str]:
    """Why the law does not allow these events among what has been recorded, in words. What was wrong before without
    them is not their fault."""
    if row.received_on is None:
        return [] if not facts else [_("还没有确定收到申请的日期。")]
    recorded = _as_accepted(row, history(row), calendar)
    known = {(fault.code, fault.event) for fault in _faults(row, recorded, calendar)} if recorded else set()
    # A step may be recorded days after it happened: it takes its place among the others.
    events = sorted([*recorded, *facts], key=lambda event: event.on)
    found = _faults(row, events, calendar)
    return [clock_words.fault_words(fault) for fault in found if (fault.code, fault.event) not in known]


def _record_facts(row: InformationRequest, facts: Sequence[clock.Event], *, actor: User | None, at: datetime) -> None:
    for fact in facts:
        ClockEvent.objects.create(
            request=row,
            kind=fact.kind.value,
            on=fact.on,
            ref=fact.ref,
            days=fact.days,
            delivered_on=fact.delivered_on,
            recorded_by=actor,
            recorded_at=at,
        )


def set_due_day(row: InformationRequest, calendar: Calendar, today: date) -> None:
    """Write what the clock says into the columns that lists sort by; the caller saves them."""
    found = reading(row, calendar, today)
    row.due_on = found.due_on if found else None
    row.is_provisional = found.is_provisional if found else False


# --- the state -------------------------------------------------------------------------------------------------


def standing(row: InformationRequest) -> workflow.Standing:
    """Who is being asked and whether the period was extended, by the rows as they are now."""
    waiting = set(row.inquiries.filter(answered_on=None).values_list("kind", flat=True))
    is_extended = False
    for event in history(row):
        if event.kind in _BEGIN_ANEW:
            is_extended = False  # an extension is spent with the count it belonged to
        elif event.kind is ClockKind.EXTENDED:
            is_extended = True
    return workflow.Standing(
        asks_third_party=InquiryKind.THIRD_PARTY in waiting,
        asks_co_agency=InquiryKind.CO_AGENCY in waiting,
        is_extended=is_extended,
    )


def move(
    row: InformationRequest,
    action: Action,
    *,
    actor: User | None,
    at: datetime,
    on: date,
    facts: Sequence[clock.Event] = (),
    words: Words = NOTHING,
    fields: Iterable[str] = (),
    by_applicant: bool = False,
    basis: str = "",
    answer_by: date | None = None,
) -> RequestEvent:
    """Write the next state of a locked request, with `fields` set beside it; rows it depends on are saved before.

    `on` is the day it happened, `at` when it is recorded, `answer_by` until when the applicant may act on it. Raises
    ValidationError when the action leads nowhere from here or the clock does not allow `facts`.
    """
    before, was_due, calendar = State(row.state), row.due_on, load_calendar()
    check(clock_faults(row, facts, calendar))
    _record_facts(row, facts, actor=actor, at=at)
    after = workflow.next_state(before, action, standing(row))
    if after is None:
        raise ValidationError(reasons_against(row, action, actor))
    row.state = after
    set_due_day(row, calendar, on)
    row.save(update_fields=["state", "due_on", "is_provisional", *fields])
    event = RequestEvent.objects.create(
        request=row,
        action=action,
        from_state=before,
        to_state=after,
        on=on,
        at=at,
        actor=actor,
        by_applicant=by_applicant,
        note=clean_text(words.note),
        public_note=clean_text(words.public),
        answer_by=answer_by,
    )
    _audit(event, was_due=was_due, basis=basis)
    tell.after(event)
    return event


def _audit(event: RequestEvent, *, was_due: date | None, basis: str) -> None:
    row = event.request
    audit.record(
        event.actor or (APPLICANT if event.by_applicant else None),
        f"request.{event.action}",
        row,
        agency=row.agency,
        before={"state": event.from_state, "due_on": _iso(was_due)},
        after={"state": event.to_state, "due_on": _iso(row.due_on), "on": event.on.isoformat()},
        basis=basis,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
