"""What one edition changes of another beside its text: metadata, the type's own fields, files."""

import json
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from disclosure.models import Edition, EditionAttachment
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


def changed_metadata(before: Edition, after: Edition) -> list[tuple[Any, SafeString]]:
    """(label, marked difference) of the metadata, extra fields and files that differ."""
    prefetch_related_objects([before, after], WITH_FILES)
    rows: list[tuple[Any, str, str]] = []
    for name in COMPARED:
        label = Edition._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        rows.append((label, _shown(before, name), _shown(after, name)))
    rows += [
        (field.label, _flat(before.extra.get(field.key)), _flat(after.extra.get(field.key)))
        for field in after.item.type.extra
    ]
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
