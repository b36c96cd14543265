"""Recompute the publication log from the rows it speaks of, and name every entry that does not hold."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError, connection

from disclosure import publication_log
from disclosure.enums import EditionState, ItemState, LogKind, Procedure, ReviewStep
from disclosure.models import Approval, Edition, EditionAttachment, Item, LogChain, LogEntry
from disclosure.services.index_number import slug_for
from disclosure.services.publish import PROJECTED

# Kinds of entry that bring a new edition before the public.
_OPENING = (LogKind.MIGRATE, LogKind.PUBLISH, LogKind.AMEND)
# The signatures without which an edition is not public by its procedure: those the database asks for.
_LEAST_STEPS: Mapping[str, frozenset[str]] = {
    Procedure.REVIEW: frozenset({ReviewStep.SECRECY, ReviewStep.APPROVAL}),
    Procedure.EMERGENCY: frozenset({ReviewStep.EMERGENCY}),
}
# What an entry makes of its item; the other kinds leave it as it was, but for `_state_after`.
_STATE_AFTER = {
    LogKind.MIGRATE: ItemState.LIVE,
    LogKind.PUBLISH: ItemState.LIVE,
    LogKind.RESTORE: ItemState.LIVE,
    LogKind.WITHDRAW: ItemState.WITHDRAWN,
    LogKind.TERMINATE: ItemState.TERMINATED,
    LogKind.EXPIRE: ItemState.EXPIRED,
    LogKind.VOID: ItemState.VOID,
    LogKind.PARTLY_VOID: ItemState.PARTLY_VOID,
}
# Ground, basis, explanation and replacement of an item that nobody has closed.
_NOT_CLOSED = ("", "", "", "")
# What reading a row raises whose bytes are no text, date or JSON any more.
_UNREADABLE = (DatabaseError, ValueError, TypeError, AttributeError)
_BATCH = 500


@dataclass(slots=True)
class Result:
    entries: int = 0
    editions: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        return not self.faults


@contextmanager
def _raw_bytes_survive() -> Iterator[None]:
    """Let SQLite hand over text that is no longer UTF-8, so that it fails the digest instead of crashing."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield
        return
    raw = connection.connection
    factory = raw.text_factory
    raw.text_factory = lambda value: value.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = factory


def verify(*, check_files: bool = True) -> Result:
    """Every chain, every published edition, every attached file (unless `check_files` is off)."""
    result = Result()
    with _raw_bytes_survive():
        names = set(LogEntry.objects.order_by().values_list("chain", flat=True).distinct())
        heads = {chain.name: chain for chain in LogChain.objects.all()}
        for name in sorted(names | heads.keys()):
            with _reading(name, result):
                _verify_chain(name, heads.get(name), result)
        with _reading("登记的版本", result):
            _verify_editions(result, check_files)
            _verify_legacy(result)
        with _reading("公开信息", result):
            _verify_items(result)
    return result


@contextmanager
def _reading(what: str, result: Result) -> Iterator[None]:
    """A row that cannot be read ends its part of the check with a fault, never the whole check."""
    try:
        yield
    except _UNREADABLE as error:
        result.faults.append(f"{what}：有一行读不出来，后面的没有查完（{error}）")


def _verify_chain(chain: str, head: LogChain | None, result: Result) -> None:
    previous, sequence = publication_log.FIRST_HASH, 0
    for entry in LogEntry.objects.filter(chain=chain).order_by("sequence").iterator(_BATCH):
        sequence += 1
        result.entries += 1
        name = f"{chain} 第 {entry.sequence} 号（{entry.index_number}）"
        if entry.sequence != sequence:
            result.faults.append(f"{name}：序号不连续，应为 {sequence}")
            sequence = entry.sequence
        if entry.previous_hash != previous:
            result.faults.append(f"{name}：与前一行不相扣")
        if entry.hash != publication_log.entry_hash(publication_log.entry_payload(entry)):
            result.faults.append(f"{name}：登记内容与哈希不符")
        previous = entry.hash
    if head is None or (head.sequence, head.head_hash) != (sequence, previous):
        expected = f"第 {head.sequence} 号" if head else "（没有记录）"
        result.faults.append(f"{chain}：登记簿末行应为{expected}，实为第 {sequence} 号")


