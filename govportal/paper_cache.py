"""PDF files kept under the digest of all they are made of: the same paper is laid out once.

Of public papers alone: a letter that names somebody is kept encrypted (private_files). The digest covers the words, the
style sheets and the release, so that whoever is served sees what the present release would make; papers of another are
swept, as is what nobody reads and what there is no room for. Losing a file costs a second.

A reader who waits holds a thread of the web process: at a door one paper is made while two readers stand behind, and
all others are told to come again (Busy). Workers wait as long as they must.
"""

import fcntl
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import BoundedSemaphore, Lock
from time import monotonic, sleep

from django.conf import settings
from weasyprint.text.ffi import pango

from govportal import pdf

KEPT = timedelta(days=30)  # after it was last read
KEPT_OF_OTHERS = timedelta(days=1)  # of another release, and what a process left behind that was killed
PATIENCE = 5.0  # seconds that a reader waits for a paper which another process makes
AT_THE_DESK = 3  # readers of a process: whose paper is made, and who waits; of its four threads one is left
# Of all the room, what one paper may take, and what a process may write before it looks how much there is.
LARGEST, UNSEEN = 8, 16
_SOURCES = ("govportal", "disclosure", "requests_app", "evaluation", "templates", "static")
_SUFFIXES = {".py", ".html", ".txt", ".css", ".svg", ".png"}
_PROGRAMS = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "pillow", "segno", "django")
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


class Busy(Exception):
    """Papers are being made for others; a few seconds later there is room."""


_before: ContextVar[Callable[[], object] | None] = ContextVar("before", default=None)


@contextmanager
def at_a_door(before: Callable[[], object]) -> Iterator[None]:
    """What is asked for meanwhile is asked by a reader who waits. `before` is called when a paper has to be made for
    him, and may refuse by an error of its own."""
    token = _before.set(before)
    try:
        yield
    finally:
        _before.reset(token)


def get_or_make(source: pdf.Source, make: Callable[[], bytes], *, title: str, created_at: datetime) -> bytes:
    """The PDF that was made of all this before, or a new one. `source` holds all that `make` reads. Raises Busy, at a
    door alone, and what `make` raises."""
    path = _path(_digest([*_parts(source), title, created_at.isoformat(), *_makers()]))
    content = _read(path)
    if content is not None:
        return content
    before = _before.get()
    with _desk.place() if before else nullcontext(), _alone(path, is_at_a_door=before is not None):
        content = _read(path)  # somebody has made it meanwhile
        if content is None:
            if before:
                before()
            content = make()
            _keep(path, content)
    return content


def sweep(at: datetime) -> int:
    """Delete what nobody asked for in KEPT, what other releases made, and what is too much; answers how many files."""
    kept, others = (at - KEPT).timestamp(), (at - KEPT_OF_OTHERS).timestamp()
    ours = _folder() / release()
    old = [
        path
        for path, about in _found().items()
        if about.st_mtime < (kept if path.suffix == ".pdf" and path.is_relative_to(ours) else others)
    ]
    return _delete(old) + _make_room()


def clear() -> int:
    """Delete everything: a text was taken out by law, and no paper may keep it."""
    return _delete(_files())


class _Desk:
    """One paper at a time, and few who stand there: the threads of the process are for all its readers."""

    def __init__(self, places: int) -> None:
        self._places = BoundedSemaphore(places)
        self._turn = Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with self._turn:
                yield
        finally:
            self._places.release()


_desk = _Desk(AT_THE_DESK)


@contextmanager
def _alone(path: Path, *, is_at_a_door: bool) -> Iterator[None]:
    """Nobody else makes this paper, in no process that has the folder. Where nothing can be locked, two may make it.

    A worker may be at a hard one for minutes; a reader does not wait for that. Raises Busy.
    """
    lock = path.with_suffix(".lock")
    with ExitStack() as held:
        with suppress(OSError):
            lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = held.enter_context(lock.open("wb"))
            _take(file.fileno(), PATIENCE if is_at_a_door else None)
            held.callback(_unlink, lock)  # who waits for it looks for the paper first
        yield


