"""Rules of disclosure as data: time limits with their wording, and the grounds for not publishing. Pure.

The parser of free text is timing_text.py. Sources: 《政府信息公开条例》(国务院令第711号) and the laws named in
`LEGAL_TERMS`. A catalogue entry stores its rule, so a changed law never moves an old one.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from disclosure.enums import Recurrence, TimingKind, TimingUnit, WithholdingGround


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time, with the matter it is for when it is not the main one."""

    n: int
    unit: TimingUnit
    matter: str = ""


@dataclass(frozen=True, slots=True)
class TimingRule:
    """When a catalogue entry is to be published.

    `n` counts `unit` after or before `event`, or says how long, or how often something is looked through.
    `due` holds fixed dates: "MM-DD" in a year, "DD" in a month.
    """

    kind: TimingKind
    n: int | None = None
    unit: TimingUnit | None = None
    recurrence: Recurrence | None = None
    due: tuple[str, ...] = ()
    event: str = ""
    display: Term | None = None  # also to be displayed at least so long
    others: tuple[Term, ...] = ()  # other terms named in the same text, with their matter
    is_permanent: bool = False  # stays public once published (长期公开)
    basis: str = ""  # the article behind the term, where one is recognised


@dataclass(frozen=True, slots=True)
class LegalTerm:
    """A term set by law. `signs`: words of a free-text event that show it is this one."""

    matter: str
    kind: TimingKind
    n: int | None
    unit: TimingUnit | None
    basis: str
    due: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


_WORKING, _CALENDAR, _MONTH = TimingUnit.WORKING_DAY, TimingUnit.CALENDAR_DAY, TimingUnit.MONTH
_AFTER, _DISPLAY, _RECURRING = TimingKind.AFTER_EVENT, TimingKind.MINIMUM_DISPLAY, TimingKind.RECURRING

LEGAL_TERMS = (
    LegalTerm(
        "行政许可、行政处罚决定",
        _AFTER,
        7,
        _WORKING,
        "国办发〔2018〕118号",
        signs=("决定", "许可", "处罚"),
    ),
    LegalTerm(
        "政府和部门预算、决算",
        _AFTER,
        20,
        _CALENDAR,
        "《预算法》第十四条",
        signs=("人民代表大会", "人大", "财政", "预算", "决算"),
    ),
    LegalTerm(
        "主动公开的政府信息",
        _AFTER,
        20,
        _WORKING,
        "《政府信息公开条例》第二十六条",
        signs=("形成", "变更", "产生", "制作", "获取"),
    ),
    LegalTerm(
        "政府信息公开申请的答复",
        _AFTER,
        20,
        _WORKING,
        "《政府信息公开条例》第三十三条",
        signs=("收到申请",),
    ),
    LegalTerm(
        "政府部门的信息公开工作年度报告",
        _RECURRING,
        None,
        None,
        "《政府信息公开条例》第四十九条",
        due=("01-31",),
    ),
    LegalTerm(
        "本级政府的信息公开工作年度报告",
        _RECURRING,
        None,
        None,
        "《政府信息公开条例》第四十九条",
        due=("03-31",),
    ),
    LegalTerm(
        "重大行政决策草案公开征求意见",
        _DISPLAY,
        30,
        _CALENDAR,
        "《重大行政决策程序暂行条例》第十五条",
        signs=("征求意见",),
    ),
    LegalTerm(
        "城乡规划草案公告",
        _DISPLAY,
        30,
        _CALENDAR,
        "《城乡规划法》第二十六条",
        signs=("批前公示", "规划"),
    ),
)
# 行政执法结果 (国办发〔2018〕118号第二条): licences and penalties, and every other result of law enforcement.
_LICENCES_AND_PENALTIES = LegalTerm("行政许可、行政处罚决定", _AFTER, 7, _WORKING, "国办发〔2018〕118号")
_OTHER_ENFORCEMENT = LegalTerm("其他行政执法决定", _AFTER, 20, _WORKING, "国办发〔2018〕118号")
# 重大建设项目: an approval is a licence; all else is information like any other.
_OTHER_INFORMATION = LegalTerm("政府信息", _AFTER, 20, _WORKING, "《政府信息公开条例》第二十六条")
# Practice, not law: how often a standing text is looked through, and how fast 及时 is, where no number is given.
DEFAULT_REVIEW = Term(6, _MONTH)
DEFAULT_AT_ONCE = Term(1, _CALENDAR)
# Law where an entry gives no number (《政府信息公开条例》第二十六条).
DEFAULT_AFTER_EVENT = Term(20, _WORKING)


