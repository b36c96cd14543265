"""Rows of an archive file: read JSONL, CSV or XLSX and say what each row holds and lacks. Writes nothing."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from disclosure.enums import Validity
from disclosure.models import Edition
from disclosure.types import ITEM_TYPES, missing_elements
from govportal.html import clean_line, from_text, looks_like_html
from govportal.tables import UnreadableTable, read_table

# Our names; the right side of `--fields ours=theirs` is the column of the file.
TEXT_FIELDS = ("source_id", "title", "document_number", "index_number", "issuer", "topic")
DATE_FIELDS = ("formed_on", "published_on", "effective_on", "expires_on")
FIELDS = (*TEXT_FIELDS, *DATE_FIELDS, "body", "validity", "keywords", "summary")

# The words that archives use for 有效性.
VALIDITY_WORDS: Mapping[str, Validity] = {
    "有效": Validity.VALID,
    "现行有效": Validity.VALID,
    "是": Validity.VALID,
    "已修改": Validity.AMENDED,
    "已被修改": Validity.AMENDED,
    "已修订": Validity.AMENDED,
    "部分失效": Validity.PARTLY_VOID,
    "部分废止": Validity.PARTLY_VOID,
    "失效": Validity.EXPIRED,
    "已失效": Validity.EXPIRED,
    "历史版本": Validity.EXPIRED,
    "失效或已被修改": Validity.EXPIRED,
    "废止": Validity.VOID,
    "已废止": Validity.VOID,
    "尚未生效": Validity.VALID,
    **{validity.value: validity for validity in Validity},
}
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


class BadFieldMap(ValueError):
    """The `--fields` text does not name our fields."""


@dataclass(slots=True)
class ItemRow:
    """One row, read. `problems` say what is wrong or was assumed, in the reader's words."""

    number: int
    source_id: str = ""
    title: str = ""
    body: str = ""  # HTML, not yet sanitised
    index_number: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    published_on: date | None = None
    is_dated: bool = False  # the file itself gives the day of publication
    given: tuple[str, ...] = ()  # which of `values` the file speaks of
    problems: list[str] = field(default_factory=list)

    @property
    def is_publishable(self) -> bool:
        return bool(self.title and self.body)


