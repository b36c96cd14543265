"""受理: a request comes in, by the portal or entered by staff, with its number, its code and its day of receipt.

Sources: 《政府信息公开条例》第二十九、三十一条. Nothing beyond article 29 is asked; a purpose is never required.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal import access, audit, personal_data
from govportal.calendar import load_calendar
from govportal.crypto import fingerprint
from govportal.html import clean_line, clean_text
from govportal.models import Agency, PrivateFile, User
from govportal.models.agency import AgencyKind, AgencyQuerySet
from govportal.permissions import Permission
from requests_app import clock, clock_words
from requests_app.audit_words import APPLICANT
from requests_app.enums import (
    ORGANISATION_IDENTITIES,
    ApplicantKind,
    Channel,
    FileKind,
    IdentityKind,
    ReceiptBasis,
    State,
    SupplyForm,
    SupplyWay,
)
from requests_app.models import Applicant, InformationRequest, RequestFile, RequestOffice
from requests_app.rules import RECEIPT_ARTICLE, RECEIPT_BASES
from requests_app.services import procedure, receipts, tell

# 第二十七条 names governments and their departments; bodies under 第五十五条 have rules of their own.
_NOT_ASKED = (AgencyKind.VILLAGE, AgencyKind.ENTERPRISE)
# Guards against slips and floods: no article limits how long a request may be.
LONGEST_LINE, LONGEST_TEXT = 200, 10_000
# The subject of what was only described. A record, so Chinese in every language; likeness.py knows it.
SEE_DESCRIPTION = "（见内容描述）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """申请人 as article 29 lets him be asked. Of an organisation `name` is its own."""

    name: str
    identity_kind: IdentityKind | str = ""
    identity_number: str = ""
    legal_representative: str = ""
    contact_name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    fax: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """所需信息 and how it is wanted."""

    agency: Agency
    applicant_kind: ApplicantKind | str
    subject: str
    description: str
    document_number: str = ""
    period_from: int | None = None
    period_to: int | None = None
    purpose: str = ""
    supply_form: SupplyForm | str = SupplyForm.ELECTRONIC
    supply_way: SupplyWay | str = SupplyWay.DOWNLOAD
    accepts_other: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a request that staff enter came in. `received_on` None: still to be confirmed with the applicant."""

    channel: Channel | str
    basis: ReceiptBasis | str
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Filed:
    """`query_code` is shown this once: the portal keeps its fingerprint alone. Empty for a form sent twice."""

    request: InformationRequest
    query_code: str
    is_new: bool


# --- number and code ---------------------------------------------------------------------------------------------


def query_key(number: str, code: str) -> str:
    """The fingerprint under which a code is kept."""
    return receipts.query_key("request query code", number, code)


def find(number: str, code: str) -> InformationRequest | None:
    """The request that number and code open, in a time that does not tell which was wrong. The caller throttles."""
    pk = receipts.find(InformationRequest.objects.all(), "request query code", number, code)
    return InformationRequest.objects.select_related("agency", "handler").get(pk=pk) if pk else None


@transaction.atomic
def renew_code(request_id: int, *, actor: User, at: datetime) -> str:
    """A new query code for an applicant who lost his and has shown who he is; the old one opens nothing any more."""
    row = procedure.locked(request_id)
    access.require(actor, Permission.HANDLE_REQUEST, row.agency)
    procedure.check([_("申请人信息已按保存期限清除，不能再换查询码。")] if row.purged_at else [])
    code = receipts.new_code()
    row.query_key = query_key(row.number, code)
    row.save(update_fields=["query_key"])
    audit.record(actor, "request.renew_code", row, agency=row.agency)
    return code


# --- filing --------------------------------------------------------------------------------------------------


def open_agencies() -> AgencyQuerySet:
    """The agencies a request can be addressed to: active, of a kind article 27 names, not closed by setting."""
    closed = RequestOffice.objects.filter(is_open=False).values("agency")
    return Agency.objects.listed().exclude(kind__in=_NOT_ASKED).exclude(pk__in=closed)


def _says_something(text: str) -> bool:
    """Whether there is a letter or a figure in it: signs that nobody sees are no name."""
    return any(sign.isalnum() for sign in text)


def reasons_against_filing(wanted: Wanted, person: Person) -> list[str]:
    """What article 29 asks for and is missing, or cannot be taken, whoever files it."""
    reasons = []
    if not open_agencies().filter(pk=wanted.agency.pk).exists():
        reasons.append(_("%s不受理信息公开申请，请另选单位。") % wanted.agency.display_name)
    return reasons + reasons_against_person(person, wanted.applicant_kind) + _against_wanted(wanted, person)


