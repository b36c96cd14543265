"""The scorecard of an agency and the ranking of a round as pages, papers and files show them. Pure over frozen rows:
stored scores, their cases, findings and rulings; nothing that may have changed since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation import case_lines
from evaluation.enums import CheckResult, Grade, ObjectionState, Ruling
from evaluation.models import Assessment, Indicator, Objection, Score
from evaluation.scorecard_findings import Found
from evaluation.scorecard_social import Social
from evaluation.scorecard_words import (
    GRADE_TONES,
    excused,
    facts,
    fault_of,
    indicator_name,
    marks,
    shown,
    signed,
    working,
)
from evaluation.scoring import AUTOMATIC, NOTHING, Case, Outcome, Rule, earned, half_up, outcome
from evaluation.services.measure import rule_of

SHOWN = 5  # cases at fault on the card; the page of the indicator has all
RULING_TONES = {Ruling.UPHELD: "ok", Ruling.PARTLY: "info", Ruling.DISMISSED: ""}


# --- a line of the card ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as a line of text. `url` empty: nobody may be led there. `is_quoted`: `words` are of the record itself."""

    title: str
    words: str
    url: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: points, the facts behind them and the sum."""

    indicator: Indicator
    rule: Rule
    points: Decimal
    outcome: Outcome
    facts: str
    working: str
    faults: Sequence[Shown]
    excused: Sequence[tuple[Shown, Objection | None]]
    findings: Sequence[Found]

    @property
    def lost(self) -> Decimal:
        lost: Decimal = self.indicator.full_marks - self.points
        return lost

    @property
    def is_automatic(self) -> bool:
        return self.rule.mode == AUTOMATIC

    @property
    def has_more(self) -> bool:
        return self.is_automatic and self.outcome.faults > len(self.faults)

    @property
    def full_words(self) -> str:
        return shown(self.indicator.full_marks)

    @property
    def points_words(self) -> str:
        return marks(self.points)

    @property
    def name(self) -> str:
        return name_of(self.indicator)

    @property
    def lost_words(self) -> str:
        return signed(-self.lost)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of indicators; `average` of the ranked agencies of the same kind, None where they are too few."""

    name: str
    weight: Decimal
    points: Decimal
    average: Decimal | None
    lines: Sequence[Line]

    @property
    def points_words(self) -> str:
        return marks(self.points)

    @property
    def weight_words(self) -> str:
        return shown(self.weight)

    @property
    def average_words(self) -> str:
        return "—" if self.average is None else f"{self.average:.2f}"


def name_of(indicator: Indicator) -> str:
    return indicator_name(indicator.topic, indicator.item_no, indicator.measure)


def coded_name(indicator: Indicator) -> str:
    """What the desk calls it: with the code, by which a set is discussed."""
    return f"{indicator.code} {name_of(indicator)}"


def safe_url(url: str) -> str:
    """A path of this portal or a page of the web; anything else leads nowhere."""
    is_path = url.startswith("/") and not url.startswith("//")
    return url if is_path or url.startswith(("http://", "https://")) else ""


def show(case: Case, judged_by: str) -> Shown:
    return Shown(case.title or case.key, fault_of(case, judged_by), safe_url(case.address), bool(case.fault))


def line(score: Score, findings: Sequence[Found], rulings: Mapping[str, Objection], no_case: str) -> Line:
    """`rulings`: by number, of objections to cases of automatic indicators. `no_case`: what one of these says where it
    counts nothing."""
    indicator = score.indicator
    rule = rule_of(indicator)
    found = Outcome(score.numerator, score.denominator, score.faults, score.points)
    if rule.mode != AUTOMATIC:
        taken = sum((one.row.deduction for one in findings), NOTHING)
        words = "" if findings else str(CheckResult.CLEAR.label)
        return Line(indicator, rule, score.points, found, words, working(rule, found, taken), (), (), findings)
    cases = case_lines.unpack(score.cases)
    left_out = excused(cases)
    faulty = [case for case in cases if not case.excused and case.earned < case.possible]
    return Line(
        indicator,
        rule,
        score.points,
        found,
        facts(indicator.measure, found, left_out) or no_case,
        working(rule, found, NOTHING, left_out),
        [show(case, rule.judged_by) for case in faulty[:SHOWN]],
        [(show(case, rule.judged_by), rulings.get(case.excused)) for case in cases if case.excused],
        (),
    )


def groups(lines: Iterable[Line], averages: Mapping[int, Decimal]) -> list[Group]:
    """In the order of the set. `averages`: by id of the group."""
    by_group: dict[int, list[Line]] = {}
    for one in lines:
        by_group.setdefault(one.indicator.group_id, []).append(one)
    ordered = sorted(by_group.values(), key=lambda of_it: (of_it[0].indicator.group.position, of_it[0].indicator.pk))
    return [
        Group(
            of_it[0].indicator.group.name,
            of_it[0].indicator.group.weight,
            sum((one.points for one in of_it), NOTHING),
            averages.get(of_it[0].indicator.group_id),
            of_it,
        )
        for of_it in ordered
    ]


def average(total: Decimal, count: int) -> Decimal | None:
    """Two decimals, half up. What a database adds up as fractions of two is exact again at two decimals."""
    return half_up(Fraction(round(total * 100)) / 100 / count) if count else None


