"""What complaints have in common as cases: nothing by which the agency or an outsider could tell one from another.

Only of quarters that are over, as the public figures (requests_app.services.complaint_statistics): who reads a
scorecard learns of no case sooner than from those. The keys are keyed fingerprints, another one for each indicator,
and the cases stand in the order of these, which is none.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from evaluation.indicators.terms import AgencyCase, Span
from govportal.crypto import fingerprint
from requests_app.services.complaint_statistics import counted_until

TITLE = "投诉举报"


def countable(span: Span) -> tuple[date, date]:
    """First and last day that count; the last lies before the first where no quarter of the period is over."""
    return span.since, min(span.until, counted_until(span.as_of) - timedelta(days=1))


def opaque(indicator: str, number: str) -> str:
    return fingerprint("scorecard", f"{indicator} {number}")[:16]


def shuffled(cases: Iterable[AgencyCase]) -> list[AgencyCase]:
    return sorted(cases, key=lambda found: found[1].key)
