"""What the public pages of a survey show: how far it is, its seven steps, and its results out of the frozen tally."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import Grade
from evaluation.models import Survey, SurveyStep
from evaluation.survey_chart import bars
from evaluation.survey_enums import Level, SurveyState
from evaluation.survey_rules import MIN_BALLOTS, STEPS
from evaluation.survey_words import GRADE_WORDS

TOO_FEW = gettext_lazy("不足%s张，不公布")
GRADE_TONES = {Grade.EXCELLENT: "ok", Grade.GOOD: "ok", Grade.FAIR: "warn", Grade.POOR: "bad"}


def standing(row: Survey, today: date, *, is_public: bool) -> tuple[Promise | str, str]:
    """(words, tone): where it stands, as whoever is outside sees it."""
    if is_public:
        return gettext_lazy("结果已公布"), "ok"
    match SurveyState(row.state):
        case SurveyState.OPEN if row.is_accepting(today):
            return gettext_lazy("正在评议"), "ok"
        case SurveyState.OPEN if today < row.opens_on:
            return gettext_lazy("即将开始"), "info"
        case SurveyState.OPEN | SurveyState.CLOSED:
            return gettext_lazy("已截止，正在汇总"), "info"
        case SurveyState.TALLIED:
            return gettext_lazy("已汇总，等待公布"), "info"
        case SurveyState.CANCELLED:
            return gettext_lazy("已取消"), "warn"
    return gettext_lazy("筹备中"), "info"


@dataclass(frozen=True, slots=True)
class Step:
    row: SurveyStep
    article: str
    is_next: bool

    @property
    def is_done(self) -> bool:
        return self.row.done_on is not None


def steps_of(row: Survey) -> list[Step]:
    """The checklist in the order of the rules; the first that is still to be done is marked."""
    by_kind = {step.step: step for step in row.steps.select_related("item", "done_by")}
    found, has_next = [], False
    for kind, rule in STEPS.items():
        step = by_kind[kind]
        is_next = step.done_on is None and not has_next
        has_next = has_next or is_next
        found.append(Step(step, rule.article, is_next))
    return found


# --- results -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One agency of the frozen tally; `grade` None: too few ballots, and nothing else is there."""

    name: str
    grade: Grade | None
    score: Decimal | None
    tone: str
    values: Mapping[str, Any]

    @property
    def grade_words(self) -> str:
        return str(self.grade.label) if self.grade else too_few()


def too_few() -> str:
    return str(TOO_FEW) % MIN_BALLOTS


def lines_of(tally: Mapping[str, Any]) -> list[Line]:
    """The best first; those with too few ballots last, in their order."""
    lines = [_line(one) for one in tally["agencies"]]
    return sorted(lines, key=lambda line: -line.score if line.score is not None else Decimal(1))


def _line(one: Mapping[str, Any]) -> Line:
    if one.get("too_few"):
        return Line(one["name"], None, None, "", {})
    grade = Grade(one["grade"])
    return Line(one["name"], grade, Decimal(one["score"]), GRADE_TONES[grade], one)


def chart_of(row: Survey, lines: Sequence[Line]) -> SafeString | str:
    shown = [(line.name, line.score, line.grade_words) for line in lines if line.score is not None]
    if not shown:
        return ""
    title = _("%s：各单位得分，满分100分；下表内容相同") % row.title
    return bars(shown, title, [row.fair_from, row.good_from, row.excellent_from])


def detail_of(tally: Mapping[str, Any], line: Line) -> list[tuple[str, str, list[int]]]:
    """(question, score, answers by level from the best) of one agency."""
    texts = {one["position"]: f"{one['position']}. {one['text']}" for one in tally["questions"]}
    return [
        (texts[one["position"]], one["score"], [one["levels"][str(level)] for level in Level])
        for one in line.values.get("questions", [])
    ]


def csv_rows(tally: Mapping[str, Any]) -> list[list[str]]:
    """One row an agency and question, the agency's own total first. Of one with too few ballots a row that says so."""
    rows = [
        [
            "单位代码",
            "单位",
            "题号",
            "评议内容",
            "题目",
            "答案数",
            "得分",
            "等次",
            *_LEVELS,
            "评议票",
            "公众得分",
            "特邀得分",
        ]
    ]
    questions = {one["position"]: one for one in tally["questions"]}
    for one in tally["agencies"]:
        head = [one["code"], one["name"]]
        if one.get("too_few"):
            rows.append([*head, "", "", "", "", f"不足{tally['least_ballots']}张，不公布", *[""] * 9])
            continue
        parts = [part["score"] if part else "" for part in (one["public"], one["invited"])]
        grade = GRADE_WORDS[Grade(one["grade"])]
        rows.append([*head, "", "合计", "", "", one["score"], grade, *[""] * 5, str(one["ballots"]), *parts])
        for answer in one["questions"]:
            asked = questions[answer["position"]]
            levels = [str(answer["levels"][str(level)]) for level in Level]
            said = [str(answer["position"]), asked["aspect"], asked["text"], str(answer["answers"]), answer["score"]]
            rows.append([*head, *said, "", *levels, "", "", ""])
    return rows


_LEVELS = ("很好", "较好", "一般", "较差", "很差")
