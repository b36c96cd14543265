"""What the rules of the social evaluation say, as data: steps with their days, questions to begin with, and how many
ballots make a result (《政务公开暨行政权力公开透明运行工作社会评议制度（试行）》; domain §9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from evaluation.survey_enums import SurveyAspect, SurveyStepKind

BASIS = "《政务公开暨行政权力公开透明运行工作社会评议制度》"
# Under so many ballots on an agency nothing is shown of it, nor of a question that fewer of them answered.
MIN_BALLOTS = 10
# How many agencies one of the public rates on one ballot; the invited rate as many as they know.
MOST_AGENCIES = 10
MOST_QUESTIONS = 20
MOST_ANSWERS = 900  # agencies times questions: an invited evaluator sends them in one form
MOST_EVALUATORS = 2_000
# Of the invited, once ballots are cast: a ballot keeps that it came from one of them, and whether a person has voted is
# known, so that of one or two it would tell who filled it in. Not all need vote, so that it still may: they are told
# (survey_words.INVITED_SECRECY). Our own measure; no rule names a number.
MIN_INVITED = 3
MOST_SLIPS = 200  # printed at once
RETENTION_DAYS = 180  # after the tally; unverified: no rule found that names a term


@dataclass(frozen=True, slots=True)
class StepRule:
    """`article`: where the rules name it. `after_opening`, `after_closing`: its last day, counted from one of them;
    `is_by_hand`: somebody records it, where the others are done with the deed itself."""

    article: str
    after_opening: int | None = None
    after_closing: int | None = None
    is_by_hand: bool = True

    def due_on(self, opens_on: date, closes_on: date) -> date:
        if self.after_opening is not None:
            return opens_on + timedelta(days=self.after_opening)
        return closes_on + timedelta(days=self.after_closing or 0)


STEPS: Mapping[SurveyStepKind, StepRule] = MappingProxyType(
    {
        SurveyStepKind.NOTICE: StepRule("第六条第（一）项", after_opening=0),
        SurveyStepKind.FORM: StepRule("第六条第（二）项", after_opening=0),
        SurveyStepKind.EVALUATORS: StepRule("第六条第（三）项", after_opening=0),
        SurveyStepKind.BRIEFING: StepRule("第六条第（四）项", after_closing=0),
        SurveyStepKind.COLLECTION: StepRule("第六条第（五）项", after_closing=1, is_by_hand=False),
        SurveyStepKind.TALLY: StepRule("第六条第（六）项", after_closing=10, is_by_hand=False),
        SurveyStepKind.RESULT: StepRule("第六条第（七）项", after_closing=30),
    }
)
NEEDED_TO_TALLY = (SurveyStepKind.BRIEFING,)
NEEDED_TO_OPEN = (SurveyStepKind.NOTICE, SurveyStepKind.FORM, SurveyStepKind.EVALUATORS)

# 第五条, in the words of a person who is asked, so that 很好 … 很差 answers it; one of each aspect.
DEFAULT_QUESTIONS: Mapping[SurveyAspect, str] = MappingProxyType(
    {
        SurveyAspect.TRUE: "公开的内容与实际情况相符的程度怎么样？",
        SurveyAspect.ACCURATE: "公开的数字、期限、联系方式的准确程度怎么样？",
        SurveyAspect.COMPLETE: "群众关心、应当公开的事项，公开得怎么样？",
        SurveyAspect.TIMELY: "公开和更新的及时程度怎么样？",
        SurveyAspect.PROCEDURE: "按公开的程序、条件和时限办事，做得怎么样？",
        SurveyAspect.INSTITUTIONS: "申请公开、投诉、监督的制度，健全管用的程度怎么样？",
    }
)
