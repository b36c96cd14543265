"""Rows of the evaluation: one model a file, but where a row is nothing without the other."""

from evaluation.models.accountability_case import AccountabilityCase, AccountabilityEvent
from evaluation.models.accountability_respondent import AccountabilityNotice, Respondent
from evaluation.models.assessment import Assessment, AssessmentRound, Check, SampleItem, Score
from evaluation.models.ballot import Ballot, BallotAnswer
from evaluation.models.evaluator import Evaluator
from evaluation.models.finding import Finding, FindingFile, Objection, ObjectionFile
from evaluation.models.indicator_set import Indicator, IndicatorGroup, IndicatorSet
from evaluation.models.survey import Survey, SurveyQuestion, SurveyStep

__all__ = [
    "AccountabilityCase",
    "AccountabilityEvent",
    "AccountabilityNotice",
    "Assessment",
    "AssessmentRound",
    "Ballot",
    "BallotAnswer",
    "Check",
    "Evaluator",
    "Finding",
    "FindingFile",
    "Indicator",
    "IndicatorGroup",
    "IndicatorSet",
    "Objection",
    "ObjectionFile",
    "Respondent",
    "SampleItem",
    "Score",
    "Survey",
    "SurveyQuestion",
    "SurveyStep",
]
