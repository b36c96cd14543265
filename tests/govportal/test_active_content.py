"""Attachments that would act on the reader's machine, in the disguises they come in."""

import io
import stat
import struct
import zipfile
import zlib

import pytest

from govportal import filetypes
from govportal.archives import RefusedFile
from govportal.filetypes import detect

PDF = b"%%PDF-1.7\n1 0 obj\n<< /Type /Catalog %s >>\nendobj\n%%%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
DOC = OLE + "WordDocument".encode("utf-16-le")
XLS = OLE + "Workbook".encode("utf-16-le")
VBA = OLE + "_VBA_PROJECT".encode("utf-16-le")
ODT = ("mimetype", b"application/vnd.oasis.opendocument.text")
RELATION = '<Relationships><Relationship Id="r" Type="{type}" Target="{target}" {mode}/></Relationships>'
SCHEMA = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in entries:
            writer.writestr(name, content)
    return buffer.getvalue()


def docx(*more: tuple[str, bytes], types: bytes = b"<Types/>") -> bytes:
    return archive(("[Content_Types].xml", types), ("word/document.xml", b"<x/>"), *more)


def types(content_type: str) -> str:
    return f'<Types><Override PartName="/word/x" ContentType="{content_type}"/></Types>'


def relation(kind: str, mode: str = 'TargetMode="External"') -> tuple[str, bytes]:
    return "word/_rels/settings.xml.rels", RELATION.format(type=kind, target="https://x/y", mode=mode).encode()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def bound_sheet(kind: int, name: bytes = b"Macro1") -> bytes:
    return struct.pack("<HHIBBBB", 0x85, 8 + len(name), 4096, 0, kind, len(name), 0) + name


def object_stream(content: bytes, dictionary: bytes = b"/Filter /FlateDecode") -> bytes:
    packed = zlib.compress(b"5 0 " + content)
    return PDF % b"" + b"2 0 obj\n<< /Type /ObjStm %s >>\nstream\n%s\nendstream\nendobj\n" % (dictionary, packed)


def refusal(content: bytes, suffix: str) -> str:
    with pytest.raises(RefusedFile) as refused:
        detect(io.BytesIO(content), suffix)
    return str(refused.value)


OFFICE = [
    ("VBA part under another name", docx(("word/settings.bin", VBA)), "宏"),
    ("VBA part by its type", docx(types=types("application/vnd.ms-office.vbaProject").encode()), "宏"),
    ("VBA part by its relation", docx(relation("http://x/relationships/vbaProject", "")), "宏"),
    ("macro type in UTF-16", docx(types=types("application/x.macroEnabled.main+xml").encode("utf-16")), "宏"),
    ("macro type in entities", docx(types=types("application/x.macro&#69;nabled.main").encode()), "宏"),
    ("types under other letters", archive(("[CONTENT_TYPES].XML", types("a.macroEnabled").encode())), "宏"),
    ("entities", docx(types=b'<!DOCTYPE x [<!ENTITY a "macro">]><Types/>'), "损坏"),
    ("external template", docx(relation(f"{SCHEMA}/attachedTemplate")), "外部的模板"),
    ("external object", docx(relation(f"{SCHEMA}/oleObject")), "外部的模板"),
    ("Excel 4.0 macros", docx(("xl/macrosheets/sheet1.xml", b"<x/>")), "宏"),
    ("program in a document", docx(("word/media/a.exe", b"x")), "a.exe"),
    ("program under another name", docx(("word/media/a.bin", b"MZ\x90\0")), "a.bin"),
    ("macro document in a document", docx(("word/embeddings/a.xlsx", docx(("word/vbaProject.bin", b"x")))), "宏"),
    ("macro in an old table in a document", docx(("word/embeddings/a.bin", VBA)), "宏"),
    ("archive in a document", docx(("word/embeddings/a.bin", archive(("a.pdf", PDF % b"")))), "a.bin"),
    ("ODT macros", archive(ODT, ("Basic/Standard/a.xml", b"<x/>")), "宏"),
    ("ODT macros behind a dot", archive(ODT, ("./Basic/Standard/a.xml", b"<x/>")), "宏"),
    ("ODT macros in an object", archive(ODT, ("Object 1/basic/a.xml", b"<x/>")), "宏"),
    ("program in OFD", archive(("OFD.xml", b"<x/>"), ("Doc_0/Attachs/a.exe", b"x")), "a.exe"),
    ("program in OFD by its bytes", archive(("OFD.xml", b"<x/>"), ("Doc_0/Res/a.dat", b"MZ\x90\0")), "a.dat"),
    ("Excel 4.0 macros in XLS", XLS + bound_sheet(1), "宏"),
    ("VBA in DOC in small letters", DOC + "_vba_project".encode("utf-16-le"), "宏"),
]


