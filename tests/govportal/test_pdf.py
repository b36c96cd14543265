import contextlib
import gc
import logging
import re
import shutil
import subprocess
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import override_settings

from govportal import pdf
from govportal.active_content import refuse_active_pdf
from govportal.pdf import Embedded, RefusedAddress
from tests.threads import at_once

AT = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
RARE = "镕堃喆玥珺瑄"
TALL = "<p>" + "<br>".join(["一行"] * 23) + "</p>"


def page(body: str, head: str = "") -> str:
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'


def rendered(body: str, **options: object) -> bytes:
    given: dict[str, object] = {"stylesheets": (), "title": "告知书", "created_at": AT} | options
    return pdf.render(page(body), **given)  # type: ignore[arg-type]


def opened(content: bytes) -> bytes:
    """Everything a PDF says outside its fonts, with the packed parts unpacked."""
    parts = [content]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return b"\n".join(parts)


def poppler(program: str, content: bytes, folder: Path, *options: str) -> str:
    """What a program of poppler-utils says about a PDF; the test is skipped, with the reason, without it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (apt: poppler-utils)")
    file = folder / "a.pdf"
    file.write_bytes(content)
    target = ["-"] if program == "pdftotext" else []
    return subprocess.run([program, *options, file, *target], capture_output=True, text=True, check=True).stdout


def test_pdf_is_archival_tagged_and_says_what_it_is() -> None:
    content = opened(rendered("<h1>告知书</h1><p>正文</p>"))

    assert b'pdfaid:part="3" pdfaid:conformance="A"' in content
    assert b"/StructTreeRoot" in content
    assert b"/Lang (zh-CN)" in content
    assert "告知书".encode() in content
    assert b"2026-09-15T08:30:00" in content


def test_accessible_variant_is_marked() -> None:
    assert b'pdfuaid:part="1"' in opened(rendered("<p>正文</p>", variant="pdf/ua-1"))


def test_same_input_gives_the_same_bytes() -> None:
    assert rendered("<p>正文</p>") == rendered("<p>正文</p>")


def test_text_can_be_read_out(tmp_path: Path) -> None:
    text = poppler("pdftotext", rendered(f"<p>申请人{RARE}</p>"), tmp_path)

    assert f"申请人{RARE}" in text


def test_every_font_is_embedded_and_rare_characters_have_one(tmp_path: Path) -> None:
    content = rendered(f"<p>{RARE}</p>", stylesheets=["css/letter.css"])

    fonts = [line.split() for line in poppler("pdffonts", content, tmp_path).splitlines()[2:]]

    assert fonts
    assert all("NotoSerifCJK" in line[0].replace("-", "") for line in fonts)
    assert [line[-5:-2] for line in fonts] == [["yes", "yes", "yes"]] * len(fonts)  # embedded, subset, to Unicode


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/x.png",
        "https://example.test/x.png",
        "data:image/png;base64,AAAA",
        "static/../manage.py",
        "static/%2e%2e/manage.py",
        "given/unknown.svg",
        "https://portal.invalid.example.test/static/css/letter.css",
    ],
)
def test_nothing_is_fetched_from_elsewhere(address: str) -> None:
    with pytest.raises(RefusedAddress):
        rendered(f'<img src="{address}" alt="">')


def test_style_sheet_outside_the_static_folder_is_refused() -> None:
    with pytest.raises(RefusedAddress):
        rendered("<p>正文</p>", stylesheets=["../pyproject.toml"])


def test_style_sheet_in_the_page_may_not_reach_out() -> None:
    html = page("<p>正文</p>", '<link rel="stylesheet" href="file:///etc/passwd">')

    with pytest.raises(RefusedAddress):
        pdf.render(html, stylesheets=(), title="告知书", created_at=AT)


def test_picture_that_is_handed_over_is_drawn() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
    without = rendered('<p>正文</p><img src="given/qr.svg" alt="二维码">', resources={"qr.svg": b"<svg/>"})

    content = rendered('<p>正文</p><img src="given/qr.svg" alt="二维码">', resources={"qr.svg": svg})

    assert content != without


def test_pdf_without_attachments_passes_our_own_check_of_uploads() -> None:
    refuse_active_pdf(rendered("<p>正文</p>"))


def test_attachment_is_in_the_pdf_with_its_relationship() -> None:
    content = rendered("<p>正文</p>", attachments=[Embedded("a.csv", b"1,2\n", relationship="Data")])

    assert b"/AFRelationship /Data" in opened(content)


def test_tighter_style_sheet_is_taken_only_when_it_saves_a_page() -> None:
    alone = rendered(TALL, stylesheets=["css/letter.css"])
    fitted = rendered(TALL, stylesheets=["css/letter.css"], tighter=["css/letter_27.css"])
    short = rendered("<p>正文</p>", stylesheets=["css/letter.css"], tighter=["css/letter_27.css"])

    assert _pages(fitted) < _pages(alone)
    assert short == rendered("<p>正文</p>", stylesheets=["css/letter.css"])


def _pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", opened(content)))


def test_page_without_the_styles_of_notes_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        "<h1>清单</h1><ol><li>一</li><li>二<ul><li>三</li></ul></li></ol><table><tr><th>甲<td>乙<br>丙</table><q>引</q>"
    )
    pdf._without_notes.cache_clear()
    lean = rendered(body)
    assert pdf._without_notes.cache_info().currsize == 1, "WeasyPrint asks for our sheet"

    with monkeypatch.context() as whole:
        whole.delattr(pdf._Page, "_ua_stylesheets")

        assert rendered(body) == lean
    everywhere = {selector[3] for selector in pdf._without_notes().matcher.other_selectors}
    assert everywhere == {None}, "no element gets a style that is not its own"


@override_settings(PDF_SERIF_FONTS=['仿宋"; } body { color: red'])
def test_font_name_cannot_end_its_string() -> None:
    assert "red" not in pdf._font_lists()


def test_rendering_leaves_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        rendered("<p>正文</p>", stylesheets=["css/letter.css"])

    assert caplog.messages == []


def test_garbage_is_left_while_pages_are_set_and_looked_for_again_after() -> None:
    def hold() -> None:
        for _time in range(100):
            with pdf._alone():
                assert not gc.isenabled()
                with pdf._alone():
                    pass
                assert not gc.isenabled()

    assert at_once(hold, times=4) == [None] * 4
    assert gc.isenabled()
    with pytest.raises(KeyboardInterrupt), pdf._alone():
        raise KeyboardInterrupt
    assert gc.isenabled()
    gc.disable()
    try:
        with pdf._alone():
            pass
        assert not gc.isenabled()  # whoever turned it off finds it off
    finally:
        gc.enable()
