"""投诉举报 comes in, by the portal or entered by the desk, with its number, its code and its three last days.

Sources: 《政府信息公开条例》第四十七条第二款、第五十一条; 《政务公开投诉举报受理工作制度》第四条至第七条; domain §7.
Which desk takes it: complaint_desks.py.
"""

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import READABLE_STATES, Audience
from disclosure.models import Item, NoticeBoard
from govportal import access, audit
from govportal.calendar import load_calendar
from govportal.crypto import fingerprint
from govportal.html import clean_line, clean_text
from govportal.models import Agency, PrivateFile, User
from govportal.permissions import Permission
from govportal.workdays import Calendar
from requests_app import complaint_rules
from requests_app.complaint_enums import ComplaintChannel, ComplaintFileKind, ComplaintGround
from requests_app.complaint_words import COMPLAINANT
from requests_app.models import Complainant, Complaint, ComplaintFile, InformationRequest
from requests_app.services import complaint_tell, receipts
from requests_app.services.complaint_desks import desks_for, open_agencies
from requests_app.services.procedure import check

LONGEST_LINE, LONGEST_FACTS = 200, 10_000
SHORTEST_FACTS = 10  # characters: with less nobody could begin to look


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """投诉人 who gives his name."""

    name: str
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is complained of. `request_number` is as typed; it is looked up without saying whether there is one.

    `notice_board` is one of the list; `board` says in words where one hangs that is not in it.
    """

    agency: Agency
    ground: ComplaintGround | str
    facts: str
    item: Item | None = None
    request_number: str = ""
    notice_board: NoticeBoard | None = None
    board: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """`query_code` is shown this once: the portal keeps its fingerprint alone. Empty for a form sent twice."""

    complaint: Complaint
    query_code: str
    is_new: bool


# --- number and code -----------------------------------------------------------------------------------------------


def query_key(number: str, code: str) -> str:
    """The fingerprint under which a code is kept."""
    return receipts.query_key("complaint query code", number, code)


def find(number: str, code: str) -> Complaint | None:
    """The complaint that number and code open, in a time that does not tell which was wrong. The caller throttles."""
    pk = receipts.find(Complaint.objects.all(), "complaint query code", number, code)
    return Complaint.objects.select_related("agency", "desk").get(pk=pk) if pk else None


# --- filing --------------------------------------------------------------------------------------------------------


def reasons_against_matter(matter: Matter) -> list[str]:
    """What is missing or cannot be taken of what is complained of."""
    reasons = []
    if not open_agencies().filter(pk=matter.agency.pk).exists():
        reasons.append(_("请从单位名录中选择被投诉的单位。"))
    elif not desks_for(matter.agency):
        words = {"agency": matter.agency.display_name, "article": complaint_rules.RIGHT_TO_COMPLAIN}
        reasons.append(_("本平台没有可以办理对%(agency)s投诉的机构，请向其上一级行政机关提出（%(article)s）。") % words)
    if matter.ground not in ComplaintGround.values:
        reasons.append(_("请选择属于哪一种情形。"))
    if sum(sign.isalnum() for sign in matter.facts) < SHORTEST_FACTS:
        reasons.append(_("请写明事实经过：什么时候、什么事项、有什么问题，至少%s个字。") % SHORTEST_FACTS)
    lines = ((_("受理编号"), matter.request_number), (_("公开栏位置"), matter.board))
    for label, text, most in (*((*line, LONGEST_LINE) for line in lines), (_("事实经过"), matter.facts, LONGEST_FACTS)):
        if len(text) > most:
            words = {"label": label, "most": str(most), "count": str(len(text))}
            reasons.append(_("%(label)s最多 %(most)s 个字，现在有 %(count)s 个字。") % words)
    if matter.item and not (matter.item.audience == Audience.PUBLIC and matter.item.state in READABLE_STATES):
        reasons.append(_("没有这一条公开信息，请核对索引号。"))
    elif matter.item and matter.item.agency_id != matter.agency.pk:
        words = {"agency": matter.item.agency.display_name}
        reasons.append(_("这条信息由%(agency)s公开，请选择该单位，或者去掉索引号。") % words)
    return reasons + reasons_against_board(matter.notice_board, matter.agency)


def reasons_against_board(board: NoticeBoard | None, agency: Agency) -> list[str]:
    """Why a complaint about this agency cannot be about this board; nothing where there is none."""
    if board is None:
        return []
    if not board.is_active:
        return [_("没有这个公开栏，请从名录中选择，或者写明它在哪里。")]
    if board.agency_id != agency.pk:
        words = {"agency": board.agency.display_name}
        return [_("这个公开栏由%(agency)s设置，请选择该单位，或者不选公开栏。") % words]
    return []


def reasons_against_person(person: Person | None) -> list[str]:
    """Why somebody who wants to be named could not be told the result; nothing against who names nobody."""
    if person is None:
        return []
    reasons = []
    if not any(sign.isalnum() for sign in person.name):
        reasons.append(_("署名的请填写姓名或者名称。"))
    if not any(value.strip() for value in (person.phone, person.email, person.address)):
        reasons.append(_("署名的请至少填写一种联系方式，以便告知结果。"))
    if any(len(value) > LONGEST_LINE for value in astuple(person)):
        reasons.append(_("投诉人信息每一项最多 %s 个字。") % LONGEST_LINE)
    if person.email.strip():
        try:
            validate_email(clean_line(person.email))
        except ValidationError:
            reasons.append(_("电子邮箱的格式不对。"))
    return reasons


def file_online(
    matter: Matter, person: Person | None, *, evidence: Sequence[PrivateFile], submission_key: str, at: datetime
) -> Filed:
    """网上投诉; `person` None: anonymous. The same form sent twice gives the first receipt. Raises ValidationError."""

    def create(number: str) -> Filed:
        check([*reasons_against_matter(matter), *reasons_against_person(person)])
        desk = desks_for(matter.agency)[0]
        arrival = _Arrival(ComplaintChannel.WEB, localdate(at), desk, number, submission_key)
        filed = _create(matter, person, arrival, at=at)
        _keep_evidence(filed.complaint, evidence, by=None, at=at)
        _record(COMPLAINANT, "complaint.file", filed.complaint)
        complaint_tell.of_filing(filed.complaint)
        return filed

    return _once(submission_key, at, create)


def reasons_against_entering(
    matter: Matter, channel: ComplaintChannel | str, received_on: date, actor: User, today: date
) -> list[str]:
    """Why this person cannot enter a complaint that came in like this; empty when he can."""
    if not any(access.can(actor, Permission.HANDLE_COMPLAINT, desk) for desk in desks_for(matter.agency)):
        return [_("您不能登记对%s的投诉举报。") % matter.agency.display_name]
    reasons = []
    if actor.memberships.filter(agency=matter.agency).exists():
        reasons.append(_("被投诉单位的人员不能登记、办理对本单位的投诉。"))
    if channel not in ComplaintChannel.values or channel == ComplaintChannel.WEB:
        reasons.append(_("请选择来信、电话、传真、电子邮件或者来访。"))
    if received_on > today:
        reasons.append(_("收到日期不能晚于今天。"))
    elif received_on.year < 2000:
        reasons.append(_("收到日期太早，请核对年份。"))
    return reasons


def enter(
    matter: Matter,
    person: Person | None,
    *,
    channel: ComplaintChannel | str,
    received_on: date,
    actor: User,
    at: datetime,
    evidence: Sequence[PrivateFile] = (),
    submission_key: str = "",
) -> Filed:
    """登记 a complaint that came by letter, phone, fax, e-mail or in person. Raises ValidationError."""
    key = submission_key or secrets.token_hex(32)

    def create(number: str) -> Filed:
        check(reasons_against_entering(matter, channel, received_on, actor, localdate(at)))
        check([*reasons_against_matter(matter), *reasons_against_person(person)])
        desk = next(desk for desk in desks_for(matter.agency) if access.can(actor, Permission.HANDLE_COMPLAINT, desk))
        filed = _create(matter, person, _Arrival(channel, received_on, desk, number, key), at=at, handler=actor)
        _keep_evidence(filed.complaint, evidence, by=actor, at=at)
        _record(actor, "complaint.enter", filed.complaint)
        complaint_tell.of_entering(filed.complaint)
        return filed

    return _once(key, at, create)


def _once(submission_key: str, at: datetime, create: Callable[[str], Filed]) -> Filed:
    """What `create` makes of the next number, TS-2026-00012, which names no agency: whoever sees it on a screen learns
    nothing. For a form that was sent before, the first one's complaint."""

    def first() -> Filed | None:
        row = Complaint.objects.select_related("agency", "desk").filter(submission_key=submission_key).first()
        return Filed(row, "", is_new=False) if row else None

    return receipts.once(f"TS-{localdate(at).year}-", create, first)