def _take(lock: int, patience: float | None) -> None:
    """Hold the lock of a file; after so many seconds Busy, None: however long it takes. Raises OSError."""
    if patience is None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return
    end = monotonic() + patience
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if monotonic() > end:
            raise Busy
        sleep(0.1)


# --- what a paper is made of ---------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def release() -> str:
    """Read once, when the process begins (apps.py): what runs is what was read."""
    return _read_release()


def _read_release() -> str:
    """The digest of what makes papers: our own files, the programs that set them, the fonts."""
    parts: list[str | bytes] = [*map(version, _PROGRAMS), str(pango.pango_version()), sys.version]
    for folder in _SOURCES:
        for path in _walked(settings.BASE_DIR / folder):
            if path.suffix in _SUFFIXES:
                parts += [path.relative_to(settings.BASE_DIR).as_posix(), path.read_bytes()]
    for name in _FONTS:
        with suppress(RuntimeError):  # of a user without a home
            parts += [f"{path.name} {path.stat().st_size}" for path in _walked(Path(name).expanduser())]
    return _digest(parts)[:16]


def _walked(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _makers() -> list[str]:
    return [release(), *settings.PDF_SERIF_FONTS, "|", *settings.PDF_TITLE_FONTS]


def _parts(source: pdf.Source) -> Iterator[str | bytes]:
    yield source.html
    yield source.variant
    for path in source.stylesheets:
        yield path
        yield (pdf.STATIC / path).read_bytes()
    for name, content in sorted(source.resources.items()):
        yield name
        yield content


def _digest(parts: Iterable[str | bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8) + data)
    return whole.hexdigest()


# --- the folder ----------------------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(settings.PAPERS_ROOT)


def _path(digest: str) -> Path:
    return _folder() / release() / digest[:2] / f"{digest}.pdf"


def _files() -> Iterator[Path]:
    """Folders that go meanwhile are passed over."""
    for folder, _folders, names in os.walk(_folder()):
        yield from (Path(folder, name) for name in names)


def _found() -> Mapping[Path, os.stat_result]:
    """The files, those that are gone in the same moment left out."""
    found = {}
    for path in _files():
        with suppress(OSError):
            found[path] = path.stat()
    return found


def _read(path: Path) -> bytes | None:
    with suppress(OSError):
        content = path.read_bytes()
        os.utime(path)
        return content
    return None


def _keep(path: Path, content: bytes) -> None:
    if len(content) > settings.PAPERS_BYTES // LARGEST:
        return
    with suppress(OSError):  # a full disk costs the next reader the time
        _write(path, content)
        _written.count(len(content))


def _write(path: Path, content: bytes) -> None:
    """Under a name of its own first: nobody reads half a file, and half a file is not left behind."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False)  # noqa: SIM115  (closed below, then renamed)
    try:
        with file:
            file.write(content)
        os.replace(file.name, path)
    except BaseException:
        _unlink(Path(file.name))
        raise


class _Written:
    """Bytes this process wrote since it last looked how many there are; at its first it looks."""

    def __init__(self) -> None:
        self._bytes = float("inf")

    def count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > settings.PAPERS_BYTES // UNSEEN:
            self._bytes = 0
            _make_room()


_written = _Written()


def _make_room() -> int:
    """Delete what was read longest ago until the rest may stay, with room for what is written unseen."""
    found = _found()
    size = sum(about.st_size for about in found.values())
    too_many = []
    for path in sorted(found, key=lambda path: found[path].st_mtime):
        if size <= settings.PAPERS_BYTES - settings.PAPERS_BYTES // UNSEEN:
            break
        size -= found[path].st_size
        too_many.append(path)
    return _delete(too_many)


def _delete(paths: Iterable[Path]) -> int:
    """Files, and the folders that are empty then."""
    gone = list(paths)
    for path in gone:
        _unlink(path)
    for folder in sorted({above for path in gone for above in (path.parent, path.parent.parent)}, reverse=True):
        if folder != _folder() and folder.is_relative_to(_folder()):
            with suppress(OSError):
                folder.rmdir()
    return len(gone)


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
