"""A file kept between the two steps of an import: upload and preview, then confirm.

The token in the form is signed and bound to the user and the purpose; the file stays on the server.
"""

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files import File
from django.utils.translation import gettext as _

MAX_AGE = 3600  # seconds between preview and confirmation
_SALT = "govportal.staged_uploads"


class StaleUpload(Exception):
    """The token is not this user's, too old or changed, or the file is gone. The message is for the user."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    path: Path
    name: str
    choices: Mapping[str, int] = field(default_factory=dict)

    @contextmanager
    def claimed(self) -> Iterator[Path]:
        """The file for one alone: of two who confirm at once the second is told. It is gone afterwards.

        Raises StaleUpload.
        """
        path = self.path.with_name(f"claimed-{self.path.name}")
        try:
            self.path.rename(path)
        except FileNotFoundError:
            raise _gone() from None
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def _gone() -> StaleUpload:
    return StaleUpload(_("上传的文件已经导入或清除，请重新上传文件。"))


def _folder() -> Path:
    folder: Path = settings.PORTAL_HOME / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def stage(upload: "File[Any]", *, by: Any, purpose: str, choices: Mapping[str, int] | None = None) -> str:
    """Keep the upload and answer its token. Files nobody confirmed are cleared away on the next upload.

    `choices`: what was chosen with it, by name; the confirmation is for these alone.
    """
    folder = _folder()
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - MAX_AGE:
            old.unlink(missing_ok=True)
    key = uuid.uuid4().hex
    path = folder / key
    path.touch(mode=0o600)
    upload.seek(0)
    with path.open("wb") as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
    claim = {"key": key, "name": upload.name or "", "user": by.pk, "purpose": purpose, "choices": dict(choices or {})}
    return signing.dumps(claim, salt=_SALT)


def staged(token: str, *, by: Any, purpose: str) -> StagedFile:
    """The file of a token. Raises StaleUpload."""
    try:
        claim = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    except signing.SignatureExpired as error:
        raise StaleUpload(_("预览已超过一小时，请重新上传文件。")) from error
    except signing.BadSignature as error:
        raise StaleUpload(_("确认信息不完整或被改动，请重新上传文件。")) from error
    path = _folder() / claim["key"]
    if claim["user"] != by.pk or claim["purpose"] != purpose:
        raise StaleUpload(_("这份预览不是您上传的，请重新上传文件。"))
    if not path.exists():
        raise _gone()
    return StagedFile(path, claim["name"], claim.get("choices", {}))
