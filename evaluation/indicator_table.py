"""The table of a set of indicators, as cities issue them ↔ rows of data, each with what is wrong with it.

One line a clause: its code, the group and what that weighs, the topic, the clause, the amounts a fault takes off and
how often it is looked at. Behind them may stand columns of ours, which make a table whole: mode, measure, marks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from evaluation import indicator_words as words
from evaluation.enums import Formula, Frequency, IndicatorMode
from evaluation.indicator_checks import amount_of, label_of
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Indicator
from evaluation.models.indicator_set import FULL, validate_code
from evaluation.scorecard_words import shown
from govportal.html import clean_line, clean_text
from govportal.spreadsheets import unescape_formula
from govportal.tables import UnreadableTable

MAX_AMOUNTS = 20
LIMITS = {"code": 40, "group": 80, "topic": 80, "text": 2000}
_HEADER_DEPTH = 15  # rows of titles and notes that may stand above the header
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,9})?")
_AMOUNT = re.compile(r"扣?([0-9]{1,6}(?:\.[0-9]{1,9})?)分?")
_BETWEEN = re.compile(r"[|、;,/\s]+")
_SHOWN = 30  # characters of a cell that a message repeats
_FIELD_OF_HEADER = {words.key(header): name for name, headers in words.HEADERS.items() for header in headers}


@dataclass(slots=True)
class IndicatorRow:
    """One clause. `place` counts the rows of the file from 1, the header included. A refused row says why.

    `full_marks` None: the file does not say, `share_out` sets it.
    """

    place: int
    code: str = ""
    group: str = ""
    weight: Decimal | None = None
    topic: str = ""
    item_no: int = 1
    text: str = ""
    mode: IndicatorMode = IndicatorMode.MANUAL
    measure: str = ""
    formula: Formula = Formula.DEDUCT
    full_marks: Decimal | None = None
    deductions: list[str] = field(default_factory=list)
    cap: Decimal | None = None
    is_evidence_required: bool = False
    frequency: Frequency = Frequency.HALF_YEAR
    messages: list[str] = field(default_factory=list)
    is_refused: bool = False

    def refuse(self, message: str) -> None:
        self.messages.append(message)
        self.is_refused = True


# --- writing --------------------------------------------------------------------------------------------------------


def table(indicators: Iterable[Indicator]) -> Iterator[list[str]]:
    """Header and lines, in the order given; their groups should be at hand. `read_rows` reads it back unchanged."""
    yield [headers[0] for headers in words.HEADERS.values()]
    for one in indicators:
        yield [
            one.code, one.group.name, shown(one.group.weight), one.topic, str(one.item_no), one.text,
            "|".join(shown(Decimal(text)) for text in one.deductions), one.frequency, one.mode, one.measure,
            one.formula, shown(one.full_marks), "" if one.cap is None else shown(one.cap),
            "true" if one.is_evidence_required else "false",
        ]  # fmt: skip


# --- reading --------------------------------------------------------------------------------------------------------


def read_rows(table: Sequence[Sequence[str]]) -> list[IndicatorRow]:
    """The clauses of a table; what is alike in all lines of a file is looked at too.

    Raises UnreadableTable without a header that has the columns every set needs.
    """
    top, columns = _find_header(table)
    reader = _Reader()
    rows = []
    for place, cells in enumerate(table[top + 1 :], top + 2):
        texts = {name: unescape_formula(clean_text(cells[index])) for name, index in columns.items()}
        # Blank, or the header of the next printed page.
        if not any(texts.values()) or _FIELD_OF_HEADER.get(words.key(texts["code"])) == "code":
            continue
        rows.append(reader.read(place, texts))
    return rows


def _columns(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if name := _FIELD_OF_HEADER.get(words.key(clean_line(cell.replace("\ufeff", "")))):
            found.setdefault(name, index)
    return found


def _find_header(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    candidates = [(index, _columns(cells)) for index, cells in enumerate(table[:_HEADER_DEPTH])]
    top, columns = max(candidates, key=lambda candidate: len(candidate[1]))
    missing = [str(words.LABELS[name]) for name in words.REQUIRED if name not in columns]
    if len(missing) == len(words.REQUIRED):
        raise UnreadableTable(_("找不到表头。指标表须有这些列：%s。") % "、".join(missing))
    if missing:
        raise UnreadableTable(
            _("第 %(row)s 行的表头缺少：%(columns)s。") % {"row": top + 1, "columns": "、".join(missing)}
        )
    return top, columns


class _Reader:
    """Reads line after line, and remembers what must not stand twice or must be the same."""

    def __init__(self) -> None:
        self._above = IndicatorRow(0)
        self._codes: dict[str, int] = {}
        self._measures: dict[str, int] = {}
        self._weights: dict[str, tuple[int, Decimal]] = {}

    def read(self, place: int, texts: dict[str, str]) -> IndicatorRow:
        row = IndicatorRow(place)
        self._name(row, texts)
        self._weigh(row, texts["weight"])
        _read_words(row, texts)
        _read_mode(row, texts)
        row.full_marks = _number(row, "full_marks", texts.get("full_marks", ""))
        row.deductions, found = read_amounts(texts.get("deductions", ""))
        for fault in found:
            row.refuse(fault)
        if row.formula == Formula.SHARE and row.deductions:
            row.messages.append(_("按比例得分的指标不按例扣分，每次扣分没有采用。"))
            row.deductions = []
        _read_cap(row, texts.get("cap", ""))
        if row.measure and self._measures.setdefault(row.measure, place) != place:
            at = {"measure": label_of(row.measure), "row": self._measures[row.measure]}
            row.refuse(_("自动指标“%(measure)s”在第 %(row)s 行已经用了，只能用一次。") % at)
        self._above = row
        return row

    def _name(self, row: IndicatorRow, texts: dict[str, str]) -> None:
        """Code, group, topic and number of the clause; where cells are merged, the upper one holds for those below."""
        row.code = clean_line(texts["code"])
        row.group = clean_line(texts["group"]) or self._above.group
        is_same = row.group == self._above.group
        row.topic = clean_line(texts["topic"]) or (self._above.topic if is_same else "")
        for name in ("code", "group", "topic"):
            _limit(row, name)
        if row.code and _is_code(row) and self._codes.setdefault(row.code, row.place) != row.place:
            row.refuse(_("代码“%(code)s”与第 %(row)s 行重复。") % {"code": row.code, "row": self._codes[row.code]})
        given = words.folded(texts.get("item_no", ""))
        if given.isdecimal() and len(given) <= 4:
            row.item_no = int(given)
        elif given:
            row.refuse(_("条号“%s”不是数。") % given[:_SHOWN])
        else:
            row.item_no = self._above.item_no + 1 if is_same and row.topic == self._above.topic else 1

    def _weigh(self, row: IndicatorRow, text: str) -> None:
        """What the group weighs: as in its first line, and the same in all."""
        first = self._weights.get(row.group)
        row.weight = _number(row, "weight", words.folded(text).removesuffix("%"))
        if row.weight is None and first and not text:
            row.weight = first[1]
        if row.weight is None:
            if not text:
                row.refuse(_("缺少权重。"))
        elif not row.group:
            return
        elif first is None:
            self._weights[row.group] = (row.place, row.weight)
        elif first[1] != row.weight:
            at = {"group": row.group, "row": first[0], "first": shown(first[1]), "here": shown(row.weight)}
            row.refuse(_("“%(group)s”的权重在第 %(row)s 行是 %(first)s，这里是 %(here)s。") % at)


def _limit(row: IndicatorRow, name: str) -> None:
    text, label = getattr(row, name), words.LABELS[name]
    if not text:
        row.refuse(_("缺少%s。") % label)
    elif len(text) > LIMITS[name]:
        row.refuse(_("%(name)s超过 %(limit)s 个字。") % {"name": label, "limit": LIMITS[name]})
        setattr(row, name, text[: LIMITS[name]])


def _is_code(row: IndicatorRow) -> bool:
    try:
        validate_code(row.code)
    except ValidationError:
        row.refuse(_("代码“%s”只能用字母、数字、下划线和连字符。") % row.code[:_SHOWN])
        return False
    return True


def _read_words(row: IndicatorRow, texts: dict[str, str]) -> None:
    row.text = texts["text"]
    _limit(row, "text")
    given = words.folded(texts.get("frequency", ""))
    if given and given not in words.FREQUENCIES:
        row.refuse(_("不认识的频次“%s”：可以写每月、每季度、每半年、每年。") % given[:_SHOWN])
    row.frequency = words.FREQUENCIES.get(given, Frequency.HALF_YEAR)
    evidence = words.folded(texts.get("evidence_required", ""))
    if evidence not in words.YES | words.NO:
        row.refuse(_("看不懂须附证据“%s”：可以写是、否。") % evidence[:_SHOWN])
    row.is_evidence_required = evidence in words.YES  # of an automatic one the cases are the evidence


def _read_mode(row: IndicatorRow, texts: dict[str, str]) -> None:
    """Mode, measure and formula. A measure alone says that it is automatic."""
    mode, formula = words.folded(texts.get("mode", "")), words.folded(texts.get("formula", ""))
    measure = clean_line(texts.get("measure", ""))
    with translation.override("zh-hans"):  # as tables are written, whoever reads them in
        labels = {str(one.label): name for name, one in AUTOMATIC_INDICATORS.items()}
    row.measure = labels.get(measure, measure)
    row.mode = words.MODES.get(mode, IndicatorMode.AUTOMATIC if measure else IndicatorMode.MANUAL)
    if mode and mode not in words.MODES:
        row.refuse(_("不认识的方式“%s”：可以写自动、人工。") % mode[:_SHOWN])
    if formula and formula not in words.FORMULAS:
        row.refuse(_("不认识的计分“%s”：可以写按比例得分、每例扣分。") % formula[:_SHOWN])
    if row.mode == IndicatorMode.MANUAL:
        if row.measure:
            row.refuse(_("人工指标不能写自动指标“%s”。") % row.measure[:_SHOWN])
        if words.FORMULAS.get(formula) == Formula.SHARE:
            row.refuse(_("人工指标只能按每例扣分计分。"))
        return
    row.is_evidence_required = False
    known = AUTOMATIC_INDICATORS.get(row.measure)
    if known is None:
        row.refuse(_("不认识的自动指标“%s”。") % row.measure[:_SHOWN] if row.measure else _("自动指标须写明是哪一个。"))
    row.formula = words.FORMULAS.get(formula, known.formula if known else Formula.SHARE)


# --- numbers --------------------------------------------------------------------------------------------------------


def _number(row: IndicatorRow, name: str, text: str) -> Decimal | None:
    """More than 0 and at most 100, two decimals; None for an empty cell or what is none."""
    given = words.folded(text).removesuffix("分")
    if not given:
        return None
    label = words.LABELS[name]
    if not _NUMBER.fullmatch(given):
        row.refuse(_("%(name)s“%(text)s”不是数。") % {"name": label, "text": given[:_SHOWN]})
        return None
    amount = amount_of(given)
    if amount is None or amount <= 0:
        row.refuse(
            _("%(name)s“%(text)s”须大于 0、不超过 100，最多两位小数。") % {"name": label, "text": given[:_SHOWN]}
        )
        return None
    return amount.quantize(Decimal("0.01"))


def read_amounts(text: str) -> tuple[list[str], list[str]]:
    """0.5|0.2 as ["0.50", "0.20"], what one fault of each kind takes off; and what of it is no amount, in sentences."""
    parts = [part for part in _BETWEEN.split(words.folded(text)) if part]
    if len(parts) > MAX_AMOUNTS:
        return [], [_("扣分超过 %s 个数。") % MAX_AMOUNTS]
    amounts, found = [], []
    for part in parts:
        match = _AMOUNT.fullmatch(part)
        amount = amount_of(match[1]) if match else None
        if match is None:
            found.append(_("扣分“%s”不是数。") % part[:_SHOWN])
        elif amount is None or amount <= 0:
            found.append(_("扣分“%s”须大于 0、不超过 100，最多两位小数。") % part[:_SHOWN])
        else:
            amounts.append(f"{amount:.2f}")
    return amounts, found


def _read_cap(row: IndicatorRow, text: str) -> None:
    row.cap = _number(row, "cap", text)
    if row.cap and row.full_marks and row.cap > row.full_marks:
        values = {"cap": shown(row.cap), "full": shown(row.full_marks)}
        row.refuse(_("扣分上限 %(cap)s 超过满分 %(full)s。") % values)


def share_out(rows: Iterable[IndicatorRow]) -> None:
    """Give the clauses without marks what is left of their group's weight: equal parts to the cent, a cent more to the
    first ones while cents are over; and say so at the first. The rows are those that stand."""
    groups: dict[str, list[IndicatorRow]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    for group, clauses in groups.items():
        blank = [row for row in clauses if row.full_marks is None]
        weight = clauses[0].weight
        if not blank or weight is None:
            continue
        left = weight - sum((row.full_marks for row in clauses if row.full_marks is not None), Decimal(0))
        cents = int(left * 100)
        if cents < len(blank):
            for row in blank:
                row.refuse(_("“%s”的权重已经分完，没有分值可以给没写满分的这一条。") % group)
            continue
        each, over = divmod(cents, len(blank))
        for index, row in enumerate(blank):
            row.full_marks = Decimal(each + (index < over)) / 100
            if row.cap and row.cap > row.full_marks:
                values = {"cap": shown(row.cap), "full": shown(row.full_marks)}
                row.refuse(_("扣分上限 %(cap)s 超过满分 %(full)s。") % values)
        values = {"group": group, "left": shown(left), "count": str(len(blank)), "each": shown(Decimal(each) / 100)}
        told = _("“%(group)s”没有写满分：%(left)s 分平均分给 %(count)s 条，每条 %(each)s 分") % values
        rest = _("，余下的 %(over)s 分给前 %(over_count)s 条各加 0.01 分。") % {
            "over": shown(Decimal(over) / 100), "over_count": over,
        }  # fmt: skip
        blank[0].messages.append(told + (rest if over else _("。")))


def mind(row: IndicatorRow) -> None:
    """Say of a row that stands what is right in itself, and yet somebody should know."""
    if row.mode == IndicatorMode.MANUAL and not row.deductions:
        row.messages.append(_("没有写每次扣多少分：考核时由考核人员填写扣分，一处问题最多扣到本条满分。"))
    if row.mode == IndicatorMode.AUTOMATIC and row.formula == Formula.DEDUCT and len(row.deductions) != 1:
        row.messages.append(_("按每例扣分的自动指标须写明每例扣多少分，只写一个数；施行以前请补上。"))
    row.messages += [
        _("每次扣 %(amount)s 分，超过满分 %(full)s 分；施行以前请改正。")
        % {"amount": shown(Decimal(text)), "full": shown(row.full_marks)}
        for text in row.deductions
        if row.full_marks is not None and Decimal(text) > row.full_marks
    ]


def table_faults(rows: Sequence[IndicatorRow]) -> list[str]:
    """What is wrong with the table as a whole: the weights of its groups must be 100 together."""
    weights = {row.group: row.weight for row in reversed(rows) if row.group and row.weight is not None}
    whole = sum(weights.values(), Decimal(0))
    if whole == FULL:
        return []
    return [_("各指标组的权重合计 %(sum)s，须是 100。") % {"sum": shown(whole)}]
