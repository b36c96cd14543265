"""Where an agency may still object to a fault: the one answer behind every link 提出异议."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from evaluation.models import Assessment, Objection
from evaluation.scorecards import name_of
from evaluation.services import objections
from evaluation.services.objections import Target


def _is_over(row: Assessment, day: date) -> bool:
    last = row.round.objections_by
    return last is None or day > last


def may_object(row: Assessment, reader: Any, day: date) -> bool:
    """Whether this person may object at all, to whatever it be."""
    return not objections.reasons_against_filing(row, reader) and not _is_over(row, day)


def about(made: Iterable[Objection], target: Target) -> list[Objection]:
    """Of the objections of an assessment those to this fault, the oldest first."""
    key = (target.finding.pk if target.finding else None, target.indicator.pk, target.case_key)
    return [one for one in made if (one.finding_id, one.indicator_id, one.case_key) == key]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same matter where another indicator takes something off for it; a ruling here leaves it as it is."""

    target: Target
    objection: Objection | None
    address: str  # of the page to object there; empty where nobody may

    @property
    def name(self) -> str:
        return name_of(self.target.indicator)


def elsewhere(row: Assessment, target: Target, *, is_open: bool) -> list[Elsewhere]:
    others = objections.same_matter(row, target)
    made = list(row.objections.order_by("number")) if others else []
    found = []
    for one in others:
        same = about(made, one)
        address = object_address(row, one, same) if is_open else ""
        found.append(Elsewhere(one, same[-1] if same else None, address))
    return found


def object_address(row: Assessment, target: Target, same: Iterable[Objection]) -> str:
    """Of the page to object to it; empty where nothing is taken off or an objection stands in the way."""
    takes = target.finding is None or target.finding.deduction > 0
    if not takes or objections.barring(row, same):
        return ""
    address = reverse("admin:evaluation_assessment_verb", args=[row.pk, "object"])
    return f"{address}?{urlencode({'target': target.key})}"
