"""Two people wrote into one edition: what is stored and what was typed, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from disclosure.enums import EditionAction
from disclosure.models import Edition, Relation
from disclosure.services.compose import Parts
from govportal.htmldiff import compare_html, mark_differences

_SHOWN = (
    "title", "document_number", "issuer", "formed_on", "effective_on", "expires_on", "validity", "category",
    "aspect", "topic", "keywords", "summary", "mode", "change_note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conflict:
    """`rows`: (label, difference) of the metadata; `body`: the difference of the texts, empty when they are equal."""

    stored: Edition
    saved_by: str
    saved_at: datetime | None
    rows: Sequence[tuple[str, SafeString]]
    body: SafeString | str

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.body


def compared(stored: Edition, parts: Parts) -> Conflict:
    """What saving would change of the edition as it is stored now."""
    last = stored.events.filter(action=EditionAction.EDIT).select_related("actor").last()
    return Conflict(
        stored=stored,
        saved_by=str(stored.last_edited_by),
        saved_at=last.at if last else stored.created_at,
        rows=[*_metadata(stored, parts), *_extra(stored, parts), *_files(stored, parts), *_relations(stored, parts)],
        body=compare_html(stored.body, parts.content.body).html if stored.body != parts.content.body else "",
    )


def _metadata(stored: Edition, parts: Parts) -> list[tuple[str, SafeString]]:
    rows = []
    for name in _SHOWN:
        field: Any = Edition._meta.get_field(name)
        old, new = (_words(field, getattr(holder, name)) for holder in (stored, parts.content))
        if name == "aspect" and not parts.content.aspect:
            continue  # left to the type
        if old != new:
            rows.append((str(field.verbose_name), mark_differences(old, new)))
    return rows


def _words(field: Any, value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return str(dict(field.flatchoices).get(value, "" if value is None else value))


def _extra(stored: Edition, parts: Parts) -> list[tuple[str, SafeString]]:
    return [
        (str(field.label), mark_differences(_plain(field.shown(old)), _plain(field.shown(new))))
        for field in stored.item.type.extra
        if (old := stored.extra.get(field.key)) != (new := parts.content.extra.get(field.key))
    ]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(filter(None, map(_plain, value.values())))
    if isinstance(value, list):
        return "\n".join(filter(None, map(_plain, value)))
    return "" if value is None else str(value)


def _files(stored: Edition, parts: Parts) -> list[tuple[str, SafeString]]:
    held = list(stored.attachments.values_list("title", "attachment__sha256"))
    typed = [(title, attachment.sha256) for attachment, title in parts.attachments]
    if held == typed:
        return []
    label = str(stored.attachments.model._meta.verbose_name)
    return [(label, mark_differences("\n".join(t for t, _h in held), "\n".join(t for t, _h in typed)))]


def _relations(stored: Edition, parts: Parts) -> list[tuple[str, SafeString]]:
    """What would be stated anew and what would be taken back."""
    held = set(stored.item.relations.values_list("kind", "target_id"))
    new = [(kind, target) for kind, target in parts.relations if (kind, target.pk) not in held]
    if not new and not parts.removed_relations:
        return []
    gone = [f"{row.get_kind_display()} {row.target.index_number}" for row in parts.removed_relations]
    added = [f"{kind.label} {target.index_number}" for kind, target in new]
    label = str(Relation._meta.verbose_name)
    return [(label, mark_differences("\n".join(gone), "\n".join(added)))]
