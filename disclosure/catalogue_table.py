"""The table of a standard catalogue ↔ rows of data: headers, ticks, channels, merged cells. Pure.

The order of columns is that of the catalogues issued under 国办发〔2019〕54号. A column that is not in a file
leaves its field alone when the entry exists.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import catalogue_words as words
from disclosure.enums import Category, Channel, Level, Mode, TargetGroup
from disclosure.rules import to_columns
from disclosure.timing_text import parse_timing
from govportal.html import clean_text
from govportal.models.agency import AgencyKind
from govportal.spreadsheets import unescape_formula
from govportal.tables import UnreadableTable

_HEADER_DEPTH = 15  # rows of titles and notes that may stand above the header
_FIELD_OF_HEADER = {header: name for name, headers in words.HEADERS.items() for header in headers}
_LIMITS = {"domain": 60, "level1": 120, "level2": 200, "timing_text": 300, "responsible_text": 200, "code": 40}
_SAME = "同上"
_INHERITED = ("timing", "channels", "responsible", "basis")


@dataclass(slots=True)
class CatalogueRow:
    """One line of a catalogue. `values` holds the fields the file says something about."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    responsible: str | None = None  # free text; None: the file has no such column
    agency_codes: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    messages: list[str] = field(default_factory=list)
    is_refused: bool = False

    def refuse(self, message: str) -> None:
        self.messages.append(message)
        self.is_refused = True

    @property
    def label(self) -> str:
        parts = (self.values.get(name, "") for name in ("domain", "level1", "level2"))
        return " / ".join(part for part in parts if part)[:120]


def read_rows(table: Sequence[Sequence[str]]) -> list[CatalogueRow]:
    """The rows of a table in any of the shapes agencies use. Raises UnreadableTable without a known header."""
    top, height, columns = _find_header(table)
    reader = _Reader(columns, domain=_domain_of_title(table[:top]))
    rows: list[CatalogueRow] = []
    for number, cells in enumerate(table[top + height :], top + height + 1):
        cleaned = [_clean(cell) for cell in cells]
        filled = {cell for cell in cleaned if cell}
        if not filled or reader.is_header(cleaned):
            continue
        if len(filled) == 1 and (domain := _domain_of_title([[*filled]])):
            reader.domain = domain  # a line across the table: （二）财政预决算领域
            continue
        rows.append(reader.read(number, cleaned))
    return rows


def _clean(text: str) -> str:
    text = clean_text(unicodedata.normalize("NFC", text).replace("\ufeff", "").replace("\r\n", "\n"))
    return unescape_formula(text)


# --- header ------------------------------------------------------------------------------------------------


def _header_key(text: str) -> str:
    return re.sub(r"[\s_()（）·:：、.]", "", unicodedata.normalize("NFKC", text)).lower()


