"""What must hold in an annual report: rules V1 to V8, one function each, and what each could not look at. Pure.

V1 stands on the form itself, V8 in its note to row （二）. V5 and V6 follow from the meaning of the rows: a stock is
carried from year to year. V7: a cell without cases holds 0, and part 五 says something.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.report_form import (
    APPLICANTS,
    BASIS,
    CARRIED,
    CLOSED,
    FORMS,
    NEW,
    NEXT,
    OUTCOME_KEYS,
    PARTS,
    RESULTS,
    TABLE2,
    TABLE3,
    TABLE4,
    TOTAL,
    Form,
)
from requests_app.report_tables import Cells, Number

OUTCOME_OF_PART = "r2"
_STOCKS = ("regulations", "normative")
# What people write in the place of an answer; punctuation and spaces are taken off first.
_NOTHING = frozenset({"", "无", "暂无", "没有", "略", "文字描述"})
_MARKS = " \t\r\n\u3000，。、；：/／-—（）()"
_FEE = "处理费"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, by rule, table, row and column (keys of report_form). Of a part, `table` is "parts".

    `found` and `expected`: as shown to people. A warning does not make a report wrong.
    """

    rule: str
    table: str
    row: str
    column: str
    found: str
    expected: str
    is_warning: bool = False

    @property
    def place(self) -> str:
        """表三“（一）予以公开”行“总计”列"""
        form = next((form for form in FORMS if form.key == self.table), None)
        if form is None:
            labels = {part.key: part.label for part in PARTS}
            return labels.get(self.row, self.row) if self.row else self.table or _("报告")
        row = next((row for row in form.rows if row.key == self.row), None)
        column = next((c for c in row.columns if c.key == self.column), None) if row else None
        words = form.label
        if self.row:
            words += _("“%s”行") % (row.label if row else self.row)
        if self.column:
            words += _("“%s”列") % (column.label if column else self.column)
        return words

    @property
    def sentence(self) -> str:
        """For staff, who know the form and not its keys."""
        return self._said(self.place)

    def __str__(self) -> str:
        """With the keys of the JSON, for whoever checks a file: 表三“（一）予以公开”行“总计”列 [r1 total]"""
        keys = " ".join(key for key in (self.row, self.column) if key)
        return self._said(f"{self.place} [{keys}]" if keys else self.place)

    def _said(self, place: str) -> str:
        kind = _("提示") if self.is_warning else _("错误")
        words = {"place": place, "found": self.found, "expected": self.expected}
        return f"{kind} {self.rule} " + _("%(place)s：现为 %(found)s，应为 %(expected)s") % words


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A rule that could not be applied, or not everywhere, and what was missing for it."""

    rule: str
    missing: str

    def __str__(self) -> str:
        return f"{self.rule} " + _("未核对：%s") % self.missing


Finding = Fault | Unchecked


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one report. A table or part that was not given is absent.

    `faults`: what was wrong while it was read. `moved`: by kind of applicant, open requests of earlier years that
    other agencies handed over in this year, less those handed to them. `outcomes`: of each closed request, by its
    number, the outcomes recorded for it.
    """

    tables: Mapping[str, Cells]
    parts: Mapping[str, str] | None = None
    previous: "Report | None" = None
    faults: Sequence[Fault] = ()
    moved: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, Sequence[str]] | None = None

    def cells(self, form: Form) -> Cells:
        return self.tables.get(form.key, {})


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    text: str | Promise
    basis: str | Promise
    check: Callable[[Report], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Findings:
    faults: tuple[Fault, ...]
    unchecked: tuple[Unchecked, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if not fault.is_warning)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.is_warning)


def check(report: Report) -> Findings:
    """Every rule, applied wherever its cells are there."""
    found = [finding for rule in RULES.values() for finding in rule.check(report)]
    return Findings(
        tuple(finding for finding in found if isinstance(finding, Fault)),
        tuple(finding for finding in found if isinstance(finding, Unchecked)),
    )