def _verify_editions(result: Result, check_files: bool) -> None:
    """Each published edition has its entry, and its text still has the digest that was logged."""
    hidden = LogEntry.objects.filter(kind__in=_OPENING).exclude(edition__state=EditionState.PUBLISHED)
    for entry in hidden:
        result.faults.append(f"{entry.chain} 第 {entry.sequence} 号（{entry.index_number}）：登记的版本不再是已公开")
    published = Edition.objects.filter(state=EditionState.PUBLISHED).order_by("pk").values_list("pk", flat=True)
    keys = list(published)
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        try:
            _verify_batch(batch, result, check_files)
        except _UNREADABLE:
            # One unreadable row spoils the batch: look at each alone, so that the rest is still checked.
            for key in batch:
                try:
                    _verify_batch([key], result, check_files)
                except _UNREADABLE:
                    result.editions += 1
                    result.faults.append(f"{_entry_name(key)}：版本内容无法读出")


def _verify_batch(keys: list[int], result: Result, check_files: bool) -> None:
    editions = list(Edition.objects.filter(pk__in=keys).select_related("item__agency").order_by("pk"))
    for key in set(keys) - {edition.pk for edition in editions}:
        result.faults.append(f"{_entry_name(key)}：版本的信息或单位不在了")
    links: dict[int, list[EditionAttachment]] = {}
    for link in EditionAttachment.objects.filter(edition__in=keys).select_related("attachment").order_by("position"):
        links.setdefault(link.edition_id, []).append(link)
    signatures: dict[int, list[Approval]] = {}
    for signature in Approval.objects.standing().filter(edition__in=keys):
        signatures.setdefault(signature.edition_id, []).append(signature)
    opening = {entry.edition_id: entry for entry in LogEntry.objects.filter(edition__in=keys, kind__in=_OPENING)}
    redactions = {entry.pk: entry for entry in LogEntry.objects.filter(edition__in=keys, kind=LogKind.REDACT)}
    for edition in editions:
        result.editions += 1
        entry = opening.get(edition.pk)
        if entry is None:
            result.faults.append(f"版本 {edition.pk}（{edition.item.index_number}）：已公开但没有登记")
            continue
        name = f"{entry.chain} 第 {entry.sequence} 号（{entry.index_number} 第{edition.number}版）"
        faults = _procedure_faults(edition, entry, signatures.get(edition.pk, []))
        if edition.redacted_by_entry_id:
            redaction = redactions.get(edition.redacted_by_entry_id)
            if redaction is None or redaction.content_digest != entry.content_digest:
                faults.append("内容已删除，但删除登记没有写明原摘要")
        else:
            files = links.get(edition.pk, [])
            faults += _text_faults(edition, entry, [(link.title, link.attachment.sha256) for link in files])
            if check_files:
                _verify_files(name, files, result)
        result.faults += [f"{name}：{fault}" for fault in faults]


def _text_faults(edition: Edition, entry: LogEntry, files: Sequence[tuple[str, str]]) -> list[str]:
    """What does not hold of a text that is still there: against its entry, and against what was signed."""
    faults = []
    found = publication_log.digest(edition, files)
    if found != entry.content_digest or edition.digest != entry.content_digest:
        faults.append("文本与登记的内容摘要不符")
    if edition.published_at != entry.at:
        faults.append("版本的登记时间与登记簿不符")
    if edition.procedure in _LEAST_STEPS and publication_log.review_digest(edition, files) != edition.review_digest:
        faults.append("文本与审查签署的摘要不符")
    return faults


def _procedure_faults(edition: Edition, entry: LogEntry, signatures: Sequence[Approval]) -> list[str]:
    """What does not hold of the right by which the edition became public: its procedure and its signatures."""
    faults = []
    is_migration = edition.procedure == Procedure.MIGRATION
    if is_migration != (entry.kind == LogKind.MIGRATE) and edition.procedure != Procedure.LEGACY:
        faults.append(f"公开程序是“{edition.get_procedure_display()}”，登记的却是“{entry.get_kind_display()}”")
    writers = (edition.created_by_id, edition.last_edited_by_id)
    true_copies = {
        signature.step: signature.signer_id
        for signature in signatures
        if signature.digest == edition.review_digest
        and (signature.author_id, signature.last_editor_id) == writers
        and signature.signer_id not in writers
    }
    lacking = set(_LEAST_STEPS.get(edition.procedure, frozenset())) - true_copies.keys()
    if edition.procedure == Procedure.REVIEW:
        lacking |= set(edition.review_steps) - true_copies.keys()
    if lacking:
        labels = [str(step.label) for step in ReviewStep if step in lacking]
        faults.append(f"缺少有效的签署：{'、'.join(labels)}")
    if len(set(true_copies.values())) < len(true_copies):
        faults.append("同一人签了两个环节")
    return faults


