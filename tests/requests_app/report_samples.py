"""A whole report whose figures agree: a public fixture of a parser, its agency unverified; for arithmetic only."""

import copy
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils.timezone import make_aware

from govportal.models import Agency, User
from govportal.permissions import Role
from requests_app.enums import AppealResult, Channel, ReceiptBasis, State
from requests_app.models import AnnualReport, Appeal, Assignment, InformationRequest
from requests_app.report_form import TABLE3
from requests_app.report_tables import Tally
from requests_app.services import annual_report, report_drafting
from tests.factories import make_agency, make_member
from tests.factories.published import publish_edition

_TABLE3: dict[str, list[int]] = {
    "new": [13612, 252, 0, 45, 128, 32, 14069],
    "carried": [535, 6, 0, 1, 18, 0, 560],
    "r1": [5345, 129, 0, 41, 19, 14, 5548],
    "r2": [2120, 39, 0, 1, 6, 2, 2168],
    "r3_1": [13, 0, 0, 0, 0, 0, 13],
    "r3_2": [30, 0, 0, 0, 0, 0, 30],
    "r3_3": [11, 0, 0, 0, 0, 0, 11],
    "r3_4": [49, 2, 0, 0, 0, 0, 51],
    "r3_5": [103, 1, 0, 0, 0, 0, 104],
    "r3_6": [84, 1, 0, 0, 0, 0, 85],
    "r3_7": [282, 4, 0, 0, 0, 0, 286],
    "r3_8": [147, 0, 0, 0, 1, 2, 150],
    "r4_1": [3075, 50, 0, 0, 89, 8, 3222],
    "r4_2": [177, 3, 0, 0, 0, 0, 180],
    "r4_3": [19, 0, 0, 0, 0, 0, 19],
    "r5_1": [199, 1, 0, 0, 3, 0, 203],
    "r5_2": [147, 1, 0, 0, 0, 0, 148],
    "r5_3": [0, 0, 0, 0, 0, 0, 0],
    "r5_4": [100, 1, 0, 0, 0, 0, 101],
    "r5_5": [5, 0, 0, 0, 0, 0, 5],
    "r6_1": [315, 3, 0, 0, 0, 0, 318],
    "r6_2": [202, 0, 0, 1, 0, 0, 203],
    "r6_3": [941, 17, 0, 1, 3, 3, 965],
    "total": [13364, 252, 0, 44, 121, 29, 13810],
    "next": [783, 6, 0, 2, 25, 3, 819],
}
_TABLE4: dict[str, list[int]] = {
    "review": [376, 97, 196, 121, 790],
    "direct": [16, 1, 12, 27, 56],
    "post": [74, 1, 30, 51, 156],
}
_TABLE2: dict[str, Any] = {
    "规章": [3, 5, 74],
    "行政规范性文件": [564, 984, 4185],
    "行政许可": 11398889,
    "行政处罚": 6937489,
    "行政强制": 166105,
    "行政事业性收费_万元": 316441,
}


def whole_report(**more: Any) -> dict[str, Any]:
    """A fresh copy, in the shape that is exchanged; `more` is added to it or put in place of what it has."""
    report = {"agency": "测试市", "year": 2025, "table2": _TABLE2, "table3": _TABLE3, "table4": _TABLE4}
    return copy.deepcopy(report | more)


def tallies_of(table3: dict[str, list[int]]) -> list[Tally]:
    """Requests that make up such a table, those carried over closed or handed on before those of the year."""
    found: list[Tally] = []
    for place, kind in enumerate(column.key for column in TABLE3.rows[0].columns[:-1]):
        carried = table3["carried"][place]
        for row in TABLE3.rows:
            if row.key in {"new", "carried", "total"}:
                continue
            n, outcome = table3[row.key][place], None if row.key == "next" else row.key
            old = min(n, carried)
            carried -= old
            found += [Tally(kind, outcome, True, old), Tally(kind, outcome, False, n - old)]
    return found


# --- rows ----------------------------------------------------------------------------------------------------------

_numbers = count(1)
_BATCH = 5000


def morning(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(9)))


def unsaved_request(agency: Agency, *, received_on: date, **values: Any) -> InformationRequest:
    """As a ledger brings it: closed when it has an outcome, without an applicant."""
    is_closed = bool(values.get("outcome"))
    values = {
        "number": f"R{next(_numbers)}",
        "state": State.REPLIED if is_closed else State.IN_REVIEW,
        "closed_on": received_on if is_closed else None,
        "channel": Channel.WEB,
        "applicant_kind": "natural_person",
        "receipt_basis": ReceiptBasis.LEDGER,
        "is_imported": True,
    } | values
    filed_at = morning(received_on)
    return InformationRequest(agency=agency, received_on=received_on, filed_at=filed_at, **values)


