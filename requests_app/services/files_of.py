"""材料 of a request: who of the staff may add and read which."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from govportal import access, audit
from govportal.models import PrivateFile, User
from govportal.permissions import Permission
from requests_app.enums import DecisionState, FileKind
from requests_app.models import InformationRequest, RequestFile
from requests_app.services import procedure

# What staff add beside the steps that bring their own files.
ADDED_BY_STAFF = (FileKind.DISCLOSED, FileKind.APPLICATION, FileKind.PROOF, FileKind.INQUIRY, FileKind.INTERNAL)


def reasons_against_adding(row: InformationRequest, actor: Any) -> list[str]:
    """Why this person cannot add a file; empty when he can."""
    if access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        return []
    return [_("您在%s没有依申请公开经办的角色。") % row.agency.display_name]


@transaction.atomic
def add(
    request_id: int, files: list[PrivateFile], kind: FileKind, *, actor: User, at: datetime, title: str = ""
) -> list[RequestFile]:
    """上传材料. Of what is to be handed to the applicant nothing leaves before a decision names it."""
    row = procedure.locked(request_id)
    reasons = reasons_against_adding(row, actor)
    if kind not in ADDED_BY_STAFF:
        reasons.append(_("请选择材料的用途。"))
    if not files:
        reasons.append(_("请选择文件。"))
    procedure.check(reasons)
    made = [
        RequestFile.objects.create(
            request=row, kind=kind, file=file, title=title or file.name, added_by=actor, added_at=at
        )
        for file in files
    ]
    audit.record(actor, "request.add_file", row, agency=row.agency, after={"kind": str(kind), "files": len(made)})
    return made


def ready(row: InformationRequest) -> Any:
    """Files for the applicant that stand under no signature now: the next decision may name them."""
    bound = (DecisionState.SUBMITTED, DecisionState.RELEASED)
    return row.files.filter(kind=FileKind.DISCLOSED).exclude(decision__state__in=bound).select_related("file")