# --- 负面清单: the grounds for not publishing ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WithholdingRule:
    """One line of the negative list, in the words of the law, which are Chinese in every language.

    `force`: how strictly the article speaks; `unless`: its exception; `report_row`: where a request refused on this
    ground stands in table 3 of the annual report (国办公开办函〔2021〕30号).
    """

    ground: WithholdingGround
    article: str
    force: str
    meaning: str
    unless: str
    report_row: str

    @property
    def source(self) -> str:
        return f"《中华人民共和国政府信息公开条例》{self.article}"


_MUST_NOT, _NOT_TO_BE, _MAY_NOT = "不得公开", "不予公开", "可以不予公开"
_UNLESS_LAW_SAYS = "法律、法规、规章规定应当公开的，从其规定。"
_UNLESS_DECLASSIFIED = "解密或者保密期限届满后，应当重新审查能否公开。"

WITHHOLDING_GROUNDS = (
    WithholdingRule(
        WithholdingGround.STATE_SECRET, "第十四条", _NOT_TO_BE,
        "依照保密法规定的权限和程序定密、在一定时间内只限一定范围的人员知悉的事项。", _UNLESS_DECLASSIFIED, "（三）1",
    ),
    WithholdingRule(
        WithholdingGround.FORBIDDEN_BY_LAW, "第十四条", _NOT_TO_BE,
        "法律、行政法规有明文禁止的信息；部门规章和规范性文件不能作为禁止的依据。", "", "（三）2",
    ),
    WithholdingRule(
        WithholdingGround.SECURITY, "第十四条", _NOT_TO_BE,
        "公开后可能危及国家安全、公共安全、经济安全、社会稳定的信息，须说明危及什么、怎样危及。", "", "（三）3",
    ),
    WithholdingRule(
        WithholdingGround.THIRD_PARTY, "第十五条", _MUST_NOT,
        "涉及商业秘密、个人隐私等，公开会损害第三方合法权益的信息。",
        "第三方同意公开，或者行政机关认为不公开会对公共利益造成重大影响的，予以公开。", "（三）4",
    ),
    WithholdingRule(
        WithholdingGround.INTERNAL_AFFAIRS, "第十六条第一款", _MAY_NOT,
        "人事管理、后勤管理、内部工作流程等方面的信息，只约束机关内部，不影响公众的权利义务。", "", "（三）5",
    ),
    WithholdingRule(
        WithholdingGround.DELIBERATIVE, "第十六条第二款", _MAY_NOT,
        "履行行政管理职能过程中形成的讨论记录、过程稿、磋商信函、请示报告等。", _UNLESS_LAW_SAYS, "（三）6",
    ),
    WithholdingRule(
        WithholdingGround.ENFORCEMENT_FILE, "第十六条第二款", _MAY_NOT,
        "执法案卷内的调查、审理材料；处罚决定等应当公开的结果不在其内。", _UNLESS_LAW_SAYS, "（三）7",
    ),
)  # fmt: skip
# Practice, not law, which says 定期 (第十八条): nothing stays withheld longer than this without being looked at.
LONGEST_WITHHOLDING_REVIEW = Term(12, _MONTH)


def basis_of(kind: TimingKind, n: int | None, unit: TimingUnit | None, words: str, due: tuple[str, ...] = ()) -> str:
    """The article that sets this very term for what the words name, or an empty string."""
    for term in LEGAL_TERMS:
        if (term.kind, term.n, term.unit, term.due) != (kind, n, unit, due):
            continue
        if term.due and "报告" not in words and "年报" not in words:
            continue
        if not term.signs or any(sign in words for sign in term.signs):
            return term.basis
    return ""


