"""Automatic indicators: one file each, all of them listed here. CONTRIBUTING tells how one is added."""

from collections.abc import Mapping
from types import MappingProxyType

from evaluation.indicators import (
    complaints_on_time,
    complaints_upheld,
    consultations_answered,
    coverage,
    emergency_reviewed,
    feedback_answered,
    freshness,
    interpretations_together,
    notice_board,
    rectified,
    reports_filed,
    requests_corrected,
    requests_on_time,
    social,
    standardisation,
    timeliness,
)
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span

# In the order in which they are offered and described.
_MODULES = (
    coverage, timeliness, standardisation, freshness, notice_board, interpretations_together, emergency_reviewed,
    consultations_answered, requests_on_time, requests_corrected, complaints_on_time, complaints_upheld,
    feedback_answered, rectified, reports_filed, social,
)  # fmt: skip
AUTOMATIC_INDICATORS: Mapping[str, AutomaticIndicator] = MappingProxyType(
    {module.INDICATOR.key: module.INDICATOR for module in _MODULES}
)

__all__ = ["AUTOMATIC_INDICATORS", "AgencyCase", "AutomaticIndicator", "Span"]
