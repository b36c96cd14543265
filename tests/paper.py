"""What a PDF is made of, asked of poppler and of a reader of QR codes: for the tests of every paper.

A test that asks is skipped, with the reason, on a machine without poppler. Nothing here knows how a paper was made.
"""

import logging
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageChops

_POINT = 25.4 / 72  # mm
_SHARP = 200  # dots an inch: a QR code of 2 cm is read with certainty


@dataclass(frozen=True, slots=True)
class Font:
    name: str
    is_embedded: bool
    has_unicode: bool  # without it a character can be seen and not be searched for


def fonts(pdf: bytes) -> list[Font]:
    rows = [line.split() for line in poppler("pdffonts", pdf).splitlines()[2:]]
    return [Font(row[0], row[-5] == "yes", row[-3] == "yes") for row in rows]


def text(pdf: bytes) -> str:
    """What is read from the first page to the last, without any space: where a line breaks is no part of a text."""
    return "".join(pages(pdf))


def pages(pdf: bytes) -> list[str]:
    """The same of each page: running heads and feet are in it, where the page has them."""
    return ["".join(page.split()) for page in poppler("pdftotext", pdf, "-raw").split("\f")[:-1]]


def spoken(pdf: bytes) -> str:
    """What a screen reader says, by the tags alone: without running heads, feet and page numbers. Without any space."""
    lines = poppler("pdfinfo", pdf, "-struct-text").splitlines()
    return "".join("".join(said.split()) for line in lines if (said := _said(line)) is not None)


def codes(pdf: bytes) -> list[str]:
    """What the QR codes say, page after page."""
    return [code.text for image in pictures(pdf, _SHARP) for code in zxingcpp.read_barcodes(image)]


def page_count(pdf: bytes) -> int:
    return int(_info(pdf)["Pages"])


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in whole millimetres."""
    lines = poppler("pdfinfo", pdf, "-f", "1", "-l", "-1").splitlines()
    found = [re.match(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", line) for line in lines]
    return [(round(float(size[1]) * _POINT), round(float(size[2]) * _POINT)) for size in found if size]


def ink_outside(pdf: bytes, mm: float) -> list[int]:
    """The pages, counted from 1, on which anything is drawn nearer than that to an edge."""
    found = []
    for number, image in enumerate(pictures(pdf, 72), start=1):
        edge = round(mm / _POINT)
        image.paste(255, (edge, edge, image.width - edge, image.height - edge))
        if ImageChops.invert(image).getbbox() is not None:
            found.append(number)
    return found


def has_tags(pdf: bytes) -> bool:
    return _info(pdf)["Tagged"] == "yes"


def tags(pdf: bytes) -> list[str]:
    """The names of the structure in its order: Document, H1, P, Table, TR …"""
    lines = poppler("pdfinfo", pdf, "-struct").splitlines()
    return [found[1] for line in lines if (found := re.match(r" *([A-Z][A-Za-z0-9]*)(?:[ :]|$)", line))]


def title(pdf: bytes) -> str:
    return _info(pdf).get("Title", "")


def language(pdf: bytes) -> str:
    found = re.search(rb"/Lang ?\(([^)]*)\)", opened(pdf))
    return found[1].decode() if found else ""


def described(pdf: bytes) -> list[str]:
    """What is said in place of the pictures; empty for one that is decoration."""
    return [_string(found) for found in re.findall(rb"/Alt ?(\((?:\\.|[^)\\])*\)|<[0-9A-Fa-f]*>)", opened(pdf))]


def bookmarks(pdf: bytes) -> list[str]:
    """In the order of the document, whatever their level."""
    outline = ElementTree.fromstring(poppler("pdftohtml", pdf, "-xml", "-i", "-stdout", "-hidden"))
    return ["".join((item.text or "").split()) for item in outline.iter("item")]


def links(pdf: bytes) -> list[str]:
    """The addresses that can be opened with a click, in the order of the pages."""
    lines = poppler("pdfinfo", pdf, "-url").splitlines()[1:]
    return [line.split(maxsplit=2)[2] for line in lines]


def attachments(pdf: bytes) -> dict[str, bytes]:
    """The files inside, by their names."""
    with _filed(pdf) as (file, folder):
        listed = _run("pdfdetach", "-list", str(file)).splitlines()[1:]
        names = [line.partition(": ")[2] for line in listed]
        found = {}
        for number, name in enumerate(names, start=1):
            target = folder / "embedded"
            _run("pdfdetach", "-save", str(number), "-o", str(target), str(file))
            found[name] = target.read_bytes()
        return found


def pictures(pdf: bytes, dpi: int) -> Iterator[Image.Image]:
    """The pages in grey, as a printer would set them down."""
    with _filed(pdf) as (file, folder):
        _run("pdftoppm", "-gray", "-r", str(dpi), str(file), str(folder / "page"))
        for path in sorted(folder.glob("page*")):
            yield Image.open(BytesIO(path.read_bytes())).convert("L")


@contextmanager
def missing_glyphs() -> Iterator[list[str]]:
    """The characters for which no font had a form while papers were made: each is an empty box (tofu) on paper."""
    logger, missing = logging.getLogger("weasyprint"), list[str]()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if ".notdef" in record.getMessage():
                missing.append(str((record.args or ("",))[0]))  # type: ignore[index]

    listener, level = Listener(), logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.WARNING)
    try:
        yield missing
    finally:
        logger.setLevel(level)
        logger.removeHandler(listener)


def opened(pdf: bytes) -> bytes:
    """Everything a PDF says outside its fonts, with the packed parts unpacked."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            parts.append(zlib.decompressobj().decompress(stream))  # one that ends in \r has lost its last byte
    return b"\n".join(parts)


@lru_cache(maxsize=64)
def poppler(program: str, pdf: bytes, *options: str) -> str:
    """What a program of poppler-utils says about a PDF."""
    with _filed(pdf) as (file, _folder):
        return _run(program, *options, str(file), *(["-"] if program == "pdftotext" else []))


def _info(pdf: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in poppler("pdfinfo", pdf).splitlines())
    return {name: value.strip() for name, _colon, value in pairs}


def _string(raw: bytes) -> str:
    """A text string of PDF: Latin letters in brackets, or UTF-16 in hexadecimal."""
    if raw.startswith(b"<"):
        return bytes.fromhex(raw[1:-1].decode()).decode("utf-16")
    return re.sub(rb"\\(.)", rb"\1", raw[1:-1]).decode("latin-1")


def _said(line: str) -> str | None:
    found = re.fullmatch(r'\s*"(.*)"\s*', line)
    return found[1] if found else None


def _run(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (apt: poppler-utils)")
    done = subprocess.run([program, *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", errors="replace")


class _filed:
    """A PDF as a file, in a folder of its own."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf, self.directory = pdf, TemporaryDirectory(prefix="paper-")

    def __enter__(self) -> tuple[Path, Path]:
        folder = Path(self.directory.name)
        (folder / "a.pdf").write_bytes(self.pdf)
        return folder / "a.pdf", folder

    def __exit__(self, *_details: object) -> None:
        self.directory.cleanup()
