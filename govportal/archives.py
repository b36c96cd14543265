"""Zip archives as they may arrive: whole, unencrypted, of honest size, and with names that are what they seem."""

import re
import stat
import unicodedata
import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext as _

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_RATIO = 200
RATIO_COUNTS_FROM = 10 * 1024 * 1024
_UTF8_NAME = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")


class RefusedFile(ValueError):
    """A file that is not accepted. The message is for the person who sent it."""


def open_archive(content: IO[bytes]) -> zipfile.ZipFile:
    """A zip archive that is whole, unencrypted and of honest size. Raises RefusedFile."""
    content.seek(0)
    try:
        archive = zipfile.ZipFile(content)
        entries = archive.infolist()
        _refuse_bomb(entries)
        _refuse_unsafe_names(entries)
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise RefusedFile(_("压缩包有密码，无法检查，请去掉密码后再上传。"))
        # Reads every entry up to its declared size: one that lies about the size fails its checksum.
        if archive.testzip() is not None:
            raise RefusedFile(_("文件已损坏，无法打开。"))
    except RefusedFile:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise RefusedFile(_("文件已损坏，无法打开。")) from error
    return archive


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name as a Chinese Windows shows it: bytes without the mark of UTF-8 are GB18030."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.orig_filename


def folders_and_name(entry: zipfile.ZipInfo) -> list[str]:
    """The parts of the path in lower case, as readers that take `\\` for `/` and drop `./` see them."""
    return [part for part in entry.filename.replace("\\", "/").lower().split("/") if part not in {"", "."}]


def _refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    too_dense = unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * max(packed, 1)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise RefusedFile(_("压缩包解开后过大，不接受。"))


def _refuse_unsafe_names(entries: list[zipfile.ZipInfo]) -> None:
    """Leaving the folder, a link, two entries of one name, characters that hide or turn a name around."""
    seen: set[tuple[str, ...]] = set()
    for entry in entries:
        parts, shown = folders_and_name(entry), shown_name(entry)
        leaves = shown.startswith(("/", "\\")) or ".." in parts or _DRIVE.match(shown)
        steers = any(unicodedata.category(character)[0] == "C" for character in shown)
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if leaves or steers or is_link or tuple(parts) in seen:
            raise RefusedFile(_("压缩包里有不安全的文件名。"))
        seen.add(tuple(parts))
