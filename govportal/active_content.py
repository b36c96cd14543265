"""What would act on the reader's machine: macros, scripts, templates from elsewhere, files within files.

Read from the content, never from a name alone: a macro part may be called anything. PDF names are found
in whatever spelling (`/J#61vaScript`) and in compressed object streams. A PDF may open at a page or a zoom
(OpenAction): what such an action could do beyond that is named here.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from govportal.archives import RefusedFile, folders_and_name

PROGRAM_SUFFIXES = (
    *(".app", ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".gadget", ".jar", ".lnk", ".msc", ".msi", ".pif"),
    *(".desktop", ".hta", ".inf", ".ps1", ".py", ".reg", ".scf", ".scr", ".sct", ".sh", ".url", ".xll"),
    *(".chm", ".htm", ".html", ".js", ".jse", ".mht", ".mhtml", ".swf", ".vbe", ".vbs", ".wsf", ".wsh", ".xhtml"),
    *(".docm", ".dotm", ".potm", ".ppam", ".ppsm", ".pptm", ".xlam", ".xlsb", ".xlsm", ".xltm"),
    *(".7z", ".cab", ".gz", ".img", ".iso", ".rar", ".tar", ".vhd", ".zip"),
)
_PROGRAM_HEADS = (b"MZ", b"\x7fELF", b"#!")
_ODF_MACRO_FOLDERS = {"basic", "scripts"}
_OFFICE_MACRO_FOLDERS = {"macrosheets", "intlmacrosheets"}
_MACRO_KINDS = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "activex")
_LOADED_FROM_ELSEWHERE = ("/attachedtemplate", "/oleobject", "/frame", "/subdocument", "/afchunk")

_OLE_MACRO = "_VBA_PROJECT".encode("utf-16-le")
# BOUNDSHEET: length, place, visibility, kind 1 (Excel 4.0 macros), letters of the name, two bytes a letter or one.
_MACRO_SHEET = re.compile(rb"\x85\x00(.)\x00.{4}[\x00-\x02]\x01(.)(.)", re.DOTALL)

_PDF_ACTIVE_NAMES = (
    *("JavaScript", "JS", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "XFA", "Rendition", "Movie"),
    *("EmbeddedFile", "EmbeddedFiles", "FileAttachment", "RichMedia"),
)
MAX_OBJECT_BYTES = 256 * 1024 * 1024
MAX_HEAD_BYTES = 256 * 1024 * 1024  # of dictionaries, and of what only looks like one: some seconds of work


def refuse_active_pdf(data: bytes) -> None:
    """What has a password cannot be looked into; nor could whoever it is sent to open it."""
    if _PDF_ENCRYPTED.search(data):
        raise RefusedFile(_("PDF 设有密码或者限制了编辑、打印，请先取消再上传。"))
    if _PDF_ACTIVE.search(data) or any(_PDF_ACTIVE.search(objects) for objects in _object_streams(data)):
        raise RefusedFile(_("PDF 含有脚本、附件或会自动执行的动作，请另存为不含这些内容的 PDF 后再上传。"))


def refuse_active_addition(data: bytes, made: bytes) -> None:
    """Of a PDF of ours that somebody's seal was added to, as a signature is: our bytes, and more behind them.

    What we put into the file may be named anew; nothing else may be brought in or take its place. Raises RefusedFile.
    """
    added = data.removeprefix(made)
    if not made or len(added) == len(data):
        raise _opaque()
    ours = {match[1] for match in _FILE_WITHIN.finditer(made)}
    if (
        _PDF_ENCRYPTED.search(added)
        or any(match[1] in ours for match in _OBJECT.finditer(added))
        or any(_PDF_BROUGHT_IN.search(part) for part in (added, *_object_streams(added)))
    ):
        raise RefusedFile(_("PDF 含有脚本、附件或会自动执行的动作，请另存为不含这些内容的 PDF 后再上传。"))


def _pdf_name(*words: str) -> re.Pattern[bytes]:
    """A name object: every letter may be written as # and its two hexadecimal digits."""

    def letter(character: str) -> str:
        high, low = f"{ord(character) >> 4:x}", f"{ord(character) & 15:x}"
        return f"(?:{character}|#[{high}{high.upper()}][{low}{low.upper()}])"

    spelled = "|".join("".join(map(letter, word)) for word in words)
    return re.compile(rb"/(?:" + spelled.encode() + rb")(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)")


