"""What may be read, by whom: QuerySet classes with the reader as an argument. They import no model."""

from evaluation.queries.assessments import BY_RANK, AssessmentQuerySet, RoundQuerySet
from evaluation.queries.findings import FindingFileQuerySet, FindingQuerySet, ObjectionQuerySet
from evaluation.queries.indicators import IndicatorQuerySet

__all__ = [
    "BY_RANK",
    "AssessmentQuerySet",
    "FindingFileQuerySet",
    "FindingQuerySet",
    "IndicatorQuerySet",
    "ObjectionQuerySet",
    "RoundQuerySet",
]
