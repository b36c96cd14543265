"""申请人 before staff: masked everywhere, in full to whoever says why, found by keyed fingerprints alone.

Each look behind the mask and each search is in the audit trail, without what was seen or searched for (domain §6).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, audit, personal_data
from govportal.crypto import fingerprint
from govportal.html import clean_line
from govportal.models import User
from govportal.permissions import Permission
from requests_app.enums import ApplicantKind, FileKind
from requests_app.models import Applicant, InformationRequest, RequestFile
from requests_app.services import procedure

# Papers that say who applies, or that he wrote himself: opened with a reason, like the applicant's row itself.
OPENED_WITH_REASON = (FileKind.PROOF, FileKind.APPLICATION, FileKind.CORRECTION, FileKind.MESSAGE)
SHORTEST_REASON = 4  # characters: whoever reads the audit trail must understand it
LONGEST_REASON = 300
MOST_FOUND = 200


@dataclass(frozen=True, slots=True)
class Line:
    """`is_typed`: the value is the applicant's own words, in no language of ours."""

    label: Promise | str
    value: str
    is_typed: bool = True


def is_named_in(row: InformationRequest, text: str, *, even_firm: bool = True) -> bool:
    """Whether a text tells who applied: by a name, a number, or where he is reached.

    `even_firm` False: an organisation may be named as such, as in a contract that is published.
    """
    applicant = Applicant.objects.filter(request=row).first()
    if applicant is None:
        return False
    reached = [applicant.phone, applicant.email, applicant.identity_number, applicant.address]
    people = [applicant.legal_representative, applicant.contact_name]
    if even_firm or row.applicant_kind == ApplicantKind.NATURAL_PERSON:
        people.append(applicant.name)
    return personal_data.names(text, people, reached)


# --- masks -------------------------------------------------------------------------------------------------------


def masked(applicant: Applicant) -> list[Line]:
    """What anybody who may see the request may see of the applicant; lines that are empty are left out."""
    number = applicant.identity_number
    ending = _("尾号 %s") % number[-4:] if len(number) >= 8 else "****"
    lines = [
        Line(gettext_lazy("姓名或者名称"), mask_name(applicant.name)),
        Line(gettext_lazy("证件"), _identity(applicant, ending), is_typed=False),
        Line(gettext_lazy("法定代表人"), mask_name(applicant.legal_representative)),
        Line(gettext_lazy("联系人"), mask_name(applicant.contact_name)),
        Line(gettext_lazy("联系电话"), mask_number(applicant.phone)),
        Line(gettext_lazy("电子邮箱"), mask_mail(applicant.email)),
        Line(gettext_lazy("联系地址"), applicant.address and f"{applicant.address[:3]}****"),
        Line(gettext_lazy("传真"), mask_number(applicant.fax)),
    ]
    return [line for line in lines if line.value]


def plain(applicant: Applicant) -> list[Line]:
    """All of it: for the answer to `unmask` alone."""
    lines = [
        Line(gettext_lazy("姓名或者名称"), applicant.name),
        Line(gettext_lazy("证件"), _identity(applicant, applicant.identity_number), is_typed=False),
        Line(gettext_lazy("法定代表人"), applicant.legal_representative),
        Line(gettext_lazy("联系人"), applicant.contact_name),
        Line(gettext_lazy("联系电话"), applicant.phone),
        Line(gettext_lazy("电子邮箱"), applicant.email),
        Line(gettext_lazy("联系地址"), applicant.address),
        Line(gettext_lazy("邮政编码"), applicant.postcode),
        Line(gettext_lazy("传真"), applicant.fax),
    ]
    return [line for line in lines if line.value]


def _identity(applicant: Applicant, number: str) -> str:
    kind = applicant.get_identity_kind_display()
    return f"{kind} {number}".strip() if applicant.identity_number else kind


def mask_name(name: str) -> str:
    """林**: the first character, and stars that do not tell how long the name is."""
    return f"{name[:1]}**" if name else ""


def mask_number(number: str) -> str:
    """138****5521."""
    if not number:
        return ""
    return personal_data.mask(number) if len(number) > 7 else f"{number[:1]}****"


