"""Files of the print queue below PRINT_ROOT, in a folder for each job: parts, and what they are put together to."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from disclosure.enums import PrintFormat
from disclosure.models import PrintJob, PrintPart
from govportal.html import without_controls

_NOT_IN_NAMES = '\\/:*?"<>|'


def root() -> Path:
    return Path(settings.PRINT_ROOT)


def path_of(name: str) -> Path:
    """The file that a row names."""
    return root() / name


def write_part(part: PrintPart, content: bytes) -> str:
    """Under a name nobody else writes. What could not be written whole is not left. Raises OSError."""
    name = f"{part.job.key}/{part.number:04d}-{token_hex(4)}.pdf"
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.write_bytes(content)
    except BaseException:  # the time limit too may come here
        path.unlink(missing_ok=True)
        raise
    return name


def write_whole(job: PrintJob, parts: Sequence[PrintPart]) -> str:
    """The parts put together, under a name nobody else writes. Raises OSError."""
    name = f"{job.key}/whole-{token_hex(4)}.{job.format}"
    path = path_of(name)
    try:
        if job.format == PrintFormat.ZIP:
            _write_zip(path, job, parts)
        else:
            shutil.copyfile(path_of(parts[0].file), path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name


def _write_zip(path: Path, job: PrintJob, parts: Sequence[PrintPart]) -> None:
    """The volumes as they are, for a PDF does not shrink, and what each should hash to."""
    stamp = localtime(job.asked_at).timetuple()[:6]
    listed = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            source = path_of(part.file)
            entry = zipfile.ZipInfo(f"{safe_name(part.title)}.pdf", stamp)
            entry.file_size = source.stat().st_size
            sha256 = hashlib.sha256()
            with source.open("rb") as reading, archive.open(entry, "w") as writing:
                while block := reading.read(1 << 20):
                    sha256.update(block)
                    writing.write(block)
            listed.append({"file": entry.filename, "sha256": sha256.hexdigest(), "size": entry.file_size})
        made = {"title": job.title, "asked_at": job.asked_at.isoformat(timespec="seconds"), "volumes": listed}
        archive.writestr(zipfile.ZipInfo("manifest.json", stamp), json.dumps(made, ensure_ascii=False, indent=1))
        archive.writestr(zipfile.ZipInfo("README.txt", stamp), _readme(job, listed))


def _readme(job: PrintJob, listed: list[dict[str, Any]]) -> str:
    with override(settings.LANGUAGE_CODE):
        head = _("共 %s 个文件。每个文件的 SHA-256：") % len(listed)
    lines = [job.title, head, "", *(f"{each['sha256']}  {each['file']}" for each in listed)]
    return "\r\n".join([*lines, ""])


def keep_only(job: PrintJob, name: str) -> None:
    """What else lies in the folder of the job: its parts, and halves of those who died over putting them together."""
    kept = path_of(name)
    with suppress(OSError):  # the folder may go meanwhile: a text was deleted by law
        for path in list(kept.parent.iterdir()):
            if path != kept:
                path.unlink(missing_ok=True)


def safe_name(title: str) -> str:
    """A title as the name of a file on any system."""
    text = "".join("_" if sign in _NOT_IN_NAMES else sign for sign in without_controls(title))
    return text.strip(" .")[:80] or "print"


def folders() -> list[Path]:
    return [path for path in root().iterdir() if path.is_dir()] if root().is_dir() else []


def delete_folders(paths: Iterable[Path]) -> None:
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)