def make_request(agency: Agency, *, received_on: date, **values: Any) -> InformationRequest:
    request = unsaved_request(agency, received_on=received_on, **values)
    request.save()
    return request


def load_ledger(agency: Agency, year: int, tallies: Iterable[Tally]) -> None:
    """One row for every request of the tallies."""
    InformationRequest.objects.bulk_create(
        (
            unsaved_request(
                agency,
                received_on=date(year - 1, 12, 20) if tally.is_carried else date(year, 3, 1),
                closed_on=date(year, 6, 1) if tally.outcome else None,
                outcome=tally.outcome or "",
                applicant_kind=tally.kind,
            )
            for tally in tallies
            for _each in range(tally.n)
        ),
        batch_size=_BATCH,
    )


def hand_over(request: InformationRequest, to: Agency, *, on: date, by: User) -> None:
    """转交其他单位, as its service leaves it."""
    at = morning(on)
    Assignment.objects.create(
        request=request, from_agency=request.agency, to_agency=to, by=by, at=at, on=on, reason="职责分工"
    )
    request.agency = to
    request.save(update_fields=["agency"])


def make_appeal(agency: Agency, route: str, *, filed_on: date, by: User, **values: Any) -> Appeal:
    """Undecided, unless `result` and `closed_on` are given."""
    values = {"result": AppealResult.PENDING, "body": "某市人民政府"} | values
    at = morning(filed_on)
    return Appeal.objects.create(
        agency=agency,
        route=route,
        filed_on=filed_on,
        notified_on=filed_on,
        answer_due_on=filed_on,
        recorded_by=by,
        recorded_at=at,
        **values,
    )


# --- reports -------------------------------------------------------------------------------------------------------

REPORTED_AT = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
PARTS = {
    "one": "本机关主动公开信息120条。\n\n受理申请按时答复。",
    "two": "",
    "three": "",
    "four": "",
    "five": "个别科室公开不及时，已建立月度检查。",
    "six": "本年度未收取政府信息公开信息处理费。",
}


def written_report(
    *,
    agency: Agency | None = None,
    officer: User | None = None,
    year: int = 2025,
    parts: dict[str, str] | None = None,
    fees: Decimal | None = Decimal("12.5"),
) -> AnnualReport:
    """A report ready to be handed in: all parts, and the one figure that nobody can count (None: without it)."""
    agency = agency or make_agency()
    officer = officer or make_member(Role.REQUEST_OFFICER, agency)
    report = report_drafting.start(agency, year, actor=officer, at=REPORTED_AT)
    report_drafting.write(report.pk, parts or PARTS, actor=officer, at=REPORTED_AT)
    if fees is not None:
        figure = report_drafting.Figure(key="fees.amount", value=fees, source="财政局非税收入年报")
        report_drafting.state_figure(report.pk, figure, actor=officer, at=REPORTED_AT)
    return AnnualReport.objects.select_related("agency", "drafted_by").get(pk=report.pk)


def submitted_report(**values: Any) -> AnnualReport:
    report = written_report(**values)
    report_drafting.submit(report.pk, actor=report.drafted_by, at=REPORTED_AT)
    return AnnualReport.objects.select_related("agency", "drafted_by").get(pk=report.pk)


def frozen_report(**values: Any) -> AnnualReport:
    report = submitted_report(**values)
    computed = annual_report.compute(report.agency, report.year, today=REPORTED_AT.date())
    seen = annual_report.digest_of(annual_report.payload(computed, report.parts))
    head = make_member(Role.OFFICE_HEAD, report.agency)
    report_drafting.freeze(report.pk, actor=head, at=REPORTED_AT, seen=seen)
    return AnnualReport.objects.select_related("agency", "drafted_by").get(pk=report.pk)


def published_report(**values: Any) -> AnnualReport:
    """Frozen, and its item public."""
    report = frozen_report(**values)
    publisher = make_member(Role.PUBLISHER, report.agency)
    item = report_drafting.draft_item(report.pk, actor=publisher, at=REPORTED_AT)
    publish_edition(item.editions.get())
    return AnnualReport.objects.select_related("agency", "drafted_by", "item").get(pk=report.pk)
