"""Files for few eyes: checked like attachments, encrypted at rest, never shared between rows.

On the disk a file is lines, each a Fernet token of one piece. A piece begins with the storage name, its place and
whether more follow, so that pieces which were cut off, swapped or carried over from another file are found out before
anybody reads them. Memory holds one piece, not the file.
"""

import hashlib
import os
import secrets
from collections.abc import Collection, Generator, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from govportal import crypto
from govportal.active_content import refuse_active_addition
from govportal.files import Examined, digest, examine, let_nothing_run, safe_name
from govportal.filetypes import INLINE_CONTENT_TYPES, JPEG, PDF, PNG, FileType
from govportal.models import PrivateFile, User
from govportal.now import now

SCANS = (PDF, JPEG, PNG)  # what a paper becomes when a citizen photographs or scans it
PIECE = 1024 * 1024
NEW = ".new"  # a file on its way to its name
# A transaction that stores a file may still be open; none is for so long.
SPARED = timedelta(days=1)


class UnreadableFile(ValueError):
    """The bytes are missing, were changed, or no data key opens them. The message names no content."""


def write(
    upload: "File[Any]",
    *,
    by: User | None,
    name: str | None = None,
    max_bytes: int | None = None,
    accepted: Collection[FileType] | None = None,
) -> PrivateFile:
    """Check a file and write it encrypted; answers its row, unsaved. Raises RefusedFile with a reason for the sender;
    then nothing is written.

    For whoever is about to hold a lock: nobody need wait for a disk. Without `max_bytes` the limit of attachments
    holds; without `accepted` every format offices publish in. Bytes whose row is never saved `sweep` deletes.
    """
    limit = settings.ATTACHMENT_MAX_BYTES if max_bytes is None else max_bytes
    found = examine(upload, name=name, max_bytes=limit, accepted=accepted)
    return _written(upload, found, by=by)


def _written(content: "File[Any]", found: Examined, *, by: User | None) -> PrivateFile:
    file = PrivateFile(
        storage_name=secrets.token_hex(16),
        name=found.name,
        suffix=found.suffix,
        content_type=found.content_type,
        size=found.size,
        fingerprint=_fingerprint(digest(content)),
        uploaded_by=by,
        uploaded_at=now(),
    )
    content.seek(0)
    _write(file.storage_name, _pieces(content))
    return file


def keep(file: PrivateFile) -> PrivateFile:
    """Save the row of a file that was written; anew where the transaction that saved it was rolled back."""
    file.pk = None
    file.save(force_insert=True)
    return file


def store(
    upload: "File[Any]",
    *,
    by: User | None,
    name: str | None = None,
    max_bytes: int | None = None,
    accepted: Collection[FileType] | None = None,
) -> PrivateFile:
    """Both at once, where nothing is locked. Raises RefusedFile."""
    return keep(write(upload, by=by, name=name, max_bytes=max_bytes, accepted=accepted))


def store_made(pdf: bytes, *, name: str) -> PrivateFile:
    """A PDF that we made ourselves: it carries its record as a file within, for which an upload would be refused. Never
    for bytes that somebody sent."""
    found = Examined(safe_name(f"{name}.pdf"), PDF.suffixes[0], PDF.content_type, len(pdf))
    return keep(_written(ContentFile(pdf), found, by=None))


def store_added(upload: "File[Any]", *, made: PrivateFile | None, by: User) -> PrivateFile | None:
    """A PDF of ours to which somebody added a seal; None when it does not begin with the very bytes we made.

    Raises RefusedFile for what was brought in with it.
    """
    if made is None or not made.size < (upload.size or 0) <= settings.ATTACHMENT_MAX_BYTES:
        return None
    ours = open_bytes(made)
    upload.seek(0)
    data = upload.read()
    upload.seek(0)
    if not data.startswith(ours):
        return None
    refuse_active_addition(data, ours)
    found = Examined(safe_name(upload.name or made.name), PDF.suffixes[0], PDF.content_type, len(data))
    return keep(_written(ContentFile(data), found, by=by))


def open_bytes(file: PrivateFile) -> bytes:
    """The whole content, compared with its fingerprint. Raises UnreadableFile."""
    data = b"".join(read(file))
    if len(data) != file.size or _fingerprint(hashlib.sha256(data).hexdigest()) != file.fingerprint:
        raise UnreadableFile(f"{file.storage_name} does not hold what was stored")
    return data


def read(file: PrivateFile) -> Generator[bytes]:
    """The content piece by piece, each proven genuine before it is given. Raises UnreadableFile."""
    with _opened(file.storage_name) as lines:
        yield from _contents(file.storage_name, lines)


