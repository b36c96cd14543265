import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import RequestFactory, override_settings
from PIL import Image

from govportal import files, filetypes
from govportal.files import RefusedFile, safe_name, serve, store
from govportal.models import Attachment

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504

MACRO_TYPE = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'


def archive(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in entries:
            writer.writestr(name, content)
    return buffer.getvalue()


def office(part: str, *more: tuple[str, bytes]) -> bytes:
    return archive(("[Content_Types].xml", b"<Types/>"), (part, b"<x/>"), *more)


def picture(kind: str, size: tuple[int, int] = (8, 6)) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, kind)
    return buffer.getvalue()


def stored(name: str, content: bytes, **kwargs: Any) -> Attachment:
    return store(SimpleUploadedFile(name, content), by=None, **kwargs)


def _with_size(width: int, height: int) -> bytes:
    """A small PNG whose head tells of a vast one, with a checksum that agrees."""
    small = picture("PNG")
    head = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]


ACCEPTED = [
    ("a.pdf", PDF, "application/pdf"),
    ("a.png", picture("PNG"), "image/png"),
    ("a.JPEG", picture("JPEG"), "image/jpeg"),
    ("a.gif", picture("GIF"), "image/gif"),
    ("a.webp", picture("WEBP"), "image/webp"),
    ("a.docx", office("word/document.xml"), filetypes.DOCX.content_type),
    ("a.xlsx", office("xl/workbook.xml"), filetypes.XLSX.content_type),
    ("a.pptx", office("ppt/presentation.xml"), filetypes.PPTX.content_type),
    ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
    ("a.xls", OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    ("a.odt", archive(("mimetype", b"application/vnd.oasis.opendocument.text")), filetypes.ODT.content_type),
    ("a.ofd", archive(("OFD.xml", b"<x/>")), "application/ofd"),
    ("a.zip", archive(("a.pdf", PDF)), "application/zip"),
    ("a.txt", "正文".encode(), "text/plain; charset=utf-8"),
    ("a.csv", "名称,数量".encode("gb18030"), "text/csv; charset=gb18030"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "content", "content_type"), ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_store_accepts_the_formats_offices_publish_in(name: str, content: bytes, content_type: str) -> None:
    attachment = stored(name, content)

    assert attachment.content_type == content_type
    assert attachment.size == len(content)
    assert attachment.file.read() == content


REFUSED = [
    ("empty", "a.pdf", b"", "空"),
    ("html", "a.txt", b"<!DOCTYPE html><script>1</script>", "网页"),
    ("html in csv", "a.csv", b"\xef\xbb\xbf \n<svg onload=alert(1)>", "网页"),
    ("xml", "a.txt", b"<?xml version='1.0'?><x/>", "网页"),
    ("shell script", "a.txt", b"#!/bin/sh\n", "脚本"),
    ("program", "a.pdf", b"MZ\x90\0\3\0\0\0", "不接受"),
    ("svg by name", "a.svg", b"plain words", "扩展名"),
    ("javascript by name", "a.js", b"alert(1)", "扩展名"),
    ("pdf called png", "a.png", PDF, "扩展名"),
    ("no suffix", "a", PDF, "扩展名"),
    ("macro in docx", "a.docx", office("word/document.xml", ("word/vbaProject.bin", b"x")), "宏"),
    ("macro type", "a.xlsx", archive(("[Content_Types].xml", MACRO_TYPE)), "宏"),
    ("macro in doc", "a.doc", OLE + "WordDocument_VBA_PROJECT".encode("utf-16-le"), "宏"),
    ("macro in odt", "a.odt", archive(("mimetype", b"x"), ("Basic/m.xml", b"x")), "宏"),
    ("installer", "a.doc", OLE, "不接受"),
    ("program in zip", "a.zip", archive(("setup.EXE", b"x")), "setup.EXE"),
    ("web page in zip", "a.zip", archive(("index.html", b"x")), "index.html"),
    ("path in zip", "a.zip", archive(("../../etc/cron", b"x")), "文件名"),
    ("broken zip", "a.zip", b"PK\3\4broken", "损坏"),
    ("zip bomb", "a.zip", archive(("a.txt", b"\0" * 12_000_000)), "过大"),
    ("not a picture", "a.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "图片已损坏"),
    ("picture with a changed byte", "a.png", picture("PNG").replace(b"IDAT", b"IDAU"), "图片已损坏"),
    ("half a head", "a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 20, "图片已损坏"),
    ("not a picture in zip", "a.zip", archive(("b.gif", b"GIF89a")), "b.gif"),
    ("picture nobody can open", "a.png", _with_size(60_000, 60_000), "像素太多"),
    ("picture of one line", "a.png", picture("PNG", (65_501, 1)), "像素太多"),
    ("pdf with a password", "a.pdf", b"%PDF-1.7\ntrailer<</Encrypt 5 0 R/Root 1 0 R>>\n", "请先取消"),
    ("pdf with a password, spelled", "a.pdf", b"%PDF-1.7\ntrailer<</#45ncrypt<<>> >>\n", "请先取消"),
    ("too many entries", "a.zip", archive(*((f"{n}.txt", b"") for n in range(5001))), "过大"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "content", "reason"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_store_refuses_with_a_reason(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(RefusedFile) as refusal:
        stored(name, content)

    assert reason in str(refusal.value)
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_store_refuses_an_archive_that_lies_about_its_size() -> None:
    honest = archive(("a.txt", b"x" * 5000))
    liar = honest.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))

    with pytest.raises(RefusedFile, match="损坏"):
        stored("a.zip", liar)


@pytest.mark.django_db
@override_settings(ATTACHMENT_MAX_BYTES=1024 * 1024)
def test_store_refuses_a_file_above_the_limit() -> None:
    with pytest.raises(RefusedFile, match="超过 1 MB"):
        stored("a.pdf", PDF + b"\0" * 1024 * 1024)


@pytest.mark.django_db
def test_store_keeps_equal_bytes_once() -> None:
    first = stored("one.pdf", PDF + b"same")
    second = stored("two.pdf", PDF + b"same")

    assert (first.file.name, first.sha256) == (second.file.name, second.sha256)
    assert (first.name, second.name) == ("one.pdf", "two.pdf")
    assert len(list(Path(first.file.path).parent.glob(f"{first.sha256}*"))) == 1


@pytest.mark.django_db
def test_store_writes_again_what_a_crash_cut_short() -> None:
    content = PDF + b"cut"
    path = Path(stored("a.pdf", content).file.path)
    path.write_bytes(content[:5])

    again = stored("a.pdf", content)

    assert again.file.read() == content


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/通知.PDF", "通知.pdf"),
        ("C:\\我的文档\\通知.pdf", "通知.pdf"),
        ("通知\u202efdp.exe.pdf", "通知fdp.exe.pdf"),
        ("通\u200b知\n 一.pdf", "通知 一.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        (".pdf", "附件.pdf"),
        ("", "附件"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_safe_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.django_db
def test_pdf_opens_in_the_browser_under_its_chinese_name() -> None:
    attachment = stored("关于低保的通知.pdf", PDF)

    response = serve(attachment, RequestFactory().get("/"))

    assert isinstance(response, FileResponse)
    assert b"".join(response) == PDF
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''%E5%85%B3")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_all_else_is_downloaded_and_sandboxed() -> None:
    attachment = stored("a.docx", office("word/document.xml"))

    response = serve(attachment, RequestFactory().get("/"))
    response.close()

    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"].endswith("; sandbox")


@pytest.mark.django_db
def test_known_etag_is_answered_without_the_bytes() -> None:
    attachment = stored("a.pdf", PDF)
    request = RequestFactory().get("/", headers={"If-None-Match": f'"{attachment.sha256}"'})

    response = serve(attachment, request)

    assert response.status_code == 304
    assert response["ETag"] == f'"{attachment.sha256}"'


@pytest.mark.django_db
def test_store_takes_any_django_file() -> None:
    attachment = files.store(ContentFile(PDF, name="generated.pdf"), by=None, name="公报.pdf")

    assert attachment.name == "公报.pdf"
