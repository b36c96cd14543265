"""What a sheet of a 公开栏 says, section by section: the same words for the paper and for its page.

A sheet names editions; their text is read today. What may no longer be read leaves its place and none of its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from disclosure.board_excerpts import blocks_of
from disclosure.board_masking import Mask, Names
from disclosure.enums import NOTICE_STATES, READABLE_STATES, Audience, ItemState, SectionDetail
from disclosure.models import BoardSheet, Item, SheetItem
from govportal.htmlblocks import Block
from govportal.models import Agency, InternalBody, Leader
from govportal.now import today
from govportal.site import absolute_url

SHORT_DIGEST = 10  # characters of a digest on paper: enough to tell two texts apart
LONGEST_SECTION = 2_400  # characters; a cell holds some 500
_DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class EntryView:
    """One item on a sheet. `blocks` are its paragraphs and tables, with names and numbers masked already.

    `is_withheld`: the text may not be shown; `why` says so and `blocks` is empty. The title of what is no longer
    public is empty too. `note` is said beside a text that still stands, of its validity.
    """

    position: int
    title: str
    blocks: tuple[Block, ...]
    index_number: str
    edition_number: int
    short_digest: str
    address: str  # absolute; empty where there is nothing to open
    is_withheld: bool = False
    why: str = ""
    note: str = ""

    @property
    def lines(self) -> list[str]:
        """Everything below the title as plain text, a row of a table as one line."""
        found: list[str] = []
        for block in self.blocks:
            found += [block.text] if block.text else []
            found += [" ".join(cell.text for cell in row) for row in block.rows]
        return found

    @property
    def mark(self) -> str:
        """What the text is held against the portal by. Empty where nothing of it is public."""
        if not self.index_number:
            return ""
        with translation.override(settings.LANGUAGE_CODE):
            words = {"index": self.index_number, "number": self.edition_number, "digest": self.short_digest}
            return _("%(index)s 第%(number)s版 校验码 %(digest)s") % words


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section. `number` counts from 1; `address` is where its QR code leads."""

    number: int
    numeral: str
    heading: str
    responsible: str
    basis: str
    updated_on: date | None
    gap: str
    address: str
    entries: tuple[EntryView, ...] = ()
    has_masked: bool = False  # some name or number was masked

    @property
    def is_single(self) -> bool:
        """Its one item needs no QR code beside that of the section."""
        return len(self.entries) == 1


def contents(sheet: BoardSheet, items: Sequence[SheetItem]) -> list[SectionView]:
    """The sections of a sheet in their order; `items` with their item and edition, in the order of the sheet."""
    with translation.override(settings.LANGUAGE_CODE):
        readable = _Readable(items)
        prefetch_related_objects([row.edition for row in items], "attachments")
        officials = _in_office({sheet.board.agency_id, *(row.item.agency_id for row in items)})
        return [
            _section(sheet, number, section, [row for row in items if row.section == number], readable, officials)
            for number, section in enumerate(sheet.sections)
        ]


def address_of(sheet: BoardSheet) -> str:
    """The page of a sheet; of one that is not issued, the page of its board."""
    page = sheet if sheet.serial else sheet.board
    return absolute_url(page.get_absolute_url())


def span(start: date, end: date) -> str:
    """2026年10月; 2026年11月2日至12月1日. A year is said again where it is another."""
    if start.day == 1 and start.month == end.month and start.year == end.year and (end + timedelta(days=1)).day == 1:
        return _("%(year)s年%(month)s月") % {"year": start.year, "month": start.month}
    first = _("%(year)s年%(month)s月%(day)s日") % {"year": start.year, "month": start.month, "day": start.day}
    short = _("%(month)s月%(day)s日") % {"month": end.month, "day": end.day}
    if start.year != end.year:
        short = _("%(year)s年%(rest)s") % {"year": end.year, "rest": short}
    return first if start == end else _("%(first)s至%(last)s") % {"first": first, "last": short}


