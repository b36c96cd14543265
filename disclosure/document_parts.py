"""Parts of the papers: rows of metadata, files with their addresses, links that lead somewhere from paper."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from unicodedata import east_asian_width

from django.template.defaultfilters import date as shown_date
from django.urls import reverse
from django.utils.html import escape, strip_tags

from disclosure import flowchart, paper_figures
from disclosure.enums import Validity
from disclosure.flow import Node, outline
from disclosure.flowchart_svg import drawing
from disclosure.item_text import ShownField
from disclosure.models import Edition, EditionAttachment, Item
from disclosure.types import FieldKind
from govportal.models import Agency
from govportal.site import absolute_url

# Of a row with two facts a value has about so many Han characters on one line.
_HALF_ROW = 14
# Columns that one size of type bears, and the class of the next size.
_WIDTHS = ((6, ""), (12, "narrow"), (26, "wide"))
_MOST_COLUMNS = 60
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_CELL = re.compile(r"<t[dh][ >]")
_COLSPAN = re.compile(r' colspan="([0-9]+)"')
_SPAN = re.compile(r' (colspan|rowspan|span)="([^"]*)"')
_PLAIN = re.compile(r"[0-9]{1,9}")
# A tag as it is, or letters of a word without end: each line of it would be sought anew from its beginning.
_UNBROKEN = re.compile(r"""(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)|([^\s<>&;\u2e80-\uffff]{60})""")
# A tag as it is, or the space between thousands: "11 153" is one number.
_THOUSANDS = re.compile(r"""(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)|(?<=[0-9]) (?=[0-9]{3}(?![0-9]))""")
_UNIT = re.compile(r"(<th(?: [^<>]*)?>[^<>（）]+)(（[^<>（）]{1,8}）)(?=</th>)")
_RELATIVE = re.compile(r' href="(?!#|https?://|mailto:|tel:)([^"]*)"')
_DAY = "Y年n月j日"


# Han characters of the title on one line, and the class of its size; the first that leaves no stray end is taken.
_TITLE_SIZES = ((22, ""), (24, "smaller"), (26, "smallest"))
_STRAY = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of metadata: plain words, or a field of the type with the template of its kind."""

    label: Any
    value: str
    field: ShownField | None = None

    @property
    def is_wide(self) -> bool:
        return _width(self.value) > _HALF_ROW


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


def title_size(title: str) -> str:
    """The class of a size at which the last line of the title is no word cut in two."""
    width = _width(title)
    fitting = (name for line, name in _TITLE_SIZES if width <= line or not 0 < width % line < _STRAY)
    return next(fitting, "")


def _width(text: str) -> float:
    """In Han characters."""
    return sum(1 if east_asian_width(letter) in "WFA" else 0.5 for letter in text)


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


def is_told(shown: ShownField, body: str) -> bool:
    """Whether tables of the text say every cell of this table too: on paper once is enough."""
    if not shown.template.endswith("/table.html"):
        return False
    said = "".join(strip_tags("".join(_TABLE.findall(body))).split())
    cells = (str(cell) for row in shown.value["rows"] for _label, cell in row)
    return bool(said) and all("".join(escape(cell).split()) in said for cell in cells)


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


def for_paper(html: str) -> str:
    """The same as a sheet of paper and its maker bear it.

    The portal's own links in full, for from paper there is no way to a relative address; tables classed by their
    columns, so that none runs over the edge; spans and unbroken words within what is laid out in no time.
    """
    head, body_tag, body = html.partition("<body")
    body = _RELATIVE.sub(_opened, body)
    body = _SPAN.sub(_bounded, body)
    body = paper_figures.aligned(body)
    body = whole_units(_TABLE.sub(_classed, body))
    return head + body_tag + whole_numbers(_UNBROKEN.sub(lambda match: match[1] or f"{match[2]}<wbr>", body))


def whole_units(html: str) -> str:
    """The unit behind a heading of a table, held together: 金额（万元）."""
    return _UNIT.sub(r'\1<span class="nowrap">\2</span>', html)


def whole_numbers(html: str) -> str:
    """Thousands that are set apart by a space, held together at the end of a line."""
    return _THOUSANDS.sub(lambda match: match[1] or "\N{NO-BREAK SPACE}", html)


def _opened(match: re.Match[str]) -> str:
    path = match[1]
    is_ours = path.startswith("/") and not path.startswith("//")
    return f' href="{escape(absolute_url(unescape(path)))}"' if is_ours else ""


def _bounded(match: re.Match[str]) -> str:
    name, value = match[1], match[2]
    return f' {name}="{min(int(value), _MOST_COLUMNS) if _PLAIN.fullmatch(value) else 1}"'


def _classed(match: re.Match[str]) -> str:
    rows = match[1].split("</tr>")
    columns = max(len(_CELL.findall(row)) + sum(int(n) - 1 for n in _COLSPAN.findall(row)) for row in rows)
    name = next((name for most, name in _WIDTHS if columns <= most), "widest")
    return f'<table class="{name}">{match[1]}</table>' if name else match[0]


def _day(value: Any) -> str:
    return shown_date(value, _DAY) if value else ""
