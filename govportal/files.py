"""Attachments: look into them, keep their bytes once under their hash, serve them so that nothing runs."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from govportal.archives import RefusedFile
from govportal.filetypes import CSV, INLINE_CONTENT_TYPES, PDF, TXT, FileType, detect, encoding_of, refuse_broken
from govportal.models import Attachment, User
from govportal.models.attachment import storage_name
from govportal.now import now
from govportal.tables import UnreadableTable, read_table

__all__ = [
    "Examined",
    "RefusedFile",
    "UnreadableTable",
    "digest",
    "examine",
    "forget",
    "let_nothing_run",
    "read_table",
    "safe_name",
    "serve",
    "store",
]

NAME_LENGTH = 150
# A sandboxed response is not shown by the PDF viewer of Chromium; the other directives hold for it too.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file was found to be. The name is fit to be shown; the size is in bytes."""

    name: str
    suffix: str
    content_type: str
    size: int


def examine(
    upload: "File[Any]", *, name: str | None = None, max_bytes: int, accepted: Collection[FileType] | None = None
) -> Examined:
    """Look into a file; None accepts every format offices publish in. Raises RefusedFile, for the sender."""
    size = upload.size or 0
    if size > max_bytes:
        raise RefusedFile(_("文件超过 %(limit)s MB。") % {"limit": max_bytes // 1024 // 1024})
    display_name = safe_name(name or upload.name or "")
    suffix = PurePosixPath(display_name).suffix.lower()
    kind = _kind(upload, suffix, accepted)
    if suffix not in kind.suffixes:
        raise RefusedFile(
            _("文件内容是 %(kind)s，扩展名却是“%(suffix)s”，请改成一致后再上传。")
            % {"kind": kind.label, "suffix": suffix or _("无")}
        )
    if accepted is not None and kind not in accepted:
        raise RefusedFile(_kinds_taken(accepted))
    refuse_broken(upload, kind)
    return Examined(display_name, kind.suffixes[0], _content_type(upload, kind), size)


def _kind(upload: "File[Any]", suffix: str, accepted: Collection[FileType] | None) -> FileType:
    """The format. With what is wrong with a file that is not taken here anyway, what is taken."""
    try:
        return detect(upload, suffix)
    except RefusedFile as error:
        if accepted is None or any(suffix in each.suffixes for each in accepted):
            raise
        words = {"fault": error, "taken": _kinds_taken(accepted)}
        raise RefusedFile(_("%(fault)s%(taken)s") % words) from error


def _kinds_taken(accepted: Collection[FileType]) -> str:
    return _("这里只接受 %(kinds)s 文件。") % {"kinds": _("、").join(each.label for each in accepted)}


def store(upload: "File[Any]", *, by: User | None, name: str | None = None) -> Attachment:
    """Check a file and keep it. Raises RefusedFile with a reason for the sender; then nothing is kept."""
    found = examine(upload, name=name, max_bytes=settings.ATTACHMENT_MAX_BYTES)
    attachment = Attachment(
        name=found.name,
        suffix=found.suffix,
        content_type=found.content_type,
        size=found.size,
        sha256=digest(upload),
        uploaded_by=by,
        uploaded_at=now(),
    )
    _keep_bytes(attachment, upload)
    attachment.save()
    return attachment


def store_made(data: bytes, *, name: str, kind: FileType, by: User | None) -> Attachment:
    """A file that we made ourselves: an archive with a program in it, say, for which an upload would be refused. Never
    for bytes that somebody sent."""
    content = ContentFile(data)
    attachment = Attachment(
        name=safe_name(f"{name}{kind.suffixes[0]}"),
        suffix=kind.suffixes[0],
        content_type=kind.content_type,
        size=len(data),
        sha256=digest(content),
        uploaded_by=by,
        uploaded_at=now(),
    )
    _keep_bytes(attachment, content)
    attachment.save()
    return attachment


def _content_type(upload: "File[Any]", kind: FileType) -> str:
    if kind in (CSV, TXT):
        return f"{kind.content_type}; charset={encoding_of(upload)}"
    return kind.content_type


def digest(upload: "File[Any]") -> str:
    """SHA-256 of the whole content, in hexadecimal."""
    sha256 = hashlib.sha256()
    for chunk in upload.chunks():
        sha256.update(chunk)
    return sha256.hexdigest()


def _keep_bytes(attachment: Attachment, upload: "File[Any]") -> None:
    """Equal bytes are written once. A file cut short by a crash is written again."""
    field_file = attachment.file
    path = storage_name(attachment, "")
    storage = field_file.storage
    if storage.exists(path) and storage.size(path) != attachment.size:
        storage.delete(path)
    if not storage.exists(path):
        upload.seek(0)
        saved = storage.save(path, upload)
        if saved != path:  # another process wrote the same bytes meanwhile
            storage.delete(saved)
    field_file.name = path


def forget(names: Iterable[str]) -> int:
    """Delete stored bytes that no attachment names any more; answers how many files were deleted.

    Equal bytes are kept once, so a file stays while one attachment row has its name.
    """
    storage, count = Attachment._meta.get_field("file").storage, 0
    for name in names:
        if storage.exists(name) and not Attachment.objects.filter(file=name).exists():
            storage.delete(name)
            count += 1
    return count


def safe_name(name: str) -> str:
    """A name fit to be shown and saved under: no folder, no invisible or steering characters, not too long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(" " if c.isspace() else c for c in last if c.isspace() or unicodedata.category(c)[0] != "C")
    cleaned = re.sub(r'[<>:"|?*]', "_", " ".join(visible.split())).rstrip(". ")
    stem, dot, suffix = cleaned.rpartition(".")
    if not dot:
        stem, suffix = cleaned, ""
    if len(suffix) > 10:
        stem, suffix = cleaned, ""
    ending = f".{suffix.lower()}" if suffix else ""
    stem = stem.strip(". ") or "附件"  # kept in a row, so Chinese on every page
    return stem[: NAME_LENGTH - len(ending)] + ending


def serve(attachment: Attachment, request: HttpRequest) -> HttpResponseBase:
    """The bytes of an attachment, or 304. Whether this reader may have them is the caller's question.

    Only PDF and pictures open in the browser; all else is downloaded. Nothing in it can run.
    """
    etag = f'"{attachment.sha256}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = FileResponse(
            attachment.file.open("rb"),
            as_attachment=attachment.content_type not in INLINE_CONTENT_TYPES,
            filename=attachment.name,
            content_type=attachment.content_type,
        )
        let_nothing_run(response, attachment.content_type)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def let_nothing_run(response: HttpResponseBase, content_type: str) -> None:
    """The headers under which a browser takes a file for what we found it to be, and runs nothing in it."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    is_pdf = content_type == PDF.content_type
    response.headers["Content-Security-Policy"] = _POLICY if is_pdf else f"{_POLICY}; sandbox"
