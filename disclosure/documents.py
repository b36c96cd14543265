"""公开信息 on paper: one item, what a service asks for on one page, the duties of an agency.

A paper says what the page says and no more. One that anybody may read is drawn as nobody in particular sees it, so
that it is the same for all, and kept by its digest; one of an internal item is made for its reader and never kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from disclosure.document_parts import (
    Fact,
    facts_of_agency,
    facts_of_closed,
    facts_of_item,
    files_of,
    for_paper,
    is_told,
    packed,
    responsible_of,
    section_of,
    title_size,
)
from disclosure.enums import NOTICE_STATES, Audience
from disclosure.item_page import closed_context, page_context, published_editions
from disclosure.item_text import shown_fields
from disclosure.models import Edition, Item
from disclosure.queries import ItemQuerySet
from disclosure.types import FieldKind
from govportal import paper_cache, pdf, qr
from govportal.models import Agency
from govportal.now import today
from govportal.site import absolute_url, site_profile

STYLE_SHEETS = ("css/print.css", "css/paper.css", "css/paper_forms.css", "css/paper_text.css")
# Tried with less air where that saves a page; 一次性告知单 is to fit one.
CLOSER, TIGHTER = ("css/paper_close.css",), ("css/paper_tight.css",)
VARIANT: pdf.Variant = "pdf/ua-1"
GUIDE = "service_guide"
# Of one paper, which its reader waits for: characters of HTML (some 200 pages), and rows of tables.
MOST_TEXT, MOST_ROWS = 150_000, 500
MOST_FORM = 40_000  # of one that is to fit one page, and is set again and again for it
# Types whose lists are cells of one table, as the form of a power or service has them.
_TABULAR = {GUIDE, "power"}


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a PDF is made of. `is_public`: everybody gets the same, so that it may be kept."""

    title: str
    file_name: str
    html: str
    created_at: datetime
    resources: Mapping[str, bytes] = field(default_factory=dict)
    is_public: bool = True
    tighter: Sequence[str] = CLOSER


def made(paper: Paper) -> bytes:
    """The PDF/UA-1 of a paper: laid out once, and again when one word of it has changed."""

    def make() -> bytes:
        return pdf.render(
            paper.html,
            stylesheets=STYLE_SHEETS,
            title=paper.title,
            created_at=paper.created_at,
            variant=VARIANT,
            resources=paper.resources,
            tighter=paper.tighter,
        )

    if not paper.is_public:
        return make()
    source = pdf.Source(paper.html, (*STYLE_SHEETS, *paper.tighter), VARIANT, paper.resources)
    return paper_cache.get_or_make(source, make, title=paper.title, created_at=paper.created_at)


def printable(reader: Any) -> ItemQuerySet:
    """Items of which this reader may have a paper: those whose address answers him, a withdrawn one with its notice."""
    items = Item.objects.addressable_by(reader).with_effective_validity(today())
    return items.select_related("agency", "current_edition", "catalogue_entry")


# --- one item ------------------------------------------------------------------------------------------------------


def item_paper(item: Item, reader: Any) -> Paper:
    """`item` is one of `printable(reader)`."""
    with translation.override(settings.LANGUAGE_CODE):
        if item.state in NOTICE_STATES:
            return _closed_paper(item, reader)
        context = _item_context(item, reader)

        def drawn(left_out: Mapping[str, Any]) -> Paper:
            return _item_paper(item, "disclosure/paper/item.html", {**context, **left_out}, item.title)

        return _bounded(drawn, {"body": ""}, {"sections": (), "elements": ()}, {"relations": ()}, most=MOST_TEXT)


def checklist_paper(item: Item, reader: Any) -> Paper:
    """一次性告知单 of a service guide that this reader may read: all that has to be brought, told once."""
    with translation.override(settings.LANGUAGE_CODE):
        context = _item_context(item, reader)
        context["named"] = {each.key: each for each in context["fields"]}
        context["facts"] = packed(
            Fact(each.label, str(each.value), each) for each in context["fields"] if not each.is_block
        )
        title = f"一次性告知单：{item.title}"

        def drawn(left_out: Mapping[str, Any]) -> Paper:
            named = {key: each for key, each in context["named"].items() if key not in left_out}
            shorter = {**context, **left_out, "named": named}
            return _item_paper(item, "disclosure/paper/checklist.html", shorter, title)

        paper = _bounded(drawn, {"conditions": ()}, {"procedure": ()}, {"materials": ()}, most=MOST_FORM)
        return replace(paper, tighter=TIGHTER)


