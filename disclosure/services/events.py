"""公开事由: something happened that must be published; its obligations fall due from that day (domain §5)."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import TimingKind, WithholdingState
from disclosure.fulfilment import MEETING_NOTHING
from disclosure.models import CatalogueEntry, DisclosureEvent, Edition, Item, Obligation, Withholding
from disclosure.obligation_periods import EVENT_KINDS, Owed, owed_by_event
from disclosure.services.responsibility import load_days, load_responsibility, reason_not_to_oblige
from govportal import access, audit
from govportal.html import clean_line, clean_text
from govportal.models import Agency, AuditEvent, PublicRevision, User
from govportal.permissions import Permission


def reasons_against(entry: CatalogueEntry, agency: Agency, occurred_on: date, actor: Any, at: datetime) -> list[str]:
    """Why this person cannot record such an event. `actor` None: an upper app, whose own rules let it."""
    reasons = _unfit(entry, agency, occurred_on)
    is_before = entry.timing_kind == TimingKind.BEFORE_EVENT
    if occurred_on > localdate(at) and not is_before:
        reasons.append(_("发生日期不能晚于今天。"))
    if actor is not None and not access.can(actor, Permission.DRAFT_ITEM, agency):
        reasons.append(_("您不是本单位的承办人。"))
    return reasons


def _unfit(entry: CatalogueEntry, agency: Agency, occurred_on: date) -> list[str]:
    """Why such an event makes nobody owe anything."""
    reasons = [_("%s。") % reason] if (reason := reason_not_to_oblige(entry)) else []
    if entry.timing_rule and entry.timing_kind not in EVENT_KINDS:
        reasons.append(_("这一事项的公开时限不从事由起算。"))
    if agency.pk not in load_responsibility([entry]).of(entry):
        reasons.append(_("%s不是这一事项的公开主体。") % agency.display_name)
    if occurred_on < entry.in_force_on:
        reasons.append(_("发生在这一事项启用（%s）以前，不产生公开义务。") % entry.in_force_on.isoformat())
    return reasons


@transaction.atomic
def record(
    *,
    entry: CatalogueEntry,
    agency: Agency,
    title: str,
    occurred_on: date,
    actor: User | None,
    at: datetime,
    item: Item | None = None,
    source: str = "",
) -> DisclosureEvent:
    """Record an event with its obligation. Raises ValidationError with every reason against it.

    `source` names the row of an upper app that registers it ("request:12"); the same source a second time is
    answered with the event that is there. Without a source the actor must be a publisher of the agency.
    """
    if source and (known := DisclosureEvent.objects.filter(source=source).first()):
        return known
    if reasons := reasons_against(entry, agency, occurred_on, None if source else actor, at):
        raise ValidationError(reasons)
    values = DisclosureEvent(
        entry=entry, agency=agency, title=clean_line(title), occurred_on=occurred_on, item=item, source=source,
        recorded_by=actor, recorded_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _insert(values, None)
    except IntegrityError:  # the same source registered it a moment ago
        if source and (known := DisclosureEvent.objects.filter(source=source).first()):
            return known
        raise


def _insert(event: DisclosureEvent, edition: Edition | None) -> DisclosureEvent:
    """The event with its obligation. `edition`: the text that is to publish it, if there is one."""
    event.clean_fields(exclude={"entry", "agency", "item", "recorded_by"})
    event.save(force_insert=True)
    if owed := _owed(event, edition):
        Obligation.objects.create(
            entry=event.entry, agency=event.agency, event=event, created_at=event.recorded_at, **_columns(owed)
        )
    PublicRevision.raise_number()
    # The title may be that of a draft, which nobody is to read in the trail.
    after = {"entry": event.entry.code, "occurred_on": event.occurred_on.isoformat(), "source": event.source}
    audit.record(event.recorded_by, "event.record", event, agency=event.agency, after=after)
    return event


def matter_of(event: DisclosureEvent, edition: Edition | None) -> str:
    """The words by which the term of an event is told (行政许可、行政处罚 have one of their own).

    Its title and, where a text is to publish it, the title and kind of that text: whichever names such a matter.
    """
    words = [event.title]
    if edition:
        words.append(edition.title)
        words += [str(field.shown(value)) for field, value in edition.extra_rows() if field.key == "kind"]
    return " ".join(words)


def _owed(event: DisclosureEvent, edition: Edition | None) -> Owed | None:
    rule, is_report = event.entry.timing_rule, event.entry.is_report
    matter = matter_of(event, edition)
    return owed_by_event(rule, event.occurred_on, load_days(), matter=matter, is_report=is_report)


def _columns(owed: Owed) -> dict[str, Any]:
    names = ("kind", "period_start", "period_end", "due_on", "basis")
    return {name: getattr(owed, name) for name in names}


def reasons_against_cancelling(event: DisclosureEvent, actor: Any) -> list[str]:
    """Why this person cannot take the event back; empty when he can. What was published stays published."""
    reasons = []
    if event.cancelled_at:
        reasons.append(_("这一事由已取消。"))
    if event.obligations.met().exists():
        reasons.append(_("这一事由的公开义务已经履行。"))
    if not access.can(actor, Permission.APPROVE_ITEM, event.agency):
        reasons.append(_("取消事由须由本单位审定人进行。"))
    return reasons


@transaction.atomic
def cancel(event_id: int, *, actor: User, at: datetime, reason: str) -> DisclosureEvent:
    """Take an event back with its open obligations. Raises ValidationError with every reason against it."""
    event = DisclosureEvent.objects.select_for_update(of=("self",)).select_related("agency").get(pk=event_id)
    reasons = reasons_against_cancelling(event, actor)
    if not reason.strip():
        reasons.append(_("须写明取消原因。"))
    if reasons:
        raise ValidationError(reasons)
    event.cancelled_at, event.cancel_reason = at, clean_text(reason)
    event.clean_fields(exclude={"entry", "agency", "item", "recorded_by"})
    event.save(update_fields=["cancelled_at", "cancel_reason"])
    event.obligations.open().update(cancelled_at=at, cancel_reason=event.cancel_reason)
    PublicRevision.raise_number()
    audit.record(actor, "event.cancel", event, agency=event.agency, note=event.cancel_reason)
    return event


def follow_draft(edition: Edition, *, actor: User, at: datetime) -> DisclosureEvent | None:
    """The event that an unpublished item makes by its 成文日期, recorded or moved; inside the draft's transaction.

    One that an officer had recorded for the same day and no item yet is taken for this item's own. None where the
    entry knows no events or the agency owes it nothing. No query for an item without a catalogue entry.
    """
    item, day = edition.item, edition.formed_on
    entry = item.catalogue_entry
    if entry is None or day is None or item.current_edition_id or entry.timing_kind not in EVENT_KINDS:
        return None
    event = DisclosureEvent.objects.select_related("entry", "agency").filter(item=item).first()
    if event:
        # An upper app named the day by its own rule; the text does not move it.
        if not event.source and not event.cancelled_at and not _was_withheld(item):
            _move(event, day, edition, actor=actor)
        return event
    if item.item_type in MEETING_NOTHING or _unfit(entry, item.agency, day):
        return None
    if adopted := _adopt(edition, entry, day, actor=actor):
        return adopted
    made = DisclosureEvent(
        entry=entry, agency=item.agency, title=edition.title[:300].strip(), occurred_on=day, item=item,
        recorded_by=actor, recorded_at=at,
    )  # fmt: skip
    return _insert(made, edition)


def follow_discard(item: Item, *, actor: User, at: datetime) -> None:
    """The draft of an unpublished item is given up, and with it the event that it made; in the caller's transaction.

    One that somebody had recorded before the draft took it has happened all the same: it waits for another text.
    """
    rows = DisclosureEvent.objects.select_for_update(of=("self",)).select_related("agency")
    event = rows.filter(item=item, cancelled_at=None).first()
    if event is None or item.current_edition_id:
        return
    event.item = None
    adoptions = AuditEvent.objects.filter(action="event.adopt", subject_type=event._meta.label)
    if event.source or adoptions.filter(subject_id=str(event.pk)).exists():
        event.save(update_fields=["item"])
        audit.record(actor, "event.free", event, agency=event.agency, before={"item": item.index_number})
    else:
        event.cancelled_at, event.cancel_reason = at, _("草稿已废弃")
        event.save(update_fields=["item", "cancelled_at", "cancel_reason"])
        event.obligations.open().update(cancelled_at=at, cancel_reason=event.cancel_reason)
        audit.record(actor, "event.cancel", event, agency=event.agency, note=event.cancel_reason)
    PublicRevision.raise_number()


def _was_withheld(item: Item) -> bool:
    """Then its obligation counts from the day it was released."""
    return Withholding.objects.filter(edition__item=item, state=WithholdingState.RELEASED).exists()


def follow_withholding(withholding: Withholding, *, actor: User, at: datetime) -> None:
    """What is withheld owes nothing; released, it falls due anew from that day (条例第十八条). In the caller's
    transaction. A matter that has no text here made no event.
    """
    edition = withholding.edition
    if edition is None:
        return
    rows = DisclosureEvent.objects.select_for_update(of=("self",)).select_related("entry", "agency")
    event = rows.filter(item=edition.item_id).first()
    if event is None:
        return
    if withholding.state == WithholdingState.IN_FORCE:
        event.cancelled_at, event.cancel_reason = at, _("不予公开")
        event.save(update_fields=["cancelled_at", "cancel_reason"])
        event.obligations.open().update(cancelled_at=at, cancel_reason=event.cancel_reason)
        audit.record(actor, "event.cancel", event, agency=event.agency, note=event.cancel_reason)
    elif event.cancelled_at:
        event.cancelled_at, event.cancel_reason = None, ""
        event.save(update_fields=["cancelled_at", "cancel_reason"])
        event.obligations.update(cancelled_at=None, cancel_reason="")
        _move(event, localdate(at), edition, actor=actor)


def _adopt(edition: Edition, entry: CatalogueEntry, day: date, *, actor: User) -> DisclosureEvent | None:
    """The one event of the day that waits for a text; None where there is none or several, or another was first."""
    item = edition.item
    waiting = DisclosureEvent.objects.filter(entry=entry, agency=item.agency, occurred_on=day, item=None)
    found = list(waiting.filter(cancelled_at=None).select_related("entry", "agency")[:2])
    if len(found) != 1 or not waiting.filter(pk=found[0].pk, cancelled_at=None).update(item=item):
        return None
    event = found[0]
    event.item = item
    audit.record(actor, "event.adopt", event, agency=item.agency, after={"item": item.index_number})
    _move(event, day, edition, actor=actor)
    return event


def _move(event: DisclosureEvent, day: date, edition: Edition, *, actor: User) -> None:
    """The text says another day, or is of a kind with another term: what is still open falls due by them."""
    before = event.occurred_on
    if day != before:
        event.occurred_on = day
        event.save(update_fields=["occurred_on"])
    owed = _owed(event, edition)
    moved = owed and event.obligations.open().exclude(**_columns(owed)).update(**_columns(owed))
    if before == day and not moved:
        return
    PublicRevision.raise_number()
    audit.record(
        actor,
        "event.move",
        event,
        agency=event.agency,
        before={"occurred_on": before.isoformat()},
        after={"occurred_on": day.isoformat()},
    )