def serve(file: PrivateFile, request: HttpRequest) -> StreamingHttpResponse:
    """The file for a reader who may have it (the caller's question); no cache keeps it. Raises UnreadableFile.

    Only PDF and pictures open in the browser; nothing in them can run.
    """
    pieces = read(file)
    first = next(pieces)  # what cannot be read is found before the answer begins
    body: Iterable[bytes] = _joined(first, pieces)
    if request.method == "HEAD":
        pieces.close()
        body = ()
    response = StreamingHttpResponse(body, content_type=file.content_type)
    as_attachment = file.content_type not in INLINE_CONTENT_TYPES
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment, file.name) or "attachment"
    response.headers["Content-Length"] = str(file.size)
    response.headers["Cache-Control"] = "private, no-store"
    let_nothing_run(response, file.content_type)
    return response


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


@transaction.atomic
def forget(file: PrivateFile) -> None:
    """Delete the row now and the bytes after commit. Forgetting twice does no harm."""
    PrivateFile.objects.filter(pk=file.pk).delete()
    path = _path(file.storage_name)
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


# --- upkeep --------------------------------------------------------------------------------------------------------


def encrypt_anew() -> tuple[int, list[str]]:
    """Write every file under the newest key; answers how many were written, and the storage names that cannot be read.

    A file that the newest key already opens is passed over, so a run that broke off is taken up where it stopped.
    """
    unreadable: list[str] = []
    written, last = 0, 0
    while True:
        with transaction.atomic():
            # The lock keeps `forget` away until the new bytes stand: it must find and delete them.
            file = PrivateFile.objects.select_for_update().filter(pk__gt=last).order_by("pk").first()
            if file is None:
                return written, unreadable
            last = file.pk
            try:
                written += _encrypt_one_anew(file)
            except UnreadableFile:
                unreadable.append(file.storage_name)


def _encrypt_one_anew(file: PrivateFile) -> bool:
    with _opened(file.storage_name) as lines:
        if all(crypto.is_newest(line.strip()) for line in lines):
            return False
    open_bytes(file)  # a file that was tampered with must not come out with a good seal
    _write(file.storage_name, read(file))
    return True


def sweep(at: datetime) -> int:
    """Delete bytes that no row names and that lay there for SPARED; answers how many files were deleted."""
    deleted, before = 0, (at - SPARED).timestamp()
    old = (path for path in _folder().glob("*/*") if path.is_file() and path.stat().st_mtime < before)
    for paths in batched(old, 500):
        named = set(
            PrivateFile.objects.filter(storage_name__in=[path.name for path in paths]).values_list(
                "storage_name", flat=True
            )
        )
        for path in paths:
            if path.name not in named:
                path.unlink(missing_ok=True)
                deleted += 1
    return deleted


# --- on the disk ---------------------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "private"


def _path(storage_name: str) -> Path:
    return _folder() / storage_name[:2] / storage_name


def _fingerprint(sha256: str) -> str:
    return crypto.fingerprint("private file", sha256)


def _pieces(content: "File[Any]") -> Iterator[bytes]:
    while piece := content.read(PIECE):
        yield piece


def _mark(storage_name: str, place: int, *, is_last: bool) -> bytes:
    return f"{storage_name} {place} {'last' if is_last else 'more'}\n".encode()


def _write(storage_name: str, pieces: Iterator[bytes]) -> None:
    """Under a name of its own first, then in one step under the right one: a crash leaves the old file or the new."""
    path = _path(storage_name)
    for folder in (_folder(), path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + NEW)
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as kept:
        place, piece = 0, next(pieces, b"")
        while True:
            following = next(pieces, b"")
            mark = _mark(storage_name, place, is_last=not following)
            kept.write(crypto.encrypt_bytes(mark + piece) + b"\n")
            if not following:
                break
            place, piece = place + 1, following
        kept.flush()
        os.fsync(kept.fileno())
    new.replace(path)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """The new name itself must outlive a power failure: the row that tells of it will."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _opened(storage_name: str) -> IO[bytes]:
    try:
        return _path(storage_name).open("rb")
    except OSError as error:
        raise UnreadableFile(f"{storage_name} is missing") from error


def _contents(storage_name: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    is_over = False
    for place, line in enumerate(lines):
        try:
            piece = crypto.decrypt_bytes(line.strip())
        except ValueError as error:
            raise UnreadableFile(f"{storage_name}: {error}") from error
        more, last = (_mark(storage_name, place, is_last=is_last) for is_last in (False, True))
        if is_over or not piece.startswith((more, last)):
            raise UnreadableFile(f"{storage_name} was changed")
        is_over = piece.startswith(last)
        yield piece[len(last) :]  # both marks are of one length
    if not is_over:
        raise UnreadableFile(f"{storage_name} was cut off")
