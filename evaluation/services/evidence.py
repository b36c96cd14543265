"""证据: screenshots and files of findings, encrypted, for those who see the finding. The one writer of FindingFile.

Whoever adds one says whether everybody may read it with the scorecard: then it must show nothing personal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from evaluation.enums import FindingState, RoundState
from evaluation.models import Assessment, Finding, FindingFile
from evaluation.services.procedure import check, locked_assessment, reasons_against_inspecting
from govportal import audit, personal_data, private_files
from govportal.filetypes import DOCX, JPEG, OFD, PDF, PNG, WEBP, XLSX
from govportal.html import clean_text
from govportal.images import photo, screenshot
from govportal.models import PrivateFile, User

ACCEPTED = (PDF, PNG, JPEG, WEBP, DOCX, XLSX, OFD)
MAX_BYTES = 20 * 1024 * 1024
MOST_FILES = 10  # of one finding
MAX_TITLE = 120
_PHOTOS = (".jpg", ".jpeg", ".webp")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was written and is not yet kept, what it is called, and whether everybody may read it."""

    file: PrivateFile
    title: str = ""
    is_public: bool = False


def write(upload: "File[Any]", *, by: User, title: str = "", is_public: bool = False) -> Upload:
    """Check a file and write it, before anything is locked. Raises RefusedFile.

    A picture is made anew: what was written beside it (place, owner) is nobody's business. A screenshot stays sharp.
    """
    name = upload.name or ""
    if (upload.size or 0) <= MAX_BYTES:
        if name.lower().endswith(_PHOTOS):
            upload = photo(upload, name=f"{name.rpartition('.')[0]}.jpg")
        elif name.lower().endswith(PNG.suffixes):
            upload = screenshot(upload, name=name)
    file = private_files.write(upload, by=by, max_bytes=MAX_BYTES, accepted=ACCEPTED)
    return Upload(file, title, is_public)


def keep(finding: Finding, uploads: Iterable[Upload], *, actor: User, at: datetime) -> list[FindingFile]:
    """The rows. For services that have the lock and have asked. Raises ValidationError."""
    uploads = list(uploads)
    for one in uploads:
        check(_against_publishing(one.title, one.file) if one.is_public else [])
    return [
        FindingFile.objects.create(
            finding=finding,
            file=private_files.keep(one.file),
            title=(clean_text(one.title) or one.file.name)[:MAX_TITLE],
            is_public=one.is_public,
            added_by=actor,
            added_at=at,
        )
        for one in uploads
    ]


# --- added, opened to everybody, removed ------------------------------------------------------------------------------


def reasons_against_evidence(finding: Finding, actor: Any) -> list[str]:
    """Why this person cannot change the evidence of this finding now; empty when he can."""
    assessment = finding.assessment
    if assessment.round.state != RoundState.OPEN:
        return [_("考核的状态是“%s”，不能再改证据。") % assessment.round.get_state_display()]
    if finding.state not in (FindingState.STANDING, FindingState.PROPOSED):
        return [_("问题的状态是“%s”，不能再改证据。") % finding.get_state_display()]
    is_proposer = finding.state == FindingState.PROPOSED and finding.found_by_id == getattr(actor, "pk", None)
    return [] if is_proposer else reasons_against_inspecting(assessment, actor)


def reasons_against_adding(finding: Finding, actor: Any, more: int = 1) -> list[str]:
    reasons = reasons_against_evidence(finding, actor)
    if not reasons and finding.files.count() + more > MOST_FILES:
        reasons.append(_("一个问题最多 %s 份证据。") % MOST_FILES)
    return reasons


def _against_publishing(title: str, file: PrivateFile) -> list[str]:
    """The title stands in the scorecard, the name in the address of the file."""
    if not personal_data.find(f"{title}\n{file.name}"):
        return []
    return [_("向社会公开的证据，说明和文件名里不能有身份证号、手机号或者银行卡号：请改好后重新上传，或者不公开。")]


@transaction.atomic
def add(finding_id: int, uploads: Iterable[Upload], *, actor: User, at: datetime) -> list[FindingFile]:
    """补充证据. Raises ValidationError with reasons."""
    finding, uploads = locked_finding(finding_id), list(uploads)
    check(reasons_against_adding(finding, actor, len(uploads)))
    made = keep(finding, uploads, actor=actor, at=at)
    audit.record(actor, "finding.add_evidence", finding, after={"files": [one.pk for one in made]})
    return made


@transaction.atomic
def set_public(file_id: int, *, is_public: bool, actor: User) -> FindingFile:
    """Whether everybody reads it with the scorecard. Raises ValidationError."""
    finding = locked_finding(FindingFile.objects.values_list("finding_id", flat=True).get(pk=file_id))
    row = FindingFile.objects.select_related("file").get(pk=file_id)
    reasons = reasons_against_evidence(finding, actor)
    check(reasons or (_against_publishing(row.title, row.file) if is_public else []))
    before, row.is_public = row.is_public, is_public
    row.save(update_fields=["is_public"])
    after = {"file": row.pk, "is_public": is_public}
    audit.record(actor, "finding.change_evidence", finding, before={"is_public": before}, after=after)
    return row


@transaction.atomic
def remove(file_id: int, *, actor: User) -> Finding:
    """撤下证据: row and bytes are gone, as after a slip that shows somebody's data. Raises ValidationError."""
    finding = locked_finding(FindingFile.objects.values_list("finding_id", flat=True).get(pk=file_id))
    check(reasons_against_removing(finding, file_id, actor))
    row = FindingFile.objects.select_related("file").get(pk=file_id)
    row.delete()
    private_files.forget(row.file)
    audit.record(actor, "finding.remove_evidence", finding, before={"file": file_id})
    return finding


def reasons_against_removing(finding: Finding, file_id: int, actor: Any) -> list[str]:
    reasons = reasons_against_evidence(finding, actor)
    needed = finding.indicator.is_evidence_required and not (finding.link or finding.item_id or finding.obligation_id)
    if not reasons and needed and not finding.files.exclude(pk=file_id).exists():
        reasons.append(_("这条指标须附证据，先补充另一份再撤下。"))
    return reasons


def locked_finding(finding_id: int) -> Finding:
    """The finding with its assessment and round, locked in the order of procedure.py."""
    assessment = locked_assessment(Finding.objects.values_list("assessment_id", flat=True).get(pk=finding_id))
    finding = Finding.objects.select_for_update(no_key=True).get(pk=finding_id)
    finding.assessment = assessment
    return finding


# --- read ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_file(file_id: int, *, actor: User) -> PrivateFile:
    """A file for one who sees its finding (the caller's question). What not everybody may read leaves a trace."""
    row = FindingFile.objects.select_related("file", "finding__assessment__round").get(pk=file_id)
    if not row.is_public:
        audit.record(actor, "finding.view_evidence", row.finding, after={"file": row.pk})
    return row.file


def public_evidence(file_id: int) -> FindingFile | None:
    """Evidence that everybody may read: marked so, of a finding that stands in a published round, or of the one from
    which that was carried over."""
    published = Assessment.objects.published().order_by().values("pk")
    told = Finding.objects.standing().filter(assessment__in=published).order_by()
    rows = FindingFile.objects.select_related("file", "finding").filter(pk=file_id, is_public=True)
    return rows.filter(Q(finding__in=told.values("pk")) | Q(finding__in=told.values("carried_from"))).first()
