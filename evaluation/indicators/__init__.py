"""Automatic indicators: one file each, all of them listed here. CONTRIBUTING tells how one is added."""

from collections.abc import Mapping
from types import MappingProxyType

from evaluation.indicators import coverage, timeliness
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span

_ALL = (coverage.INDICATOR, timeliness.INDICATOR)
AUTOMATIC_INDICATORS: Mapping[str, AutomaticIndicator] = MappingProxyType({one.key: one for one in _ALL})

__all__ = ["AUTOMATIC_INDICATORS", "AgencyCase", "AutomaticIndicator", "Span"]
