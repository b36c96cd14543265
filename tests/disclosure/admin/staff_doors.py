"""A county, two of its offices, and one row of everything staff may or may not see; and the rule, written again.

The rule is deliberately not the code under test: it says by role and place who may see what, in words of its own.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from disclosure import publication_log
from disclosure.enums import Audience, EditionState, ItemAction, LogKind, Mode, ObligationKind, RecordKind
from disclosure.models import (
    DisclosureEvent,
    Edition,
    EditionAttachment,
    Filing,
    Item,
    LogEntry,
    Motion,
    Statement,
    SupportingRecord,
)
from disclosure.services import print_board
from evaluation.accountability_enums import CaseState
from evaluation.models import AccountabilityCase
from evaluation.services import objections
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Role
from requests_app.enums import AppealRoute
from requests_app.models import AnnualReport, Appeal, Complaint, PublicationTask, RequestOffice
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_attachment, make_edition, make_item, make_member, make_user
from tests.factories.accountability import make_case
from tests.factories.boards import make_board, make_keeper, make_photo, make_sheet
from tests.factories.complaints import file_complaint, make_complaint_officer
from tests.factories.feedback import make_feedback
from tests.factories.indicators import make_indicator_set
from tests.factories.obligations import make_entry, make_obligation
from tests.factories.prints import make_job
from tests.factories.registers import make_receipt, make_rectification, make_withholding
from tests.factories.requests import make_request
from tests.factories.rounds import make_finding, open_round, share_round
from tests.factories.surveys import make_evaluator, make_survey

INSIDE = {
    Role.PUBLISHER,
    Role.SECRECY_REVIEWER,
    Role.PRE_REVIEWER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
    Role.REQUEST_OFFICER,
    Role.OFFICE_HEAD,
    Role.AGENCY_HEAD,
}
LOOKS = INSIDE | {Role.INSPECTOR, Role.ADMINISTRATOR}  # at items in the admin
REACHES_DOWN = {Role.INSPECTOR, Role.ADMINISTRATOR, Role.COMPLAINT_OFFICER}
ORDERS = {Role.INSPECTOR, Role.COMPLAINT_OFFICER}
BOARDS = {Role.PUBLISHER, Role.OFFICE_HEAD, Role.ADMINISTRATOR}
REQUESTS = {Role.REQUEST_OFFICER, Role.APPROVER, Role.OFFICE_HEAD, Role.AGENCY_HEAD}  # see those of their own agency


@dataclass(frozen=True)
class Reader:
    """`place`: own, other or county. Without a role: the public, or a superuser."""

    name: str
    role: Role | None = None
    place: str = ""

    @property
    def is_own(self) -> bool:
        return self.place == "own"

    @property
    def is_over_own(self) -> bool:
        """At the agency by that very office, or from above by a role that reaches down."""
        return self.is_own or (self.place == "county" and self.role in REACHES_DOWN)

    @property
    def is_site_wide(self) -> bool:
        return self.place == "county" and self.role == Role.ADMINISTRATOR

    def sees_item(self, audience: str) -> bool:
        is_inside = self.is_own and self.role in INSIDE
        return self.role in LOOKS and self.is_over_own and (audience == Audience.PUBLIC or is_inside)

    def sees_edition(self, audience: str, mode: str) -> bool:
        is_inside = self.is_own and self.role in INSIDE
        return self.sees_item(audience) and (mode == Mode.PROACTIVE or is_inside)


READERS = (
    Reader("anonymous"),
    Reader("superuser"),
    Reader("county administrator", Role.ADMINISTRATOR, "county"),
    Reader("county inspector", Role.INSPECTOR, "county"),
    Reader("county publisher", Role.PUBLISHER, "county"),
    Reader("county supervisor", Role.SUPERVISOR, "county"),
    Reader("county complaint officer", Role.COMPLAINT_OFFICER, "county"),
    *(Reader(f"own {role}", role, "own") for role in Role),
    *(Reader(f"other {role}", role, "other") for role in Role),
)


@dataclass
class Row:
    """One edition of one item, with all that hangs on it."""

    edition: Edition
    audience: str
    mode: str
    is_published: bool
    record: SupportingRecord
    file: EditionAttachment
    entry: LogEntry | None = None
    motion: Motion | None = None

    @property
    def title(self) -> str:
        return f"门牌{self.edition.item_id}号{self.mode}{self.audience}"


@dataclass
class StaffWorld:
    county: Agency
    own: Agency
    other: Agency
    rows: list[Row] = field(default_factory=list)
    registers: dict[str, Any] = field(default_factory=dict)

    def client(self, reader: Reader) -> Client:
        if reader.role is None:
            return Client() if reader.name == "anonymous" else signed_in(make_user(is_superuser=True))
        user: User = make_member(reader.role, getattr(self, reader.place))
        return signed_in(user)


def make_staff_world() -> StaffWorld:
    county = make_agency(code="county", name="县政府")
    own, other = (make_agency(code=code, name=code, parent=county) for code in ("own", "other"))
    world = StaffWorld(county, own, other)
    author = make_user()
    for audience in Audience:
        for mode in Mode:
            world.rows.append(_row(own, author, audience, mode, is_published=False))
        world.rows.append(_row(own, author, audience, Mode.PROACTIVE, is_published=True))
    world.registers = {
        "withholding": make_withholding(agency=own, matter="门牌不公开事项"),
        "rectification": make_rectification(agency=own, problem="门牌整改问题"),
        "receipt": make_receipt(agency=own, purpose="门牌票据用途"),
        **_boards(own, author),
        **_obligations(own),
        **_requests(own, author),
        "complaint": _complaint(county, own),
        "indicatorset": make_indicator_set(name="门牌指标体系"),
        **_surveys(own),
        "accountabilitycase": _accountability(county, own),
        **_assessment(county, own),
    }
    return world


def _accountability(county: Agency, agency: Agency) -> AccountabilityCase:
    """Decided by the county, so that the heads of the agency are told of it."""
    for _number in range(2):
        make_member(Role.INSPECTOR, county)
    return make_case(CaseState.DECIDED, agency=agency, public_facts="门牌追究事实")


def _assessment(county: Agency, agency: Agency) -> dict[str, Any]:
    """Told to the agency, which objects to what was found."""
    assessed = open_round(agency, office=county, slug="doors", name="门牌考核")
    one = assessed.assessments.get()
    found = make_finding(one, text="门牌考核问题")
    share_round(assessed)
    head = make_member(Role.OFFICE_HEAD, agency)
    objection = objections.file(one.pk, f"finding-{found.pk}", text="门牌异议内容", actor=head, at=now())
    return {"assessmentround": assessed, "assessment": one, "finding": found, "objection": objection}


def _surveys(agency: Agency) -> dict[str, Any]:
    """Opened, so that there is something to extend; the agency is rated."""
    survey = make_survey(agencies=[agency], title="门牌社会评议")
    return {"survey": survey, "evaluator": make_evaluator(survey, name="牌十二")}


def _requests(agency: Agency, author: User) -> dict[str, Any]:
    asked = make_request(agency=agency, subject="门牌申请内容")
    task = PublicationTask.objects.create(agency=agency, subject=asked.subject, opened_on=today())
    task.requests.add(asked)
    appeal = Appeal.objects.create(
        request=asked, agency=agency, route=AppealRoute.REVIEW, body="门牌复议机关", filed_on=today(),
        notified_on=today(), answer_due_on=today(), recorded_by=author, recorded_at=now(),
    )  # fmt: skip
    return {
        "informationrequest": asked,
        "feedback": make_feedback(agency=agency, text="门牌留言内容"),
        "publicationtask": task,
        "appeal": appeal,
        "requestoffice": RequestOffice.objects.create(agency=agency, office="门牌受理机构"),
        "annualreport": AnnualReport.objects.create(agency=agency, year=2098, drafted_by=author, updated_at=now()),
    }


def _boards(agency: Agency, author: User) -> dict[str, Any]:
    """A board with its photo, and a sheet of it on the wall."""
    board = make_board(agency, place="门牌公开栏地点", photo=make_photo(author))
    board.sections.update(span="always", category="")
    keeper = make_keeper(agency)
    sheet = make_sheet(board, actor=keeper)
    print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    sheet.refresh_from_db()
    return {"noticeboard": board, "boardsheet": sheet, "printjob": make_job(title="门牌汇编", actor=author)}


def _complaint(county: Agency, agency: Agency) -> Complaint:
    """Against the agency, at the desk of the county."""
    make_complaint_officer(county)
    return file_complaint(agency, at=now(), facts="门牌投诉事实，至今没有改正。").complaint


def _obligations(agency: Agency) -> dict[str, Any]:
    officer = make_user()
    owed = {"agency": agency, "entry": make_entry("20个工作日内", level1="门牌公开事项")}
    event = DisclosureEvent.objects.create(**owed, title="门牌公开事由", occurred_on=today(), recorded_at=now())
    signed = make_obligation(**owed, kind=ObligationKind.REVIEW, met_on=today())
    filed = make_obligation(**owed, kind=ObligationKind.FILING, met_on=today())
    statement = Statement.objects.create(obligation=signed, kind="unchanged", signed_by=officer, signed_at=now())
    filing = Filing.objects.create(
        obligation=filed, filed_with=agency, filed_on=today(), title="门牌报告", recorded_by=officer, recorded_at=now()
    )
    return {"obligation": make_obligation(**owed), "disclosureevent": event, "statement": statement, "filing": filing}


def _row(agency: Agency, author: User, audience: str, mode: str, *, is_published: bool) -> Row:
    item = make_item(agency=agency, by=author, state="unpublished", audience=audience)  # type: ignore[arg-type]
    title = f"门牌{item.pk}号{mode}{audience}"
    edition = make_edition(item, is_published=False, title=title, body=f"<p>内情{item.pk}号</p>", mode=mode)
    file = EditionAttachment.objects.create(edition=edition, attachment=make_attachment(by=author), title="附件")
    record = SupportingRecord.objects.create(
        edition=edition,
        kind=RecordKind.MEETING,
        title="会议纪要",
        dated_on=today(),
        attachment=make_attachment(by=author),
        added_by=author,
    )
    row = Row(edition, audience, mode, is_published, record, file)
    if is_published:
        _publish(row, item, author)
    return row


def _publish(row: Row, item: Item, author: User) -> None:
    edition = row.edition
    edition.state, edition.published_at, edition.published_on = EditionState.PUBLISHED, now(), today()
    edition.procedure = "migration"
    edition.digest = publication_log.digest(edition)
    edition.save()
    item.state, item.title, item.current_edition = "live", edition.title, edition
    item.published_on, item.updated_at = edition.published_on, edition.published_at
    item.save()
    with transaction.atomic():
        row.entry = publication_log.append(LogKind.PUBLISH, item, edition, actor=author, at=now())
    row.motion = Motion.objects.create(
        item=item,
        action=ItemAction.WITHDRAW,
        ground="门牌事由",
        basis="条例",
        explanation="说明",
        asked_by=author,
        asked_at=now(),
    )
