"""PDF files kept under the digest of all they are made of: the same paper is laid out once.

Of public papers alone: a letter that names somebody is kept encrypted (private_files). The digest covers the words, the
style sheets and the makers, so nothing is ever stale; what is no longer asked for is swept. Losing a file costs a
second.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from govportal import pdf

KEPT = timedelta(days=30)  # after it was last read


def _folder() -> Path:
    return Path(settings.PORTAL_HOME) / "papers"


def get_or_make(inputs: Iterable[str | bytes], make: Callable[[], bytes], *, stylesheets: Iterable[str]) -> bytes:
    """The PDF that was made of these inputs and style sheets before, or a new one. `inputs`: all that `make` reads."""
    path = _path(_digest([*inputs, *_makers(), *map(_sheet, stylesheets)]))
    with suppress(OSError):
        content = path.read_bytes()
        os.utime(path)
        return content
    content = make()
    with suppress(OSError):  # a full disk costs the next reader the time
        _write(path, content)
    return content


def sweep(at: datetime) -> int:
    """Delete what nobody asked for in KEPT; answers how many files."""
    before = (at - KEPT).timestamp()
    return _delete(path for path in _files() if path.stat().st_mtime < before)


def clear() -> int:
    """Delete everything: a text was taken out by law, and no paper may keep it."""
    return _delete(_files())


def _delete(paths: Iterable[Path]) -> int:
    count = 0
    for path in list(paths):
        path.unlink(missing_ok=True)
        count += 1
    return count


def _files() -> Iterator[Path]:
    return (path for path in _folder().glob("*/*") if path.is_file())


def _path(digest: str) -> Path:
    return _folder() / digest[:2] / f"{digest}.pdf"


def _digest(parts: Iterable[str | bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8) + data)
    return whole.hexdigest()


@lru_cache(maxsize=1)
def _weasyprint() -> str:
    return version("weasyprint")


def _makers() -> list[str]:
    return [_weasyprint(), *settings.PDF_SERIF_FONTS, "|", *settings.PDF_TITLE_FONTS]


def _sheet(path: str) -> bytes:
    return (pdf.STATIC / path).read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Under a name of its own first: nobody reads half a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
