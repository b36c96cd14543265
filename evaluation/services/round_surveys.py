"""社会评议 of a round: which survey may count in it, whether its numbers are there, and whom it leaves out."""

from collections.abc import Collection
from datetime import date, timedelta

from django.utils.translation import gettext as _

from evaluation.enums import RoundKind, RoundState
from evaluation.indicators import social
from evaluation.models import AssessmentRound, IndicatorSet, Survey
from evaluation.survey_enums import SurveyState
from evaluation.survey_scoring import digest_of
from govportal.models import Agency

WITH_SURVEY = (RoundKind.SPOT, RoundKind.YEAR_END)  # the public is asked for half a year and for the year
ASKED_WITHIN = timedelta(days=366)  # after the period: of a whole year people are often asked in the next one
_NAMED = 10  # of those left out
_COUNTING = (RoundState.OPEN, RoundState.FEEDBACK, RoundState.FROZEN)


def measures_survey(of: IndicatorSet) -> bool:
    return of.indicators.filter(measure=social.INDICATOR.key).exists()


def reasons_against_survey(
    survey: Survey | None, *, kind: str, of: IndicatorSet, period: tuple[date, date], agencies: Collection[int]
) -> list[str]:
    """Why this survey, or none, cannot count in a round of this kind. `agencies`: ids of those who take part."""
    if survey is None:
        is_missing = kind in WITH_SURVEY and measures_survey(of)
        return [_("指标体系“%s”计社会评议的得分，请选一次社会评议。") % of] if is_missing else []
    if survey.state == SurveyState.CANCELLED:
        return [_("社会评议“%s”已经取消，请另选。") % survey]
    start, end = period
    reasons = []
    if agencies and not survey.agencies.filter(pk__in=agencies).exists():
        # Every one of them would have full marks: who was not judged has nothing that could be taken off.
        reasons.append(_("社会评议“%s”的评议对象没有一个参加这次考核，请另选。") % survey)
    if survey.closes_on < start or survey.opens_on > end + ASKED_WITHIN:
        words = {"survey": survey, "opens": survey.opens_on, "closes": survey.closes_on}
        reasons.append(
            _("社会评议“%(survey)s”（%(opens)s 至 %(closes)s）不在统计期以内，也不在期满以后一年以内，请另选。") % words
        )
    if other := _counted_in(survey, kind, agencies):
        words = {"survey": survey, "round": other.name}
        reasons.append(_("社会评议“%(survey)s”已经计入“%(round)s”，不能在同一种考核里对同一单位再算一次。") % words)
    return reasons


def _counted_in(survey: Survey, kind: str, agencies: Collection[int]) -> AssessmentRound | None:
    """A round of that kind in which the figures of these agencies count already."""
    rounds = AssessmentRound.objects.filter(survey=survey, kind=kind, state__in=_COUNTING)
    return rounds.filter(assessments__agency__in=agencies).order_by("pk").first()


def untallied(row: AssessmentRound) -> list[str]:
    """Without its numbers the survey would count as if nothing had been asked: full marks for all."""
    survey = row.survey
    if survey is None or survey.state == SurveyState.CANCELLED or not measures_survey(row.indicator_set):
        return []
    if survey.tallied_at is None:
        return [_("社会评议“%s”还没有汇总，得分要计入考核。") % survey]
    if digest_of(survey.tally or {}) != survey.digest:
        return [_("社会评议“%s”的汇总结果与它的摘要不符，数据被改动过：查清以前不能反馈。") % survey]
    if row.measured_at and row.measured_at < survey.tallied_at:
        return [_("社会评议“%s”在最近一次取数以后才汇总：请重新取数再反馈。") % survey]
    return []


def left_out(row: AssessmentRound) -> list[Agency]:
    """Those who take part and are no object of the survey that counts: they have its full marks."""
    if row.survey_id is None or not measures_survey(row.indicator_set):
        return []
    assessed = Agency.objects.filter(assessments__round=row.pk)
    return list(assessed.exclude(surveys=row.survey_id).order_by("position", "name"))


def words_on_left_out(row: AssessmentRound) -> str:
    """How many, and the first of them; empty where the survey is of everybody."""
    agencies = left_out(row)
    if not agencies:
        return ""
    words = {"count": len(agencies), "names": _("、").join(one.display_name for one in agencies[:_NAMED])}
    if len(agencies) > _NAMED:
        return _("社会评议没有列入其中 %(count)s 个单位，这一项按满分计：%(names)s等。") % words
    return _("社会评议没有列入其中 %(count)s 个单位，这一项按满分计：%(names)s。") % words
