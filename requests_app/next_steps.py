"""What happens to a request from its receipt on, with days: for the receipt, and for whoever thinks of applying."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.models import Agency, AgencyKind
from govportal.workdays import Calendar
from requests_app import clock
from requests_app.models import InformationRequest, RequestOffice
from requests_app.services import intake

_MOST_OFFICES = 1  # the government's own; departments are found in the register


@dataclass(frozen=True, slots=True)
class NextStep:
    """`by` is the last day; `is_if`: reckoned as if receipt were confirmed today, for it is not yet."""

    title: str
    text: str
    basis: str = ""
    by: date | None = None
    is_provisional: bool = False
    is_if: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """Who answers for requests at an agency, and where."""

    name: str
    phone: str
    payee: str
    agency: Agency


def office_of(agency: Agency) -> Office:
    """By the settings of the agency, else by its entry in the register."""
    office = RequestOffice.objects.filter(agency=agency).first()
    name = (office.office if office else "") or agency.office
    phone = (office.phone if office else "") or agency.phone
    payee = office.payee if office else ""
    own = agency.display_name
    # 办公室 says nothing by itself; 县政府办公室 does.
    whole = name if name.startswith(own) else f"{own}{name}"
    return Office(name=whole, phone=phone, payee=payee, agency=agency)


def next_steps(row: InformationRequest, at: datetime) -> list[NextStep]:
    """From the day of receipt on, as if nothing else happened to it."""
    calendar = load_calendar()
    is_if = row.received_on is None
    received_on = row.received_on or localdate(at)
    counts = row.counts_receipt_day
    correction = clock.correction_due(received_on, calendar, counts_receipt_day=counts)
    reading = clock.fold(received_on, [], calendar, today=received_on, counts_receipt_day=counts)
    steps = []
    if is_if:
        text = _("经办人与您联系，双方确认之日为收到申请之日。")
        steps.append(NextStep(_("与您确认"), text, "条例第三十一条"))
    return [
        *steps,
        NextStep(
            _("受理，或者请您补正"),
            _("内容不明确的，一次告知需要补正的全部内容；补正期间不计时。"),
            "条例第三十条",
            correction.due_on,
            not _is_announced(correction.due_on, received_on, calendar),
            is_if,
        ),
        NextStep(
            _("答复"),
            _("需要延长的，最多延长20个工作日，并事先告知理由；征求第三方和其他机关意见的时间不计。"),
            "条例第三十三条",
            reading.due_on,
            reading.is_provisional,
            is_if,
        ),
    ]


def _is_announced(last: date, first: date, calendar: Calendar) -> bool:
    return calendar.announced.issuperset(range(first.year, last.year + 1))


def offices() -> list[Office]:
    """The office of each government: where somebody goes who does not know which agency to ask."""
    governments = list(intake.open_agencies().filter(kind=AgencyKind.GOVERNMENT)[:_MOST_OFFICES])
    return [office_of(agency) for agency in governments]
