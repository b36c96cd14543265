"""What the public pages of a survey show: how far it is, its seven steps, and its results out of the frozen tally."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import NOTICE_STATES
from evaluation.enums import Grade
from evaluation.models import Survey, SurveyStep
from evaluation.scorecard_charts import bar
from evaluation.scorecard_words import GRADE_TONES
from evaluation.survey_enums import Level, SurveyState
from evaluation.survey_rules import MIN_BALLOTS, STEPS
from evaluation.survey_standing import with_days
from evaluation.survey_words import GRADE_WORDS

TOO_FEW = gettext_lazy("不足%s张，不公布")


def standing(row: Survey, today: date, *, is_public: bool) -> tuple[Promise | str, str]:
    """(words, tone): where it stands, as whoever is outside sees it."""
    if is_public:
        return gettext_lazy("结果已公布"), "ok"
    match SurveyState(row.state):
        case SurveyState.OPEN if row.is_accepting(today):
            return gettext_lazy("评议中"), "ok"
        case SurveyState.OPEN if today < row.opens_on:
            return gettext_lazy("即将开始"), "info"
        case SurveyState.OPEN | SurveyState.CLOSED:
            return gettext_lazy("已截止，正在汇总"), "info"
        case SurveyState.TALLIED:
            if row.item and row.item.state in NOTICE_STATES:
                return gettext_lazy("结果不再公开"), "warn"
            return gettext_lazy("已汇总，等待公布"), "info"
        case SurveyState.CANCELLED:
            return gettext_lazy("已取消"), "warn"
    return gettext_lazy("筹备中"), "info"


def has_invited(row: Survey) -> bool:
    """Whether anybody is asked by name; of a survey that everybody may take part in often nobody."""
    return row.evaluators.filter(voided_on=None).exists()


@dataclass(frozen=True, slots=True)
class Step:
    """`done_on` None: still to be done. `is_void`: so when the survey was cancelled. `marks`: (words, tone) of what is
    wrong with it."""

    row: SurveyStep
    article: str
    done_on: date | None
    is_next: bool
    is_void: bool
    marks: Sequence[tuple[Promise | str, str]]


def steps_of(row: Survey, day: date) -> list[Step]:
    """The checklist in the order of the rules; the first that is still to be done is marked."""
    by_kind = {step.step: step for step in with_days(row.steps.select_related("item", "done_by"))}
    is_cancelled, found, has_next = row.state == SurveyState.CANCELLED, [], False
    steps = [by_kind[kind] for kind in STEPS]
    for place, (step, rule) in enumerate(zip(steps, STEPS.values(), strict=True)):
        is_open = step.completed_on is None and not is_cancelled
        later = [one.completed_on for one in steps[place + 1 :]]
        marks = _marks(step.completed_on, step.due_on, later, day) if is_open or step.completed_on else []
        is_void = is_cancelled and step.completed_on is None
        found.append(Step(step, rule.article, step.completed_on, is_open and not has_next, is_void, marks))
        has_next = has_next or is_open
    return found


def _marks(
    done_on: date | None, due_on: date, later: Iterable[date | None], today: date
) -> list[tuple[Promise | str, str]]:
    if done_on is None:
        return [(gettext_lazy("逾期"), "bad")] if due_on < today else []
    marks: list[tuple[Promise | str, str]] = []
    if done_on > due_on:
        marks.append((gettext_lazy("逾期完成"), "warn"))
    if any(one is not None and one < done_on for one in later):
        marks.append((gettext_lazy("晚于后面的程序"), "warn"))
    return marks


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

    @property
    def bar(self) -> SafeString | str:
        return "" if self.score is None else bar(self.score)


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


def grade_ranges(row: Survey) -> str:
    """Which score is which grade: each range leaves out the grades above it, and 以下 is not said, which takes in its
    number (民法典第一千二百五十九条)."""
    words = {"excellent": row.excellent_from, "good": row.good_from, "fair": row.fair_from}
    return (
        _(
            "%(excellent)s分以上为优秀，%(good)s分以上不足%(excellent)s分为良好，"
            "%(fair)s分以上不足%(good)s分为一般，不足%(fair)s分为差。"
        )
        % words
    )


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