def enforcement_term(kind: str) -> LegalTerm:
    """Within how long after the decision a result of law enforcement is to be public, by its kind.

    A kind of types.ENFORCEMENT_KINDS; an unknown one has the longer term (国办发〔2018〕118号).
    """
    return _LICENCES_AND_PENALTIES if kind in {"licence", "penalty"} else _OTHER_ENFORCEMENT


def project_term(aspect: str) -> LegalTerm:
    """Within how long information on an aspect of a key project is to be public (types.PROJECT_ASPECTS)."""
    return _LICENCES_AND_PENALTIES if aspect == "approval" else _OTHER_INFORMATION


@dataclass(frozen=True, slots=True)
class FreshnessRule:
    """A section of the site, and within how long it must have been updated.

    `types`: the item types it shows, empty for all; `is_numbered`: with (without) a 文号, None for both.
    """

    key: str
    label: Promise | str
    within: Term
    types: tuple[str, ...] = ()
    is_numbered: bool | None = None


FRESHNESS_BASIS = gettext_noop("国办秘函〔2019〕19号")
_TWO_WEEKS = Term(14, _CALENDAR)
# There is no item type for news: what is general and has no 文号 is taken for 动态要闻.
FRESHNESS_RULES = (
    FreshnessRule("home", gettext_lazy("首页"), _TWO_WEEKS),
    FreshnessRule("news", gettext_lazy("动态要闻"), _TWO_WEEKS, ("general",), is_numbered=False),
    FreshnessRule("notices", gettext_lazy("通知公告"), Term(6, _MONTH), ("general", "appointment", "correction")),
    FreshnessRule("documents", gettext_lazy("政策文件"), Term(6, _MONTH), ("normative", "interpretation")),
)
# In percent; 规范率 by the level of the body, a county's where nothing else is said. No law: the numbers are those of
# one city's plan (after 达市委办发〔2005〕49号). Every place has its own, so what readers are told names none.
TARGETS_BASIS = gettext_noop("政务公开实施方案的工作目标")
COVERAGE_TARGET = 100
STANDARD_TARGET = 90
STANDARD_TARGETS = {"city": 85}


# --- storage: the columns of CatalogueFields ---------------------------------------------------------------


def to_columns(rule: TimingRule | None) -> dict[str, Any]:
    """The timing_* columns of a catalogue entry that hold the rule; None is "not understood"."""
    if rule is None:
        return {
            "timing_kind": TimingKind.UNPARSED.value,
            "timing_n": None,
            "timing_unit": "",
            "recurrence": "",
            "timing_detail": {},
        }
    detail = {
        "due": list(rule.due),
        "event": rule.event,
        "display": asdict(rule.display) if rule.display else None,
        "others": [asdict(term) for term in rule.others],
        "is_permanent": rule.is_permanent,
        "basis": rule.basis,
    }
    return {
        "timing_kind": rule.kind.value,
        "timing_n": rule.n,
        "timing_unit": rule.unit.value if rule.unit else "",
        "recurrence": rule.recurrence.value if rule.recurrence else "",
        "timing_detail": {key: _plain(value) for key, value in detail.items() if value},
    }


