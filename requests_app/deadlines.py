"""What is owed by a day about requests, complaints and messages, for the reminders (domain §6, §7, §8)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import READABLE_STATES
from disclosure.models import Item
from govportal import access
from govportal.contributions import Deadline, DeadlineSource, Reach
from govportal.deadline_rows import RowDeadlines, open_days, page_paths
from govportal.models import Agency, AgencyKind
from govportal.now import today
from govportal.permissions import Permission
from requests_app.complaint_enums import ComplaintState
from requests_app.enums import AppealResult, InquiryKind, State
from requests_app.models import Appeal, Complaint, Correction, Feedback, FeeNotice, InformationRequest, Inquiry

COMPLAINT, REPORT = "complaint", "annual_report"
_HANDLE = Permission.HANDLE_REQUEST
_REQUEST_PAGE = "admin:requests_app_informationrequest_change"


def _replies() -> QuerySet[InformationRequest]:
    """While a correction or a payment is awaited the clock stands still and there is no day."""
    return InformationRequest.objects.open().filter(due_on__isnull=False)


def _corrections() -> QuerySet[Correction]:
    return Correction.objects.filter(answered_on=None, request__state=State.CORRECTION_ASKED)


def _fees() -> QuerySet[FeeNotice]:
    return FeeNotice.objects.filter(paid_on=None, request__state=State.FEE_NOTIFIED)


def _inquiries(kind: InquiryKind) -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(answered_on=None, kind=kind, request__closed_on=None)


def _appeals() -> QuerySet[Appeal]:
    return Appeal.objects.filter(answered_on=None, result=AppealResult.PENDING)


def _messages() -> QuerySet[Feedback]:
    return Feedback.objects.waiting()


def _of_request(
    key: str,
    label: Promise | str,
    words: Promise | str,
    rows: Callable[[], QuerySet[Any]],
    day: str,
    *,
    position: int,
    before: tuple[int, ...] = (7, 3, 1),
) -> RowDeadlines:
    """A day of something that hangs on a request: whoever handles the request acts on it."""
    return RowDeadlines(
        key,
        label,
        words,
        rows,
        day,
        _HANDLE,
        _REQUEST_PAGE,
        agency="request__agency_id",
        number="request__number",
        page_of="request_id",
        handler="request__handler_id",
        before=before,
        position=position,
    )


ROWS = (
    RowDeadlines(
        "request", gettext_lazy("申请答复"), gettext_lazy("申请 %s 答复"), _replies, "due_on", _HANDLE, _REQUEST_PAGE,
        handler="handler_id", position=30,
    ),
    # What the applicant owes is his: the handler hears of it when his time is over.
    _of_request(
        "correction", gettext_lazy("申请补正"), gettext_lazy("申请 %s 补正期满"), _corrections, "due_on",
        position=32, before=(),
    ),
    _of_request(
        "fee", gettext_lazy("申请缴费"), gettext_lazy("申请 %s 缴费期满"), _fees, "pay_by", position=34, before=()
    ),
    _of_request(
        "third_party", gettext_lazy("征求第三方意见"), gettext_lazy("申请 %s 征求第三方意见"),
        lambda: _inquiries(InquiryKind.THIRD_PARTY), "due_on", position=36,
    ),
    _of_request(
        "co_agency", gettext_lazy("征求其他机关意见"), gettext_lazy("申请 %s 征求其他机关意见"),
        lambda: _inquiries(InquiryKind.CO_AGENCY), "due_on", position=38,
    ),
    RowDeadlines(
        "appeal", gettext_lazy("复议、诉讼答复"), gettext_lazy("复议、诉讼第 %s 号登记的答复、答辩"), _appeals,
        "answer_due_on", _HANDLE, "admin:requests_app_appeal_change", number="pk", position=40,
    ),
    RowDeadlines(
        "feedback", gettext_lazy("留言纠错"), gettext_lazy("留言纠错 %s 答复"), _messages, "due_on",
        Permission.HANDLE_FEEDBACK, "admin:requests_app_feedback_change", handler="handler_id", position=55,
    ),
)  # fmt: skip


# --- complaints -----------------------------------------------------------------------------------------------------


def _undecided() -> QuerySet[Any]:
    return Complaint.objects.with_due_day().filter(state=ComplaintState.RECEIVED)


def _to_transfer() -> QuerySet[Any]:
    """Accepted, and nobody has passed it on nor begun to look into it."""
    return Complaint.objects.filter(state=ComplaintState.ACCEPTED, transferred_on=None)


def _unanswered() -> QuerySet[Any]:
    return Complaint.objects.with_due_day().unanswered().exclude(state=ComplaintState.RECEIVED)


# What is owed of a complaint: the part of the key, what it is called, where it is still to be done, and by which day.
STEPS: Mapping[str, tuple[Promise | str, Callable[[], QuerySet[Any]], str]] = {
    "accept": (gettext_lazy("投诉举报 %s 受理决定"), _undecided, "due_day"),
    "transfer": (gettext_lazy("投诉举报 %s 转送或者开始调查"), _to_transfer, "transfer_by"),
    "answer": (gettext_lazy("投诉举报 %s 答复"), _unanswered, "due_day"),
}


def complaints(reach: Reach) -> Iterator[Deadline]:
    """Told to the handler, and to all who may see the case while there is none or once its day has passed: no head is
    told in their place. Nobody else is told at any rung."""
    path = page_paths("admin:requests_app_complaint_change")
    columns = ("desk_id", "desk__path", "agency_id", "pk", "number", "handler_id")
    found = []
    for step, (words, rows, day) in STEPS.items():
        due = rows().filter(**{f"{day}__lte": reach.until}).order_by("pk")
        if reach.agencies is not None:
            due = due.filter(desk__in=reach.agencies)
        found += [(step, words, *values) for values in due.values_list(day, *columns)]
    officers = access.holders_apart(Permission.HANDLE_COMPLAINT, {row[3:6] for row in found}) if found else {}
    morning = today()
    for step, words, due_on, desk_id, desk_path, agency_id, pk, number, handler_id in found:
        able = officers[desk_id, desk_path, agency_id]
        yield Deadline(
            key=f"{COMPLAINT}:{step}:{pk}",
            due_on=due_on,
            agency_id=desk_id,
            label=str(words) % number,
            path=path(pk),
            permission=Permission.HANDLE_COMPLAINT,
            handlers=(handler_id,) if handler_id in able and due_on >= morning else tuple(able),
        )


def _may_see(user: Any, pk: int) -> bool:
    return Complaint.objects.visible_to(user).filter(pk=pk).exists()


def complaints_still_open(keys: Collection[str]) -> dict[str, date]:
    """To decide is closed by deciding, to pass on by that or by looking into it, to answer by the answer."""
    found: dict[str, date] = {}
    for step, (_words, rows, day) in STEPS.items():
        prefix = f"{COMPLAINT}:{step}"
        days = open_days(rows(), [key for key in keys if key.rpartition(":")[0] == prefix], day)
        found |= {f"{prefix}:{pk}": due_on for pk, due_on in days.items()}
    return found


# --- annual reports ---------------------------------------------------------------------------------------------------

# 条例第四十九条: departments by 31 January, governments from the county up by 31 March; it names no township.
REPORT_DAYS = {AgencyKind.DEPARTMENT: (1, 31), AgencyKind.GOVERNMENT: (3, 31)}


def _published_reports(years: Collection[int]) -> set[tuple[int, int]]:
    """(agency, year) of the reports that everybody can read."""
    rows = Item.objects.filter(
        item_type=REPORT, state__in=READABLE_STATES, current_edition__extra__report_year__in=list(years)
    )
    return set(rows.values_list("agency_id", "current_edition__extra__report_year"))


def annual_reports(reach: Reach) -> Iterator[Deadline]:
    """Of last year and, at its end, of this one. These days never move."""
    year = today().year
    wanted = [
        (kind, report, date(report + 1, *day))
        for report in (year - 1, year)
        for kind, day in REPORT_DAYS.items()
        if date(report + 1, *day) <= reach.until
    ]
    if not wanted:
        return
    published = _published_reports({report for _kind, report, _day in wanted})
    agencies = Agency.objects.filter(is_active=True, kind__in=[kind for kind, _report, _day in wanted])
    if reach.agencies is not None:
        agencies = agencies.filter(pk__in=reach.agencies)
    for agency_id, agency_kind in agencies.order_by("pk").values_list("pk", "kind"):
        for kind, report, day in wanted:
            if kind == agency_kind and (agency_id, report) not in published:
                yield _report(agency_id, report, day)


def _report(agency_id: int, year: int, day: date) -> Deadline:
    return Deadline(
        key=f"{REPORT}:{year}:{agency_id}",
        due_on=day,
        agency_id=agency_id,
        label=_("%s 年信息公开工作年度报告") % year,
        path=reverse("admin:requests_app_annualreport_changelist"),
        permission=_HANDLE,
    )


def reports_still_owed(keys: Collection[str]) -> dict[str, date]:
    owed = {key: (int(agency), int(year)) for key in keys for _kind, year, agency in [key.split(":")]}
    published = _published_reports({year for _agency, year in owed.values()})
    agencies = Agency.objects.filter(pk__in={agency for agency, _year in owed.values()}, kind__in=list(REPORT_DAYS))
    kinds = dict(agencies.values_list("pk", "kind"))
    return {
        key: date(year + 1, *REPORT_DAYS[AgencyKind(kinds[agency])])
        for key, (agency, year) in owed.items()
        if agency in kinds and (agency, year) not in published
    }


SOURCES = (
    *(row.source() for row in ROWS),
    DeadlineSource(
        COMPLAINT,
        gettext_lazy("投诉举报"),
        complaints,
        complaints_still_open,
        concerns=lambda user, key: _may_see(user, int(key.rpartition(":")[2])),
        permissions=frozenset({Permission.HANDLE_COMPLAINT}),
        is_confidential=True,
        position=50,
    ),
    DeadlineSource(
        REPORT,
        gettext_lazy("年度报告"),
        annual_reports,
        reports_still_owed,
        permissions=frozenset({_HANDLE}),
        position=90,
    ),
)
