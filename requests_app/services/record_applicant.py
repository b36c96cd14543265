"""补录申请人: who asked, where a ledger did not tell, and how to reach whoever asked on paper.

A letter names its addressee, so what came open out of a ledger is answered only once somebody has looked the applicant
up in the file. What is known of him already is not rewritten here: an applicant proves another name or paper, he is not
given one.
"""

from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from govportal import access, audit
from govportal.html import clean_line
from govportal.models import User
from govportal.permissions import Permission
from requests_app.enums import Channel
from requests_app.models import Applicant, InformationRequest
from requests_app.services import intake, procedure
from requests_app.services.intake import Person

# How somebody is reached may change; who he is may only be added.
CONTACT = ("contact_name", "phone", "email", "address", "postcode", "fax")
_NAMES = tuple(field.name for field in fields(Person))


def applicant_of(row: InformationRequest) -> Applicant | None:
    with suppress(Applicant.DoesNotExist):
        return row.applicant
    return None


def missing(row: InformationRequest) -> tuple[str, ...]:
    """The fields of Person that can be recorded: all without an applicant, else contact data and what is blank."""
    known = applicant_of(row)
    return tuple(name for name in _NAMES if known is None or name in CONTACT or not getattr(known, name))


def reasons_against(row: InformationRequest, actor: Any) -> list[str]:
    """Why this person cannot record who asked; empty when he can."""
    reasons = []
    if not access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        reasons.append(_("您在%s没有依申请公开经办的角色。") % row.agency.display_name)
    if row.purged_at:
        reasons.append(_("申请人信息已按保存期限清除，不能再登记。"))
    elif applicant_of(row) is None:
        # Whom nobody is going to write to any more, nobody needs to be known by.
        reasons += [_("申请已经办结，不必再登记申请人。")] if row.is_closed else []
    elif row.channel == Channel.WEB and not row.is_imported:
        reasons.append(_("网上申请的申请人信息由申请人自己填写。"))
    return reasons


@transaction.atomic
def record(request_id: int, person: Person, *, actor: User) -> Applicant:
    """The applicant with what was blank; the trail says which fields, never what they hold. Raises ValidationError."""
    row = procedure.locked(request_id)
    procedure.check(reasons_against(row, actor))
    known = applicant_of(row)
    before = Person(**{name: getattr(known, name) for name in _NAMES}) if known else Person(name="")
    given = {name: value for name in _NAMES if (value := clean_line(getattr(person, name)))}
    kept = [name for name in given if name not in missing(row) and given[name] != getattr(before, name)]
    after = replace(before, **given)
    procedure.check(
        [
            *([_("姓名、证件和法定代表人已经登记，不能改写。")] if kept else []),
            *([] if given else [_("请至少填写一项。")]),
            *intake.reasons_against_person(after, row.applicant_kind),
        ]
    )
    applicant = intake.make_applicant(row, after)
    if known:
        applicant.pk = known.pk
    applicant.save(force_insert=known is None, force_update=known is not None)
    audit.record(actor, "request.record_applicant", row, agency=row.agency, after={"fields": sorted(given)})
    return applicant
