"""投诉人 before the desk: masked everywhere, in full to whoever says why, found by keyed fingerprints alone.

Who may not see the case is told nothing of it, not even that there is one: for him the row is not there. Each look is
in the trail of the case, without what was seen or searched for (domain §7).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, audit
from govportal.crypto import fingerprint
from govportal.html import clean_line
from govportal.models import AuditEvent, User
from govportal.permissions import Permission
from requests_app.models import Complainant, Complaint, ComplaintFile
from requests_app.services import complain, receipts
from requests_app.services.applicants import Line, mask_mail, mask_name, mask_number, reasons_against_reason
from requests_app.services.complaint_procedure import check, locked, may_see
from requests_app.services.complaint_results import is_named_in

MOST_FOUND = 200
_NO_CASE = 0


# --- masks -------------------------------------------------------------------------------------------------------


def masked(person: Complainant) -> list[Line]:
    """What whoever may see the case sees of the complainant; lines that are empty are left out."""
    lines = [
        Line(gettext_lazy("姓名或者名称"), mask_name(person.name)),
        Line(gettext_lazy("联系电话"), mask_number(person.phone)),
        Line(gettext_lazy("电子邮箱"), mask_mail(person.email)),
        Line(gettext_lazy("联系地址"), person.address and f"{person.address[:3]}****"),
    ]
    return [line for line in lines if line.value]


def plain(person: Complainant) -> list[Line]:
    """All of it: for the answer to `unmask` alone."""
    lines = [
        Line(gettext_lazy("姓名或者名称"), person.name),
        Line(gettext_lazy("联系电话"), person.phone),
        Line(gettext_lazy("电子邮箱"), person.email),
        Line(gettext_lazy("联系地址"), person.address),
    ]
    return [line for line in lines if line.value]


# --- behind the mask ---------------------------------------------------------------------------------------------


def reasons_against_unmasking(row: Complaint, reason: str, actor: Any) -> list[str]:
    """Why this person is not shown who complained; empty when he is."""
    reasons = reasons_against_looking(row, actor)
    return reasons + reasons_against_reason(
        reason,
        missing=_("请写明查看的理由，例如“电话核实情况”。"),
        naming=_("理由会记入审计，不要写投诉人的姓名、名称、联系方式或者案件编号。"),
        # Told to nobody who may not look anyway.
        is_named=lambda: not reasons and is_named_in(row, reason),
    )


def reasons_against_looking(row: Complaint, actor: Any) -> list[str]:
    """The same, whatever reason he would give."""
    if not may_see(row, actor):
        return [_("您不能查看这件投诉举报。")]
    if not row.is_named:
        return [_("匿名投诉，没有投诉人信息。")]
    return [] if Complainant.objects.filter(complaint=row).exists() else [_("投诉人信息已按保存期限清除。")]


@transaction.atomic
def unmask(complaint_id: int, reason: str, *, actor: User) -> Complainant:
    """The complainant in full, for this one answer. Raises ValidationError."""
    row = Complaint.objects.select_related("desk").get(pk=complaint_id)
    check(reasons_against_unmasking(row, reason, actor))
    audit.record(actor, "complaint.unmask", row, agency=row.desk, note=clean_line(reason))
    return Complainant.objects.get(complaint=row)


@transaction.atomic
def view(complaint_id: int, *, actor: User, at: datetime) -> Complaint:
    """The case for its page, noted once for each officer and day. Raises Complaint.DoesNotExist, as of no case."""
    seen = Complaint.objects.visible_to(actor).select_related("desk", "agency", "handler", "item", "request")
    row = seen.get(pk=complaint_id)
    day = localdate(at).isoformat()
    if not _has_viewed(row, actor, day):
        locked(row.pk)  # of two windows opened at once the second waits here, and finds the first one's note
        if not _has_viewed(row, actor, day):
            audit.record(actor, "complaint.view", row, agency=row.desk, after={"on": day})
    return row


def _has_viewed(row: Complaint, actor: User, day: str) -> bool:
    events = AuditEvent.objects.filter(subject_type=row._meta.label, subject_id=str(row.pk), actor_id=actor.pk)
    return events.filter(action="complaint.view", after__on=day).exists()


@transaction.atomic
def open_file(file_id: int, *, actor: User) -> ComplaintFile:
    """One file of a case he may see: not without a trace. Raises ComplaintFile.DoesNotExist, as of no file."""
    seen = Complaint.objects.visible_to(actor)
    held = ComplaintFile.objects.select_related("file", "complaint__desk").get(pk=file_id, complaint__in=seen)
    after = {"file": held.pk, "kind": held.kind}
    audit.record(actor, "complaint.open_file", held.complaint, agency=held.complaint.desk, after=after)
    return held


# --- his other complaints ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is known of the complainant who is looked for; at least one of them."""

    name: str = ""
    phone: str = ""


def reasons_against_searching(wanted: Wanted, actor: Any) -> list[str]:
    """Why this person cannot look for that complainant; empty when he can."""
    reasons = []
    if not access.can(actor, Permission.HANDLE_COMPLAINT):
        reasons.append(_("您没有投诉举报经办的角色。"))
    if not any(clean_line(value) for value in (wanted.name, wanted.phone)):
        reasons.append(_("请至少填写一项。"))
    return reasons


@transaction.atomic
def search(wanted: Wanted, *, actor: User) -> list[Complaint]:
    """The cases he may see of whoever has exactly this name and phone, newest first. Raises ValidationError."""
    check(reasons_against_searching(wanted, actor))
    people = Complainant.objects.all()
    given = {"name": clean_line(wanted.name), "phone": clean_line(wanted.phone)}
    by = [purpose for purpose, text in given.items() if text]
    for purpose in by:
        people = people.filter(**{f"{purpose}_key": fingerprint(purpose, given[purpose])})
    rows = Complaint.objects.visible_to(actor).filter(complainant__in=people)
    # Of no case, so that it never tells what was found; under their label, so that no list of the trail shows it.
    for desk in access.agencies_with(actor, Permission.HANDLE_COMPLAINT):
        audit.record(actor, "complaint.search", Complaint(pk=_NO_CASE), agency=desk, after={"by": by})
    return list(rows.select_related("agency", "desk", "complainant").order_by("-filed_at", "-id")[:MOST_FOUND])


# --- the code ------------------------------------------------------------------------------------------------------


def reasons_against_renewing(row: Complaint, actor: Any) -> list[str]:
    """Why there is no new code; empty when there may be one."""
    if not may_see(row, actor):
        return [_("您不能办理这件投诉举报。")]
    if not row.is_named:
        return [_("匿名投诉无法核实身份，不能换查询码。")]
    return [_("投诉人信息已按保存期限清除，不能再换查询码。")] if row.purged_at else []


@transaction.atomic
def renew_code(complaint_id: int, *, actor: User, at: datetime) -> str:
    """A new query code for who lost his and has shown who he is; the old one opens nothing any more. Raises
    ValidationError."""
    row = locked(complaint_id)
    check(reasons_against_renewing(row, actor))
    code = receipts.new_code()
    row.query_key = complain.query_key(row.number, code)
    row.save(update_fields=["query_key"])
    audit.record(actor, "complaint.renew_code", row, agency=row.desk, after={"on": localdate(at).isoformat()})
    return code
