"""Rows of the evaluation: one model a file, but where a row is nothing without the other."""

from evaluation.models.accountability_case import AccountabilityCase, AccountabilityEvent
from evaluation.models.accountability_respondent import AccountabilityNotice, Respondent
from evaluation.models.ballot import Ballot, BallotAnswer
from evaluation.models.evaluator import Evaluator
from evaluation.models.survey import Survey, SurveyQuestion, SurveyStep

__all__ = [
    "AccountabilityCase",
    "AccountabilityEvent",
    "AccountabilityNotice",
    "Ballot",
    "BallotAnswer",
    "Evaluator",
    "Respondent",
    "Survey",
    "SurveyQuestion",
    "SurveyStep",
]
