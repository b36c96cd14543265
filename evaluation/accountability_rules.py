"""What somebody is held to account for, and how, as data (《…责任追究办法》第五条至第九条、第十一条). Pure.

These are rules of a locality. Another document, or an amended clause, is a new line of CLAUSES with the day from which
it holds; an old line is closed by its last day and never edited, for cases were opened by it. MEASURES, and the
division of responsibility in accountability_division.py, have no days: they are what holds now. Papers keep the words
they were issued with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from evaluation.accountability_enums import Measure, MeasureForm, Part, TriggerGroup

RULES = "《政务公开暨行政权力公开透明运行工作责任追究办法》"
HEARING_BASIS = f"{RULES}第十二条"
CORRECTION_BASIS = f"{RULES}第十三条"
DIVISION_BASIS = f"{RULES}第十条"
# No rule that was read names the way nor the days: basis unverified, the office has yet to confirm.
REMEDIES = "依照有关规定，向本机关申请复核，或者向有权处理的机关提出申诉"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One 项. `from_on`, `until_on`: the days on which it holds; None: unknown, or without end."""

    key: str
    group: TriggerGroup
    article: str
    words: str
    document: str = RULES
    from_on: date | None = None
    until_on: date | None = None

    @property
    def basis(self) -> str:
        return f"{self.document}{self.article}"

    def applies(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on <= self.until_on)


_G = TriggerGroup
_ARTICLES = {
    _G.NOT_DISCLOSED: "五",
    _G.DEFECTIVE: "六",
    _G.IRREGULAR: "七",
    _G.NOT_REPORTED: "八",
    _G.UNSUPERVISED: "九",
}
_NUMBERS = "一二三四五"
_CLAUSES: Mapping[TriggerGroup, tuple[tuple[str, str], ...]] = {
    _G.NOT_DISCLOSED: (
        (
            "duties",
            "未公开部门职责和管理权限（包括部门职责、机构设置和办事人员的职务、工作范围、权限、"
            "服务电话、举报电话等）",
        ),
        ("catalogue", "未公开职权目录和流程图"),
        ("process", "对行政权力运行过程未实施动态公开"),
        ("other", "其他应公开而未公开"),
    ),
    _G.DEFECTIVE: (
        ("procedure", "未按规定的程序、范围和时间要求公开"),
        ("partial", "未公开全部职权目录和流程图"),
        ("scope", "公开的范围与行政权力涉及的范围不一致"),
        ("unrevised", "行政职权发生调整或者改变时，不能按照要求修订职权目录和流程图，并向社会公布"),
    ),
    _G.IRREGULAR: (
        ("unauthorised", "未按法律法规设定授权，擅自设立行政权力"),
        ("added", "不能按照已经公开的权力运行程序行使权力，擅自增加办理程序、办理条件或者延长办理时间"),
        ("misused", "在权力运行中不能正确行使权力，不作为或者乱作为，造成不良影响或者严重后果"),
    ),
    _G.NOT_REPORTED: (
        ("report", "不能按时报送上一年政务公开暨行政权力公开透明运行情况报告"),
        ("material", "不能按时报送其他材料"),
    ),
    _G.UNSUPERVISED: (
        ("complaints", "投诉处理不及时，不向群众公开处理结果，造成不良影响"),
        ("reprisal", "在开展政务公开暨行政权力公开透明运行工作中，有打击报复、侵犯公民民主权利行为"),
        ("uncorrected", "不按政务公开暨行政权力公开透明运行工作领导小组办公室要求及时纠正和整改问题"),
        ("secret", "擅自将不应公开或者涉密的事项进行公开，造成不良影响或者严重后果"),
        ("unlawful", "因责权不明、公开运行不力而导致违纪违法案件发生"),
    ),
}  # fmt: skip
CLAUSES: Mapping[str, Clause] = MappingProxyType(
    {
        f"{group}.{key}": Clause(
            key=f"{group}.{key}",
            group=group,
            article=f"第{_ARTICLES[group]}条第（{_NUMBERS[position]}）项",
            words=words,
        )
        for group, clauses in _CLAUSES.items()
        for position, (key, words) in enumerate(clauses)
    }
)


