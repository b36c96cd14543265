"""依法删除内容: the text of one published edition goes for good; its entry, its digest and the reason stay.

The log entry keeps the digest the text had, and one statement blanks the text and names that entry: the trigger
knows no other door, and verify_log accepts no other blank (domain §4.6). What was discarded goes with it, an open
draft must go first, and other published editions are redacted by motions of their own.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from disclosure.enums import OPEN_STATES, EditionState, ItemAction, LogKind
from disclosure.models import Edition, EditionAttachment, EditionBuffer, Item, LogEntry
from disclosure.services import buffers, print_jobs, procedure, ruling
from govportal import files, paper_cache
from govportal.html import clean_line
from govportal.models import Attachment, AuditEvent, User

# A process that died between the commit and the deletion of files is made good within this time.
SWEPT = timedelta(days=30)
PAPERS_SWEPT = timedelta(days=2)  # nobody is led to a paper of the old text; what was left must still go
# What a redaction may blank of what the item shows of its current edition.
_PROJECTED = ("title", "document_number", "topic")


def faults(edition: Edition, ground: str, basis: str, explanation: str) -> list[str]:
    """Why the text of this edition cannot be deleted, whoever decides it."""
    reasons = ruling.reasons_against_state(edition.item, ItemAction.REDACT)
    reasons += ruling.reasons_against_words(ground, basis, explanation)
    if edition.state != EditionState.PUBLISHED:
        reasons.append(_("只有公开过的版本才需要依法删除；未公开的版本可以废弃。"))
    if edition.redacted_by_entry_id:
        reasons.append(_("这一版的内容已经依法删除。"))
    return reasons + _open_drafts(edition.item)


def _open_drafts(item: Item) -> list[str]:
    """The next edition is begun as a copy of the current one."""
    numbers = item.editions.filter(state__in=OPEN_STATES).values_list("number", flat=True)
    return [_("还有一个未公开的版本（第%s版）可能含有原文，请先公开或者废弃它。") % number for number in numbers]


def hints(item: Item, edition: Edition | None = None) -> list[str]:
    """What whoever asks or decides has to know of the other editions; `edition` is the one that is chosen already."""
    found = _open_drafts(item)
    others = item.editions.filter(state=EditionState.PUBLISHED, redacted_by_entry=None).order_by("number")
    others = others.exclude(pk=edition.pk if edition else 0)
    numbers = [str(number) for number in others.values_list("number", flat=True)]
    if numbers and (edition or len(numbers) > 1):
        found.append(_("已公开的第%s版如含有同样的内容，须分别申请：一件申请只删除一个版本。") % "、".join(numbers))
    return found


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
    new_title = clean_line(new_title)
    discarded = list(item.editions.filter(state=EditionState.DISCARDED).order_by("pk"))
    for old in discarded:
        procedure.void_signatures(old, _("内容依法删除"), at)
    blanked = _blanked(new_title)
    Edition.objects.filter(pk__in=[old.pk for old in discarded]).update(**blanked)
    Edition.objects.filter(pk=edition.pk).update(redacted_by_entry=entry, **blanked)
    gone = _release_files([edition, *discarded])
    forms = [buffers.amendment_key(item), *map(buffers.edition_key, (edition, *discarded))]
    EditionBuffer.objects.filter(form_key__in=forms).delete()
    item.updated_at = at
    if item.current_edition_id == edition.pk:
        for name in blanked.keys() & set(_PROJECTED):
            setattr(item, name, blanked[name])
    item.save(update_fields=[*_PROJECTED, "updated_at"])
    ruling.settle(item, entry, actor=actor, before=item.state, edition=edition.number, files=gone)
    transaction.on_commit(lambda: files.forget(gone), robust=True)
    transaction.on_commit(_forget_papers, robust=True)
    return entry


def _forget_papers(begun_before: datetime | None = None) -> None:
    """No paper that is kept may still have the text; of what was printed in jobs, what was begun before that time."""
    paper_cache.clear()
    print_jobs.clear(begun_before)


def _blanked(new_title: str) -> dict[str, Any]:
    """A title that must go takes the other lines of the head with it: they may name the same."""
    values: dict[str, Any] = {"body": "", "summary": "", "keywords": [], "extra": {}, "change_note": ""}
    if new_title:
        values |= {"title": new_title, "title_breaks": [], "document_number": "", "topic": "", "issuer": ""}
    return values


def _release_files(editions: list[Edition]) -> list[str]:
    """Unlink the files of the editions and delete the rows nothing else uses; answers the names of their bytes."""
    links = EditionAttachment.objects.filter(edition__in=editions)
    ids = list(links.values_list("attachment_id", flat=True))
    attachments = list(Attachment.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    links.delete()
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
    if latest := redactions.filter(at__gte=at - PAPERS_SWEPT).order_by("-at").first():
        _forget_papers(latest.at + print_jobs.SETTLING)
    return files.forget(name for after in redactions.values_list("after", flat=True) for name in after["files"])