@pytest.mark.parametrize(("content", "reason"), [row[1:] for row in OFFICE], ids=[row[0] for row in OFFICE])
def test_active_document_is_refused(content: bytes, reason: str) -> None:
    assert reason in refusal(content, ".x")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (docx(relation(f"{SCHEMA}/hyperlink")), filetypes.DOCX),
        (docx(relation(f"{SCHEMA}/attachedTemplate", "")), filetypes.DOCX),
        (docx(("word/media/image1.svg", b"<svg/>"), ("word/media/image2.emz", b"\x1f\x8b")), filetypes.DOCX),
        (docx(("word/embeddings/a.docx", docx()), ("word/embeddings/b.bin", DOC)), filetypes.DOCX),
        (XLS + bound_sheet(0), filetypes.XLS),
        (archive(ODT, ("Configurations2/", b""), ("content.xml", b"<x/>")), filetypes.ODT),
        (archive(("a/", b""), ("a/a.docx", docx()), ("a/b.csv", b"a,b"), ("c.PDF", PDF % b"")), filetypes.ZIP),
    ],
)
def test_ordinary_document_is_accepted(content: bytes, kind: filetypes.FileType) -> None:
    assert detect(io.BytesIO(content), ".x") is kind


MEMBERS = [
    *["a.exe", "a.EXE ", "a.exe.", "a.exe. .", "a.pif", "a.reg", "a.url", "a.iso", "a.py", "a.desktop", "a.js"],
    *["a.vbs", "a.lnk", "a.scr", "a.cmd", "a.bat", "a.ps1", "a.msi", "a.jar", "a.html", "a.svg", "a", "a.pdf.exe"],
]


@pytest.mark.parametrize("name", MEMBERS)
def test_archive_holds_only_what_is_accepted_by_itself(name: str) -> None:
    assert "压缩包里有不接受的文件" in refusal(archive(("好.txt", b"x"), (name, b"plain words")), ".zip")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("inner.zip", archive(("a.txt", b"x"))),
        ("inner.docx", archive(("a.txt", b"x"))),
        ("inner.7z", b"7z\xbc\xaf\x27\x1c"),
        ("macro.docx", docx(("word/vbaProject.bin", b"x"))),
        ("macro.doc", DOC + VBA),
        ("active.pdf", PDF % b"/OpenAction << /S /JavaScript /JS (x) >>"),
        ("program.txt", b"MZ\x90\0\3"),
        ("picture.png", PDF % b""),
    ],
)
def test_archive_is_looked_into(name: str, content: bytes) -> None:
    assert name in refusal(archive((name, content)), ".zip")


@pytest.mark.parametrize(
    "name",
    [
        *["../a.txt", "a/../../b.txt", "/etc/a.txt", "\\a.txt", "C:\\a.txt", "c:a.txt", "a\\..\\b.txt"],
        *["a\u202etxt.pdf", "a\u2066.txt", "a\u200b.txt", "a\x07.txt", "a\n.txt"],
    ],
)
def test_archive_with_an_unsafe_name_is_refused(name: str) -> None:
    assert "不安全的文件名" in refusal(archive((name, b"x")), ".zip")


def test_archive_with_a_link_is_refused() -> None:
    assert "不安全的文件名" in refusal(archive((link("a.txt"), b"/etc/passwd")), ".zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_one_name_twice_is_refused() -> None:
    assert "不安全的文件名" in refusal(archive(("a.txt", b"x"), ("./A.txt", b"y")), ".zip")


def test_name_in_gb18030_is_shown_in_chinese() -> None:
    raw = archive(("12.exe", b"x")).replace(b"12.exe", "木.exe".encode("gb18030"))

    assert "木.exe" in refusal(raw, ".zip")


ACTIVE_PDF = [
    PDF % b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
    PDF % b"/OpenAction<</S/J#61va#53cript/JS(x)>>",
    PDF % b"/AA << /O << /S/Launch /F (cmd.exe) >> >>",
    PDF % b"/Names << /EmbeddedFiles 3 0 R >>",
    PDF % b"/Annots [<< /Subtype /FileAttachment >>]",
    PDF % b"/OpenAction << /S /GoToR /F (\\\\host\\x) >>",
    object_stream(b"<< /S /JavaScript /JS (x) >>"),
    object_stream(b"<< /S /J#61vaScript /JS (x) >>").replace(b"/ObjStm", b"/Obj#53tm"),
    object_stream(b"<< /S /JavaScript /JS (x) >>", b"/N 1 /First 4 /Filter /FlateDecode").replace(
        b"/Type /ObjStm", b""
    ),
    PDF % b"/AA << /O << /S /Rendition /JS (x) >> >>",
]


@pytest.mark.parametrize("content", ACTIVE_PDF)
def test_active_pdf_is_refused(content: bytes) -> None:
    assert "PDF 含有脚本" in refusal(content, ".pdf")


@pytest.mark.parametrize(
    "content",
    [
        object_stream(b"<< >>").replace(b"x\x9c", b"\xff\xff"),  # encrypted, or packed in another way
        object_stream(b"<< >>")[:-30],
        object_stream(b"<< >>", b"/X (stream\n)"),
    ],
)
def test_pdf_that_cannot_be_looked_into_is_refused(content: bytes) -> None:
    assert "无法检查" in refusal(content, ".pdf")


@pytest.mark.parametrize(
    "content",
    [
        PDF % b"/OpenAction [3 0 R /XYZ null null 0]",
        PDF % b"/Names << /Dests 3 0 R >> /URI << /Base (https://x) >> /JavaScripted 1",
        object_stream(b"<< /Type /Page >>"),
    ],
)
def test_ordinary_pdf_is_accepted(content: bytes) -> None:
    assert detect(io.BytesIO(content), ".pdf") is filetypes.PDF
