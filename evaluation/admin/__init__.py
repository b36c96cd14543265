"""Evaluation in the admin."""

from evaluation.admin import assessments, objections, rounds

__all__ = ["assessments", "objections", "rounds"]
