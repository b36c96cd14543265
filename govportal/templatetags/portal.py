"""Tags and filters of the public pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from govportal import qr, site
from govportal.contributions import NavEntry, Place, nav_entries, page_parameters
from govportal.html import from_text, looks_like_html, sanitise

register = template.Library()

# Links repeat the address they stand on. Whoever wrote it, they repeat this much of each value and no more.
VALUE_REPEATED = 200
ADDRESS_REPEATED = 2000


@dataclass(frozen=True, slots=True)
class NavLink:
    """One link of the masthead, footer or home page; `current` is the value of aria-current or empty."""

    key: str
    label: str
    url: str
    sentence: str
    current: str


def _current(entry: NavEntry, context: Context) -> str:
    """The page itself, or what lies below it: by `section` of the context (a URL name), else by `within`."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = match.url_name if match else None
    if name == entry.url_name:
        return "page"
    section = context.get("section")
    is_below = section == entry.url_name if section else name in entry.within
    return "true" if is_below else ""


@register.simple_tag(takes_context=True)
def nav_links(context: Context, place: str) -> list[NavLink]:
    """The contributed links of one place, in their order."""
    return [
        NavLink(entry.key, str(entry.label), reverse(entry.url_name), str(entry.sentence), _current(entry, context))
        for entry in nav_entries.all()
        if entry.place == Place(place)
    ]


@register.simple_tag(takes_context=True)
def language_url(context: Context, code: str) -> str:
    """The present page in another language, with its query; the home page where that does not exist."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    with override(code):
        if request is None or match is None:
            return reverse("home")
        try:
            path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:  # the admin's view of unknown addresses has no name
            return reverse("home")
    query = _repeated(request).urlencode()
    return f"{path}?{query}" if query else path


def _repeated(request: HttpRequest) -> QueryDict:
    """The parameters some page reads, each value cut: what a link of this page may repeat of its address."""
    kept = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        if name in page_parameters:
            kept.setlist(name, [value[:VALUE_REPEATED] for value in values])
    return kept


@register.simple_tag(takes_context=True)
def return_address(context: Context) -> str:
    """Where the display settings lead back to; the home page for an address too long to repeat, or one that opens a
    page to whoever knows it."""
    request = context["request"]
    if request.resolver_match and "<secret:" in request.resolver_match.route:  # govportal/converters.py
        return reverse("home")
    query = _repeated(request).urlencode()
    address = f"{request.path}?{query}" if query else request.path
    return address if len(address) <= ADDRESS_REPEATED else reverse("home")


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """First, last and the pages around this one, with an ellipsis for each gap."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


@register.simple_tag(takes_context=True)
def page_query(context: Context, number: int) -> str:
    """The query string of another page of the same list."""
    query = _repeated(context["request"])
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def absolute(path: str) -> str:
    """The public address of a path of this portal."""
    return site.absolute_url(path)


@register.simple_tag
def zh() -> SafeString:
    """` lang="zh-CN"` for a text that is always Chinese, when the page around it is not (WCAG 3.1.2)."""
    return SafeString("" if (get_language() or "").startswith("zh") else ' lang="zh-CN"')


@register.filter
def breaks(text: str, offsets: Sequence[object] | None) -> SafeString:
    """The text with `<wbr>` at the offsets the editor chose, everything else escaped.

    Offsets outside the text, repeated or not whole numbers are ignored.
    """
    inside = sorted({at for at in offsets or () if isinstance(at, int) and 0 < at < len(text)})
    edges = [0, *inside, len(text)]
    pieces = ((text[start:end],) for start, end in pairwise(edges))
    return format_html_join(SafeString("<wbr>"), "{}", pieces)


@register.filter
def grouped(digest: str) -> str:
    """A hash in groups of eight, as people compare it."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


@register.filter
def standing_text(text: str) -> SafeString:
    """A text of the site profile: HTML, cleaned whoever wrote it; plain text becomes paragraphs."""
    return SafeString(sanitise(text if looks_like_html(text) else from_text(text)))


@register.simple_tag
def qr_code(address: str) -> SafeString:
    """A QR code as inline SVG without style: it carries the public address of the page."""
    return mark_safe(qr.inline(address, _("扫码打开本页")))  # noqa: S308  (segno escapes the title)
