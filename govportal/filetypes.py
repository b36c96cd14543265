"""What a file really is: its type is read from its content, and the name must agree.

Accepted are the formats offices publish in. Active content is refused: HTML, SVG, XML, scripts, programs,
documents with macros, archives that hold such things or unpack to far more than they weigh.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_RATIO = 200
RATIO_COUNTS_FROM = 10 * 1024 * 1024
HEAD_BYTES = 4096
_CHUNK = 1024 * 1024


class RefusedFile(ValueError):
    """A file that is not accepted. The message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class FileType:
    """One accepted format. `suffixes[0]` is the usual one."""

    label: str
    suffixes: tuple[str, ...]
    content_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

PDF = FileType("PDF", (".pdf",), "application/pdf")
PNG = FileType("PNG", (".png",), "image/png")
JPEG = FileType("JPEG", (".jpg", ".jpeg"), "image/jpeg")
GIF = FileType("GIF", (".gif",), "image/gif")
WEBP = FileType("WebP", (".webp",), "image/webp")
DOCX = FileType("DOCX", (".docx",), f"{_OFFICE}wordprocessingml.document")
XLSX = FileType("XLSX", (".xlsx",), f"{_OFFICE}spreadsheetml.sheet")
PPTX = FileType("PPTX", (".pptx",), f"{_OFFICE}presentationml.presentation")
DOC = FileType("DOC", (".doc", ".wps"), "application/msword")
XLS = FileType("XLS", (".xls", ".et"), "application/vnd.ms-excel")
PPT = FileType("PPT", (".ppt", ".dps"), "application/vnd.ms-powerpoint")
ODT = FileType("ODT", (".odt",), f"{_ODF}text")
ODS = FileType("ODS", (".ods",), f"{_ODF}spreadsheet")
ODP = FileType("ODP", (".odp",), f"{_ODF}presentation")
OFD = FileType("OFD", (".ofd",), "application/ofd")
ZIP = FileType("ZIP", (".zip",), "application/zip")
CSV = FileType("CSV", (".csv",), "text/csv")
TXT = FileType("TXT", (".txt",), "text/plain")

# What a browser may show by itself; all else is downloaded.
INLINE_CONTENT_TYPES = frozenset(kind.content_type for kind in (PDF, PNG, JPEG, GIF, WEBP))

_ODF_TYPES = {kind.content_type: kind for kind in (ODT, ODS, ODP)}
_OFFICE_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
# An OLE file names its streams in UTF-16.
_OLE_STREAMS = (
    ("WordDocument".encode("utf-16-le"), DOC),
    ("PowerPoint Document".encode("utf-16-le"), PPT),
    ("Workbook".encode("utf-16-le"), XLS),
    ("B\0o\0o\0k\0\0\0".encode("latin-1"), XLS),
)
_OLE_MACRO = "_VBA_PROJECT".encode("utf-16-le")
_ACTIVE_SUFFIXES = (
    *(".app", ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".jar", ".lnk", ".msi", ".ps1", ".scr", ".sh"),
    *(".js", ".jse", ".swf", ".vbe", ".vbs", ".wsf"),
    *(".htm", ".html", ".mht", ".mhtml", ".svg", ".svgz", ".xhtml", ".xml", ".xsl"),
    *(".docm", ".dotm", ".potm", ".pptm", ".xlam", ".xlsm", ".xltm"),
)
_MARKUP = re.compile(r"\s*<[a-zA-Z!?/]")
_FORBIDDEN_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def detect(content: IO[bytes], suffix: str) -> FileType:
    """The format of a file that can be read and sought. Raises RefusedFile with the reason.

    `suffix` decides only where content cannot: between CSV and TXT.
    """
    content.seek(0)
    head = content.read(HEAD_BYTES)
    if not head:
        raise RefusedFile(_("文件是空的。"))
    if head.startswith(b"PK"):
        return _detect_zip(content)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _detect_ole(content)
    if found := _detect_by_head(head):
        return found
    encoding_of(content)
    return CSV if suffix == ".csv" else TXT


def _detect_by_head(head: bytes) -> FileType | None:
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    signatures = ((b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"GIF87a", GIF), (b"GIF89a", GIF))
    return next((kind for signature, kind in signatures if head.startswith(signature)), None)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    content.seek(0)
    while chunk := content.read(_CHUNK):
        yield chunk


def _detect_ole(content: IO[bytes]) -> FileType:
    found: FileType | None = None
    tail = b""
    for chunk in _chunks(content):
        window = tail + chunk
        if _OLE_MACRO in window:
            raise RefusedFile(_("文件含有宏，请去掉宏后再上传。"))
        found = found or next((kind for stream, kind in _OLE_STREAMS if stream in window), None)
        tail = window[-64:]
    if found is None:
        raise RefusedFile(_("不接受这种文件。"))
    return found


def _detect_zip(content: IO[bytes]) -> FileType:
    with open_archive(content) as archive:
        names = archive.namelist()
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise RefusedFile(_("文件含有宏，请去掉宏后再上传。"))
        if "[Content_Types].xml" in names:
            if b"macroEnabled" in archive.read("[Content_Types].xml"):
                raise RefusedFile(_("文件含有宏，请去掉宏后再上传。"))
            return _first_or_refuse([kind for part, kind in _OFFICE_PARTS if part in names])
        if "mimetype" in names:
            if any(name.startswith(("Basic/", "Scripts/")) for name in names):
                raise RefusedFile(_("文件含有宏，请去掉宏后再上传。"))
            mimetype = archive.read("mimetype").decode("ascii", "replace").strip()
            return _first_or_refuse([kind for name, kind in _ODF_TYPES.items() if name == mimetype])
        if "OFD.xml" in names:
            return OFD
        active = [name for name in names if name.lower().endswith(_ACTIVE_SUFFIXES)]
        if active:
            raise RefusedFile(_("压缩包里有不接受的文件：%(name)s。") % {"name": active[0][:80]})
        return ZIP


def _first_or_refuse(found: list[FileType]) -> FileType:
    if not found:
        raise RefusedFile(_("不接受这种文件。"))
    return found[0]


def open_archive(content: IO[bytes]) -> zipfile.ZipFile:
    """A zip archive that is whole, unencrypted and of honest size. Raises RefusedFile."""
    content.seek(0)
    try:
        archive = zipfile.ZipFile(content)
        entries = archive.infolist()
        _refuse_bomb(entries)
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


def _refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    too_dense = unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * max(packed, 1)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise RefusedFile(_("压缩包解开后过大，不接受。"))
    for entry in entries:
        if entry.filename.startswith("/") or ".." in PurePosixPath(entry.filename.replace("\\", "/")).parts:
            raise RefusedFile(_("压缩包里有不安全的文件名。"))


def encoding_of(content: IO[bytes]) -> str:
    """The encoding of a plain text. Raises RefusedFile for what is no text, and for markup."""
    content.seek(0)
    data = content.read()
    text, encoding = decode(data)
    if _FORBIDDEN_CONTROLS.search(text):
        raise RefusedFile(_("不接受这种文件。"))
    if _MARKUP.match(text) or text.startswith("#!"):
        raise RefusedFile(_("不接受网页、SVG、XML 和脚本文件。"))
    return encoding


def decode(data: bytes) -> tuple[str, str]:
    """(text, encoding) of bytes in UTF-8, UTF-16 with a mark, or GB18030. Raises RefusedFile."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise RefusedFile(_("不接受这种文件，或文字编码不是 UTF-8、GB18030。"))
