"""Import past requests from a ledger: read (pure) → plan (what would happen, the preview) → write in one transaction.

An agency moves in mid-year and its annual report is still whole. Who asked does not come along, so nobody is mailed
and no query code is given; what is still open is worked on from here like any other.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from disclosure.models import IndexCounter
from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.imports import ImportResult, Outcome, RowOutcome
from govportal.models import Agency, User
from govportal.permissions import Permission
from govportal.tables import UnreadableTable, read_table
from requests_app import clock
from requests_app.clock import ImpossibleHistory
from requests_app.enums import ReceiptBasis, State
from requests_app.ledger_table import LedgerRow, read_rows
from requests_app.ledger_words import LABELS
from requests_app.models import Assignment, InformationRequest

MAX_ROWS = 20_000  # the ledger of a city's busiest year; an upload is answered within seconds
_BATCH = 500
# A number as the portal itself gives them: CM-MZJ-2026-00012.
_OWN_NUMBER = re.compile(r"(?P<prefix>(?P<code>.+)-\d{4}-)(?P<last>\d{5,18})")
# How far beyond the last number given a ledger may lead the portal's own counting; more is a slip of the hand.
_FURTHEST = 10_000
_COMPARED = ("channel", "applicant_kind", "subject", "carried_from")
_OF_CLOSED = ("outcome", "closed_on", "state")

type Due = tuple[date | None, bool]


@dataclass(slots=True)
class Planned:
    """What is to be done for one row. `number`: under which it is kept."""

    row: LedgerRow
    outcome: Outcome
    number: str = ""
    due: Due = (None, False)

    def result(self) -> RowOutcome:
        return RowOutcome(self.row.place, self.outcome, self.number or self.row.number, tuple(self.row.messages))


def import_ledger(
    source: "Path | File[Any]", *, agency: Agency, actor: User | None, at: datetime, is_dry_run: bool = False
) -> ImportResult:
    """Write the requests of a ledger, or only say what would happen. A second run changes nothing.

    `actor` None: on the server itself. Raises PermissionDenied, and UnreadableTable if the file is no table or has
    no header known here.
    """
    if actor is not None:
        access.require(actor, Permission.HANDLE_REQUEST, agency)
    today = localdate(at)
    rows = read_rows(read_table(source, max_rows=MAX_ROWS), today=today)
    if not rows:
        raise UnreadableTable(_("表头下面没有内容。"))
    if is_dry_run:
        return ImportResult(tuple(planned.result() for planned in plan(rows, agency, today)))
    with transaction.atomic():
        _lock(rows, agency)
        steps = plan(rows, agency, today)
        _write(steps, agency, actor)
    return ImportResult(tuple(planned.result() for planned in steps))


def _lock(rows: Iterable[LedgerRow], agency: Agency) -> None:
    """Make another import wait, and whoever is to number a request here: the portal counts on behind the ledger."""
    IndexCounter.locked("request ledger")
    last: dict[str, int] = {}
    for row in rows:
        match = _OWN_NUMBER.fullmatch(row.number)
        if match and match["code"] == agency.code and not row.is_refused:
            last[match["prefix"]] = max(int(match["last"]), last.get(match["prefix"], 0))
    for prefix in sorted(last):
        counter = IndexCounter.locked(prefix)
        if counter.last < last[prefix] <= counter.last + _FURTHEST:
            counter.last = last[prefix]
            counter.save(update_fields=["last"])


# --- plan ----------------------------------------------------------------------------------------------------


def plan(rows: Sequence[LedgerRow], agency: Agency, today: date) -> list[Planned]:
    """What importing the rows would do now. Reads the database and writes nothing."""
    known = _known(rows, agency)
    due_of = _due_days(today)
    taken: dict[str, LedgerRow] = {}
    others = set(Agency.objects.exclude(pk=agency.pk).values_list("code", flat=True))
    counters = IndexCounter.objects.filter(prefix__startswith=f"{agency.code}-")
    given = dict(counters.values_list("prefix", "last"))
    steps: list[Planned] = []
    for row in rows:
        match = _OWN_NUMBER.fullmatch(row.number)
        if match and match["code"] in others:
            row.refuse(_("编号 %s 是其他单位的编号。") % row.number)
        elif match and match["code"] == agency.code and int(match["last"]) > given.get(match["prefix"], 0) + _FURTHEST:
            row.refuse(_("编号 %s 远大于本单位已用的号码，会使以后的编号跳号，请核对。") % row.number)
        step = Planned(row, Outcome.PROBLEM)
        if not row.is_refused:
            _settle(step, agency, known, taken, due_of)
        steps.append(step)
    return steps


def _names(row: LedgerRow, agency: Agency) -> tuple[str, str, str]:
    """The number as it is written; where another agency, or another year of this one, has it, with more before it."""
    return row.number, f"{agency.code}-台账-{row.number}", f"{agency.code}-台账{_year(row)}-{row.number}"


def _year(row: LedgerRow | InformationRequest) -> int | None:
    return row.received_on.year if row.received_on else None


def _known(rows: Iterable[LedgerRow], agency: Agency) -> dict[str, InformationRequest]:
    """The requests that are here under a number the rows could have, annotated with `origin`, their first agency."""
    first = Assignment.objects.filter(request=OuterRef("pk")).order_by("pk").values("from_agency")[:1]
    numbers = {name for row in rows if not row.is_refused for name in _names(row, agency)}
    found: dict[str, InformationRequest] = {}
    for some in batched(sorted(numbers), _BATCH):
        there = InformationRequest.objects.filter(number__in=some).annotate(origin=Subquery(first))
        found |= {row.number: row for row in there.defer("description", "purpose")}
    return found


def _settle(
    step: Planned, agency: Agency, known: dict[str, InformationRequest], taken: dict[str, LedgerRow], due_of: Any
) -> None:
    """Find the row's own number and with it what is to be done."""
    row = step.row
    for name in _names(row, agency):
        there, first = known.get(name), taken.get(name)
        if (there and _is_another(there, row, agency)) or (first and _year(first) != _year(row)):
            continue
        if first:
            row.refuse(_("与第 %(place)s 行的编号相同，以第 %(place)s 行为准。") % {"place": first.place})
            return
        taken[name] = row
        step.number = name
        break
    else:
        row.refuse(_("编号 %s 已被使用，请加上年份。") % row.number)
        return
    if there:
        _compare(step, there)
        return
    if row.state == State.IN_REVIEW:
        try:
            step.due = due_of(row.received_on)
        except ImpossibleHistory:
            row.refuse(_("2019年5月15日（条例修订施行）以前收到、至今没有办结，请核对收到日期和办理结果。"))
            return
    if step.number != row.number:
        row.messages.append(_("编号已被其他申请使用，登记为 %s。") % step.number)
    step.outcome = Outcome.CREATED


