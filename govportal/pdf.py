"""PDF from HTML with WeasyPrint: tagged, archival, every font embedded, and nothing fetched from anywhere.

The HTML may name files of the project's static folder (`static/css/letter.css`), public attachments
(`media/attachments/…`) and what the caller hands over (`given/qr.svg`). Every other address is refused, and the refusal
stops the rendering: a letter that came out without its style sheet, or with a stranger's picture, would be worse than
none.
"""

import gc
import logging
import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any, Literal
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from weasyprint import CSS, HTML, Attachment
from weasyprint.html import UA
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

type Variant = Literal["pdf/a-3a", "pdf/ua-1"]

STATIC = settings.BASE_DIR / "static"
# Characters of HTML: about 900 rows of a table, 2 s and 150 MB. More is made in volumes.
MOST_HTML = 2_000_000
# Covers the rare characters of names; always next to what the agency itself prefers.
SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
# In a longer document a page less is not worth the time of another layout.
MOST_PAGES_TO_SAVE = 3
# Nobody answers for .invalid (RFC 2606), so a name below it can mean only us.
_BASE = "https://portal.invalid/"
_ATTACHMENTS = "attachments/"
_MM = 25.4 / 96  # of a CSS pixel
_FONT_NAME = re.compile(r"[^\\\"'{};<>\x00-\x1f]+")

# Pango's font map belongs to one thread at a time, and gathering the fonts of the machine takes longer than a letter.
_one_at_a_time = RLock()

# Its warnings name properties that no printer knows; what must not go wrong is raised.
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class RefusedAddress(ValueError):
    """The HTML names a picture or style sheet that is neither of the project nor handed over."""


