"""What a file really is: its type is read from its content, and the name must agree.

Accepted are the formats offices publish in. Active content is refused: HTML, SVG, XML, scripts, programs,
documents with macros, archives that hold such things or unpack to far more than they weigh.
"""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from govportal.active_content import (
    is_program,
    refuse_active_pdf,
    refuse_odf_macros,
    refuse_office_macros,
    refuse_ole_macros,
)
from govportal.archives import RefusedFile, folders_and_name, open_archive, shown_name
from govportal.images import refuse_broken_image

HEAD_BYTES = 4096
MAX_DEPTH = 2  # a table in a report in an archive


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

_PICTURES = {PNG: "PNG", JPEG: "JPEG", GIF: "GIF", WEBP: "WEBP"}  # as Pillow calls them
_ODF_TYPES = {kind.content_type: kind for kind in (ODT, ODS, ODP)}
_OFFICE_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
# An OLE file names its streams in UTF-16.
_OLE_STREAMS = (
    ("WordDocument".encode("utf-16-le"), DOC),
    ("PowerPoint Document".encode("utf-16-le"), PPT),
    ("Workbook".encode("utf-16-le"), XLS),
    ("B\0o\0o\0k\0\0\0".encode("latin-1"), XLS),
)
_ZIP_HEAD, _OLE_HEAD = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(r"\s*<[a-zA-Z!?/]")
_FORBIDDEN_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def detect(content: IO[bytes], suffix: str, *, depth: int = 0) -> FileType:
    """The format of a file that can be read and sought. Raises RefusedFile with the reason.

    `suffix` decides only where content cannot: between CSV and TXT. `depth` counts the archives around it.
    """
    content.seek(0)
    head = content.read(HEAD_BYTES)
    if not head:
        raise RefusedFile(_("文件是空的。"))
    if head.startswith(_ZIP_HEAD):
        return _detect_zip(content, depth)
    if head.startswith(_OLE_HEAD):
        return _detect_ole(content)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return _detect_pdf(content)
    if found := _detect_by_head(head):
        return found
    encoding_of(content)
    return CSV if suffix == ".csv" else TXT


def _detect_by_head(head: bytes) -> FileType | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    signatures = ((b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"GIF87a", GIF), (b"GIF89a", GIF))
    return next((kind for signature, kind in signatures if head.startswith(signature)), None)


def refuse_broken(content: IO[bytes], kind: FileType) -> None:
    """Of a picture: what begins as one must be one. For a file whose name agrees. Raises RefusedFile."""
    if kind in _PICTURES:
        refuse_broken_image(content, _PICTURES[kind])


def _detect_pdf(content: IO[bytes]) -> FileType:
    content.seek(0)
    refuse_active_pdf(content.read())
    return PDF


def _detect_ole(content: IO[bytes]) -> FileType:
    content.seek(0)
    data = content.read()
    refuse_ole_macros(data)
    return _first_or_refuse([kind for stream, kind in _OLE_STREAMS if stream in data])


def _detect_zip(content: IO[bytes], depth: int) -> FileType:
    with open_archive(content) as archive:
        names = {"/".join(folders_and_name(entry)) for entry in archive.infolist()}
        if "[content_types].xml" in names:
            refuse_office_macros(archive)
            kind = _first_or_refuse([kind for part, kind in _OFFICE_PARTS if part in names])
        elif "mimetype" in names:
            refuse_odf_macros(archive)
            mimetype = archive.read("mimetype").decode("ascii", "replace").strip()
            kind = _first_or_refuse([kind for name, kind in _ODF_TYPES.items() if name == mimetype])
        else:
            kind = OFD if "ofd.xml" in names else ZIP
        for entry in archive.infolist():
            if not entry.is_dir():
                _check_member(archive, entry, kind, depth)
        return kind


def _check_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, outer: FileType, depth: int) -> None:
    """A zip may hold only what is accepted by itself, but no further zip. Documents hold no programs, and
    documents within them are looked into. Raises RefusedFile with the name.
    """
    name = folders_and_name(entry)[-1]
    suffix = PurePosixPath(name).suffix
    data = archive.read(entry)
    try:
        if depth == MAX_DEPTH and data.startswith(_ZIP_HEAD):
            raise RefusedFile
        if outer is ZIP or data.startswith(_ZIP_HEAD):
            kind = detect(BytesIO(data), suffix, depth=depth + 1)
            if kind is ZIP or (outer is ZIP and suffix not in kind.suffixes):
                raise RefusedFile
            refuse_broken(BytesIO(data), kind)
        elif data.startswith(_OLE_HEAD):
            refuse_ole_macros(data)
        if outer is not ZIP and is_program(name, data[:HEAD_BYTES]):
            raise RefusedFile
    except RefusedFile as error:
        reason = _("压缩包里有不接受的文件：%(name)s。") % {"name": shown_name(entry)[:80]}
        raise RefusedFile(f"{reason}{error}") from error


def _first_or_refuse(found: list[FileType]) -> FileType:
    if not found:
        raise RefusedFile(_("不接受这种文件。"))
    return found[0]


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
