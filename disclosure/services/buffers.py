"""暂存: what somebody has typed into a drafting form and not saved. Encrypted, his own, gone when saved or old.

Files are kept as soon as they arrive (forms/uploads.py); those that became part of nothing go the same way.

The key of a form: "edition:17" (an open edition), "amend:17" (the next edition of an item), "new:…" (an item that
has no row yet; the rest is given out once, so that a form sent twice makes one item).
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet

from disclosure.models import Edition, EditionBuffer, Item
from govportal import files
from govportal.models import Attachment, User

KEPT = timedelta(days=30)
PRESENT = timedelta(minutes=10)  # whoever typed within this time is still at it
_SAVED = "saved_as"
_NEW_KEY = re.compile(r"new:[A-Za-z0-9_-]{1,50}")


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form by name, each with its values, and when they were kept."""

    form_key: str
    values: dict[str, list[str]]
    saved_at: datetime


def edition_key(edition: Edition) -> str:
    return f"edition:{edition.pk}"


def amendment_key(item: Item) -> str:
    return f"amend:{item.pk}"


def new_key() -> str:
    return f"new:{secrets.token_urlsafe(16)}"


def is_new_key(form_key: str) -> bool:
    """True if `new_key` could have given it out; the key comes back from a browser."""
    return bool(_NEW_KEY.fullmatch(form_key))


def keep(form_key: str, values: Mapping[str, list[str]], *, user: User, at: datetime) -> bool:
    """Keep what was typed so far. False when that form has been saved meanwhile: then nothing is kept."""
    with transaction.atomic():
        row = EditionBuffer.objects.select_for_update().filter(user=user, form_key=form_key).first()
        if row and _SAVED in json.loads(row.values):
            return False
        kept = {"values": json.dumps(dict(values), ensure_ascii=False), "saved_at": at}
        EditionBuffer.objects.update_or_create(user=user, form_key=form_key, defaults=kept)
    return True


def find(form_key: str, *, user: User) -> Typed | None:
    """What this person typed into that form; None when it was saved, or nothing was kept."""
    row = EditionBuffer.objects.filter(user=user, form_key=form_key).first()
    return _read(row) if row else None


def unfinished(user: User) -> list[Typed]:
    """New items this person began and did not save, the latest first."""
    rows = EditionBuffer.objects.filter(user=user, form_key__startswith="new:").order_by("-saved_at")[:20]
    return [typed for row in rows if (typed := _read(row))]


def _read(row: EditionBuffer) -> Typed | None:
    values = json.loads(row.values)
    return None if _SAVED in values else Typed(row.form_key, values, row.saved_at)


def drop(form_key: str, *, user: User) -> None:
    EditionBuffer.objects.filter(user=user, form_key=form_key).delete()


def claim(form_key: str, *, user: User, at: datetime) -> Edition | None:
    """Lock a form of a new item before saving it; the edition it became if it was saved already.

    Call inside the transaction that saves it: of two at once the second waits, and then finds the first one's.
    """
    blank = {"values": "{}", "saved_at": at}
    EditionBuffer.objects.get_or_create(user=user, form_key=form_key, defaults=blank)
    row = EditionBuffer.objects.select_for_update().get(user=user, form_key=form_key)
    saved_as = json.loads(row.values).get(_SAVED)
    return Edition.objects.filter(pk=saved_as).first() if saved_as else None


def settle(form_key: str, edition: Edition, *, user: User, at: datetime) -> None:
    """The claimed form became this edition: nothing of the text is kept, only which it is."""
    settled = {"values": json.dumps({_SAVED: edition.pk}), "saved_at": at}
    EditionBuffer.objects.update_or_create(user=user, form_key=form_key, defaults=settled)


def others_at(edition: Edition, *, user: User, at: datetime) -> list[tuple[User, datetime]]:
    """Who else has typed into this edition within the last ten minutes, and when."""
    rows = EditionBuffer.objects.filter(form_key=edition_key(edition), saved_at__gt=at - PRESENT)
    return [(row.user, row.saved_at) for row in rows.exclude(user=user).select_related("user").order_by("-saved_at")]


def clear_old(at: datetime) -> int:
    """Delete what was kept more than thirty days ago; answers how many. Safe to run at any time."""
    return EditionBuffer.objects.filter(saved_at__lt=at - KEPT).delete()[0]


def clear_uploads(at: datetime) -> int:
    """Delete files that came with a form more than thirty days ago and became part of nothing; answers how many.

    Their bytes go too, unless an equal file is kept. Safe to run at any time.
    """
    count = 0
    for pk in list(_unlinked(at).values_list("pk", flat=True)):
        try:
            count += _delete_upload(pk)
        except ProtectedError:  # part of something since we looked
            continue
    return count


def _unlinked(at: datetime) -> QuerySet[Attachment]:
    """Old files that no row of any table names, and no form that its author still has in hand may name."""
    found = Attachment.objects.filter(uploaded_at__lt=at - KEPT).exclude(uploaded_by__in=_holding_files())
    for relation in Attachment._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            rows = relation.related_model._base_manager  # type: ignore[union-attr]
            found = found.exclude(Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))  # type: ignore[union-attr]
    return found.order_by("pk")


def _holding_files() -> set[int]:
    """Who has a form in hand in which a file was kept: the form names it by a signature that only it can read."""
    rows = EditionBuffer.objects.iterator(chunk_size=20)
    return {row.user_id for row in rows if _names_file(json.loads(row.values))}


def _names_file(values: Mapping[str, Any]) -> bool:
    return any(name.endswith("-ref") and any(given) for name, given in values.items())


@transaction.atomic
def _delete_upload(pk: int) -> int:
    attachment = Attachment.objects.select_for_update().filter(pk=pk).first()
    if attachment is None:
        return 0
    attachment.delete()
    name = str(attachment.file.name)
    transaction.on_commit(lambda: files.forget([name]), robust=True)
    return 1
