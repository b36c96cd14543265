"""A sheet of a 公开栏 as its pages show it: the words of the paper, and beside each what has changed since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from disclosure.board_content import EntryView, SectionView, contents
from disclosure.enums import EditionState
from disclosure.models import BoardSheet, Edition, Item, LogEntry, SheetItem
from disclosure.services.print_board import Difference, differences


@dataclass(frozen=True, slots=True)
class Step:
    """An edition that came after the printed one, and the page that shows what it changed."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a sheet. `url` is empty where there is nothing to open, `change` where nothing has changed."""

    entry: EntryView
    row: SheetItem
    url: str
    change: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Part:
    """One section. `newer`: what the portal has for it and the sheet has not, the newest of it first."""

    view: SectionView
    lines: Sequence[Line]
    newer: Sequence[Item]

    @property
    def needs_reprint(self) -> bool:
        return any(line.change for line in self.lines)


def printed(sheet: BoardSheet) -> list[SheetItem]:
    """The rows of a sheet in its order, with item and edition."""
    rows = list(sheet.items.select_related("item__agency", "item__current_edition", "edition"))
    for row in rows:
        row.edition.item = row.item
    return rows


def parts(sheet: BoardSheet, rows: Sequence[SheetItem], newer: Mapping[str, Sequence[Item]]) -> list[Part]:
    """The sections of a sheet. A page of everybody: nothing of it depends on who asks."""
    named = {(row.section, row.position): row for row in rows}
    changed = {(found.row.section, found.row.position): found for found in differences(sheet)}
    readable = Item.objects.visible_to(AnonymousUser()).filter(pk__in=[found.row.item_id for found in changed.values()])
    steps = _steps(changed.values(), set(readable.values_list("pk", flat=True)) if changed else set())

    def line(view: SectionView, entry: EntryView) -> Line:
        place = (view.number - 1, entry.position)
        row, found = named[place], changed.get(place)
        url = row.item.get_absolute_url() if entry.address else ""
        since = [one for one in steps.get(row.item_id, ()) if one.number > row.edition.number]
        return Line(entry, row, url, found.words if found else "", since if found else ())

    return [
        Part(view, [line(view, entry) for entry in view.entries], newer.get(view.heading, ()))
        for view in contents(sheet, rows)
    ]


def _steps(found: Iterable[Difference], readable: set[int]) -> dict[int, list[Step]]:
    """By item, its published editions; nothing where no text may be read."""
    slugs = {one.row.item_id: one.row.item.slug for one in found if one.row.item_id in readable}
    if not slugs:
        return {}
    editions = Edition.objects.filter(item__in=slugs, state=EditionState.PUBLISHED).order_by("number")
    steps: dict[int, list[Step]] = defaultdict(list)
    for item, number in editions.values_list("item", "number"):
        steps[item].append(Step(number, reverse("item_diff", args=[slugs[item], number])))
    return steps


@dataclass(frozen=True, slots=True)
class Witness:
    """The entry of the log that a sheet was made under, and whether the log has that very hash under that number."""

    entry: LogEntry | None
    is_same: bool


def witness(sheet: BoardSheet) -> Witness:
    """`entry` None with `is_same`: there was no log yet."""
    if sheet.log_sequence == 0:
        return Witness(None, is_same=True)
    entry = LogEntry.objects.visible_to(AnonymousUser()).filter(sequence=sheet.log_sequence).first()
    return Witness(entry, is_same=entry is not None and entry.hash == sheet.log_head)