def _verify_legacy(result: Result) -> None:
    """No text claims the procedure of before once another has gone through the review: nothing else excuses it."""
    opening = LogEntry.objects.filter(kind__in=_OPENING)
    reviewed = opening.filter(edition__procedure__in=_LEAST_STEPS).order_by("id").first()
    if reviewed is None:
        return
    for entry in opening.filter(edition__procedure=Procedure.LEGACY, id__gt=reviewed.pk).order_by("id"):
        name = f"{entry.chain} 第 {entry.sequence} 号（{entry.index_number}）"
        result.faults.append(f"{name}：称为“{Procedure.LEGACY.label}”，却登记在审查程序启用以后")


def _verify_files(name: str, links: list[EditionAttachment], result: Result) -> None:
    for link in links:
        result.files += 1
        try:
            with link.attachment.file.open("rb") as stored:
                found = hashlib.file_digest(stored, "sha256").hexdigest()
        except (OSError, SuspiciousFileOperation):
            result.faults.append(f"{name}：附件“{link.title}”的文件不在了")
            continue
        if found != link.attachment.sha256:
            result.faults.append(f"{name}：附件“{link.title}”的文件与摘要不符")


@dataclass(slots=True)
class _Logged:
    """What the entries of one item say, read in order."""

    index_number: str
    chain: str
    agency_code: str
    closed_at: datetime | None = None
    state: str = ItemState.LIVE
    edition_id: int | None = None
    closing: tuple[str, str, str, str] = _NOT_CLOSED


def _verify_items(result: Result) -> None:
    """What pages, lists and search show of an item is what the log says last, not a row changed beside it."""
    logged = _read_log(result)
    items = Item.objects.exclude(state=ItemState.UNPUBLISHED, current_edition=None)
    for item in items.select_related("agency", "current_edition", "replaced_by").order_by("pk").iterator(_BATCH):
        last = logged.pop(item.pk, None)
        edition = item.current_edition
        if last is None or edition is None or (item.state, edition.pk) != (last.state, last.edition_id):
            result.faults.append(f"{item.index_number}：状态或现行版本与登记簿不符")
            continue
        if (publication_log.chain_of(item), item.agency.code) != (last.chain, last.agency_code):
            result.faults.append(f"{item.index_number}：公开范围或单位与登记簿不符")
        shown = {name: getattr(edition, name) for name in PROJECTED} | {
            "index_number": last.index_number,
            "slug": slug_for(last.index_number),
            "year": edition.published_on and edition.published_on.year,
        }
        if any(getattr(item, name) != value for name, value in shown.items()):
            result.faults.append(f"{item.index_number}：列表所示或网址与登记的版本不符")
        if (_closing_of(item), item.closed_at) != (last.closing, last.closed_at):
            result.faults.append(f"{item.index_number}：撤回、废止等说明与登记簿不符")
    for last in logged.values():
        result.faults.append(f"{last.index_number}：登记簿上已公开，却作为未公开存着，或不在了")


def _read_log(result: Result) -> dict[int, _Logged]:
    logged: dict[int, _Logged] = {}
    for entry in LogEntry.objects.order_by("id").iterator(_BATCH):
        last = logged.setdefault(entry.item_id, _Logged(entry.index_number, entry.chain, entry.agency_code))
        last.chain, last.agency_code = entry.chain, entry.agency_code
        last.state = _state_after(LogKind(entry.kind), last.state)
        if entry.kind == LogKind.MIGRATE and last.edition_id:
            result.faults.append(f"{entry.chain} 第 {entry.sequence} 号（{entry.index_number}）：已公开的信息又作迁入")
        if entry.kind in _OPENING:
            last.edition_id = entry.edition_id
        if last.state == ItemState.LIVE:
            last.closing, last.closed_at = _NOT_CLOSED, None
        elif entry.kind in _STATE_AFTER:
            last.closing = (entry.note, entry.basis, entry.explanation, entry.replacement)
            last.closed_at = entry.at
    return logged


def _state_after(kind: LogKind, before: str) -> str:
    """An expired text lives again by an edition that lasts longer (services/publish.py)."""
    if kind == LogKind.AMEND and before == ItemState.EXPIRED:
        return ItemState.LIVE
    return _STATE_AFTER.get(kind, before)


def _closing_of(item: Item) -> tuple[str, str, str, str]:
    replacement = item.replaced_by.index_number if item.replaced_by else ""
    return item.closing_ground, item.closing_basis, item.closing_explanation, replacement


def _entry_name(edition_pk: int) -> str:
    entry = LogEntry.objects.filter(edition_id=edition_pk, kind__in=_OPENING).first()
    return f"{entry.chain} 第 {entry.sequence} 号（{entry.index_number}）" if entry else f"版本 {edition_pk}"
