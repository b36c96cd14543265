"""Parts of the papers: rows of metadata, files with their addresses, links that lead somewhere from paper."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from django.template.defaultfilters import date as shown_date
from django.urls import reverse
from django.utils.html import escape

from disclosure import flowchart
from disclosure.enums import Validity
from disclosure.flow import Node, outline
from disclosure.flowchart_svg import drawing
from disclosure.item_text import ShownField
from disclosure.models import Edition, EditionAttachment, Item
from disclosure.types import FieldKind
from govportal.models import Agency
from govportal.site import absolute_url

# Of a row with two facts a value has about so many Han characters on one line.
_HALF_ROW = 15
_RELATIVE = re.compile(r' href="(?!#|https?://|mailto:|tel:)([^"]*)"')
_DAY = "Y年n月j日"


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of metadata: plain words, or a field of the type with the template of its kind."""

    label: Any
    value: str
    field: ShownField | None = None

    @property
    def is_wide(self) -> bool:
        return sum(1 if east_asian_width(letter) in "WFA" else 0.5 for letter in self.value) > _HALF_ROW


@dataclass(frozen=True, slots=True)
class PaperFile:
    """An attachment; `code` is the name of the picture of its QR code, if it has one."""

    title: str
    kind: str
    size: int
    sha256: str
    address: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A field of the type under a heading of its own, with the template of paper; of steps both readings."""

    field: ShownField
    template: str
    drawing: str = ""
    nodes: Sequence[Node] = ()


def packed(facts: Iterable[Fact]) -> list[list[Fact]]:
    """Rows of two short facts, or of one that takes the whole width."""
    rows: list[list[Fact]] = []
    for fact in facts:
        if rows and len(rows[-1]) == 1 and not fact.is_wide and not rows[-1][0].is_wide:
            rows[-1].append(fact)
        else:
            rows.append([fact])
    return rows


def facts_of_item(item: Item, edition: Edition, context: dict[str, Any]) -> list[Fact]:
    """The metadata of the page in its order; what is empty is not there."""
    issuer = edition.issuer if edition.issuer != item.agency.name else ""
    is_current = bool(context["previous"]) and item.effective_validity == Validity.AMENDED  # type: ignore[attr-defined]
    validity = Validity.VALID if is_current else Validity(item.effective_validity)  # type: ignore[attr-defined]
    rows = [
        ("索引号", item.index_number),
        ("信息类型", item.type.label),
        ("发布机构", item.agency.name),
        ("公开日期", _day(edition.published_on)),
        ("发文机关", issuer),
        ("成文日期", _day(edition.formed_on)),
        ("施行日期", _day(edition.effective_on)),
        ("有效期至", _day(edition.expires_on)),
        ("有效性", validity.label),
        ("公开方式", f"{edition.get_mode_display()}，{item.get_audience_display()}"),
        ("主题分类", edition.topic),
        ("公开事项", item.catalogue_entry.full_name if item.catalogue_entry else ""),
        ("关键词", "　".join(edition.keywords or ())),
    ]
    facts = [Fact(label, str(value)) for label, value in rows if value]
    return facts + [Fact(each.label, str(each.value), each) for each in context["fields"] if not each.is_block]


def facts_of_closed(item: Item) -> list[Fact]:
    """What the notice says of an item that is no longer shown."""
    ended = "撤回日期" if item.state == "withdrawn" else "终止日期"
    rows = [
        ("索引号", item.index_number),
        ("发布机构", item.agency.name),
        ("文号", item.document_number),
        ("公开日期", _day(item.published_on)),
        (ended, shown_date(item.closed_at, _DAY)),
        ("理由", item.closing_ground),
        ("依据", item.closing_basis),
        ("说明", item.closing_explanation),
    ]
    return [Fact(label, value) for label, value in rows if value]


def facts_of_agency(agency: Agency) -> list[Fact]:
    rows = [
        ("单位类别", agency.get_kind_display()),
        ("政务公开电话", agency.phone),
        ("地址", agency.address),
        ("办公时间", agency.hours),
        ("政务公开机构", agency.office),
        ("邮政编码", agency.postcode),
        ("传真", agency.fax),
        ("电子邮箱", agency.email),
    ]
    return [Fact(label, value) for label, value in rows if value]


def responsible_of(agency: Agency) -> list[tuple[str, str]]:
    """责任链: who answers for openness, from the first down."""
    rows = [
        ("第一责任人", agency.first_responsible),
        ("第二责任人", agency.second_responsible),
        ("具体责任人", agency.specific_responsible),
    ]
    return [(label, name) for label, name in rows if name]


def section_of(shown: ShownField, item: Item, edition: Edition) -> Section:
    described = item.type.extra_field(shown.key)
    if described is not None and described.kind == FieldKind.FLOW:
        steps = flowchart.steps_of(edition.extra.get(shown.key))
        return Section(shown, "disclosure/paper/flow.html", drawing(steps, f"flow-{shown.key}"), outline(steps))
    return Section(shown, "disclosure/paper/materials.html" if shown.key == "materials" else shown.template)


def files_of(attachments: Iterable[EditionAttachment], *, with_codes: bool) -> list[PaperFile]:
    return [
        PaperFile(
            held.title,
            held.attachment.suffix[1:].upper(),
            held.attachment.size,
            held.attachment.sha256,
            absolute_url(reverse("attachment", args=[held.attachment_id, held.attachment.name])),
            f"file-{number}.svg" if with_codes else "",
        )
        for number, held in enumerate(attachments, start=1)
    ]


def with_open_links(html: str) -> str:
    """The same with the portal's own links in full: from paper there is no way to a relative address."""

    def opened(match: re.Match[str]) -> str:
        path = match[1]
        is_ours = path.startswith("/") and not path.startswith("//")
        return f' href="{escape(absolute_url(path))}"' if is_ours else ""

    return _RELATIVE.sub(opened, html)


def _day(value: Any) -> str:
    return shown_date(value, _DAY) if value else ""