def _columns(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        name = _FIELD_OF_HEADER.get(_header_key(_clean(cell)))
        if name:
            found.setdefault(name, index)
    return found


def _two_rows(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """A header of two rows as one: 公开对象 over 全社会 is 公开对象全社会. The upper cell may be merged."""
    joined, above = [], ""
    for top, bottom in zip(upper, lower, strict=True):
        above = top.strip() or above
        joined.append(above + bottom if bottom.strip() and bottom.strip() != above else top)
    return joined


def _find_header(table: Sequence[Sequence[str]]) -> tuple[int, int, dict[str, int]]:
    """(index of the first header row, its height, column of each field)."""
    best: tuple[int, int, dict[str, int]] | None = None
    for index in range(min(_HEADER_DEPTH, len(table))):
        candidates = [(1, _columns(table[index]))]
        if index + 1 < len(table):
            candidates.append((2, _columns(_two_rows(table[index], table[index + 1]))))
        for height, columns in candidates:
            names_matter = "level1" in columns or "domain" in columns
            if names_matter and len(columns) > 1 and (best is None or len(columns) > len(best[2])):
                best = (index, height, columns)
    if best is None:
        raise UnreadableTable(_("找不到表头：至少要有“一级事项”或“领域”一列，以及公开内容、依据、时限、主体等列。"))
    return best


def _domain_of_title(rows: Sequence[Sequence[str]]) -> str:
    """社会救助 from a title 澄明县社会救助领域基层政务公开标准目录; a known domain first."""
    title = " ".join(cell for row in rows for cell in dict.fromkeys(row) if cell)
    match = re.search(r"([\u4e00-\u9fff（）]{2,30}?)领域", title)
    if not match:
        return ""
    known = next((name for name in words.DOMAINS if name in match[1]), "")
    return known or re.sub(r"^（[一二三四五六七八九十]+）", "", match[1])


# --- rows --------------------------------------------------------------------------------------------------


class _Reader:
    """Reads row after row, remembering what merged cells and 同上 take from above."""

    def __init__(self, columns: dict[str, int], domain: str) -> None:
        self._columns = columns
        self.domain = domain
        self._level1 = ""
        self._above: dict[str, str] = {}

    def is_header(self, cells: Sequence[str]) -> bool:
        """The header printed again at the top of a page."""
        return len(_columns(cells)) >= max(2, len(self._columns) // 2)

    def _cell(self, cells: Sequence[str], name: str) -> str | None:
        index = self._columns.get(name)
        return None if index is None else cells[index]

    def read(self, number: int, cells: Sequence[str]) -> CatalogueRow:
        row = CatalogueRow(number)
        raw = {name: self._cell(cells, name) for name in words.HEADERS}
        self._inherit(row, raw)
        self._name(row, raw)
        for name in ("elements", "basis", "code", "item_type"):
            if raw[name] is not None:
                row.values[name] = raw[name]
        for name in ("source", "note"):
            if raw[name] is not None:
                row.values[name] = str(raw[name])[:300]
        _read_timing(row, raw)
        _read_channels(row, raw)
        _read_target(row, raw)
        _read_mode(row, raw)
        _read_levels(row, raw)
        _read_responsible(row, raw)
        _read_category(row, raw)
        for name, limit in _LIMITS.items():
            if len(row.values.get(name) or "") > limit:
                row.refuse(_("%(name)s超过 %(limit)s 个字。") % {"name": _FIELD_LABELS[name], "limit": limit})
                row.values[name] = row.values[name][:limit]
        return row

    def _inherit(self, row: CatalogueRow, raw: dict[str, str | None]) -> None:
        for name in _INHERITED:
            text = raw[name]
            if text is None:
                continue
            if text.startswith(_SAME):
                if name in self._above:
                    raw[name] = text = self._above[name]
                else:
                    row.messages.append(_("“同上”的上面没有可用的内容。"))
            if text:
                self._above[name] = text

    def _name(self, row: CatalogueRow, raw: dict[str, str | None]) -> None:
        self.domain = raw["domain"] or self.domain
        level1, level2, level3 = raw["level1"], raw["level2"] or "", raw["level3"] or ""
        if level1 is None and self.domain:
            level1 = self.domain
            row.messages.append(_("只有领域，没有具体事项，请补充。"))
        elif not level1 and level2:
            level1 = self._level1
        self._level1 = level1 or ""
        row.values |= {
            "domain": self.domain,
            "level1": self._level1,
            "level2": " / ".join(part for part in (level2, level3) if part),
        }
        if not self.domain:
            row.refuse(_("缺少领域。"))
        if not self._level1:
            row.refuse(_("缺少一级事项。"))


_FIELD_LABELS = {
    "domain": gettext_lazy("领域"),
    "level1": gettext_lazy("一级事项"),
    "level2": gettext_lazy("二级事项"),
    "timing_text": gettext_lazy("公开时限"),
    "responsible_text": gettext_lazy("公开主体"),
    "code": gettext_lazy("目录编号"),
}


def tick(text: str) -> tuple[bool, str]:
    """(ticked, what is written beside the tick). A cell with words and no tick counts as ticked."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if folded.lower() in words.UNTICKED:
        return False, ""
    if folded.lower() in words.TICK_WORDS:
        return True, ""
    if folded[0] in words.TICKS:
        return True, text.strip()[1:].strip("（）() \n")
    return True, text.strip()


def _read_timing(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    text = raw["timing"]
    if text is None:
        return
    rule = parse_timing(text)
    row.values |= {"timing_text": text, **to_columns(rule)}
    if rule is None:
        row.messages.append(
            _("看不懂公开时限“%(text)s”，已保留原文。") % {"text": text[:60]} if text else _("没有公开时限。")
        )


def _read_channels(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    text = raw["channels"]
    if text is None:
        return
    channels, unknown = parse_channels(text)
    row.values["channels"] = channels
    if unknown:
        row.messages.append(_("不认识的公开渠道“%(text)s”，记为“其他”。") % {"text": "、".join(unknown)[:80]})


def parse_channels(text: str) -> tuple[list[str], list[str]]:
    """(selected channels, words not recognised). Parts under □ or 〇 are optional and not selected."""
    text = unicodedata.normalize("NFKC", text)
    marked = re.split(rf"(?=[{words.SELECTED_MARKS}{words.OPTIONAL_MARKS}])", text)
    selected = "、".join(part.lstrip(words.SELECTED_MARKS) for part in marked if part[:1] not in words.OPTIONAL_MARKS)
    channels: list[str] = []
    unknown: list[str] = []
    for part in re.split(r"[、,;|\n\s]+", selected):
        found: list[str] = []
        rest = part
        for word, channel in words.CHANNEL_WORDS:
            if word in rest and not (channel == Channel.OTHER and found):
                found.append(channel.value)
                rest = rest.replace(word, "")
        channels += found
        if part and not found:
            unknown.append(part)
            channels.append(Channel.OTHER.value)
    return list(dict.fromkeys(channels)), unknown


def _read_target(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    society, specific, target = raw["society"], raw["specific"], raw["target"]
    if society is None and specific is None and target is None:
        return
    is_society = bool(society and tick(society)[0])
    is_specific, detail = tick(specific) if specific else (False, "")
    if target:
        is_society = is_society or "社会" in target
        if not is_society:
            is_specific, detail = True, "" if target in {"特定群体", "特定群众"} else target
    if not is_society and not is_specific:
        row.messages.append(_("没有标明公开对象，按“全社会”登记。"))
    group = TargetGroup.SPECIFIC if is_specific and not is_society else TargetGroup.SOCIETY
    if is_specific and detail in {TargetGroup.INTERNAL.label, "对内", "内部人员"}:
        group, detail = TargetGroup.INTERNAL, ""
    row.values |= {"target": group.value, "target_detail": detail[:120]}


def _read_mode(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    proactive, on_request, text = raw["proactive"], raw["on_request"], raw["mode"]
    if proactive is None and on_request is None and text is None:
        return
    written = text or ""
    if (proactive and "不予" in proactive) or "不予" in written:
        mode = Mode.NOT_PUBLIC
    elif (proactive and tick(proactive)[0]) or "主动" in written:
        mode = Mode.PROACTIVE
    elif (on_request and tick(on_request)[0]) or "申请" in written:
        mode = Mode.ON_REQUEST
    else:
        mode = Mode.PROACTIVE
        row.messages.append(_("没有标明公开方式，按“主动公开”登记。"))
    row.values["mode"] = mode.value


def _read_levels(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    columns = (("city", Level.CITY), ("county", Level.COUNTY), ("township", Level.TOWNSHIP), ("village", Level.VILLAGE))
    text = raw["levels"]
    if text is None and all(raw[name] is None for name, _level in columns):
        return
    found = {level for name, level in columns if (cell := raw[name]) and tick(cell)[0]}
    found |= {level for pattern, level in words.LEVEL_WORDS if text and pattern.search(text)}
    row.values["levels"] = [level.value for level in Level if level in found]


def _read_responsible(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    row.responsible = raw["responsible"]
    if row.responsible is not None:
        row.values["responsible_text"] = row.responsible
    if raw["agencies"] is not None:
        row.agency_codes = tuple(_split(raw["agencies"]))
    if raw["kinds"] is not None:
        labels = {str(kind.label): kind.value for kind in AgencyKind} | {kind.value: kind.value for kind in AgencyKind}
        given = _split(raw["kinds"])
        row.kinds = tuple(labels[word] for word in given if word in labels)
        row.messages += [
            _("不认识的公开主体类别“%(word)s”。") % {"word": word[:30]} for word in given if word not in labels
        ]


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[|、,;，；\n]", text) if part.strip()]


def _read_category(row: CatalogueRow, raw: dict[str, str | None]) -> None:
    """As given; else by the domain; else 其他重大事项, reported. An entry that exists keeps its own."""
    if given := raw["category"]:
        category = next((c for c in Category if given in {c.value, str(c.label)}), None)
        if category:
            row.values["category"] = category.value
            return
        row.messages.append(_("不认识的类别“%(text)s”。") % {"text": given[:30]})
    guessed = guess_category(row.values["domain"], row.values["level1"])
    if guessed is None:
        row.messages.append(
            _("领域“%(domain)s”没有对应的类别，暂归“其他重大事项”。") % {"domain": row.values["domain"]}
        )
    row.values["guessed_category"] = (guessed or Category.OTHER).value


def guess_category(domain: str, level1: str) -> Category | None:
    if category := next((category for word, category in words.DOMAIN_CATEGORIES if word in domain), None):
        return category
    if words.GENERAL_DOMAIN in domain:
        return next((category for pattern, category in words.MATTER_CATEGORIES if pattern.search(level1)), None)
    return None