# --- rules ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Equation:
    """The cell holds `constant` and the other cells, each with its sign, together."""

    row: str
    column: str
    terms: tuple[tuple[int, str, str], ...]
    constant: Number | None = 0  # None: not known
    is_warning: bool = False


def v1(report: Report) -> Iterator[Finding]:
    yield from _hold(report, "V1", TABLE3, [
        _Equation(NEXT, column.key, ((1, NEW, column.key), (1, CARRIED, column.key), (-1, CLOSED, column.key)))
        for column in (*APPLICANTS, TOTAL)
    ])  # fmt: skip


def v2(report: Report) -> Iterator[Finding]:
    yield from _hold(report, "V2", TABLE3, [
        _Equation(CLOSED, column.key, tuple((1, key, column.key) for key in OUTCOME_KEYS))
        for column in (*APPLICANTS, TOTAL)
    ])  # fmt: skip


def v3(report: Report) -> Iterator[Finding]:
    yield from _hold(report, "V3", TABLE3, [
        _Equation(row.key, TOTAL.key, tuple((1, row.key, kind.key) for kind in APPLICANTS)) for row in TABLE3.rows
    ])  # fmt: skip


def v4(report: Report) -> Iterator[Finding]:
    yield from _hold(report, "V4", TABLE4, [
        _Equation(row.key, TOTAL.key, tuple((1, row.key, result.key) for result in RESULTS)) for row in TABLE4.rows
    ])  # fmt: skip


def v5(report: Report) -> Iterator[Finding]:
    """Handed over between agencies since, the stock of last year is what it was and what came, less what went."""
    if report.previous is None or TABLE3.key not in report.previous.tables:
        yield Unchecked("V5", _("没有上一年度的表三"))
        return
    before = report.previous.cells(TABLE3)
    moved = {**report.moved, TOTAL.key: sum(report.moved.values())}
    yield from _hold(report, "V5", TABLE3, [
        _Equation(CARRIED, key, (), _plus(before.get((NEXT, key)), moved.get(key, 0)))
        for key in (column.key for column in (*APPLICANTS, TOTAL))
    ])  # fmt: skip


def v6(report: Report) -> Iterator[Finding]:
    """A warning: a clean-up of documents changes the stock without an issue or an abolition of the year."""
    if report.previous is None or TABLE2.key not in report.previous.tables:
        yield Unchecked("V6", _("没有上一年度的表二"))
        return
    before = report.previous.cells(TABLE2)
    yield from _hold(report, "V6", TABLE2, [
        _Equation(
            key, "in_force", ((1, key, "issued"), (-1, key, "voided")), before.get((key, "in_force")), is_warning=True
        )
        for key in _STOCKS
    ])  # fmt: skip


def v7(report: Report) -> Iterator[Finding]:
    yield from report.faults
    if report.parts is None:
        yield Unchecked("V7", _("没有六个部分的文字"))
        return
    missing = [part.label for part in PARTS if part.key in {"one", "five", "six"} and part.key not in report.parts]
    if missing:
        yield Unchecked("V7", _("没有%s的文字") % "、".join(missing))
    for key in ("one", "five", "six"):
        if key in report.parts and says_nothing(report.parts[key]):
            # The form asks for words in all three; only the fifth is known to be sent back without them.
            found = report.parts[key].strip() or _("空白")
            yield Fault("V7", "parts", key, "", found, _("文字说明"), is_warning=key != "five")
    six = report.parts.get("six", "")
    if not says_nothing(six) and not names_fee(six):
        yield Fault("V7", "parts", "six", "", _("未写信息处理费"), _("写明收取信息处理费的情况"), is_warning=True)


