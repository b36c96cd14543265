"""公开义务: what the catalogue obliges agencies to publish by when (domain §5). What meets it is fulfil.py."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched, groupby
from operator import attrgetter, itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from disclosure.enums import EditionState
from disclosure.models import CatalogueEntry, DisclosureEvent, Edition, Obligation
from disclosure.obligation_periods import Days, Owed, owed_by_event, owed_by_periods
from disclosure.rules import TimingRule
from disclosure.services import events, fulfil
from disclosure.services.responsibility import (
    Responsibility,
    load_days,
    load_responsibility,
    reason_not_to_oblige,
)
from govportal import audit
from govportal.models import Agency, PublicRevision
from govportal.now import now

_MANY = 10_000  # rows made at once, after which the statistics of the table say nothing any more
_BATCH = 2000  # rows of one transaction: other writers wait for a fraction of a second
_KEY = ("event_id", "kind", "entry_id", "agency_id", "period_start")
_ROW = ("entry_id", "pk", "agency_id", "kind", "period_start", "period_end", "due_on", "met_on", "cancelled_at")


@dataclass(frozen=True, slots=True)
class Without:
    """An entry that obliges nobody, and why; it is listed as such and never counted as covered."""

    entry: CatalogueEntry
    reason: str


@dataclass(frozen=True, slots=True)
class Generated:
    """What a generation did: rows made, taken out, put back or moved, and how many are in force after it.

    Of two generations at once both may claim a row; it exists once.
    """

    created: int
    cancelled: int
    restored: int
    moved: int
    total: int
    without: tuple[Without, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One daily round. `faults`: codes of entries that could not be done; the others were."""

    generated: Generated
    reopened: int
    met: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """In words, for the heartbeat and the command."""
        made = self.generated
        words = _(
            "新生成 %(created)s 项，取消 %(cancelled)s 项，恢复 %(restored)s 项，改期 %(moved)s 项，现有 %(total)s 项；"
        )
        words = words % {name: getattr(made, name) for name in ("created", "cancelled", "restored", "moved", "total")}
        words += _("已公开信息履行 %(met)s 项，因撤回重新计 %(reopened)s 项；") % {
            "met": self.met,
            "reopened": self.reopened,
        }
        words += _("%s 个事项没有产生义务。") % len(made.without)
        if self.faults:
            words += _("没有处理成功的事项：%s。") % "、".join(self.faults)
        return words


@dataclass(slots=True)
class _Plan:
    """What is to be written. `cancelled` by entry and reason."""

    missing: list[Obligation] = field(default_factory=list)
    restored: list[int] = field(default_factory=list)
    moved: dict[tuple[date, date, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    cancelled: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))


def generate(
    today: date, *, entries: Iterable[CatalogueEntry] | None = None, agencies: Iterable[Agency] | None = None
) -> Generated:
    """Make every obligation whose period has begun by `today`; missed days are caught up.

    Idempotent, and two may run at once. What no entry in force asks for any more is cancelled with its reason
    as long as its period runs, and comes back when it is asked for again; what is over stays as it is. A running
    obligation whose last day has changed (a holiday notice came out) moves. `entries`, `agencies`: these alone.
    Rows made are not in the audit trail, they follow from the catalogue; rows taken out are.
    """
    chosen = list(CatalogueEntry.objects.order_by("pk")) if entries is None else sorted(entries, key=lambda e: e.pk)
    scope = None if agencies is None else frozenset(agency.pk for agency in agencies)
    catalogue = _Catalogue(chosen, load_responsibility(chosen), load_days(), today, scope)
    plan = _Plan()
    _plan_periods(catalogue, plan)
    _plan_events(catalogue, plan)
    _write(plan, {entry.pk: entry for entry in chosen})
    return Generated(
        created=len(plan.missing),
        cancelled=sum(map(len, plan.cancelled.values())),
        restored=len(plan.restored),
        moved=sum(map(len, plan.moved.values())),
        total=catalogue.of_scope(Obligation.objects.in_force()).count(),
        without=tuple(_without(catalogue)),
    )


