"""What one edition changes of another: its kinds of change; metadata, the type's own fields, files beside the text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.core.cache import cache
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from disclosure.models import Edition, EditionAttachment
from disclosure.substance import ChangeKind, Finding, agency_names, counted, findings
from govportal.htmldiff import mark_differences

# The files of editions, each with its bytes' name and hash; what is already read is not read again.
WITH_FILES = Prefetch("attachments", EditionAttachment.objects.select_related("attachment"))
# Metadata whose change is shown beside the text, in this order.
COMPARED = (
    "title",
    "document_number",
    "issuer",
    "formed_on",
    "effective_on",
    "expires_on",
    "validity",
    "category",
    "aspect",
    "topic",
    "keywords",
    "mode",
    "summary",
)


@dataclass(frozen=True, slots=True)
class Change:
    """实质性修改 or 文字修改, with the number of substantive places of each kind."""

    is_substantive: bool
    kinds: list[tuple[ChangeKind, int]]


def change_of(edition: Edition, found: Sequence[Finding]) -> Change:
    """The publisher may have called a change substantive that has no such place; never the other way."""
    return Change(edition.is_substantive or bool(found), counted(found))


def mark_changes(editions: Sequence[Edition]) -> None:
    """Give every published edition its `change` from the one before; `editions` newest first, redacted ones none.

    What is published never changes, so the counts of two digests are kept, under the number of the rules.
    """
    pairs = [
        (before, after)
        for after, before in pairwise(editions)
        if before.digest and after.digest and not (before.redacted_by_entry_id or after.redacted_by_entry_id)
    ]
    keys = {after.pk: f"change:2:{before.digest}:{after.digest}" for before, after in pairs}
    kept: dict[str, list[tuple[str, int]]] = cache.get_many(keys.values())
    missing = [(before, after) for before, after in pairs if keys[after.pk] not in kept]
    if missing:
        _read_texts({edition.pk: edition for pair in missing for edition in pair})
        is_rewritten = any(_words(before) != _words(after) for before, after in missing)
        names = agency_names() if is_rewritten else []
        for before, after in missing:
            found = counted(findings(before, after, names))
            kept[keys[after.pk]] = [(kind.value, count) for kind, count in found]
        cache.set_many(kept, timeout=None)
    for _before, after in pairs:
        kinds = [(ChangeKind(kind), count) for kind, count in kept[keys[after.pk]]]
        after.change = Change(after.is_substantive or bool(kinds), kinds)  # type: ignore[attr-defined]


def _words(edition: Edition) -> tuple[str, str, Any]:
    return edition.summary, edition.body, edition.extra


def _read_texts(editions: Mapping[int, Edition]) -> None:
    """Fill in what was left out when these editions were read, and their files; two statements."""
    left_out = sorted(set().union(*(edition.get_deferred_fields() for edition in editions.values())))
    for pk, *values in Edition.objects.filter(pk__in=editions).values_list("pk", *left_out) if left_out else ():
        for name, value in zip(left_out, values, strict=True):
            setattr(editions[pk], name, value)
    prefetch_related_objects(list(editions.values()), WITH_FILES)


def changed_metadata(before: Edition, after: Edition) -> list[tuple[Any, SafeString]]:
    """(label, marked difference) of the metadata, extra fields and files that differ."""
    prefetch_related_objects([before, after], WITH_FILES)
    rows: list[tuple[Any, str, str]] = []
    for name in COMPARED:
        label = Edition._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        rows.append((label, _shown(before, name), _shown(after, name)))
    for field in after.item.type.extra:
        old, new = (_flat(field.shown(edition.extra.get(field.key))) for edition in (before, after))
        rows.append((field.label, old, new))
    rows.append((_("附件"), _files(before), _files(after)))
    return [(label, mark_differences(old, new)) for label, old, new in rows if old != new]


def _shown(edition: Edition, name: str) -> str:
    display = getattr(edition, f"get_{name}_display", None)
    return str(display()) if display else _flat(getattr(edition, name))


def _flat(value: Any) -> str:
    """A value as lines of text, so that its difference reads well."""
    if value in (None, ""):
        return ""
    if isinstance(value, dict):
        return "　".join(_flat(part) for part in value.values() if part not in (None, "", []))
    if isinstance(value, list):
        return "\n".join(_flat(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str).strip('"')


def _files(edition: Edition) -> str:
    return "\n".join(f"{file.title} {file.attachment.sha256[:12]}" for file in edition.attachments.all())
