"""佐证记录: the audit or the meeting behind an edition, entered and taken away with an edit of its text."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import EditionState
from disclosure.models import Edition, SupportingRecord
from govportal import access, audit
from govportal.html import clean_line
from govportal.models import Attachment, User
from govportal.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`kind` is a RecordKind; `title` names the record (县政府第 18 次常务会议纪要)."""

    kind: str
    title: str
    dated_on: date
    number: str = ""
    attachment: Attachment | None = None


def add_record(edition: Edition, evidence: Evidence, *, actor: User, at: datetime) -> SupportingRecord:
    """Enter a record. Call in the transaction of the edit or draft that `actor` makes: it has voided the signatures.

    Raises ValidationError when the edition is no draft of this person, or a value is wrong.
    """
    _require_draft(edition, actor)
    if evidence.dated_on > localdate(at):
        raise ValidationError(_("“%s”的日期还没有到。") % evidence.title)
    record = SupportingRecord(
        edition=edition,
        kind=evidence.kind,
        title=clean_line(evidence.title),
        number=clean_line(evidence.number),
        dated_on=evidence.dated_on,
        attachment=evidence.attachment,
        added_by=actor,
    )
    record.clean_fields(exclude={"edition", "attachment", "added_by"})
    record.save(force_insert=True)
    _audit(actor, "record.add", edition, record)
    return record


def remove_record(edition: Edition, record_id: int, *, actor: User) -> None:
    """Take a record of this edition away, under the rules of `add_record`. One that is gone already is no error."""
    _require_draft(edition, actor)
    record = edition.records.filter(pk=record_id).first()
    if record:
        _audit(actor, "record.remove", edition, record)
        record.delete()


def _require_draft(edition: Edition, actor: User) -> None:
    access.require(actor, Permission.DRAFT_ITEM, edition.item.agency)
    is_own = actor.pk == edition.last_edited_by_id
    if edition.state != EditionState.DRAFT or not is_own or edition.approvals.standing().exists():
        raise ValidationError(_("佐证记录只能在修改文本时增减。"))


def _audit(actor: User, action: str, edition: Edition, record: SupportingRecord) -> None:
    after = {"kind": record.kind, "dated_on": record.dated_on.isoformat(), "record": record.pk}
    audit.record(actor, action, edition, agency=edition.item.agency, after=after)
