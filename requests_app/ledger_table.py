"""A ledger of requests, as offices keep it → rows of data, each with what is wrong with it. Pure.

docs/ledger.md says which columns and words are known. Columns of other names are never read: a ledger brings no
identity of an applicant into the portal, and what looks like one in the columns that are read refuses the row.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from govportal import personal_data
from govportal.html import clean_line
from govportal.spreadsheets import unescape_formula
from govportal.tables import UnreadableTable
from requests_app import ledger_words as words
from requests_app.enums import State

FIRST_DAY = date(2008, 5, 1)  # 国务院令第492号: the day on which the first 政府信息公开条例 took effect
NUMBER_LIMIT, SUBJECT_LIMIT = 40, 200
_HEADER_DEPTH = 15  # rows of titles and notes that may stand above the header
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")  # of a spreadsheet, in days
_SERIAL_ORIGIN = date(1899, 12, 30)
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_SHOWN = 30  # characters of a cell that a message repeats
# An identity number by its shape: in a ledger one with a slip in it is still one.
_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_LONG_NUMBER = re.compile(r"[0-9][0-9 -]{5,}[0-9Xx]")


@dataclass(slots=True)
class LedgerRow:
    """One request of a ledger. `place` counts the rows of the file from 1, the header included.

    `outcome` empty: not closed. A refused row is not imported, and says why in `messages`.
    """

    place: int
    number: str = ""
    received_on: date | None = None
    channel: str = ""
    applicant_kind: str = ""
    subject: str = ""
    outcome: str = ""
    state: State = State.IN_REVIEW
    closed_on: date | None = None
    carried_from: int | None = None
    messages: list[str] = field(default_factory=list)
    is_refused: bool = False

    def refuse(self, message: str) -> None:
        self.messages.append(message)
        self.is_refused = True


def read_rows(table: Sequence[Sequence[str]], *, today: date) -> list[LedgerRow]:
    """The requests of a table. Raises UnreadableTable without a header that has the columns every ledger needs."""
    top, columns = _find_header(table)
    rows: list[LedgerRow] = []
    for place, cells in enumerate(table[top + 1 :], top + 2):
        texts = {name: _clean(cells[index]) for name, index in columns.items()}
        # Blank, or the header of the next printed page.
        if not any(texts.values()) or _FIELD_OF_HEADER.get(words.key(texts["number"])) == "number":
            continue
        rows.append(_read(place, texts, today))
    return rows


def _clean(cell: str) -> str:
    return unescape_formula(clean_line(cell.replace("\ufeff", "")))


# --- header --------------------------------------------------------------------------------------------------

_FIELD_OF_HEADER = {words.key(header): name for name, headers in words.HEADERS.items() for header in headers}


def _columns(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if name := _FIELD_OF_HEADER.get(words.key(_clean(cell))):
            found.setdefault(name, index)
    return found


def _find_header(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    candidates = [(index, _columns(cells)) for index, cells in enumerate(table[:_HEADER_DEPTH])]
    top, columns = max(candidates, key=lambda candidate: len(candidate[1]))
    missing = [words.LABELS[name] for name in words.REQUIRED if name not in columns]
    if len(missing) == len(words.REQUIRED):
        raise UnreadableTable(
            _("找不到表头。台账须有这些列：%(columns)s；信息名称、结转自可以没有。") % {"columns": "、".join(missing)}
        )
    if missing:
        raise UnreadableTable(
            _("第 %(row)s 行的表头缺少：%(columns)s。") % {"row": top + 1, "columns": "、".join(missing)}
        )
    return top, columns


# --- rows ----------------------------------------------------------------------------------------------------


def _read(place: int, texts: dict[str, str], today: date) -> LedgerRow:
    row = LedgerRow(place)
    texts = {name: "" if _folded(text) in words.NOTHING else text for name, text in texts.items()}
    _read_number(row, texts["number"])
    _read_subject(row, texts.get("subject", ""))
    row.received_on = _day(row, "received_on", texts["received_on"], today)
    row.closed_on = _day(row, "closed_on", texts["closed_on"], today)
    if not texts["received_on"]:
        row.refuse(_("缺少收到日期。"))
    _read_channel(row, texts["channel"])
    _read_kind(row, texts["applicant_kind"])
    _read_outcome(row, texts["outcome"], has_closing_day=bool(texts["closed_on"]))
    _read_carried(row, texts.get("carried_from", ""), today)
    _compare_days(row)
    return row


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _names_a_person(text: str) -> bool:
    return bool(personal_data.find(text) or _IDENTITY.search(_folded(text)))


def _shown(text: str) -> str:
    """What a message may repeat of a cell: where a column was pushed aside, the number of a paper stands in it."""
    return _LONG_NUMBER.sub("…", _folded(text))[:_SHOWN]


def _read_number(row: LedgerRow, text: str) -> None:
    number = _folded(text)
    if not number:
        row.refuse(_("缺少受理编号。"))
    elif _names_a_person(number):
        row.refuse(_("受理编号像是证件号码或者电话号码，台账不能载有申请人的身份信息。"))
    elif len(number) > NUMBER_LIMIT:
        row.refuse(_("受理编号超过 %s 个字。") % NUMBER_LIMIT)
    else:
        row.number = number


def _read_subject(row: LedgerRow, text: str) -> None:
    if _names_a_person(text):
        row.refuse(_("信息名称里有身份证号、手机号或者银行卡号，请删去：台账不能载有申请人的身份信息。"))
    elif len(text) > SUBJECT_LIMIT:
        row.refuse(_("信息名称有 %(count)s 个字，最多 %(most)s 个。") % {"count": len(text), "most": SUBJECT_LIMIT})
    else:
        row.subject = text


def _read_channel(row: LedgerRow, text: str) -> None:
    if channel := words.channel(text):
        row.channel = channel.value
    else:
        row.refuse(_("不认识的申请渠道“%s”。") % _shown(text) if text else _("缺少申请渠道。"))


def _read_kind(row: LedgerRow, text: str) -> None:
    if kind := words.applicant_kind(text):
        row.applicant_kind = kind.value
    else:
        row.refuse(_("不认识的申请人类型“%s”。") % _shown(text) if text else _("缺少申请人类型。"))


def _read_outcome(row: LedgerRow, text: str, *, has_closing_day: bool) -> None:
    found = words.outcome(text) if text else (None, State.IN_REVIEW)
    if found is None:
        row.refuse(_("不认识的办理结果“%s”，须写到年度报告表三的具体情形。") % _shown(text))
        return
    outcome, row.state = found
    row.outcome = outcome.value if outcome else ""
    if outcome and not has_closing_day:
        row.refuse(_("有办理结果，没有办结日期。"))
    if has_closing_day and not outcome:
        row.refuse(_("有办结日期，没有办理结果。"))


def _read_carried(row: LedgerRow, text: str, today: date) -> None:
    if not text:
        return
    match = _YEAR.fullmatch(_folded(text))
    if match is None:
        row.refuse(_("结转自“%s”不是年份。") % _shown(text))
        return
    year = int(match[1])
    if year >= today.year:
        row.refuse(_("%s 年还没有结束，不能从这一年结转。") % year)
    elif row.received_on and year < row.received_on.year - 1:
        # A corrected application is received anew, so a request can be carried over from the year before its day.
        row.refuse(_("结转自 %(year)s 年，与收到日期 %(day)s 不符。") % {"year": year, "day": row.received_on})
    elif row.closed_on and year >= row.closed_on.year:
        row.refuse(_("结转自 %(year)s 年，与办结日期 %(day)s 不符。") % {"year": year, "day": row.closed_on})
    else:
        row.carried_from = year


def _compare_days(row: LedgerRow) -> None:
    if row.received_on and row.closed_on and row.closed_on < row.received_on:
        row.refuse(_("办结日期早于收到日期。"))


# --- days ----------------------------------------------------------------------------------------------------


def _day(row: LedgerRow, name: str, text: str, today: date) -> date | None:
    if not text:
        return None
    words_of = {"column": words.LABELS[name], "text": _shown(text)}
    day = read_day(text)
    if day is None:
        row.refuse(_("%(column)s“%(text)s”不是有效的日期。") % words_of)
    elif day > today:
        row.refuse(_("%(column)s“%(text)s”晚于今天。") % words_of)
    elif day < FIRST_DAY:
        row.refuse(_("%(column)s“%(text)s”早于《政府信息公开条例》首次施行（2008年5月1日）。") % words_of)
    else:
        return day
    return None


def read_day(text: str) -> date | None:
    """2024-3-5, 2024/3/5, 2024.3.5, 2024年3月5日, 20240305, each with a time after it or not, and days of a spreadsheet
    (45356); None for everything else, 2024/13/45 included."""
    folded = _folded(text)
    if serial := _SERIAL.fullmatch(folded):
        return _SERIAL_ORIGIN + timedelta(days=int(serial[1]))
    match = _DATE.fullmatch(folded) or _COMPACT_DATE.fullmatch(folded)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None