def points_before_rulings(lines: Iterable[Line], scores: Mapping[int, Score]) -> Decimal:
    """The total as it would stand if no objection had been upheld. `scores`: by id of the indicator."""
    total = NOTHING
    for one in lines:
        if any(found.row.ruled_deduction is not None for found in one.findings):
            whole = [Decimal(found.row.count) * found.row.unit_deduction for found in one.findings]
            total += outcome(one.rule, (), whole).points
        elif one.excused:
            total += _unexcused(one.rule, case_lines.unpack(scores[one.indicator.pk].cases))
        else:
            total += one.points
    return total


def _unexcused(rule: Rule, cases: Iterable[Case]) -> Decimal:
    bare = (case._replace(excused="") for case in cases)
    return outcome(rule, [case._replace(earned=earned(case, rule.judged_by)) for case in bare]).points


# --- what happened --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the assessment of an agency. `about`: the indicator an objection is to. `said`: in the words of the
    record, after `paragraphs`."""

    title: str
    on: date
    paragraphs: Sequence[str]
    word: str = ""
    tone: str = ""
    said: str = ""
    about: str = ""


def timeline(
    one: Assessment, objections: Iterable[Objection], before: Decimal, published_on: date | None
) -> list[Step]:
    """初评, 异议, 裁定, 定分, 公布. `one` with its round, frozen. What was said at a hearing stays with both sides."""
    row = one.round
    steps: list[tuple[datetime, Step]] = []
    if row.shared_at and row.objections_by:
        told = _("考核组向单位反馈，异议截止 %s。") % f"{row.objections_by:%Y-%m-%d}"
        steps.append((row.shared_at, Step(_("初评 %s 分") % marks(before), localdate(row.shared_at), [told])))
    for each in objections:
        steps += _of_objection(each)
    if one.confirmed_at:
        steps.append((one.confirmed_at, Step(_("单位确认无异议"), localdate(one.confirmed_at), [])))
    assert row.frozen_at is not None
    steps.append((row.frozen_at, Step(_("定分 %s 分") % marks(one.total), localdate(row.frozen_at), [])))
    found = [step for _at, step in sorted(steps, key=lambda pair: pair[0])]
    if published_on:
        found.append(Step(_("公布"), published_on, []))
    return found


def _of_objection(each: Objection) -> Iterable[tuple[datetime, Step]]:
    title = _("单位提出异议 %s") % each.number
    about = name_of(each.indicator)
    if each.state == ObjectionState.WITHDRAWN:
        yield each.filed_at, Step(title, localdate(each.filed_at), [], _("已撤回"), about=about)
        return
    yield each.filed_at, Step(title, localdate(each.filed_at), [], said=each.text, about=about)
    if each.state == ObjectionState.RULED and each.ruled_at:
        heard = [_("%s 听取了单位的意见。") % f"{each.heard_on:%Y-%m-%d}"] if each.heard_on else []
        ruling = Ruling(each.ruling)
        yield (
            each.ruled_at,
            Step(
                _("裁定异议 %s") % each.number,
                localdate(each.ruled_at),
                heard,
                str(ruling.label),
                RULING_TONES[ruling],
                each.reason,
            ),
        )


# --- the card and the ranking ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """The agency in an earlier round of the same kind, or in this one."""

    slug: str
    label: str
    total: Decimal
    grade: str
    rank: int | None
    kind_rank: int | None

    @property
    def grade_words(self) -> str:
        return str(Grade(self.grade).label) if self.grade else ""


def change_since(past: "Sequence[Past | Assessment]") -> Decimal | None:
    """Of the last over the one before it; None where one of them was not ranked: nothing tested its full marks."""
    if len(past) < 2 or not all(one.rank for one in past[-2:]):
        return None
    change: Decimal = past[-1].total - past[-2].total
    return change


@dataclass(frozen=True, slots=True)
class Scorecard:
    """`ranked`, `peers`: how many agencies are ranked, and how many of them of its kind. `past`: the oldest first, this
    round last. `no_social`: why there is no social evaluation, where the round has one."""

    assessment: Assessment
    name: str
    official_name: str
    kind: str
    ranked: int
    peers: int
    groups: Sequence[Group]
    past: Sequence[Past]
    social: Social | None
    no_social: str
    steps: Sequence[Step]
    samples: Sequence[tuple[str, int]]
    population: int
    is_flagged: bool
    is_barred: bool

    @property
    def lines(self) -> list[Line]:
        return [one for group in self.groups for one in group.lines]

    @property
    def is_averaged(self) -> bool:
        return any(group.average is not None for group in self.groups)

    @property
    def before(self) -> Past | None:
        return self.past[-2] if len(self.past) > 1 else None

    @property
    def change(self) -> Decimal | None:
        return change_since(self.past)

    @property
    def ranked_past(self) -> list[Past]:
        """What makes a curve; nothing where this round itself is not comparable."""
        return [one for one in self.past if one.rank] if self.assessment.rank else []

    @property
    def tone(self) -> str:
        return grade_tone(self.assessment.grade)


def grade_tone(grade: str) -> str:
    return GRADE_TONES[Grade(grade)] if grade else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the ranking. `past`: totals of its last rounds, this one last, where it was ranked; `change` since the
    one before."""

    assessment: Assessment
    name: str
    official: str
    kind: str
    rank: int | None
    past: Sequence[Decimal]
    change: Decimal | None

    @property
    def tone(self) -> str:
        return grade_tone(self.assessment.grade)


def placed(rows: Iterable[Place]) -> list[Place]:
    """The best first; who is not ranked stands at the end."""
    return sorted(rows, key=lambda one: (one.rank is None, one.rank or 0, one.assessment.agency.position, one.name))