def numeral(number: int) -> str:
    """一, 二 … 九十九, as headings count."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


class _Readable:
    """Which of the items a wall may show today, and which have at least a public title."""

    def __init__(self, items: Sequence[SheetItem]) -> None:
        printed = Item.objects.filter(pk__in={row.item_id for row in items})
        public = printed.addressable_by(AnonymousUser()).filter(audience=Audience.PUBLIC)
        self.texts = set(printed.shown_on_walls(today()).values_list("pk", flat=True))
        self.titles = set(public.values_list("pk", flat=True))

    def why_not(self, row: SheetItem) -> str:
        """The reason why the text of this row is not printed; empty when it is."""
        if row.item_id not in self.titles:
            return _("本条已不再公开，请撤下本张。")
        if row.edition.redacted_by_entry_id:
            return _("内容已依法删除，请撤下本张。")
        if row.item_id not in self.texts and row.item.state in READABLE_STATES:
            return _("本条公示期已满，请撤下本张。")
        if row.item_id not in self.texts:
            return _("本条%s，请撤下本张。") % row.item.get_state_display()
        return ""


def _in_office(agencies: set[int]) -> frozenset[str]:
    """Who acts for these agencies under his name."""
    names = set(Leader.objects.filter(agency__in=agencies).values_list("name", flat=True))
    names |= set(InternalBody.objects.filter(agency__in=agencies).values_list("head", flat=True))
    fields = ("first_responsible", "second_responsible", "specific_responsible")
    for row in Agency.objects.filter(pk__in=agencies).values_list(*fields):
        names |= {word for value in row for word in [value, *value.split()]}
    return frozenset(name for name in names if name)


def _section(
    sheet: BoardSheet,
    place: int,
    section: Mapping[str, Any],
    rows: Sequence[SheetItem],
    readable: _Readable,
    officials: frozenset[str],
) -> SectionView:
    shown = [*officials, *section.get("shown_names", ())]
    mask = Mask(Names.of(is_masking=section["masks_names"], hidden=section.get("hidden_names", ()), shown=shown))
    entries = _entries(rows, section["detail"], mask, readable)
    days = [row.edition.published_on for row, entry in zip(rows, entries, strict=True) if not entry.is_withheld]
    address = f"{address_of(sheet)}#s{place + 1}" if sheet.serial else address_of(sheet)
    return SectionView(
        number=place + 1,
        numeral=numeral(place + 1),
        heading=section["heading"],
        responsible=section["responsible"],
        basis=section["basis"],
        updated_on=max((day for day in days if day), default=None),
        gap=section["gap"],
        address=(entries[0].address if len(entries) == 1 else "") or address,
        entries=entries,
        has_masked=mask.has_masked,
    )


def _entries(rows: Sequence[SheetItem], detail: str, mask: Mask, readable: _Readable) -> tuple[EntryView, ...]:
    """After so much text in full that the section is a booklet, the others are told in short."""
    entries, size = list[EntryView](), 0
    for row in rows:
        entries.append(_entry(row, detail if size < LONGEST_SECTION else SectionDetail.SUMMARY.value, mask, readable))
        size += sum(map(len, entries[-1].lines))
    return tuple(entries)


def _entry(row: SheetItem, detail: str, mask: Mask, readable: _Readable) -> EntryView:
    item, edition = row.item, row.edition
    edition.item = item  # the very row, for what asks the edition of its type
    why = readable.why_not(row)
    if why and row.item_id not in readable.titles:
        return EntryView(row.position, "", (), "", 0, "", "", is_withheld=True, why=why)
    # Of a withdrawn item its present title is public, whatever an older edition was called.
    title = edition.title if row.item_id in readable.texts else item.title
    acts = mask.in_office() if _is_of_office(row) else mask
    ended = item.state in (ItemState.EXPIRED, ItemState.VOID)
    return EntryView(
        position=row.position,
        title=acts.text(title),
        blocks=() if why else tuple(blocks_of(edition, detail, acts)),
        index_number=item.index_number,
        edition_number=edition.number,
        short_digest=row.digest[:SHORT_DIGEST],
        address=absolute_url(item.get_absolute_url()),
        is_withheld=bool(why),
        why=why,
        note=_("（已%s）") % item.get_state_display() if ended and item.state not in NOTICE_STATES else "",
    )


def _is_of_office(row: SheetItem) -> bool:
    """Whether the names in it are those of officials: who is appointed acts in public, who is recruited not yet."""
    return row.item.item_type == "appointment" and row.edition.extra.get("action") != "recruit"