def reasons_against_person(person: Person, applicant_kind: str) -> list[str]:
    """Why nobody could be known and reached by this."""
    reasons = []
    if not _says_something(person.name):
        reasons.append(_("请填写姓名或者名称。"))
    if not (person.phone.strip() or person.email.strip() or person.address.strip()):
        reasons.append(_("请至少填写一种联系方式：电话、电子邮箱或者地址。"))
    if any(len(value) > LONGEST_LINE for value in asdict(person).values()):
        reasons.append(_("申请人信息每一项最多 %s 个字。") % LONGEST_LINE)
    if person.email.strip() and not _is_email(clean_line(person.email)):
        reasons.append(_("电子邮箱的格式不对。"))
    if person.identity_kind and applicant_kind != ApplicantKind.NATURAL_PERSON:
        if person.identity_kind not in ORGANISATION_IDENTITIES:
            reasons.append(_("法人或者其他组织请以统一社会信用代码证或者其他有效证件证明身份。"))
    elif person.identity_kind == IdentityKind.CREDIT_CODE:
        reasons.append(_("自然人请以本人的证件证明身份。"))
    return reasons


def _against_wanted(wanted: Wanted, person: Person) -> list[str]:
    reasons = []
    if not _says_something(f"{wanted.subject}{wanted.document_number}{wanted.description}"):
        reasons.append(_("请写明所需信息的名称、文号，或者能据以查找的描述。"))
    texts = ((_("内容描述"), wanted.description, LONGEST_TEXT), (_("用途"), wanted.purpose, LONGEST_TEXT))
    lines = ((_("信息名称"), wanted.subject, LONGEST_LINE), (_("文号"), wanted.document_number, 100))
    for label, text, most in (*lines, *texts):
        if len(text) > most:
            words = {"label": label, "most": most, "count": len(text)}
            reasons.append(_("%(label)s最多 %(most)s 个字，现在有 %(count)s 个字。") % words)
    if personal_data.find(f"{wanted.subject} {wanted.document_number}"):
        # These two stand in lists unencrypted; the description does not.
        reasons.append(_("信息名称和文号里不要写身份证号、手机号或者银行卡号，确有需要请写在内容描述里。"))
    years = [year for year in (wanted.period_from, wanted.period_to) if year is not None]
    if any(not 1000 <= year <= 9999 for year in years):
        reasons.append(_("年份请填写四位数字。"))
    elif years != sorted(years):
        reasons.append(_("起始年份不能晚于截止年份。"))
    needed = {
        SupplyWay.EMAIL: (person.email, _("选择以电子邮件获取，须填写电子邮箱。")),
        SupplyWay.POST: (person.address, _("选择邮寄，须填写联系地址。")),
        SupplyWay.FAX: (person.fax, _("选择传真，须填写传真号码。")),
    }
    value, reason = needed.get(SupplyWay(wanted.supply_way), ("-", ""))
    return reasons if value.strip() else [*reasons, reason]


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def file_online(
    person: Person, wanted: Wanted, *, proofs: Sequence[PrivateFile], submission_key: str, at: datetime
) -> Filed:
    """网上申请. The same form sent twice, at one moment too, gives the first receipt. Raises ValidationError."""
    basis = ReceiptBasis.PORTAL if settings.REQUEST_PORTAL_CONFIRMS_RECEIPT else ReceiptBasis.CONFIRMED
    received_on = localdate(at) if basis == ReceiptBasis.PORTAL else None
    arrival = Arrival(channel=Channel.WEB, basis=basis, received_on=received_on)

    def create(number: str) -> Filed:
        procedure.check(
            [
                *reasons_against_filing(wanted, person),
                # 身份证明 (第二十九条第二款第一项): what is missing on paper is asked for by 补正, here at once.
                *([] if person.identity_number.strip() or proofs else [_("请填写证件号码，或者上传身份证明。")]),
            ]
        )
        filed = _create(person, wanted, arrival, number=number, at=at, submission_key=submission_key)
        _keep_files(filed.request, proofs, FileKind.PROOF, by=None, at=at)
        audit.record(APPLICANT, "request.file", filed.request, agency=wanted.agency, basis=RECEIPT_ARTICLE)
        tell.of_filing(filed.request)
        return filed

    return _once(submission_key, wanted.agency, at, create)


def _once(submission_key: str, agency: Agency, at: datetime, create: Callable[[str], Filed]) -> Filed:
    """What `create` makes of the next number of agency and year; for a form that was sent before, the first one's
    request."""

    def first() -> Filed | None:
        row = InformationRequest.objects.select_related("agency").filter(submission_key=submission_key).first()
        return Filed(row, "", is_new=False) if row else None

    return receipts.once(f"{agency.code}-{localdate(at).year}-", create, first)


def reasons_against_entering(arrival: Arrival, agency: Agency, actor: Any, today: date) -> list[str]:
    """Why this person cannot enter a request that came in like this; empty when he can."""
    if not access.can(actor, Permission.HANDLE_REQUEST, agency):
        return [_("您不是%s的依申请公开经办。") % agency.display_name]
    if arrival.channel == Channel.WEB:
        return [_("网上申请由申请人自己提交，不由工作人员登记。")]
    return reasons_against_receipt(arrival, today)


