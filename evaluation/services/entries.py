"""One line of the entry page: the result of a clause and, where something was found, the finding, in one deed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evaluation.enums import CheckResult
from evaluation.models import Check
from evaluation.services import checks, findings
from evaluation.services.evidence import Upload
from evaluation.services.findings import Content
from govportal.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was typed. `seen`: the version of the check that was shown, 0 for none."""

    result: str
    note: str
    seen: int
    finding: Content | None = None
    uploads: Sequence[Upload] = ()


@transaction.atomic
def save_entry(assessment_id: int, indicator_id: int, entry: Entry, *, actor: User, at: datetime) -> Check:
    """Raises checks.StaleEntry, and ValidationError with reasons; then nothing of it is saved."""
    result, seen = entry.result, entry.seen
    if entry.finding:
        if result not in ("", CheckResult.FOUND):
            words = CheckResult(result).label if result in CheckResult.values else result
            raise ValidationError(_("写了问题，结果却是“%s”：改成“发现问题”，或者删去问题。") % words)
        findings.file(assessment_id, indicator_id, entry.finding, entry.uploads, actor=actor, at=at, seen=seen)
        row = Check.objects.get(assessment=assessment_id, indicator=indicator_id)
        result, seen = CheckResult.FOUND, row.version
    return checks.save_check(
        assessment_id, indicator_id, result=result, note=entry.note, seen=seen, actor=actor, at=at
    )  # fmt: skip