def v8(report: Report) -> Iterator[Finding]:
    if report.outcomes is None:
        yield Unchecked("V8", _("没有逐件的办理结果"))
        return
    for number, outcomes in report.outcomes.items():
        known = [key for key in outcomes if key in OUTCOME_KEYS]
        if len(known) != 1 or len(outcomes) != 1:
            expected = OUTCOME_OF_PART if OUTCOME_OF_PART in known else _("一个办理结果")
            yield Fault("V8", TABLE3.key, number, "", "、".join(outcomes) or _("没有办理结果"), expected)


_MEANING = gettext_lazy("由各行含义推出")
RULES: Mapping[str, Rule] = MappingProxyType({rule.key: rule for rule in (
    Rule("V1", gettext_lazy("表三每列：第一项加第二项之和，等于第三项加第四项之和"), BASIS, v1),
    Rule("V2", gettext_lazy("表三每列：（七）总计等于各项办理结果之和"), _MEANING, v2),
    Rule("V3", gettext_lazy("表三每行：总计等于自然人与五类法人或其他组织之和"), _MEANING, v3),
    Rule("V4", gettext_lazy("表四：总计等于维持、纠正、其他、尚未审结之和"), _MEANING, v4),
    Rule("V5", gettext_lazy("表三每列：上年结转等于上一年度报告的结转下年度"), _MEANING, v5),
    Rule("V6", gettext_lazy("表二：现行有效等于上年现行有效加制发减废止"), _MEANING, v6),
    Rule("V7", gettext_lazy("没有的填 0，不留空白、不画斜线；第五部分须有内容"), BASIS, v7),
    Rule("V8", gettext_lazy("一件申请只计一个办理结果；区分处理的只计（二）"), BASIS, v8),
)})  # fmt: skip


# --- words and blanks -----------------------------------------------------------------------------------------------


def says_nothing(text: str) -> bool:
    """True of an empty part, and of one that says 无 or keeps the placeholder of the form."""
    return text.strip(_MARKS) in _NOTHING


def names_fee(text: str) -> bool:
    """信息处理费 is reported in part 六 (the form says so), also when none was collected."""
    return _FEE in text


def blanks(form: Form, cells: Cells) -> list[Fault]:
    """A fault for every cell of the table that holds nothing."""
    return [
        blank(form, row.key, column.key) for row, column in form.cells() if (row.key, column.key) not in cells
    ]  # fmt: skip


def blank(form: Form, row: str, column: str, found: str = "") -> Fault:
    return Fault("V7", form.key, row, column, found.strip() or _("空白"), _("数字，没有的填 0"))


# --- arithmetic -----------------------------------------------------------------------------------------------------


def _hold(report: Report, rule: str, form: Form, equations: Iterable[_Equation]) -> Iterator[Finding]:
    """A fault for each equation that does not hold; one word on all that lack a cell."""
    cells = report.cells(form)
    missing: set[str] = set()
    for equation in equations:
        needed = [(equation.row, equation.column), *((row, column) for _sign, row, column in equation.terms)]
        absent = [row for row, column in needed if (row, column) not in cells]
        if absent:
            missing.update(absent)
            continue
        if equation.constant is None:
            missing.add(_("上年数"))
            continue
        found = cells[equation.row, equation.column]
        expected = equation.constant + sum(sign * cells[row, column] for sign, row, column in equation.terms)
        if found != expected:
            yield Fault(rule, form.key, equation.row, equation.column, str(found), str(expected), equation.is_warning)
    if form.key not in report.tables:
        yield Unchecked(rule, _("没有%s") % form.label)
    elif missing:
        labels = {row.key: row.label for row in form.rows}
        places = [*labels]
        absent = sorted(missing, key=lambda row: places.index(row) if row in places else len(places))
        rows = [labels.get(row, row) for row in absent]
        yield Unchecked(rule, _("%(table)s缺 %(rows)s") % {"table": form.label, "rows": "、".join(rows)})


def _plus(value: Number | None, more: int) -> Number | None:
    return None if value is None else value + more
