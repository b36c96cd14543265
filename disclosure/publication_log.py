"""公开登记簿: canonical content, digests and the hash chain. Pure but for `append`, the one writer.

An outsider can recompute all of it: the digest is SHA-256 over `canonical_content`, the hash of an entry is
SHA-256 over `entry_payload` written as canonical JSON, and each entry names the hash of the one before.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from disclosure.enums import PUBLIC_CHAIN, Audience, LogKind, internal_chain

if TYPE_CHECKING:
    from disclosure.models import Edition, Item, LogEntry

FIRST_HASH = "0" * 64

# Raised when the lists below change. Digests of an older format stay checkable by its own lists.
FORMAT = 1

# Columns of an edition that the digest covers, byte for byte, beside its index number, type and files.
CONTENT_FIELDS = (
    "number",
    "title",
    "title_breaks",
    "body",
    "summary",
    "document_number",
    "issuer",
    "formed_on",
    "published_on",
    "effective_on",
    "expires_on",
    "validity",
    "category",
    "aspect",
    "topic",
    "keywords",
    "mode",
    "extra",
    "change_note",
    "is_substantive",
)
# The title stands in the text alone, where a redaction can lawfully blank it.
ENTRY_FIELDS = (
    "chain",
    "sequence",
    "kind",
    "index_number",
    "agency_code",
    "agency_name",
    "edition_number",
    "content_digest",
    "note",
    "basis",
    "explanation",
    "replacement",
    "at",
    "previous_hash",
)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def canonical_json(values: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, no blanks, UTF-8, nothing escaped that need not be.

    `surrogateescape` lets a text that is no longer valid UTF-8 be digested too: it must fail, not crash.
    """
    text = json.dumps(
        {key: _plain(value) for key, value in values.items()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return text.encode("utf-8", "surrogateescape")


def content_values(edition: "Edition", attachments: Iterable[tuple[str, str]] | None = None) -> dict[str, Any]:
    """What the digest covers, as plain values. `attachments`: (title, sha256) in order, read if not given.

    Not the agency: bodies are renamed and recoded; the entry states who it was on that day.
    """
    if attachments is None:
        attachments = edition.attachments.order_by("position").values_list("title", "attachment__sha256")
    return {
        "format": FORMAT,
        **{name: getattr(edition, name) for name in CONTENT_FIELDS},
        "index_number": edition.item.index_number,
        "item_type": edition.item.item_type,
        "attachments": [{"title": title, "sha256": sha256} for title, sha256 in attachments],
    }


def canonical_content(edition: "Edition", attachments: Iterable[tuple[str, str]] | None = None) -> bytes:
    """The bytes that are digested, and that `/items/<slug>/history/<n>.json` hands out."""
    return canonical_json(content_values(edition, attachments))


def digest(edition: "Edition", attachments: Iterable[tuple[str, str]] | None = None) -> str:
    """SHA-256 of the canonical content, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_content(edition, attachments)).hexdigest()


def review_digest(edition: "Edition", attachments: Iterable[tuple[str, str]] | None = None) -> str:
    """The digest that signatures are bound to: of the text as submitted, before publication sets its day."""
    return hashlib.sha256(canonical_json(content_values(edition, attachments) | {"published_on": None})).hexdigest()


def entry_payload(entry: "LogEntry") -> dict[str, Any]:
    """What the hash of an entry covers. Who pressed the button is in the audit trail, not in public."""
    return {"format": FORMAT, **{name: _plain(getattr(entry, name)) for name in ENTRY_FIELDS}}


def entry_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the payload as canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(payload)).hexdigest()


def chain_of(item: "Item") -> str:
    """The public chain, or the agency's own for internal items: no public gap tells of them."""
    return internal_chain(item.agency_id) if item.audience == Audience.INTERNAL else PUBLIC_CHAIN


def append(
    kind: LogKind,
    item: "Item",
    edition: "Edition | None",
    *,
    actor: Any,
    at: datetime,
    note: str = "",
    basis: str = "",
    explanation: str = "",
    replacement: str = "",
) -> "LogEntry":
    """Write the next entry of the item's chain. Needs an open transaction: the chain row is locked in it.

    Raises ValidationError when a text is longer than its column.
    """
    from disclosure.models import LogChain, LogEntry

    name = chain_of(item)
    chain, _is_new = LogChain.objects.select_for_update().get_or_create(name=name, defaults={"head_hash": FIRST_HASH})
    entry = LogEntry(
        chain=name,
        sequence=chain.sequence + 1,
        kind=kind,
        item=item,
        edition=edition,
        index_number=item.index_number,
        agency_code=item.agency.code,
        agency_name=item.agency.name,
        edition_number=edition.number if edition else None,
        content_digest=edition.digest if edition else "",
        actor_name=str(actor),
        note=note,
        basis=basis,
        explanation=explanation,
        replacement=replacement,
        at=at,
        previous_hash=chain.head_hash,
    )
    entry.clean_fields(exclude={"item", "edition", "hash"})
    entry.hash = entry_hash(entry_payload(entry))
    entry.save(force_insert=True)
    chain.sequence, chain.head_hash = entry.sequence, entry.hash
    chain.save(update_fields=["sequence", "head_hash"])
    return entry