def _is_another(there: InformationRequest, row: LedgerRow, agency: Agency) -> bool:
    """The number is that of another agency's request, or this agency begins anew every year and it is of another."""
    origin = there.origin or there.agency_id  # type: ignore[attr-defined]  # annotated by _known
    return bool(origin != agency.pk or _year(there) != _year(row))


def _compare(step: Planned, there: InformationRequest) -> None:
    """A row that is here already stays as it is, and where the file says otherwise it is said."""
    row = step.row
    names = ["received_on", *_COMPARED] if there.is_imported else ["received_on"]
    if row.outcome or not there.is_imported:  # a row that was open in the ledger has been worked on here since
        names += _OF_CLOSED
    if there.purged_at:
        names.remove("subject")
    differing = [name for name in names if getattr(there, name) != getattr(row, name)]
    if not differing:
        step.outcome = Outcome.UNCHANGED
        return
    columns = "、".join(dict.fromkeys(LABELS.get(name, LABELS["outcome"]) for name in differing))
    row.refuse(_("编号 %(number)s 此前已经登记，%(columns)s不同；没有改动。") % {
        "number": step.number, "columns": columns,
    })  # fmt: skip


def _due_days(today: date) -> Any:
    """The day on which an open request falls due, by its day of receipt, and whether it is provisional."""
    calendar = load_calendar()

    @cache
    def due_of(received_on: date) -> Due:
        reading = clock.fold(
            received_on, [], calendar, today=today, counts_receipt_day=settings.REQUEST_COUNTS_RECEIPT_DAY
        )
        return reading.due_on, reading.is_provisional

    return due_of


# --- write ---------------------------------------------------------------------------------------------------


def _write(steps: Iterable[Planned], agency: Agency, actor: User | None) -> None:
    new = [_as_request(step, agency) for step in steps if step.outcome == Outcome.CREATED]
    if not new:
        return
    InformationRequest.objects.bulk_create(new, batch_size=_BATCH)
    counts = Counter(row.outcome or "open" for row in new)
    days = [row.received_on.isoformat() for row in new if row.received_on]
    audit.record(
        actor,
        "request.import_ledger",
        agency,
        agency=agency,
        after={"requests": len(new), "outcomes": dict(sorted(counts.items())), "from": min(days), "to": max(days)},
    )


def _as_request(step: Planned, agency: Agency) -> InformationRequest:
    row = step.row
    assert row.received_on is not None
    due_on, is_provisional = step.due
    return InformationRequest(
        number=step.number,
        agency=agency,
        state=row.state,
        channel=row.channel,
        # The day of the ledger, so that lists stand in the order in which requests came in.
        filed_at=make_aware(datetime.combine(row.received_on, time())),
        received_on=row.received_on,
        receipt_basis=ReceiptBasis.LEDGER,
        counts_receipt_day=settings.REQUEST_COUNTS_RECEIPT_DAY,
        due_on=due_on,
        is_provisional=is_provisional,
        applicant_kind=row.applicant_kind,
        subject=row.subject,
        outcome=row.outcome,
        closed_on=row.closed_on,
        carried_from=row.carried_from,
        is_imported=True,
    )