class _Catalogue:
    """The entries with their agencies, and what each makes an agency owe: periods are computed once a rule."""

    def __init__(
        self,
        entries: Sequence[CatalogueEntry],
        responsibility: Responsibility,
        days: Days,
        today: date,
        scope: frozenset[int] | None,
    ) -> None:
        self.entries, self.responsibility, self.days, self.today = entries, responsibility, days, today
        self._scope = scope
        self._owed: dict[tuple[TimingRule, date, bool], list[Owed]] = {}

    def agencies(self, entry: CatalogueEntry) -> frozenset[int]:
        """Whom the entry obliges, of those that were asked for."""
        if reason_not_to_oblige(entry):
            return frozenset()
        found = self.responsibility.of(entry)
        return found if self._scope is None else found & self._scope

    def owed(self, entry: CatalogueEntry) -> list[Owed]:
        rule = entry.timing_rule
        if rule is None:
            return []
        key = rule, entry.in_force_on, entry.is_report
        if key not in self._owed:
            self._owed[key] = owed_by_periods(
                rule, in_force_on=entry.in_force_on, today=self.today, days=self.days, is_report=entry.is_report
            )
        return self._owed[key]

    def why_not(self, entry: CatalogueEntry, agency_id: int) -> str:
        """Why the agency no longer owes the entry what it once did."""
        if reason := reason_not_to_oblige(entry):
            return reason
        if agency_id not in self.responsibility.active:
            return _("单位已停用")
        if agency_id not in self.responsibility.of(entry):
            return _("单位不再是这一事项的公开主体")
        return _("公开时限已修改")

    def of_scope(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.filter(entry__in=[entry.pk for entry in self.entries])
        return rows if self._scope is None else rows.filter(agency__in=self._scope)


def _plan_periods(catalogue: _Catalogue, plan: _Plan) -> None:
    """What periods ask for, against what is there: one streamed query, entry by entry."""
    rows = catalogue.of_scope(Obligation.objects.filter(event__isnull=True)).order_by("entry_id")
    stream = groupby(rows.values_list(*_ROW).iterator(chunk_size=5000), itemgetter(0))
    made_at, group = now(), next(stream, None)
    for entry in catalogue.entries:
        there: Iterator[tuple[Any, ...]] = iter(())
        if group and group[0] == entry.pk:
            there = group[1]
        expected = _expected(catalogue, entry)
        for _entry, pk, agency_id, kind, *dates in there:
            start, end, due_on, met_on, cancelled_at = dates
            owed = expected.pop((agency_id, kind, start), None)
            if end < catalogue.today or met_on:
                continue
            if owed is None:
                if not cancelled_at:
                    plan.cancelled[entry.pk, catalogue.why_not(entry, agency_id)].append(pk)
                continue
            if cancelled_at:
                plan.restored.append(pk)
            if (end, due_on) != (owed.period_end, owed.due_on):
                plan.moved[owed.period_end, owed.due_on, owed.basis].append(pk)
        if group and group[0] == entry.pk:
            group = next(stream, None)
        plan.missing += [
            _obligation(entry.pk, agency_id, owed, made_at) for (agency_id, _kind, _start), owed in expected.items()
        ]


def _expected(catalogue: _Catalogue, entry: CatalogueEntry) -> dict[tuple[int, str, date], Owed]:
    owed = catalogue.owed(entry)
    return {(agency, o.kind, o.period_start): o for agency in sorted(catalogue.agencies(entry)) for o in owed}


def _obligation(entry_id: int, agency_id: int, owed: Owed, made_at: Any, event_id: int | None = None) -> Obligation:
    return Obligation(
        entry_id=entry_id,
        agency_id=agency_id,
        event_id=event_id,
        kind=owed.kind,
        period_start=owed.period_start,
        period_end=owed.period_end,
        due_on=owed.due_on,
        basis=owed.basis,
        created_at=made_at,
    )


def _plan_events(catalogue: _Catalogue, plan: _Plan) -> None:
    """Events that have no obligation yet, and running ones whose entry or agency is no longer in force.

    What a cancelled event still obliges to (it was cancelled while its obligation was made) is taken out.
    """
    by_pk = {entry.pk: entry for entry in catalogue.entries}
    agencies = {entry.pk: catalogue.agencies(entry) for entry in catalogue.entries}
    stray = catalogue.of_scope(Obligation.objects.open().filter(event__cancelled_at__isnull=False))
    for pk, entry_id, reason in stray.values_list("pk", "entry_id", "event__cancel_reason"):
        plan.cancelled[entry_id, reason].append(pk)
    running = catalogue.of_scope(Obligation.objects.filter(event__cancelled_at=None, event__isnull=False))
    running = running.filter(period_end__gte=catalogue.today, met_on=None)
    for pk, entry_id, agency_id, cancelled_at in running.values_list("pk", "entry_id", "agency_id", "cancelled_at"):
        if agency_id in agencies[entry_id]:
            if cancelled_at:
                plan.restored.append(pk)
        elif not cancelled_at:
            plan.cancelled[entry_id, catalogue.why_not(by_pk[entry_id], agency_id)].append(pk)
    made_at = now()
    bare = list(catalogue.of_scope(DisclosureEvent.objects.filter(cancelled_at=None, obligations=None)).order_by("pk"))
    texts = _texts(bare)
    for event in bare:
        entry = by_pk[event.entry_id]
        if event.agency_id not in agencies[entry.pk] or event.occurred_on < entry.in_force_on:
            continue
        matter = events.matter_of(event, texts.get(event.item_id))
        owed = owed_by_event(
            entry.timing_rule, event.occurred_on, catalogue.days, matter=matter, is_report=entry.is_report
        )
        if owed:
            plan.missing.append(_obligation(entry.pk, event.agency_id, owed, made_at, event.pk))


def _texts(found: Iterable[DisclosureEvent]) -> dict[int | None, Edition]:
    """By item: the newest text of those that are to publish these events."""
    editions = Edition.objects.filter(item__in=[event.item_id for event in found if event.item_id])
    editions = editions.exclude(state=EditionState.DISCARDED).select_related("item").defer("body").order_by("number")
    return {edition.item_id: edition for edition in editions}


def _not_there(rows: Sequence[Obligation]) -> list[Obligation]:
    """Without those that another generation has made since the plan. PostgreSQL passes over them; SQLite, where one
    writes at a time, would refuse them all."""

    def key(event: int | None, kind: str, *rest: Any) -> tuple[Any, ...]:
        return (event, kind) if event else (kind, *rest)

    def of(name: str) -> set[Any]:
        return {getattr(row, name) for row in rows} - {None}

    of_periods = Q(event=None, agency__in=of("agency_id"), period_start__in=of("period_start"))
    same = Obligation.objects.filter(of_periods | Q(event__in=of("event_id")), entry__in=of("entry_id"))
    there = {key(*values) for values in same.values_list(*_KEY)}
    return [row for row in rows if key(*attrgetter(*_KEY)(row)) not in there]


def _write(plan: _Plan, entries: dict[int, CatalogueEntry]) -> None:
    """Batch by batch, so that nobody waits long; whatever is left undone the next run does."""
    for rows in batched(plan.missing, _BATCH):
        with transaction.atomic():
            Obligation.objects.bulk_create(_not_there(rows), ignore_conflicts=True, batch_size=1000)
            PublicRevision.raise_number()
    if len(plan.missing) > _MANY:
        _tell_planner()
    for (entry_id, reason), pks in plan.cancelled.items():
        with transaction.atomic():
            count = 0
            for some in batched(pks, _BATCH):
                open_rows = Obligation.objects.open().filter(pk__in=some)
                count += open_rows.update(cancelled_at=now(), cancel_reason=reason[:200])
            if count:
                PublicRevision.raise_number()
                audit.record(None, "obligation.cancel", entries[entry_id], after={"count": count}, note=reason)
    for some in batched(plan.restored, _BATCH):
        with transaction.atomic():
            # What an event cancelled meanwhile had obliged to stays out; one that is being cancelled is waited for.
            held = DisclosureEvent.objects.filter(obligations__in=some).select_for_update(of=("self",)).order_by("pk")
            cancelled = [event.pk for event in held if event.cancelled_at]
            rows_out = Obligation.objects.filter(pk__in=some, cancelled_at__isnull=False)
            rows_out.exclude(event__in=cancelled).update(cancelled_at=None, cancel_reason="")
            PublicRevision.raise_number()
    for (period_end, due_on, basis), pks in plan.moved.items():
        with transaction.atomic():
            for some in batched(pks, _BATCH):
                open_rows = Obligation.objects.open().filter(pk__in=some)
                open_rows.update(period_end=period_end, due_on=due_on, basis=basis)
            PublicRevision.raise_number()


def _tell_planner() -> None:
    """Statistics of a table that has grown at once.

    Until PostgreSQL has them, it looks a few rows up by the index of all open obligations instead of by their ids:
    a daily round then takes half a minute.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(Obligation._meta.db_table)}")


def without_obligation(today: date, entries: Iterable[CatalogueEntry] | None = None) -> list[Without]:
    """The active entries (of these) that oblige nobody today, with the reason, in the order of the catalogue."""
    chosen = list(CatalogueEntry.objects.filter(is_active=True) if entries is None else entries)
    return list(_without(_Catalogue(chosen, load_responsibility(chosen), load_days(), today, None)))


def _without(catalogue: _Catalogue) -> Iterator[Without]:
    silent = [entry for entry in catalogue.entries if entry.is_active and not _owes(catalogue, entry)]
    with_events = set(
        Obligation.objects.in_force().filter(entry__in=silent, event__isnull=False).values_list("entry_id", flat=True)
    )
    for entry in sorted(silent, key=lambda entry: (entry.position, entry.pk)):
        if entry.pk in with_events:
            continue
        reason = reason_not_to_oblige(entry)
        if not reason and not catalogue.responsibility.of(entry):
            reason = _("没有在用的公开主体")
        if not reason and entry.in_force_on > catalogue.today:
            reason = _("从 %s 起启用") % entry.in_force_on.isoformat()
        yield Without(entry, reason or _("没有定期的期限，也没有登记公开事由"))


def _owes(catalogue: _Catalogue, entry: CatalogueEntry) -> bool:
    return bool(catalogue.owed(entry) and catalogue.responsibility.of(entry)) and not reason_not_to_oblige(entry)


def daily(today: date) -> Round:
    """The daily round: generate, open again what withdrawn items had met, close what published items meet."""
    generated = generate(today)
    reopened = fulfil.reopen_withdrawn()
    closed = fulfil.close_met()
    return Round(generated, reopened, closed.met, closed.faults)