def _plain(value: Any) -> Any:
    """Members of a vocabulary as their stored value, so that a row read back equals the row written."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner != ""}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, TimingUnit) else value


def from_columns(kind: str, n: int | None, unit: str, recurrence: str, detail: Mapping[str, Any]) -> TimingRule | None:
    """The rule held by the timing_* columns; None if the entry keeps its text alone."""
    if kind == TimingKind.UNPARSED:
        return None
    display = detail.get("display")
    return TimingRule(
        TimingKind(kind),
        n,
        TimingUnit(unit) if unit else None,
        Recurrence(recurrence) if recurrence else None,
        due=tuple(detail.get("due", ())),
        event=detail.get("event", ""),
        display=_stored_term(display) if display else None,
        others=tuple(_stored_term(term) for term in detail.get("others", ())),
        is_permanent=bool(detail.get("is_permanent")),
        basis=detail.get("basis", ""),
    )


def _stored_term(stored: Mapping[str, Any]) -> Term:
    return Term(stored["n"], TimingUnit(stored["unit"]), stored.get("matter", ""))


# --- wording -----------------------------------------------------------------------------------------------


def length(n: int | None, unit: TimingUnit | None) -> str:
    """20个工作日, 30日, 6个月."""
    return f"{n}{unit.label}" if n and unit else ""


def period_label(day: date, recurrence: str) -> str:
    """The period of a recurrence in which a day lies: 2026年第三季度; its month where the recurrence names none."""
    words = {"year": day.year, "month": day.month, "quarter": (day.month + 2) // 3}
    if recurrence == Recurrence.YEARLY:
        return _("%(year)s年") % words
    if recurrence == Recurrence.HALF_YEARLY:
        return (_("%(year)s年上半年") if day.month <= 6 else _("%(year)s年下半年")) % words
    if recurrence == Recurrence.QUARTERLY:
        return _("%(year)s年第%(quarter)s季度") % words
    return _("%(year)s年%(month)s月") % words


def describe(rule: TimingRule) -> str:
    """The rule in a sentence for a page."""
    parts = [_MAIN[rule.kind](rule)]
    if rule.display:
        parts.append(_("公示不少于%(length)s") % {"length": length(rule.display.n, rule.display.unit)})
    parts.extend(
        _("%(matter)s为%(length)s") % {"matter": term.matter or _("另"), "length": length(term.n, term.unit)}
        for term in rule.others
    )
    if rule.is_permanent and rule.kind != TimingKind.CONTINUOUS:
        parts.append(_("长期公开"))
    return "；".join(parts)


def _after_event(rule: TimingRule) -> str:
    event = rule.event or _("信息形成或者变更")
    return _("自%(event)s之日起%(length)s内公开") % {"event": event, "length": length(rule.n, rule.unit)}


def _before_event(rule: TimingRule) -> str:
    words = {"event": rule.event, "length": length(rule.n, rule.unit)}
    return _("%(event)s，提前%(length)s公开") % words if rule.event else _("提前%(length)s公开") % words


def _minimum_display(rule: TimingRule) -> str:
    return _("%(event)s不少于%(length)s") % {"event": rule.event or _("公示"), "length": length(rule.n, rule.unit)}


def _continuous(rule: TimingRule) -> str:
    return _("常年公开，至少每%(length)s复核一次") % {"length": length(rule.n, rule.unit)}


def _by_stage(rule: TimingRule) -> str:
    if rule.recurrence:
        return _("按进展逐段公开，%(recurrence)s更新") % {"recurrence": rule.recurrence.label}
    return _("按进展逐段公开")


def _at_once(rule: TimingRule) -> str:
    words = {"event": rule.event, "length": length(rule.n, rule.unit)}
    text = (
        _("%(event)s后及时公开（按%(length)s内掌握）") % words
        if rule.event
        else _("及时公开（按%(length)s内掌握）") % words
    )
    if rule.recurrence:
        text += "，" + _("%(recurrence)s复核") % {"recurrence": rule.recurrence.label}
    return text


def _recurring(rule: TimingRule) -> str:
    if rule.recurrence == Recurrence.EVERY_N_DAYS:
        return _("每%(length)s更新一次") % {"length": length(rule.n, rule.unit)}
    name = rule.recurrence.label if rule.recurrence else ""
    if rule.due:
        days = "、".join(_due_label(due) for due in rule.due)
        return _("%(recurrence)s公开，%(days)s前") % {"recurrence": name, "days": days}
    if rule.n:
        after = rule.event or _("期满")
        return _("%(recurrence)s公开，%(event)s后%(length)s内") % {
            "recurrence": name,
            "event": after,
            "length": length(rule.n, rule.unit),
        }
    return _("%(recurrence)s至少公开一次") % {"recurrence": name}


def _due_label(due: str) -> str:
    month, _dash, day = due.rpartition("-")
    return f"{int(month)}月{int(day)}日" if month else f"{int(day)}日"


_MAIN: Mapping[TimingKind, Callable[[TimingRule], str]] = {
    TimingKind.AFTER_EVENT: _after_event,
    TimingKind.BEFORE_EVENT: _before_event,
    TimingKind.MINIMUM_DISPLAY: _minimum_display,
    TimingKind.CONTINUOUS: _continuous,
    TimingKind.BY_STAGE: _by_stage,
    TimingKind.AT_ONCE: _at_once,
    TimingKind.RECURRING: _recurring,
}
