"""Evaluation in the admin."""

from evaluation.admin import (
    accountability,
    assessments,
    entry,
    findings,
    indicator_sets,
    objections,
    rounds,
    survey_evaluators,
    surveys,
    workbench,
)

__all__ = [
    "accountability",
    "assessments",
    "entry",
    "findings",
    "indicator_sets",
    "objections",
    "rounds",
    "survey_evaluators",
    "surveys",
    "workbench",
]
