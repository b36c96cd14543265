"""PDF from HTML with WeasyPrint: tagged, archival, every font embedded, and nothing fetched from anywhere.

The HTML may name files of the project's static folder (`static/css/letter.css`) and what the caller hands over
(`given/qr.svg`). Every other address is refused, and the refusal stops the rendering: a letter that came out without
its style sheet, or with a stranger's picture, would be worse than none.
"""

import logging
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from urllib.parse import unquote

from django.conf import settings
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

type Variant = Literal["pdf/a-3a", "pdf/ua-1", "pdf/a-2u"]

STATIC = settings.BASE_DIR / "static"
# Covers the rare characters of names; always next to what the agency itself prefers.
SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
# In a longer document a page less is not worth the time of another layout.
MOST_PAGES_TO_SAVE = 3
# Nobody answers for .invalid (RFC 2606), so a name below it can mean only us.
_BASE = "https://portal.invalid/"
_FONT_NAME = re.compile(r"[^\\\"'{};<>\x00-\x1f]+")

# Pango's font map belongs to one thread at a time, and gathering the fonts of the machine takes longer than a letter.
_one_at_a_time = Lock()

# Its warnings name properties that no printer knows; what must not go wrong is raised.
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class RefusedAddress(ValueError):
    """The HTML names a picture or style sheet that is neither of the project nor handed over."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside the PDF. `relationship` as in PDF/A-3: Source, Data, Alternative, Supplement, Unspecified."""

    name: str
    data: bytes
    description: str = ""
    relationship: str = "Supplement"


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
    """The PDF of a page. The same input gives the same bytes: `created_at` is the only time in it.

    `stylesheets` are paths in the static folder; `resources` what the HTML may call `given/<name>`. Each of `tighter`
    is a further style sheet that is tried by itself when the text runs over one page, and taken if it saves a page.
    Raises RefusedAddress for an address elsewhere, FileNotFoundError for a style sheet that is not there.
    """
    page = _Page(html, tuple(stylesheets), variant, _Fetcher(resources or {}))
    with _one_at_a_time:
        try:
            document = _laid_out(page, tighter)
            document.metadata.title = title
            document.metadata.lang = document.metadata.lang or "zh-CN"
            document.metadata.created = document.metadata.modified = created_at.isoformat(timespec="seconds")
            document.metadata.attachments = [_attachment(each, created_at) for each in attachments]
            pdf: bytes = document.write_pdf(pdf_variant=variant, pdf_tags=True)
        except FatalURLFetchingError as error:
            raise RefusedAddress(str(error.__cause__ or error)) from error
    return pdf


@dataclass(frozen=True, slots=True)
class _Page:
    html: str
    stylesheets: tuple[str, ...]
    variant: Variant
    fetcher: "_Fetcher"

    def layout(self, *more: str) -> Any:
        """A WeasyPrint document. The last style sheet wins."""
        fonts = _fonts()
        sheets = [CSS(string=_font_lists(), font_config=fonts, url_fetcher=self.fetcher)]
        sheets += [_sheet(path, _static_file(path).stat().st_mtime_ns) for path in (*self.stylesheets, *more)]
        source = HTML(string=self.html, base_url=_BASE, url_fetcher=self.fetcher)
        return source.render(font_config=fonts, stylesheets=sheets, pdf_variant=self.variant, pdf_tags=True)


def _laid_out(page: _Page, tighter: Sequence[str]) -> Any:
    best = page.layout()
    for sheet in tighter:
        if not 1 < len(best.pages) <= MOST_PAGES_TO_SAVE:
            break
        document = page.layout(sheet)
        best = min(best, document, key=lambda each: len(each.pages))
    return best


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


class _Fetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Answers for the static folder and for what was handed over; refuses the rest, data: addresses too."""

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
        if body is None:
            raise RefusedAddress(f"not for a PDF: {url[:200]}")
        return URLFetcherResponse(url, body, {"Content-Type": content_type or "application/octet-stream"})