_PDF_ACTIVE = _pdf_name(*_PDF_ACTIVE_NAMES)
# Without the list of what the file holds already, which a new catalogue of the same file must name again.
_PDF_BROUGHT_IN = _pdf_name("EF", *(name for name in _PDF_ACTIVE_NAMES if name != "EmbeddedFiles"))
# An entry of the trailer, not the word in a text: it leads to a dictionary, or is one.
_PDF_ENCRYPTED = re.compile(_pdf_name("Encrypt").pattern + rb"\s*(?:\d+\s+\d+\s+R|<<)")
_OBJECT = re.compile(rb"(?<!\d)0*(\d+)\s+\d+\s+obj\b")
_FILE_WITHIN = re.compile(_OBJECT.pattern + rb"\s*<<[^>]{0,200}" + _pdf_name("EmbeddedFile").pattern)
_OBJECT_STREAM, _COUNT, _FIRST = _pdf_name("ObjStm"), _pdf_name("N"), _pdf_name("First")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OBJECT_NUMBERS = re.compile(rb"[ \t\r\n]*\d+[ \t\r\n]+\d+[ \t\r\n]")


def _object_streams(data: bytes) -> Iterator[bytes]:
    """The unpacked object streams of a PDF. Raises RefusedFile for one that cannot be looked into."""
    left = MAX_OBJECT_BYTES
    for start, head in _streams(data):
        # How many objects and where the first begins: readers unpack such a stream whatever type it says it has.
        if not (_OBJECT_STREAM.search(head) or (_COUNT.search(head) and _FIRST.search(head))):
            continue
        end = data.find(b"endstream", start)
        # A string or a comment in the dictionary could only be there to hide where the stream begins.
        if end < 0 or re.search(rb"[(%]", head):
            raise _opaque()
        objects = _inflated(memoryview(data)[start:end], left)
        left -= len(objects)
        yield objects


def _streams(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each stream begins, and what its object says before it. Raises RefusedFile where that takes too long."""
    left = MAX_HEAD_BYTES
    for match in _STREAM.finditer(data):
        head = data[max(data.rfind(b"obj", 0, match.start()), 0) : match.start()]
        left -= len(head)
        if left < 0:
            raise _opaque()
        yield match.end(), head


def _inflated(packed: memoryview, limit: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        objects = inflater.decompress(packed, max(limit, 1))
    except zlib.error as error:
        raise _opaque() from error
    # Too large, cut short, or shifted by a predictor: another reader would see other words.
    if not inflater.eof or not _OBJECT_NUMBERS.match(objects):
        raise _opaque()
    return objects


def _opaque() -> RefusedFile:
    return RefusedFile(_("PDF 结构特殊，无法检查，请重新导出后再上传。"))


def refuse_ole_macros(data: bytes) -> None:
    """Of .doc, .xls and .ppt: a VBA project, or a sheet of Excel 4.0 macros."""
    if _OLE_MACRO in data.upper() or any(map(_is_macro_sheet, _MACRO_SHEET.finditer(data))):
        raise _macros()


def _is_macro_sheet(record: re.Match[bytes]) -> bool:
    """Whether the length of the record agrees with the name in it, in BIFF8 or in BIFF5."""
    length, letters, wide = (group[0] for group in record.groups())
    return length == 7 + letters or (wide <= 1 and length == 8 + letters * (1 + wide))


def refuse_office_macros(archive: zipfile.ZipFile) -> None:
    """Of OOXML and OpenDocument: macro parts by folder, type or relation, and parts loaded from elsewhere."""
    for entry in archive.infolist():
        *folders, name = folders_and_name(entry) or [""]
        if name.startswith("vbaproject") or not _OFFICE_MACRO_FOLDERS.isdisjoint(folders):
            raise _macros()
        if name == "[content_types].xml" or name.endswith(".rels"):
            for element in _elements(archive.read(entry)):
                _refuse_declaration({key.lower(): value.lower() for key, value in element.items()})


def refuse_odf_macros(archive: zipfile.ZipFile) -> None:
    for entry in archive.infolist():
        if not _ODF_MACRO_FOLDERS.isdisjoint(folders_and_name(entry)):
            raise _macros()


def _elements(data: bytes) -> list[ElementTree.Element]:
    try:
        # No part of an office file declares entities; whoever does has something to hide.
        if b"<!DOCTYPE" in data.replace(b"\0", b""):
            raise RefusedFile(_("文件已损坏，无法打开。"))
        return list(ElementTree.fromstring(data).iter())  # noqa: S314
    except ElementTree.ParseError as error:
        raise RefusedFile(_("文件已损坏，无法打开。")) from error


def _refuse_declaration(attributes: dict[str, str]) -> None:
    kind = attributes.get("contenttype", "") or attributes.get("type", "")
    if any(word in kind for word in _MACRO_KINDS):
        raise _macros()
    if attributes.get("targetmode") == "external" and kind.endswith(_LOADED_FROM_ELSEWHERE):
        raise RefusedFile(_("文件引用了外部的模板或对象，请改用默认模板、去掉引用后再上传。"))


def is_program(name: str, head: bytes) -> bool:
    """By the ending of the name, as Windows reads it, or by the first bytes."""
    return name.rstrip(" .").endswith(PROGRAM_SUFFIXES) or head.startswith(_PROGRAM_HEADS)


def _macros() -> RefusedFile:
    return RefusedFile(_("文件含有宏，请去掉宏后再上传。"))