def parse_field_map(text: str) -> dict[str, str]:
    """`title=title,body=body_html` as {ours: theirs}; `extra.KEY` reaches the fields of the item type.

    Raises BadFieldMap, naming what is wrong.
    """
    mapping: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        ours, equals, theirs = (piece.strip() for piece in pair.partition("="))
        if not equals or not theirs:
            raise BadFieldMap(_("“%s”应写成 我们的字段=文件的列。") % pair)
        if ours not in FIELDS and not ours.startswith("extra."):
            raise BadFieldMap(_("没有字段“%(name)s”，可用：%(known)s。") % {"name": ours, "known": ", ".join(FIELDS)})
        mapping[ours] = theirs
    if not {"title", "body"} <= mapping.keys():
        raise BadFieldMap(_("至少要指定 title 和 body。"))
    return mapping


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(row number, columns) of a file; a row that cannot be read comes as its problem, a text.

    Rows count from 1 after the header line. Raises UnreadableTable when the whole file cannot be read.
    """
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        yield from _json_lines(path)
        return
    lines = iter(read_table(path))
    header = [str(cell).strip().lstrip("\ufeff") for cell in next(lines, [])]
    if not any(header):
        raise UnreadableTable(_("文件是空的，或第一行不是列名。"))
    for number, line in enumerate(lines, 1):
        if any(str(cell).strip() for cell in line):
            yield number, dict(zip(header, line, strict=False))


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line.decode("utf-8-sig"))
            except UnicodeDecodeError:
                yield number, _("这一行不是 UTF-8 编码")
            except json.JSONDecodeError as error:
                yield number, _("这一行不是完整的 JSON：第 %d 个字符") % error.pos
            except (ValueError, RecursionError):
                yield number, _("这一行的数字太长，或层次太深")
            else:
                yield number, value if isinstance(value, dict) else _("这一行不是 JSON 对象")


def parse_row(number: int, columns: Mapping[str, Any], mapping: Mapping[str, str]) -> ItemRow:
    """A row by the field map. Nothing is refused here: what does not fit is named and left empty."""
    row = ItemRow(number)
    texts = {ours: _text(columns.get(theirs)) for ours, theirs in mapping.items()}
    row.title = clean_line(texts.get("title", ""))
    row.body = _body(texts.get("body", ""))
    row.index_number = clean_line(texts.get("index_number", ""))
    row.source_id = clean_line(texts.get("source_id", "")) or _content_key(row)
    row.values = {name: clean_line(texts.get(name, "")) for name in ("document_number", "issuer")}
    row.values["topic"] = "/".join(filter(None, re.split(r"\s*[\\/>]\s*", clean_line(texts.get("topic", "")))))
    row.values["summary"] = clean_line(texts.get("summary", ""))
    row.values["keywords"] = [w for w in re.split(r"[\s,;，；、]+", clean_line(texts.get("keywords", ""))) if w]
    row.values["validity"] = _validity(texts.get("validity", ""), row)
    row.extra = {ours[6:]: clean_line(text) for ours, text in texts.items() if ours.startswith("extra.") and text}
    dates = {name: _date(texts.get(name, ""), name, row) for name in DATE_FIELDS}
    row.published_on = dates.pop("published_on")
    row.is_dated = row.published_on is not None
    row.values |= dates
    row.given = tuple(name for name in row.values if name in mapping)
    _fit(row)
    if not row.title:
        row.problems.append(_("没有标题"))
    if not row.body:
        row.problems.append(_("正文为空"))
    return row


def _fit(row: ItemRow) -> None:
    """Cut what is longer than its column: a row is never withheld for a long issuer, and the cut is named."""
    row.title = _cut("title", row.title, row)
    for name in ("document_number", "issuer", "topic"):
        row.values[name] = _cut(name, row.values[name], row)


def _cut(name: str, text: str, row: ItemRow) -> str:
    longest = getattr(Edition._meta.get_field(name), "max_length", None)
    if longest is None or len(text) <= longest:
        return text
    row.problems.append(
        _("%(field)s有 %(length)d 字，超出 %(longest)d 字的部分已截去")
        % {"field": label_of("general", name), "length": len(text), "longest": longest}
    )
    return text[:longest]


def note_missing(row: ItemRow, item_type: str, category: str) -> None:
    """Name metadata that the item type demands and the row lacks."""
    present = {**row.values, "title": row.title, "body": row.body, "agency": True, "category": category}
    missing = [key for key in missing_elements(item_type, present, row.extra) if key not in {"title", "body"}]
    if missing:
        row.problems.append(_("缺少要素：%s") % "、".join(str(label_of(item_type, key)) for key in missing))


def settle_published_on(row: ItemRow, today: date) -> date:
    """The day of publication; when the file does not give one, the nearest date it does give, and say so."""
    formed_on, effective_on = row.values["formed_on"], row.values["effective_on"]
    if row.published_on is None:
        assumed = formed_on or effective_on or today
        source = _("成文日期") if formed_on else _("施行日期") if effective_on else _("迁入日期")
        row.problems.append(_("缺少公开日期，以%(source)s %(date)s 代替") % {"source": source, "date": assumed})
        return assumed
    if formed_on and row.published_on < formed_on:
        row.problems.append(
            _("公开日期 %(published)s 早于成文日期 %(formed)s") % {"published": row.published_on, "formed": formed_on}
        )
    if row.published_on > today:
        row.problems.append(_("公开日期 %s 在今天之后") % row.published_on)
    return row.published_on


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def _body(text: str) -> str:
    return text if looks_like_html(text) else from_text(text)


def _content_key(row: ItemRow) -> str:
    """A source id for files that have none: the same text gives the same key, so a second run finds it."""
    return "sha256:" + hashlib.sha256(f"{row.title}\n{row.body}".encode("utf-8", "replace")).hexdigest()[:24]


def _validity(text: str, row: ItemRow) -> Validity:
    word = clean_line(text)
    if word and word not in VALIDITY_WORDS:
        row.problems.append(_("有效性“%s”不能识别，按有效处理") % word)
    return VALIDITY_WORDS.get(word, Validity.VALID)


def _date(text: str, name: str, row: ItemRow) -> date | None:
    text = clean_line(text)
    if not text or text in {"-", "—", "/", "无"}:
        return None
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        year, month, day = (int(part) for part in match.groups()) if match else (0, 0, 0)
        return date(year, month, day)
    except ValueError:
        row.problems.append(_("%(field)s“%(text)s”不是日期") % {"field": label_of("general", name), "text": text[:40]})
        return None


def label_of(item_type: str, key: str) -> Any:
    """The name of a column or extra field as staff know it."""
    if key.startswith("extra."):
        extra_field = ITEM_TYPES[item_type].extra_field(key[6:])
        return extra_field.label if extra_field else key
    return getattr(Edition._meta.get_field(key), "verbose_name", key)
