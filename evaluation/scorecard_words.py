"""How a scorecard says where a point comes from: facts, formulas and dates in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import Formula, Grade
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.indicators.terms import official
from evaluation.scoring import AUTOMATIC, COUNTED, Case, Outcome, Rule

GRADE_TONES = {Grade.EXCELLENT: "ok", Grade.GOOD: "info", Grade.FAIR: "warn", Grade.POOR: "bad"}
UNRANKED = "unranked"  # beside the grades: who has none
GRADES = (*Grade.choices, (UNRANKED, gettext_lazy("不参加排名")))
# What the numbers of an automatic indicator count, by its key. One without a line here is said in general words.
FACTS: Mapping[str, Promise] = MappingProxyType(
    {
        "coverage": gettext_lazy("应公开 %(all)s 项，已公开 %(got)s 项"),
        "timeliness": gettext_lazy("到期应公开 %(all)s 项，按时公开 %(got)s 项"),
        "standardisation": gettext_lazy("公开 %(all)s 件，要素齐全 %(got)s 件"),
        "freshness": gettext_lazy("已有栏目 %(all)s 个，按规定更新 %(got)s 个"),
        "notice_board": gettext_lazy("应上公开栏 %(all)s 项，已张贴 %(got)s 项"),
        "interpretations_together": gettext_lazy("应解读的文件 %(all)s 件，同步解读 %(got)s 件"),
        "emergency_reviewed": gettext_lazy("应急公开 %(all)s 件，按期补审 %(got)s 件"),
        "consultations_answered": gettext_lazy("应反馈的意见征集 %(all)s 次，按时反馈 %(got)s 次"),
        "requests_on_time": gettext_lazy("应答复的申请 %(all)s 件，按时答复 %(got)s 件"),
        "requests_corrected": gettext_lazy("审结的复议、诉讼 %(all)s 件，被纠正 %(faults)s 件"),
        "complaints_on_time": gettext_lazy("应答复的投诉举报 %(all)s 件，按时答复 %(got)s 件"),
        "complaints_upheld": gettext_lazy("办结的投诉举报 %(all)s 件，属实 %(faults)s 件"),
        "feedback_answered": gettext_lazy("应答复的留言、纠错 %(all)s 件，按时答复 %(got)s 件"),
        "rectified": gettext_lazy("到期的整改 %(all)s 件，按时报告 %(got)s 件"),
        "reports_filed": gettext_lazy("应报送 %(all)s 份，按时报送 %(got)s 份"),
        "social": gettext_lazy("评议得分 %(got)s，满分 %(all)s"),
    }
)
_IN_GENERAL = gettext_lazy("应评 %(all)s 项，达到 %(got)s 项")
_EXCUSED = gettext_lazy("，裁定不计 %s 例")
NO_CASE = gettext_lazy("本期无应评事项，按满分计")


def indicator_name(topic: str, item_no: int, measure: str) -> str:
    """What an indicator is called wherever it is named. The topic alone is often that of two: an automatic one has the
    name of its rule as well, a further manual one its number. Chinese, as the topic is."""
    if measure in AUTOMATIC_INDICATORS:
        rule = official(AUTOMATIC_INDICATORS[measure].label)
        return rule if topic in rule else f"{topic}（{rule}）"
    return topic if item_no <= 1 else f"{topic}（{item_no}）"


def shown(points: Decimal | None) -> str:
    """What a set of indicators says, as people write it: 93.60 as 93.6, 100.00 as 100."""
    if points is None:
        return "—"
    text = f"{points:.2f}"
    return text.rstrip("0").rstrip(".")


def marks(points: Decimal | None) -> str:
    """What was scored: always two decimals."""
    return "—" if points is None else f"{points:.2f}"


def signed(points: Decimal) -> str:
    """With a sign as wide as a digit; 0 without."""
    if not points:
        return "0"
    return ("+" if points > 0 else "\N{MINUS SIGN}") + marks(abs(points))


class Excused(NamedTuple):
    """How many cases a ruling left out, and what of the numerator they make: they are no achievement."""

    cases: int
    earned: int


NONE_EXCUSED = Excused(0, 0)


def excused(cases: Iterable[Case]) -> Excused:
    found = [case.earned for case in cases if case.excused]
    return Excused(len(found), sum(found))


def facts(measure: str, found: Outcome, left_out: Excused = NONE_EXCUSED) -> str:
    """What was counted of an automatic indicator; empty where there was nothing to count."""
    if not found.denominator:
        return ""
    numbers = {"all": found.denominator, "got": found.numerator - left_out.earned, "faults": found.faults}
    words = str(FACTS.get(measure, _IN_GENERAL)) % numbers
    return words + str(_EXCUSED) % left_out.cases if left_out.cases else words


def working(rule: Rule, found: Outcome, taken: Decimal, left_out: Excused = NONE_EXCUSED) -> str:
    """The sum that makes the points, nothing where they are full for want of anything to count. `taken`: of a manual
    indicator, what its findings take off together."""
    full = shown(rule.full_marks)
    if not taken and not found.denominator:
        return ""
    if rule.mode != AUTOMATIC:
        words = full + _("－%s") % shown(taken)
    elif rule.formula == Formula.DEDUCT:
        words = full + _("－%s") % f"{shown(rule.per_fault)}×{found.faults}" if found.faults else full
    else:
        got = str(found.numerator)
        if left_out.earned:
            got = _("（%(got)s＋%(excused)s）") % {"got": found.numerator - left_out.earned, "excused": left_out.earned}
        words = f"{got}÷{found.denominator}×{full}"
    if found.faults and rule.cap < rule.full_marks:
        words += _("，最多扣 %s 分") % shown(rule.cap)
    return words


def sampled(seed: str, public: int, found: Sequence[tuple[str, int]]) -> str:
    """What was drawn of the `public` items of the period. `found`: (how it was found, how many)."""
    drawn = sum(count for _word, count in found)
    if not public:
        return _("抽查：本单位统计期内没有公开信息，没有可以抽查的。")
    if not drawn:
        return _("抽查：本单位统计期内公开 %s 件信息，本期没有抽取。") % public
    results = _("，").join(_("%(n)s 件%(word)s") % {"n": count, "word": word} for word, count in found)
    return _("抽查：本单位统计期内公开 %(public)s 件信息，按种子 %(seed)s 抽取 %(drawn)s 件查阅：%(results)s。") % {
        "public": public, "seed": seed, "drawn": drawn, "results": results,
    }  # fmt: skip


def fault_of(case: Case, judged_by: str = "") -> str:
    """Why a case brings less than it could."""
    if case.fault:
        return case.fault
    if judged_by == COUNTED:
        return _("得 %(earned)s，满分 %(possible)s") % {"earned": case.earned, "possible": case.possible}
    if case.due_on and case.done_on:
        return _("期限 %(due)s，%(done)s 完成") % {"due": case.due_on, "done": case.done_on}
    if case.due_on:
        return _("期限 %s，取数时没有完成") % case.due_on
    return ""


def standing_of(case: Case, judged_by: str = "") -> tuple[str, str]:
    """(words, tone) of any case, in a list of all of them."""
    if case.excused:
        return _("裁定不计"), "info"
    if case.earned >= case.possible:
        return _("达到"), "ok"
    return (_("部分得分"), "warn") if judged_by == COUNTED and case.earned else (_("未达到"), "bad")


def period_words(start: date, end: date) -> str:
    """2026年上半年, 2026年度, else from which month to which: what a point of a curve is called."""
    months = (start.month, end.month)
    if start.year == end.year and start.day == 1:
        if months == (1, 12):
            return _("%s年度") % start.year
        if months == (1, 6):
            return _("%s年上半年") % start.year
        if months == (7, 12):
            return _("%s年下半年") % start.year
    return f"{start:%Y.%m}—{end:%Y.%m}" if start.strftime("%Y%m") != end.strftime("%Y%m") else f"{start:%Y.%m}"