def _bounded(drawn: Callable[[Mapping[str, Any]], Paper], *parts: Mapping[str, Any], most: int) -> Paper:
    """The whole paper, or without as many of these parts as it takes to be set while its reader waits; it says so."""
    paper, left_out = drawn({}), dict[str, Any]()
    for part in parts:
        if len(paper.html) <= most and paper.html.count("<tr") <= MOST_ROWS:
            break
        left_out |= part
        paper = drawn({**left_out, "is_too_long": True})
    return paper


def _item_context(item: Item, reader: Any) -> dict[str, Any]:
    edition = item.current_edition
    assert edition is not None  # a constraint: what is public has an edition
    edition.item = item
    context = page_context(item, edition, published_editions(item), _as_read_by(item, reader))
    files = files_of(context["attachments"], with_codes=item.item_type == GUIDE)
    blocks = [each for each in context["fields"] if each.is_block and not is_told(each, context["body"])]
    listed = {each.key for each in item.type.extra if each.kind == FieldKind.LINES and item.item_type in _TABULAR}
    return context | {
        "facts": packed(facts_of_item(item, edition, context)),
        "elements": [each for each in blocks if each.key in listed],
        "sections": [section_of(each, item, edition) for each in blocks if each.key not in listed],
        "title_size": "" if edition.title_breaks else title_size(edition.title),
        "files": files,
        "has_codes": item.item_type == GUIDE,
    }


def _closed_paper(item: Item, reader: Any) -> Paper:
    context = closed_context(item, _as_read_by(item, reader))
    context["facts"] = packed(facts_of_closed(item))
    context["phone"] = item.agency.complaint_phone or item.agency.phone or site_profile().phone
    return _item_paper(item, "disclosure/paper/closed.html", context, f"{item.get_state_display()}：{item.title}")


def _as_read_by(item: Item, reader: Any) -> Any:
    """Staff get of a public item the paper that everybody gets: it is going to hang on a wall."""
    return AnonymousUser() if item.audience == Audience.PUBLIC else reader


def _item_paper(item: Item, template: str, context: dict[str, Any], title: str) -> Paper:
    edition: Edition = item.current_edition  # type: ignore[assignment]  # as in _item_context
    codes = {each.code: qr.svg(each.address) for each in context.get("files", ()) if each.code}
    paper = _paper(
        template,
        context,
        title=title,
        number=f"索引号 {item.index_number}",
        publisher=item.agency.name,
        path=item.get_absolute_url(),
        created_at=max(at for at in (edition.published_at, item.closed_at) if at),
    )
    return replace(paper, resources={**paper.resources, **codes}, is_public=item.audience == Audience.PUBLIC)


# --- one agency ----------------------------------------------------------------------------------------------------


def duties_paper(agency: Agency) -> Paper:
    """机构职能 of an agency as everybody may know it (条例第二十条第二项)."""
    with translation.override(settings.LANGUAGE_CODE):
        duties = Item.objects.visible_to(AnonymousUser()).filter(agency=agency, item_type="duties").in_force(today())
        item = duties.newest_first().select_related("current_edition").first()
        edition = item.current_edition if item else None
        if item and edition:
            edition.item = item
        shown = {each.key: each for each in shown_fields(edition)} if edition else {}
        times = [agency.updated_at, *([edition.published_at] if edition and edition.published_at else [])]
        context = {
            "agency": agency,
            "item": item,
            "edition": edition,
            "duties": shown.get("duties"),
            "commitments": shown.get("commitments"),
            "leaders": list(agency.leaders.all()),
            "bodies": list(agency.bodies.all()),
            "responsible": responsible_of(agency),
            "hotline": agency.complaint_phone,
            "facts": packed(facts_of_agency(agency)),
        }

        def drawn(left_out: Mapping[str, Any]) -> Paper:
            return _paper(
                "disclosure/paper/duties.html",
                {**context, **left_out},
                title=f"{agency.name}机构职能",
                number=f"单位代码 {agency.code}",
                publisher=agency.name,
                path=reverse("agency", args=[agency.code]),
                created_at=max(times),
            )

        return _bounded(drawn, {"bodies": ()}, {"commitments": None}, {"leaders": ()}, {"duties": None}, most=MOST_TEXT)


def _paper(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    number: str,
    publisher: str,
    path: str,
    created_at: datetime,
) -> Paper:
    """`path`: the page that the paper is of; its code stands on the paper."""
    address = absolute_url(path)
    head = {
        "title": title,
        "number": number,
        "publisher": publisher,
        "description": f"{publisher}　{number}",
        "address": address,
        "site_name": site_profile().name,
    }
    html = for_paper(render_to_string(template, {**context, "paper": head}))
    return Paper(title, f"{title}.pdf", html, created_at, resources={"item.svg": qr.svg(address)})
