"""Rows of the evaluation: one model a file, but where a row is nothing without the other."""

from evaluation.models.ballot import Ballot, BallotAnswer
from evaluation.models.evaluator import Evaluator
from evaluation.models.survey import Survey, SurveyQuestion, SurveyStep

__all__ = [
    "Ballot",
    "BallotAnswer",
    "Evaluator",
    "Survey",
    "SurveyQuestion",
    "SurveyStep",
]