class TooLong(ValueError):
    """More HTML than one PDF may be made of."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside the PDF. `relationship` as in PDF/A-3: Source, Data, Alternative, Supplement, Unspecified."""

    name: str
    data: bytes
    description: str = ""
    relationship: str = "Supplement"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an element with an id stands: page from 0, millimetres from the upper left corner of the page.

    Of what runs over several lines or pages, its part on the first.
    """

    page: int
    x: float
    y: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Source:
    """What a PDF is made of. `stylesheets` are paths in the static folder, the last wins; `resources` what the HTML may
    call `given/<name>`."""

    html: str
    stylesheets: tuple[str, ...]
    variant: Variant = "pdf/a-3a"
    resources: Mapping[str, bytes] = field(default_factory=dict)


class Layout:
    """Pages that are laid out and not yet written: what stands where is known before anything is made of it."""

    def __init__(self, source: Source, document: Any) -> None:
        self.source = source
        self.document = document

    @property
    def page_count(self) -> int:
        return len(self.document.pages)

    def spots(self) -> dict[str, Spot]:
        """Of every element with an id, the first place it has."""
        found: dict[str, Spot] = {}
        for number, page in enumerate(self.document.pages):
            for name, sides in page.anchors.items():
                found.setdefault(name, Spot(number, *(side * _MM for side in sides)))
        return found

    def write(self, *, title: str, created_at: datetime, attachments: Iterable[Embedded] = ()) -> bytes:
        """The PDF. The same input gives the same bytes: `created_at` is the only time in it."""
        metadata = self.document.metadata
        metadata.title = title
        metadata.lang = metadata.lang or "zh-CN"
        metadata.created = metadata.modified = created_at.isoformat(timespec="seconds")
        metadata.attachments = [_attachment(each, created_at) for each in attachments]
        with _alone(), _addresses_refused():
            pdf: bytes = self.document.write_pdf(pdf_variant=self.source.variant, pdf_tags=True)
        return pdf


def lay_out(source: Source) -> Layout:
    """Raises RefusedAddress for an address elsewhere, TooLong, FileNotFoundError for a missing style sheet."""
    if len(source.html) > MOST_HTML:
        raise TooLong(f"{len(source.html)} characters of HTML, at most {MOST_HTML}")
    with _alone(), _addresses_refused():
        fonts, fetcher = _fonts(), _Fetcher(source.resources)
        sheets = [CSS(string=_font_lists(), font_config=fonts, url_fetcher=fetcher)]
        sheets += [_sheet(path, _static_file(path).stat().st_mtime_ns) for path in source.stylesheets]
        html = _Page(string=source.html, base_url=_BASE, url_fetcher=fetcher)
        document = html.render(font_config=fonts, stylesheets=sheets, pdf_variant=source.variant, pdf_tags=True)
    return Layout(source, document)


def render(
    html: str,
    *,
    stylesheets: Sequence[str],
    title: str,
    created_at: datetime,
    variant: Variant = "pdf/a-3a",
    resources: Mapping[str, bytes] | None = None,
    attachments: Iterable[Embedded] = (),
    tighter: Sequence[str] = (),
) -> bytes:
    """The PDF of a page; arguments as in Source. Each of `tighter` is a further style sheet that is tried by itself
    when the text runs over one page, and taken if it saves a page. Raises as `lay_out`.
    """
    source = Source(html, tuple(stylesheets), variant, resources or {})
    with _alone():  # from the first box to the last byte: what dies young is found at once
        best = lay_out(source)
        for sheet in tighter:
            if not 1 < best.page_count <= MOST_PAGES_TO_SAVE:
                break
            tried = lay_out(replace(source, stylesheets=(*source.stylesheets, sheet)))
            best = min(best, tried, key=lambda each: each.page_count)
        return best.write(title=title, created_at=created_at, attachments=attachments)


@contextmanager
def _addresses_refused() -> Iterator[None]:
    try:
        yield
    except FatalURLFetchingError as error:
        raise RefusedAddress(str(error.__cause__ or error)) from error


@contextmanager
def _alone() -> Iterator[None]:
    """One thread sets pages, and nobody looks for garbage meanwhile: there is little among the boxes of a page, and
    looking through all of them again and again takes half of the time. Whoever had turned that off finds it off."""
    with _one_at_a_time:
        was_on = gc.isenabled()
        try:
            gc.disable()
            yield
        finally:
            if was_on:
                gc.enable()


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


def _font_lists() -> str:
    """`--serif`, `--title` and `--sans` for the style sheets. A name that could end the string is left out."""

    def listed(names: Iterable[str]) -> str:
        return ", ".join(f'"{name}"' for name in names if _FONT_NAME.fullmatch(name))

    serif = listed([*settings.PDF_SERIF_FONTS, SERIF])
    title = listed([*settings.PDF_TITLE_FONTS, SERIF])
    return f':root {{ --serif: {serif}, serif; --title: {title}, serif; --sans: "{SANS}", sans-serif }}'


@lru_cache(maxsize=32)
def _sheet(path: str, version: int) -> CSS:
    """Parsed once, and again when the file has changed."""
    text = _static_file(path).read_text(encoding="utf-8")
    return CSS(string=text, base_url=f"{_BASE}static/{path}", url_fetcher=_Fetcher({}), font_config=_fonts())


def _static_file(path: str) -> Path:
    """Raises RefusedAddress for a path that leads out of the static folder."""
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC):
        raise RefusedAddress(f"not in the static folder: {path}")
    return file


def _attachment(embedded: Embedded, at: datetime) -> Attachment:
    return Attachment(
        string=embedded.data,
        name=embedded.name,
        description=embedded.description or embedded.name,
        relationship=embedded.relationship,
        created=at,
        modified=at,
    )


def _attached(name: str) -> bytes | None:
    """The bytes of an attachment, which are kept under their hash. Whether the paper may show it is the caller's
    question; private files lie elsewhere and encrypted, and are never read."""
    try:
        with default_storage.open(name, "rb") as file:
            return bytes(file.read())
    except (OSError, SuspiciousFileOperation):
        return None


class _Page(HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """A page without footnotes, which no paper has: for them, and for a mark as if it were of a list, WeasyPrint's own
    sheet gives every element six more styles, two fifths of what a long table takes when it is laid out."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_without_notes()]


@lru_cache(maxsize=1)
def _without_notes() -> CSS:
    return CSS(string=re.sub(r"(?m)^::(?:foot)?note-.*$", "", UA).replace("\n::marker", "\nli::marker"))


class _Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Answers for the static folder, attachments and what was handed over; refuses the rest, data: addresses too."""

    def __init__(self, resources: Mapping[str, bytes]) -> None:
        # Not the parent's: it makes ready to speak HTTP, FTP and TLS, which takes longer than to lay out a page.
        self._fail_on_errors = True
        self.resources = resources

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        kind, _slash, name = unquote(url.removeprefix(_BASE)).partition("/")
        content_type, _encoding = mimetypes.guess_type(name)
        body: bytes | None = None
        if url.startswith(_BASE) and kind == "given":
            body = self.resources.get(name)
        elif url.startswith(_BASE) and kind == "static" and (file := _static_file(name)).is_file():
            body = file.read_bytes()
        elif url.startswith(_BASE) and kind == "media" and name.startswith(_ATTACHMENTS):
            body = _attached(name)
        if body is None:
            raise RefusedAddress(f"not for a PDF: {url[:200]}")
        return URLFetcherResponse(url, body, {"Content-Type": content_type or "application/octet-stream"})
