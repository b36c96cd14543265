"""依法删除内容: the text of one published edition goes for good; its entry, its digest and the reason stay.

The log entry keeps the digest the text had, and one statement blanks the text and names that entry: the trigger
knows no other door, and verify_log accepts no other blank (domain §4.6). Other editions are redacted by
motions of their own.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from disclosure.enums import EditionState, ItemAction, LogKind
from disclosure.models import Edition, EditionBuffer, LogEntry
from disclosure.services import buffers, procedure, ruling
from govportal import files
from govportal.models import Attachment, AuditEvent, User

# A process that died between the commit and the deletion of files is made good within this time.
SWEPT = timedelta(days=30)


def faults(edition: Edition, ground: str, basis: str, explanation: str) -> list[str]:
    """Why the text of this edition cannot be deleted, whoever decides it."""
    reasons = ruling.reasons_against_state(edition.item, ItemAction.REDACT)
    reasons += ruling.reasons_against_words(ground, basis, explanation)
    if edition.state != EditionState.PUBLISHED:
        reasons.append(_("只有公开过的版本才需要依法删除；未公开的版本可以废弃。"))
    if edition.redacted_by_entry_id:
        reasons.append(_("这一版的内容已经依法删除。"))
    return reasons


@transaction.atomic
def redact(
    edition_id: int,
    *,
    actor: User,
    asked_by: User | None,
    at: datetime,
    ground: str,
    basis: str,
    explanation: str,
    new_title: str = "",
) -> LogEntry:
    """Delete the text and the files of one edition; an empty `new_title` leaves the title.

    Files go from the disk after the commit, unless something else names them. Raises ValidationError with reasons.
    """
    edition = procedure.locked(edition_id)
    item = edition.item
    reasons = faults(edition, ground, basis, explanation)
    procedure.check([*reasons, *ruling.reasons_against_decider(item, actor, asked_by)])
    entry = ruling.enter(
        item, ItemAction.REDACT, edition, actor=actor, at=at, ground=ground, basis=basis, explanation=explanation
    )
    _blank(edition, entry, new_title.strip())
    gone = _release_files(edition)
    EditionBuffer.objects.filter(form_key__in=(buffers.edition_key(edition), buffers.amendment_key(item))).delete()
    item.updated_at = at
    if item.current_edition_id == edition.pk:
        item.title = new_title.strip() or item.title
    item.save(update_fields=["title", "updated_at"])
    ruling.settle(item, entry, actor=actor, before=item.state, edition=edition.number, files=gone)
    transaction.on_commit(lambda: files.forget(gone), robust=True)
    return entry


def _blank(edition: Edition, entry: LogEntry, new_title: str) -> None:
    values: dict[str, Any] = {"body": "", "summary": "", "keywords": [], "extra": {}, "redacted_by_entry": entry}
    if new_title:
        values |= {"title": new_title, "title_breaks": []}
    Edition.objects.filter(pk=edition.pk).update(**values)


def _release_files(edition: Edition) -> list[str]:
    """Unlink the files of the edition and delete the rows nothing else uses; answers the names of their bytes."""
    ids = list(edition.attachments.values_list("attachment_id", flat=True))
    attachments = list(Attachment.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    edition.attachments.all().delete()
    gone = []
    for attachment in attachments:
        try:
            attachment.delete()
        except ProtectedError:  # another edition or a supporting record keeps it
            continue
        gone.append(str(attachment.file.name))
    return gone


def sweep_files(at: datetime) -> int:
    """Delete the bytes that a process which died after a redaction has left; answers how many files that were."""
    redactions = AuditEvent.objects.filter(action=f"item.{LogKind.REDACT}", at__gte=at - SWEPT)
    return files.forget(name for after in redactions.values_list("after", flat=True) for name in after["files"])
