"""What meets an obligation: publications by rule, an item that an officer names; undone by a withdrawal.

The rule is disclosure/fulfilment.py (docs/adr/0007). Internal items (对内公开) and correction notices never meet a
public obligation.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from disclosure.enums import NOTICE_STATES, READABLE_STATES, Audience, EditionState, ObligationKind
from disclosure.fulfilment import MEETING_NOTHING, Open, Publication, met_by
from disclosure.models import CatalogueEntry, Edition, Item, Obligation
from disclosure.obligation_periods import is_due_at_end
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission

_log = logging.getLogger(__name__)
# Extra fields in which a type says what year its text is about.
_YEARS = ("report_year", "fiscal_year", "year")
# A publication answers for one period of each of these kinds, however often somebody looks.
_ONCE = (ObligationKind.RECURRING, ObligationKind.PRESENCE)
_OF_PERIODS = {ObligationKind.RECURRING, ObligationKind.PRESENCE, ObligationKind.REVIEW}
_OBLIGATION = ("pk", "kind", "period_start", "period_end", "due_on", "event__item_id")
_EDITION = (
    "item_id",
    "is_amendment",
    "published_on",
    "published_at",
    "formed_on",
    *(f"extra__{key}" for key in _YEARS),
)

_LONGEST_NOTICE = timedelta(days=366)

type Pair = tuple[int, int]  # entry, agency


@dataclass(frozen=True, slots=True)
class Closed:
    """What a round closed; `faults` names the entries that could not be done."""

    met: int
    faults: tuple[str, ...]


def _day(*, is_first: bool, published_on: date, published_at: datetime) -> date:
    """The day (Beijing) on which the public got this edition; of an archive, the day it names."""
    return published_on if is_first else localdate(published_at)


def meet_by(item: Item, *, at: datetime) -> int:
    """Close what the publication of the item's current edition meets, inside its transaction.

    Answers how many obligations that were. No query without a catalogue entry, four at most.
    """
    edition = item.current_edition
    if not _may_meet(item) or edition is None:
        return 0
    assert edition.published_on is not None  # it has just been sealed
    of_pair = Obligation.objects.filter(entry=item.catalogue_entry_id, agency=item.agency_id, cancelled_at=None)
    is_used = Q(met_by=item, kind__in=_ONCE)
    rows = of_pair.filter(Q(met_on__isnull=True) | is_used).exclude(kind=ObligationKind.FILING)
    candidates = list(rows.select_for_update(of=("self",)).select_related("entry", "event").order_by("pk"))
    open_ones = [_open(row) for row in candidates if not row.met_on]
    if not open_ones:
        return 0
    is_first = not _amended(edition.item_id, edition.number).exists()
    publication = Publication(
        item.pk,
        _day(is_first=is_first, published_on=edition.published_on, published_at=at),
        is_first,
        edition.formed_on,
        _years(edition.extra.get(key) for key in _YEARS),
    )
    answered = {row.kind for row in candidates if row.met_on == publication.day}
    return _close(publication, _met_once(publication, open_ones, answered), item)


def _may_meet(item: Item) -> bool:
    is_public = item.audience == Audience.PUBLIC and item.item_type not in MEETING_NOTHING
    return is_public and item.catalogue_entry_id is not None


def _amended(item: Any, number: Any) -> QuerySet[Edition]:
    """The editions of the item that were public before the one of this number. A given-up draft was not."""
    return Edition.objects.filter(item=item, number__lt=number, state=EditionState.PUBLISHED)


def _open(row: Obligation) -> Open:
    return Open(
        row.pk,
        row.kind,
        row.period_start,
        row.period_end,
        row.due_on,
        row.event.item_id if row.event else None,
        is_due_at_end(row.entry.timing_rule),
    )


def _years(values: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(value) for value in values if str(value).isdecimal())


def _met_once(publication: Publication, open_ones: Iterable[Open], answered: set[str]) -> list[Open]:
    """What the publication meets beside the kinds for which it has already answered."""
    return met_by(publication, [o for o in open_ones if o.kind not in answered])


def _close(publication: Publication, met: Sequence[Open], item: Item) -> int:
    """Write it down. The caller holds the rows under lock and has seen that they are open."""
    if not met:
        return 0
    chosen = sorted(o.pk for o in met)
    Obligation.objects.filter(pk__in=chosen).update(met_by=item, met_on=publication.day)
    after = {"obligations": chosen, "met_on": publication.day.isoformat()}
    audit.record(None, "obligation.meet", item, agency=item.agency, after=after)
    return len(chosen)


def close_met() -> Closed:
    """Close every open obligation that something published meets. Each entry for itself: a fault stops no other."""
    open_ones = _all_open()
    answered = _answered({entry for entry, _agency in open_ones})
    by_entry: dict[int, list[tuple[Pair, Publication]]] = defaultdict(list)
    for pair, publication in _publications(open_ones):
        by_entry[pair[0]].append((pair, publication))
    met, faults = 0, []
    for entry, publications in by_entry.items():
        try:
            with transaction.atomic():
                met += _close_entry(publications, open_ones, answered)
        except Exception:
            _log.exception("Obligations of catalogue entry %s could not be closed", entry)
            faults.append(CatalogueEntry.objects.get(pk=entry).code)
    return Closed(met, tuple(faults))


def _close_entry(
    publications: Sequence[tuple[Pair, Publication]],
    open_ones: dict[Pair, list[Open]],
    answered: Mapping[tuple[int, date], set[str]],
) -> int:
    items = Item.objects.select_related("agency").in_bulk({publication.item_id for _pair, publication in publications})
    pairs = {pair for pair, _publication in publications}
    seen = [o.pk for pair in pairs for o in open_ones.get(pair, [])]
    # Whatever was met or taken out since it was read is left alone.
    still_open = set(
        Obligation.objects.open().filter(pk__in=seen).select_for_update().order_by("pk").values_list("pk", flat=True)
    )
    closed = 0
    for pair, publication in publications:
        left = [o for o in open_ones.get(pair, []) if o.pk in still_open]
        met = _met_once(publication, left, answered.get((publication.item_id, publication.day), set()))
        if not met:
            continue
        closed += _close(publication, met, items[publication.item_id])
        open_ones[pair] = [o for o in left if o not in met]
    if closed:
        PublicRevision.raise_number()
    return closed


def _all_open() -> dict[Pair, list[Open]]:
    """Open obligations that an item can meet, by entry and agency, the earliest period first."""
    rules = {entry.pk: is_due_at_end(entry.timing_rule) for entry in CatalogueEntry.objects.all()}
    rows = Obligation.objects.open().exclude(kind=ObligationKind.FILING).order_by("period_start", "pk")
    found: dict[Pair, list[Open]] = defaultdict(list)
    values = rows.values_list("entry_id", "agency_id", *_OBLIGATION)
    for entry, agency, pk, kind, start, end, due_on, of_item in values.iterator(chunk_size=5000):
        found[entry, agency].append(Open(pk, kind, start, end, due_on, of_item, rules[entry]))
    return found


def _answered(entries: set[int]) -> dict[tuple[int, date], set[str]]:
    """By item and day: the kinds for which the publications of these entries have answered."""
    rows = Obligation.objects.filter(kind__in=_ONCE, entry__in=entries, met_by__isnull=False)
    found: dict[tuple[int, date], set[str]] = defaultdict(set)
    for item, day, kind in rows.values_list("met_by_id", "met_on", "kind"):
        if day:
            found[item, day].add(kind)
    return found


def _publications(open_ones: Mapping[Pair, list[Open]]) -> Iterator[tuple[Pair, Publication]]:
    """Published editions of public items whose entry and agency have something open, in the order they appeared.

    Which pairs those are is told here: a database asked for it row by row may take its time.
    """
    first = min((_earliest(o) for some in open_ones.values() for o in some), default=None)
    if first is None:
        return
    editions = Edition.objects.filter(
        published_at__gte=make_aware(datetime.combine(first, time.min)),
        item__catalogue_entry__isnull=False,
        item__audience=Audience.PUBLIC,
        item__state__in=READABLE_STATES,
    ).exclude(item__item_type__in=MEETING_NOTHING)
    rows = _published(editions).annotate(is_amendment=Exists(_amended(OuterRef("item"), OuterRef("number"))))
    values = rows.values_list("item__catalogue_entry_id", "item__agency_id", *_EDITION)
    for entry, agency, item, is_amendment, published_on, published_at, formed_on, *years in values.iterator(
        chunk_size=2000
    ):
        if (entry, agency) in open_ones:
            day = _day(is_first=not is_amendment, published_on=published_on, published_at=published_at)
            yield (entry, agency), Publication(item, day, not is_amendment, formed_on, _years(years))


def _earliest(obligation: Open) -> date:
    """The first day on which it can have been met; what is to come may be announced long before it is due."""
    is_before = obligation.kind == ObligationKind.BEFORE_EVENT
    return obligation.period_start - _LONGEST_NOTICE if is_before else obligation.period_start


def _published(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    return editions.filter(state=EditionState.PUBLISHED).order_by("published_at", "pk")


def reopen_withdrawn() -> int:
    """Open again what an item had met that was withdrawn or terminated before the period was over."""
    lost = Obligation.objects.filter(met_by__state__in=NOTICE_STATES, cancelled_at=None)
    rows = [
        row
        for row in lost.select_related("met_by", "agency")
        if row.met_by and row.met_by.closed_at and localdate(row.met_by.closed_at) <= row.period_end
    ]
    reopened = 0
    for row in rows:
        with transaction.atomic():
            before = {"met_by": row.met_by_id, "met_on": row.met_on.isoformat() if row.met_on else None}
            still = Obligation.objects.filter(pk=row.pk, met_by=row.met_by, met_by__state__in=NOTICE_STATES)
            if still.update(met_by=None, met_on=None):
                reopened += 1
                PublicRevision.raise_number()
                audit.record(
                    None, "obligation.reopen", row, agency=row.agency, before=before, note=_("信息已撤回或终止")
                )
    return reopened


def reasons_against(obligation: Obligation, item: Item | None, actor: Any) -> list[str]:
    """Why this person cannot name this item as what meets the obligation; without one, whether he can name any."""
    reasons = reasons_against_meeting(obligation, actor)
    if obligation.kind == ObligationKind.FILING:
        reasons.append(_("报送义务以登记报送履行。"))
    if item is None:
        return reasons
    if item.audience != Audience.PUBLIC or item.state not in READABLE_STATES:
        reasons.append(_("信息须是面向社会已经公开的信息。"))
    elif item.item_type in MEETING_NOTHING:
        reasons.append(_("更正公告不履行公开义务，请选被更正的信息。"))
    elif item.agency_id != obligation.agency_id:
        reasons.append(_("信息不是本单位公开的。"))
    elif _day_of(obligation, item) is None:
        reasons.append(_("信息不是在这一期间内形成或者公开的。"))
    return reasons


def reasons_against_meeting(obligation: Obligation, actor: Any) -> list[str]:
    """What stands against whatever a person enters to meet an obligation."""
    reasons = []
    if obligation.cancelled_at:
        reasons.append(_("这项义务已取消。"))
    if obligation.met_on:
        reasons.append(_("这项义务已经履行。"))
    if not access.can(actor, Permission.PUBLISH_ITEM, obligation.agency):
        reasons.append(_("您不是本单位的承办人或审定人。"))
    return reasons


def _day_of(obligation: Obligation, item: Item) -> date | None:
    """The day on which the item met it: its first publication in or after the period; of an event, its first of all.

    For a presence the text must have been formed or published in the half-year itself.
    """
    editions = _published(Edition.objects.filter(item=item)).values_list("published_on", "published_at")
    days = [
        _day(is_first=not position, published_on=published_on, published_at=published_at)
        for position, (published_on, published_at) in enumerate(editions)
        if published_on and published_at
    ]
    start, end = obligation.period_start, obligation.period_end
    if obligation.kind == ObligationKind.PRESENCE and not (item.formed_on and start <= item.formed_on <= end):
        days = [day for day in days if day <= end]
    if obligation.kind in _OF_PERIODS:
        days = [day for day in days if day >= start]
    return min(days, default=None)


@transaction.atomic
def meet(obligation_id: int, item_id: int, *, actor: User, at: datetime) -> Obligation:
    """An officer says which published item meets the obligation. Raises ValidationError with every reason."""
    obligation = locked(obligation_id)
    item = Item.objects.get(pk=item_id)
    if reasons := reasons_against(obligation, item, actor):
        raise ValidationError(reasons)
    obligation.met_by, obligation.met_on = item, _day_of(obligation, item)
    obligation.save(update_fields=["met_by", "met_on"])
    PublicRevision.raise_number()
    after = {"item": item.index_number, "met_on": str(obligation.met_on)}
    audit.record(actor, "obligation.meet", obligation, agency=obligation.agency, after=after)
    return obligation


def locked(obligation_id: int) -> Obligation:
    """The obligation under lock, with its entry and agency. Raises Obligation.DoesNotExist."""
    rows = Obligation.objects.select_for_update(of=("self",)).select_related("entry", "agency")
    return rows.get(pk=obligation_id)