def mask_mail(address: str) -> str:
    """l***@mail.example."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if address else ""


# --- behind the mask ---------------------------------------------------------------------------------------------


def reasons_against_unmasking(row: InformationRequest, reason: str, actor: Any) -> list[str]:
    """Why this person is not shown who applied; empty when he is."""
    reasons = reasons_against_looking(row, actor)
    return reasons + reasons_against_reason(
        reason,
        missing=_("请写明查看的理由，例如“核对身份证明”。"),
        naming=_("理由会记入审计，不要写申请人的姓名、名称或者联系方式。"),
        # Told to nobody who may not look anyway.
        is_named=lambda: not reasons and is_named_in(row, reason),
    )


def reasons_against_reason(reason: str, *, missing: str, naming: str, is_named: Callable[[], bool]) -> list[str]:
    """Why the trail cannot keep this reason for looking behind a mask; `naming` is said where it `is_named`.

    The trail is never purged: what it says of a person stays when the person's row is long gone.
    """
    # What nobody can read is no reason.
    reasons = [missing] if sum(sign.isalnum() for sign in reason) < SHORTEST_REASON else []
    if len(reason) > LONGEST_REASON:
        words = {"most": LONGEST_REASON, "count": len(reason)}
        reasons.append(_("最多 %(most)s 个字，现有 %(count)s 个字。") % words)
    if personal_data.find(reason):
        reasons.append(_("理由会记入审计，不要写身份证号、手机号或者银行卡号。"))
    elif is_named():
        reasons.append(naming)
    return reasons


def reasons_against_looking(row: InformationRequest, actor: Any) -> list[str]:
    """The same, whatever reason he would give."""
    reasons = []
    if not access.can(actor, Permission.VIEW_APPLICANT, row.agency):
        reasons.append(_("您在%s没有查看申请人信息的角色。") % row.agency.display_name)
    if not Applicant.objects.filter(request=row).exists():
        reasons.append(_("没有申请人信息：已按保存期限清除，或者来自台账。"))
    return reasons


@transaction.atomic
def unmask(request_id: int, reason: str, *, actor: User) -> Applicant:
    """The applicant in full, for this one answer. Raises ValidationError."""
    row = InformationRequest.objects.select_related("agency").get(pk=request_id)
    procedure.check(reasons_against_unmasking(row, reason, actor))
    audit.record(actor, "request.unmask", row, agency=row.agency, note=clean_line(reason))
    return Applicant.objects.get(request=row)


@transaction.atomic
def open_paper(file_id: int, reason: str, *, actor: User) -> RequestFile:
    """One paper that says who applies. Raises ValidationError."""
    held = RequestFile.objects.select_related("file", "request__agency").get(pk=file_id)
    row = held.request
    procedure.check(reasons_against_unmasking(row, reason, actor))
    after = {"file": held.pk, "kind": held.kind}
    audit.record(actor, "request.open_paper", row, agency=row.agency, note=clean_line(reason), after=after)
    return held


@transaction.atomic
def open_file(file_id: int, *, actor: User) -> RequestFile:
    """One file that says nothing of who applies: without a reason, but not without a trace. Raises PermissionDenied."""
    held = RequestFile.objects.select_related("file", "request__agency").get(pk=file_id)
    access.require(actor, Permission.VIEW_REQUESTS, held.request.agency)
    if FileKind(held.kind) in OPENED_WITH_REASON:
        raise PermissionDenied(_("打开这份材料须写明理由。"))
    after = {"file": held.pk, "kind": held.kind}
    audit.record(actor, "request.open_file", held.request, agency=held.request.agency, after=after)
    return held


# --- who else asked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is known of the applicant who is looked for; at least one of them."""

    name: str = ""
    phone: str = ""
    identity_number: str = ""


def reasons_against_searching(wanted: Wanted, actor: Any) -> list[str]:
    """Why this person cannot look for that applicant; empty when he can."""
    reasons = []
    if not access.can(actor, Permission.VIEW_APPLICANT):
        reasons.append(_("您没有查看申请人信息的角色。"))
    if not any(value.strip() for value in (wanted.name, wanted.phone, wanted.identity_number)):
        reasons.append(_("请至少填写一项。"))
    return reasons


@transaction.atomic
def search(wanted: Wanted, *, actor: User) -> list[InformationRequest]:
    """The requests of whoever has exactly this name, phone and number, newest first. Raises ValidationError."""
    procedure.check(reasons_against_searching(wanted, actor))
    agencies = access.agencies_with(actor, Permission.VIEW_APPLICANT)
    applicants = Applicant.objects.all()
    given = {
        "name_key": ("name", clean_line(wanted.name)),
        "phone_key": ("phone", clean_line(wanted.phone)),
        "identity_key": ("identity number", clean_line(wanted.identity_number)),
    }
    for column, (purpose, text) in given.items():
        if text:
            applicants = applicants.filter(**{column: fingerprint(purpose, text)})
    rows = InformationRequest.objects.filter(agency__in=agencies, applicant__in=applicants)
    found = list(rows.select_related("agency", "applicant").order_by("-filed_at", "-id")[:MOST_FOUND])
    by = [column.removesuffix("_key") for column, (_purpose, text) in given.items() if text]
    for agency in agencies:
        audit.record(
            actor, "request.search_applicant", actor, agency=agency,
            after={"by": by, "found": sum(row.agency_id == agency.pk for row in found)},
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Frequency:
    """Requests of one applicant to one agency, this one counted: for 第三十五条 and for the charge by item."""

    in_month: int
    in_year: int
    latest: Sequence[InformationRequest]


def others_of(row: InformationRequest) -> QuerySet[InformationRequest]:
    """Requests of the same applicant to the same agency, by number of the paper, else by name with phone."""
    rows = InformationRequest.objects.filter(agency=row.agency_id).exclude(pk=row.pk)
    applicant = None
    with suppress(Applicant.DoesNotExist):
        applicant = row.applicant
    if applicant and applicant.identity_key:
        return rows.filter(applicant__identity_key=applicant.identity_key)
    if applicant and applicant.contact_key:
        return rows.filter(applicant__contact_key=applicant.contact_key)
    return rows.none()


def frequency(row: InformationRequest, today: date, *, shown: int = 5) -> Frequency:
    """How often the same applicant asked in the month and year in which this request was received."""
    day = row.received_on or today
    days = list(others_of(row).filter(received_on__year=day.year).values_list("received_on", flat=True))
    latest = others_of(row).order_by("-filed_at", "-id")[:shown]
    in_month = sum(other is not None and other.month == day.month for other in days)
    return Frequency(in_month + 1, len(days) + 1, list(latest))
