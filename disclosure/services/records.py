"""佐证记录: the audit or the meeting behind an edition, entered and taken away with an edit of its text."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import EditionState, RecordKind
from disclosure.models import Edition, SupportingRecord
from disclosure.services import procedure, review
from govportal import access, audit
from govportal.html import clean_line
from govportal.models import Attachment, PublicRevision, User
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
    return _enter(edition, evidence, actor=actor, at=at)


def _enter(edition: Edition, evidence: Evidence, *, actor: User, at: datetime) -> SupportingRecord:
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


def reasons_against_afterwards(edition: Edition, actor: Any) -> list[str]:
    """Why this person cannot enter a record that an emergency publication owes; empty when they can."""
    lacking = lacking_afterwards(edition)
    reasons = [] if lacking else [_("这一版没有待补的佐证记录。")]
    if not access.can(actor, Permission.DRAFT_ITEM, edition.item.agency):
        reasons.append(_("您不是本单位的承办人。"))
    return reasons


def lacking_afterwards(edition: Edition) -> list[RecordKind]:
    """The kinds of record that an emergency was published without (domain §4.7)."""
    return [RecordKind(debt) for debt in review.missing_afterwards(edition) if debt in RecordKind.values]


@transaction.atomic
def add_afterwards(edition_id: int, evidence: Evidence, *, actor: User, at: datetime) -> SupportingRecord:
    """Enter a record that an emergency publication owes: the text and its digest stay as they are.

    Raises ValidationError when no such record is owed, or a value is wrong.
    """
    edition = procedure.locked(edition_id)
    procedure.check(reasons_against_afterwards(edition, actor))
    if evidence.kind not in lacking_afterwards(edition):
        raise ValidationError({"kind": _("这一版不缺这种佐证记录。")})
    record = _enter(edition, evidence, actor=actor, at=at)
    PublicRevision.raise_number()  # the public sees what is still owed
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