@dataclass(frozen=True, slots=True)
class LastDays:
    accept_by: date
    transfer_by: date
    answer_by: date


def last_days(received_on: date, answer: complaint_rules.Term, calendar: Calendar) -> LastDays:
    """When the three terms end, the one for the answer being `answer`, by this calendar."""
    terms = (complaint_rules.ACCEPTANCE, complaint_rules.TRANSFER, answer)
    return LastDays(*(term.ends_on(received_on, calendar, moves=settings.CALENDAR_TERMS_MOVE) for term in terms))


@dataclass(frozen=True, slots=True)
class _Arrival:
    channel: ComplaintChannel | str
    received_on: date
    desk: Agency
    number: str
    submission_key: str


def _create(
    matter: Matter, person: Person | None, arrival: _Arrival, *, at: datetime, handler: User | None = None
) -> Filed:
    code, day = receipts.new_code(), arrival.received_on
    term = complaint_rules.answer_term(
        settings.COMPLAINT_ANSWER_DAYS, is_working=settings.COMPLAINT_ANSWER_IN_WORKING_DAYS
    )
    days = last_days(day, term, load_calendar())
    request = _request(matter)
    facts = clean_text(matter.facts)
    if typed := clean_line(matter.request_number):
        # Kept whether or not there is such a request: the complainant reads his facts, and this tells him nothing.
        facts = f"{facts}\n（填写的申请受理编号：{typed}）"
    row = Complaint(
        number=arrival.number,
        desk=arrival.desk,
        agency=matter.agency,
        ground=matter.ground,
        channel=arrival.channel,
        is_named=person is not None,
        handler=handler,
        item=None if request else matter.item,
        request=request,
        notice_board=matter.notice_board,
        board=clean_line(matter.board),
        facts=facts,
        filed_at=at,
        received_on=day,
        accept_by=days.accept_by,
        transfer_by=days.transfer_by,
        answer_by=days.answer_by,
        answer_days=term.days,
        answers_in_working_days=term.is_working,
        query_key=query_key(arrival.number, code),
        submission_key=arrival.submission_key,
    )
    row.clean_fields(exclude={"agency", "desk", "handler", "item", "request", "notice_board"})
    row.save(force_insert=True)
    if person is not None:
        _make_complainant(row, person)
    return Filed(row, code, is_new=True)


def _request(matter: Matter) -> InformationRequest | None:
    number = clean_line(unicodedata.normalize("NFKC", matter.request_number))
    return InformationRequest.objects.filter(number=number, agency=matter.agency).first() if number else None


def _make_complainant(row: Complaint, person: Person) -> None:
    name, phone = clean_line(person.name), clean_line(person.phone)
    Complainant.objects.create(
        complaint=row,
        name=name,
        phone=phone,
        email=clean_line(person.email),
        address=clean_line(person.address),
        name_key=fingerprint("name", name),
        phone_key=fingerprint("phone", phone) if phone else "",
    )


def _keep_evidence(row: Complaint, files: Sequence[PrivateFile], *, by: User | None, at: datetime) -> None:
    for file in files:
        ComplaintFile.objects.create(
            complaint=row, kind=ComplaintFileKind.EVIDENCE, file=file, title=file.name, added_by=by, added_at=at
        )


def _record(actor: "User | str", action: str, row: Complaint) -> None:
    audit.record(actor, action, row, agency=row.desk, basis=complaint_rules.RIGHT_TO_COMPLAIN)
