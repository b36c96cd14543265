"""What whoever makes a sheet of a 公开栏 should look at before it hangs. Nothing here forbids it: he sees the wall."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from disclosure.board_content import EntryView, SectionView
from disclosure.masking import is_person
from disclosure.models import BoardSheet, SheetItem
from govportal.filetypes import CSV
from govportal.models import Leader

_HAN = r"[\u3400-\u9fff]"
_MASKED = rf"{_HAN}{{1,2}}\*+{_HAN}?"
_WHOLE_MASKED, _ENDS_MASKED = re.compile(_MASKED), re.compile(rf"{_HAN}*?{_MASKED}")
_NAME = re.compile(rf"(?![一二两三四五六七八九十]){_HAN}{{2,3}}")  # of four: words far more often than names
_CLAUSE = re.compile(r"[^。，,：:！？!?()（）“”《》\s]+")
_LIST = re.compile(r"[、；;]")
# What tells that a list is one of persons, although no rule knew a single name of it.
_TOLD_BEFORE = re.compile(r"(?:名单|人员|人选|对象|同志)(?:为|是|如下)?[：:\s]*$")
_TOLD_AFTER = re.compile(r"等?\s*(?:[0-9一二两三四五六七八九十百]+\s*[人名户位]|人|同志)")
_ATTACHED = re.compile(r"[见详]\s*附[件表]|附后|后附")
_TABLES = (*CSV.suffixes, ".xls", ".xlsx", ".ods", ".et")
_LAST_DAYS = ("notice_ends_on", "shown_until")  # fields of types: until when a 公示 lasts


@dataclass(frozen=True, slots=True)
class Warned:
    """`place` counts sections from 0; `entry` is None where the words are of the section."""

    place: int
    section: SectionView
    entry: EntryView | None
    words: str


def warnings_of(sheet: BoardSheet, items: Sequence[SheetItem], sections: Sequence[SectionView]) -> list[Warned]:
    """In the order of the sheet; `items` and `sections` as they would be printed."""
    prefetch_related_objects([row.edition for row in items], "attachments__attachment")
    by_place = {(row.section, row.position): row for row in items}
    found = []
    for place, section in enumerate(sections):
        if not section.entries:
            found.append(Warned(place, section, None, _("没有内容，会印“%s”") % section.gap))
        for entry in section.entries:
            row = by_place[place, entry.position]
            words = [] if entry.is_withheld else [*_of_entry(sheet, place, entry, row)]
            found += [Warned(place, section, entry, one) for one in words]
    return found


def _of_entry(sheet: BoardSheet, place: int, entry: EntryView, row: SheetItem) -> Iterator[str]:
    lines = [entry.title, *entry.lines]
    if sheet.sections[place]["masks_names"] and not _is_of_office(row):
        shown = {"".join(str(name).split()) for name in sheet.sections[place].get("shown_names", ())}
        names = list(dict.fromkeys(name for line in lines for name in unmasked_names(line) if name not in shown))
        officials = set(Leader.objects.filter(name__in=names).values_list("name", flat=True)) if names else set()
        if names := [name for name in names if name not in officials]:
            yield _("名单中没有隐去：%s。是姓名的，填入栏目的“另外隐去的姓名”。") % "、".join(names)
    yield from _of_attachments(lines, row)
    last = _last_day(row)
    if last and last < sheet.post_from:
        yield _("公示期 %(last)s 已满，早于张贴起始日 %(first)s。") % {"last": last, "first": sheet.post_from}


def _is_of_office(row: SheetItem) -> bool:
    """Names in it are those of officials, and stand."""
    return row.item.item_type == "appointment" and row.edition.extra.get("action") != "recruit"


def _of_attachments(lines: Iterable[str], row: SheetItem) -> Iterator[str]:
    """No attachment is printed: said where the text sends its reader to one, or where one is a table of whom it is
    about."""
    held = list(row.edition.attachments.all())
    if any(_ATTACHED.search(line) for line in lines):
        titles = _("（%s）") % "、".join(one.title for one in held) if held else ""
        yield _("文中说见附件，附件%s不印在公开栏上，只能扫码看。") % titles
    elif tables := [one.title for one in held if one.attachment.suffix in _TABLES]:
        yield _("附件中的表格不印在公开栏上，只能扫码看：%s。") % "、".join(tables)


def _last_day(row: SheetItem) -> date | None:
    for name in _LAST_DAYS:
        try:
            return date.fromisoformat(str(row.edition.extra.get(name, "")))
        except ValueError:
            continue
    return None


def unmasked_names(text: str) -> Iterator[str]:
    """Words of a list of persons that stand as they are: beside a masked name, or where the words around tell so."""
    for clause in _CLAUSE.finditer(text):
        parts = _LIST.split(clause[0])
        told = bool(_TOLD_BEFORE.search(text[: clause.start()]))
        for run in _runs(parts):
            if any("*" in part for part in run):
                yield from (part for part in run if "*" not in part)
        names = [part for part in _without_tail(parts) if _is_name(part)]
        is_told = told or bool(_TOLD_AFTER.search(parts[-1]))
        cut = len(parts) - len(names)  # the first may begin with words of its sentence: 补助商小满
        long = sum(len(name) > 2 for name in names)
        if is_told and names and len(parts) > 1 and cut <= 1 and long * 2 >= len(names):
            yield from names


def _runs(parts: Sequence[str]) -> Iterator[list[str]]:
    """Neighbours that are names, masked or not; what was cut out of a sentence may begin or end a run."""
    run: list[str] = []
    for part in parts:
        if _WHOLE_MASKED.match(part) or _ENDS_MASKED.fullmatch(part) or _is_name(part):
            run.append(part)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run


def _without_tail(parts: Sequence[str]) -> list[str]:
    """商小满等3人 → 商小满."""
    return [*parts[:-1], _TOLD_AFTER.split(parts[-1])[0]]


def _is_name(part: str) -> bool:
    return bool(_NAME.fullmatch(part)) and is_person(part)
