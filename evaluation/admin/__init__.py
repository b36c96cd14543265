"""Evaluation in the admin."""

from evaluation.admin import accountability, assessments, indicator_sets, objections, rounds, survey_evaluators, surveys

__all__ = ["accountability", "assessments", "indicator_sets", "objections", "rounds", "survey_evaluators", "surveys"]
