"""What hangs on a request, as rows alone: corrections, fees, letters, appeals, reports and the rest."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from govportal.models import Agency
from requests_app.clock import ClockKind
from requests_app.enums import (
    Action,
    AppealRoute,
    DeliveryWay,
    FeeMode,
    FileKind,
    MessageKind,
    State,
)
from requests_app.letter_rules import LetterKind
from requests_app.models import (
    AnnualReport,
    Appeal,
    ClockEvent,
    Correction,
    Delivery,
    FeeNotice,
    InformationRequest,
    Letter,
    Message,
    PublicationTask,
    ReportFigure,
    RequestEvent,
    RequestFile,
)
from tests.factories.kernel import make_agency, make_private_file
from tests.factories.requests import AT, TODAY, make_request, officer_of

_numbers = count(1)


def make_correction(row: InformationRequest | None = None, **values: Any) -> Correction:
    """补正 asked for, unanswered."""
    row = row or make_request(state=State.CORRECTION_ASKED)
    values = {
        "items": "请写明年度和项目。",
        "asked_on": TODAY,
        "asked_by": officer_of(row.agency),
        "due_on": TODAY + timedelta(days=10),
    } | values
    return Correction.objects.create(request=row, **values)


def make_fee(row: InformationRequest | None = None, **values: Any) -> FeeNotice:
    """信息处理费 notified, unpaid."""
    row = row or make_request(state=State.FEE_NOTIFIED)
    values = {
        "mode": FeeMode.BY_VOLUME,
        "quantity": 250,
        "amount": Decimal(4700),
        "notified_on": TODAY,
        "notified_by": officer_of(row.agency),
        "pay_by": TODAY + timedelta(days=28),
    } | values
    return FeeNotice.objects.create(request=row, **values)


def make_letter(row: InformationRequest | None = None, **values: Any) -> Letter:
    """文书 of its first version, without its PDF."""
    row = row or make_request(state=State.IN_REVIEW)
    values = {
        "agency": row.agency,
        "kind": LetterKind.CORRECTION,
        "number": f"澄测公复〔2026〕{next(_numbers)}号",
        "issued_on": TODAY,
        "issued_at": AT,
    } | values
    return Letter.objects.create(request=row, **values)


def make_delivery(letter: Letter | None = None, **values: Any) -> Delivery:
    values = {"way": DeliveryWay.POST, "sent_on": TODAY} | values
    return Delivery.objects.create(letter=letter or make_letter(), **values)


def make_message(row: InformationRequest | None = None, **values: Any) -> Message:
    """留言 of the applicant."""
    values = {"kind": MessageKind.SUPPLEMENT, "text": f"补充说明{next(_numbers)}", "at": AT} | values
    return Message.objects.create(request=row or make_request(), **values)


def make_request_event(row: InformationRequest | None = None, **values: Any) -> RequestEvent:
    values = {
        "action": Action.REGISTER,
        "from_state": State.RECEIVED,
        "to_state": State.REGISTERED,
        "on": TODAY,
        "at": AT,
    } | values
    return RequestEvent.objects.create(request=row or make_request(), **values)


def make_clock_event(row: InformationRequest | None = None, **values: Any) -> ClockEvent:
    values = {"kind": ClockKind.EXTENDED.value, "on": TODAY, "days": 10, "recorded_at": AT} | values
    return ClockEvent.objects.create(request=row or make_request(state=State.EXTENDED), **values)


def make_request_file(row: InformationRequest | None = None, **values: Any) -> RequestFile:
    values = {"kind": FileKind.PROOF, "added_at": AT} | values
    values["file"] = values.get("file") or make_private_file()
    return RequestFile.objects.create(request=row or make_request(), **values)


def make_appeal(*, agency: Agency | None = None, request: InformationRequest | None = None, **values: Any) -> Appeal:
    """行政复议, not yet answered."""
    agency = agency or (request.agency if request else make_agency())
    values = {
        "route": AppealRoute.REVIEW,
        "case_number": f"澄政复〔2026〕{next(_numbers)}号",
        "body": "澄明县人民政府",
        "filed_on": TODAY,
        "notified_on": TODAY,
        "answer_due_on": date(2026, 3, 16),
        "recorded_by": officer_of(agency),
        "recorded_at": AT,
    } | values
    return Appeal.objects.create(agency=agency, request=request, **values)


def make_publication_task(*, agency: Agency | None = None, **values: Any) -> PublicationTask:
    """转为主动公开 still to be decided."""
    values = {"subject": f"农村公路养护资金{next(_numbers)}", "opened_on": TODAY} | values
    return PublicationTask.objects.create(agency=agency or make_agency(), **values)


def make_annual_report(*, agency: Agency | None = None, **values: Any) -> AnnualReport:
    """A report being drafted."""
    agency = agency or make_agency()
    values = {"year": 2025, "drafted_by": officer_of(agency), "updated_at": AT} | values
    return AnnualReport.objects.create(agency=agency, **values)


def make_report_figure(*, agency: Agency | None = None, **values: Any) -> ReportFigure:
    agency = agency or make_agency()
    values = {
        "year": 2025,
        "key": f"figure-{next(_numbers)}",
        "value": Decimal(3),
        "source": "县财政局",
        "entered_by": officer_of(agency),
        "entered_at": AT,
    } | values
    return ReportFigure.objects.create(agency=agency, **values)