def clauses_on(day: date) -> list[Clause]:
    """The clauses that hold on a day, in their order."""
    return [clause for clause in CLAUSES.values() if clause.applies(day)]


# --- measures -------------------------------------------------------------------------------------------------------

_LEADERS = frozenset({Part.HEAD_IN_CHARGE, Part.MAIN_LEADER, Part.MEMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRule:
    """A step: what it means for an agency and for a person (empty: nothing), and what follows from it.

    `bars_agency`, `bars_person`: from awards of the year of the decision. `refers_to`: who takes the case on.
    `forms`: of a person part that names several things, the words of each; the decision chooses one of them.
    `correction_days`: working days to put it right where the decision names no other day; practice, not law.
    `is_verified`: the source has been read; else it is local practice that the office has yet to confirm.
    """

    measure: Measure
    basis: str
    agency_part: str
    person_part: str
    bars_agency: bool = False
    bars_person: bool = False
    refers_to: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    parts: frozenset[Part] = frozenset(Part)
    correction_days: int = 10
    is_verified: bool = True


MEASURES: Mapping[Measure, MeasureRule] = MappingProxyType(
    {
        rule.measure: rule
        for rule in (
            MeasureRule(
                measure=Measure.ORAL, basis=f"{RULES}第十一条第（一）项",
                agency_part="责令限期改正", person_part="口头告诫或者批评教育，并限期改正",
                forms={
                    MeasureForm.ADMONITION: "口头告诫，并限期改正", MeasureForm.EDUCATION: "批评教育，并限期改正",
                },
            ),
            MeasureRule(
                measure=Measure.TALK, basis="诫勉谈话的有关规定", agency_part="",
                person_part="诫勉谈话", parts=_LEADERS, is_verified=False,
            ),
            MeasureRule(
                measure=Measure.CRITICISM, basis=f"{RULES}第十一条第（二）项", agency_part="提出批评",
                person_part="通报批评，责令写出书面检查，取消当年评优、评奖资格", bars_person=True, correction_days=15,
            ),
            MeasureRule(
                measure=Measure.CIRCULAR, basis=f"{RULES}第十一条第（三）项",
                agency_part="通报批评，责令限期整改，取消评优、评先资格",
                person_part="调离原工作岗位或者离岗培训3个月", bars_agency=True,
                correction_days=20,
                forms={MeasureForm.TRANSFER: "调离原工作岗位", MeasureForm.TRAINING: "离岗培训3个月"},
            ),
            MeasureRule(
                measure=Measure.DISCIPLINE, basis=f"{RULES}第十一条第（四）项", agency_part="",
                person_part="移交纪检监察机关按程序处理", refers_to="纪检监察机关",
            ),
            MeasureRule(
                measure=Measure.JUDICIAL, basis=f"{RULES}第十一条第（五）项", agency_part="",
                person_part="移送司法机关依法处理", refers_to="司法机关",
            ),
        )
    }
)  # fmt: skip
FORMS: Mapping[Measure, tuple[str, ...]] = MappingProxyType(
    {measure: tuple(rule.forms) for measure, rule in MEASURES.items() if rule.forms}
)
BARRING_AGENCIES = tuple(measure for measure, rule in MEASURES.items() if rule.bars_agency)
VERIFICATION_DAYS = 10  # working days from the report; practice, for 第十三条 names none
DEFAULT_CORRECTION_DAYS = 10  # working days, where the agency itself is not dealt with


def person_words(measure: str, form: str) -> str:
    """What is done to a person; decisions from before there were forms have the words of all of them."""
    rule = MEASURES[Measure(measure)]
    return rule.forms.get(form, rule.person_part)


def correction_days(agency_measure: str) -> int:
    """Working days for the correction report (第十三条 says 及时) where the decision names no other day."""
    rule = MEASURES.get(Measure(agency_measure)) if agency_measure else None
    return rule.correction_days if rule else DEFAULT_CORRECTION_DAYS