def reasons_against_receipt(arrival: Arrival, today: date) -> list[str]:
    """第三十一条: which day may count as receipt, by channel."""
    allowed = RECEIPT_BASES[Channel(arrival.channel)]
    if arrival.basis not in allowed:
        words = {
            "channel": Channel(arrival.channel).label,
            "bases": "、".join(str(basis.label) for basis in allowed),
        }
        return [_("%(channel)s提交的申请，收到日期为：%(bases)s（条例第三十一条）。") % words]
    if arrival.received_on is None:
        return [] if arrival.basis == ReceiptBasis.CONFIRMED else [_("请填写收到日期。")]
    if arrival.received_on > today:
        return [_("收到日期不能晚于今天。")]
    faults = clock.reasons_against(arrival.received_on, (), load_calendar())
    return [clock_words.fault_words(fault) for fault in faults]


def enter(
    person: Person,
    wanted: Wanted,
    arrival: Arrival,
    *,
    actor: User,
    at: datetime,
    files: Sequence[tuple[FileKind, PrivateFile]] = (),
    submission_key: str = "",
) -> Filed:
    """登记 a request that came by post, at the counter, by e-mail, fax or word of mouth. Raises ValidationError.

    With the `submission_key` of its form, one that is sent twice gives the first request.
    """

    def create(number: str) -> Filed:
        procedure.check(
            [
                *reasons_against_entering(arrival, wanted.agency, actor, localdate(at)),
                *reasons_against_filing(wanted, person),
            ]
        )
        filed = _create(person, wanted, arrival, number=number, at=at, handler=actor, submission_key=key)
        for kind, file in files:
            _keep_files(filed.request, [file], kind, by=actor, at=at)
        audit.record(actor, "request.enter", filed.request, agency=wanted.agency, basis=RECEIPT_ARTICLE)
        tell.of_entering(filed.request)
        return filed

    key = submission_key or secrets.token_hex(32)
    return _once(key, wanted.agency, at, create)


def _create(
    person: Person,
    wanted: Wanted,
    arrival: Arrival,
    *,
    number: str,
    at: datetime,
    submission_key: str,
    handler: User | None = None,
) -> Filed:
    code = receipts.new_code()
    row = InformationRequest(
        number=number,
        agency=wanted.agency,
        state=State.RECEIVED,
        handler=handler,
        channel=arrival.channel,
        filed_at=at,
        received_on=arrival.received_on,
        receipt_basis=arrival.basis,
        counts_receipt_day=settings.REQUEST_COUNTS_RECEIPT_DAY,
        applicant_kind=wanted.applicant_kind,
        subject=clean_line(wanted.subject) or SEE_DESCRIPTION,
        document_number=clean_line(wanted.document_number),
        description=clean_text(wanted.description),
        period_from=wanted.period_from,
        period_to=wanted.period_to,
        purpose=clean_text(wanted.purpose),
        supply_form=wanted.supply_form,
        supply_way=wanted.supply_way,
        accepts_other=wanted.accepts_other,
        query_key=query_key(number, code),
        submission_key=submission_key,
    )
    row.clean_fields(exclude={"agency", "handler", "duplicate_of"})
    row.save(force_insert=True)
    make_applicant(row, person).save(force_insert=True)
    procedure.set_due_day(row, load_calendar(), localdate(at))
    row.save(update_fields=["due_on", "is_provisional"])
    return Filed(row, code, is_new=True)


def make_applicant(row: InformationRequest, person: Person) -> Applicant:
    """The applicant's row, unsaved, with the fingerprints by which it is found. Raises ValidationError."""
    name, phone, number = clean_line(person.name), clean_line(person.phone), clean_line(person.identity_number)
    applicant = Applicant(
        request=row,
        name=name,
        identity_kind=person.identity_kind,
        identity_number=number,
        legal_representative=clean_line(person.legal_representative),
        contact_name=clean_line(person.contact_name),
        phone=phone,
        email=clean_line(person.email),
        address=clean_line(person.address),
        postcode=clean_line(person.postcode),
        fax=clean_line(person.fax),
        identity_key=fingerprint("identity number", number) if number else "",
        contact_key=fingerprint("name and phone", f"{name}|{phone}") if phone else "",
        name_key=fingerprint("name", name),
        phone_key=fingerprint("phone", phone) if phone else "",
    )
    applicant.clean_fields(exclude={"request"})
    return applicant


def _keep_files(
    row: InformationRequest, files: Sequence[PrivateFile], kind: FileKind, *, by: User | None, at: datetime
) -> None:
    for file in files:
        RequestFile.objects.create(request=row, kind=kind, file=file, title=file.name, added_by=by, added_at=at)
