"""Lines of the entry pages: one indicator at one agency, or one item drawn; shown, read from what was sent, saved.

A line tells what it showed (`shown`), so that only what a person changed is written, and never over what somebody else
wrote meanwhile. A line that fails keeps what was typed; the others are saved.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext as _

from evaluation.enums import CheckResult, FindingState
from evaluation.forms.checks import EntryForm, SampleForm
from evaluation.forms.findings import content_of
from evaluation.models import Assessment, Check, Finding, Indicator, SampleItem, Score
from evaluation.scorecards import name_of
from evaluation.services import checks, findings
from evaluation.services.checks import StaleEntry
from evaluation.services.entries import Entry, save_entry
from govportal.models import User

_TYPED = ("result", "note", "text", "count", "unit", "link", "item", "is_public")
_NEW = ("text", "link", "item")  # a line in which one of them is filled reports something


@dataclass
class _Line:
    """`typed`: what stands in its fields; `errors`: why it was not saved."""

    typed: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    is_stale: bool = False

    @property
    def prefix(self) -> str:
        raise NotImplementedError

    @property
    def shown(self) -> str:
        raise NotImplementedError

    def take(self, data: Mapping[str, str], files: Mapping[str, Any]) -> bool:
        """Take what was sent for this line; whether a person changed anything of it."""
        if f"{self.prefix}-shown" not in data:
            return False
        self.typed = {name: data.get(f"{self.prefix}-{name}", "").strip() for name in _TYPED}
        _version, _colon, shown = data[f"{self.prefix}-shown"].partition("|")
        is_new = any(self.typed[name] for name in _NEW) or f"{self.prefix}-file" in files
        return is_new or f"{self.typed['result']}|{self.typed['note']}" != shown.strip()

    def fail(self, error: ValidationError) -> None:
        self.errors, self.is_stale = list(error.messages), isinstance(error, StaleEntry)


@dataclass
class ClauseLine(_Line):
    """One manual indicator at one agency."""

    assessment: Assessment = field(kw_only=True)
    indicator: Indicator = field(kw_only=True)
    check: Check | None = None
    found: list[Finding] = field(default_factory=list)
    points: Decimal | None = None

    @property
    def prefix(self) -> str:
        return f"{self.assessment.pk}-{self.indicator.pk}"

    @property
    def shown(self) -> str:
        one = self.check
        return f"{one.version}|{one.result}|{one.note}" if one else "0||"

    @property
    def name(self) -> str:
        return name_of(self.indicator)

    @property
    def amounts(self) -> list[str]:
        return [str(amount) for amount in findings.deductions_of(self.indicator)]

    @property
    def lost(self) -> Decimal:
        return self.indicator.full_marks - self.points if self.points is not None else Decimal(0)

    @property
    def is_open(self) -> bool:
        """Whether the fields of a new finding are shown at once."""
        return any(self.typed.get(name) for name in _NEW) or bool(self.errors)

    def fill(self) -> None:
        """Its fields as they are when nothing was typed."""
        self.typed = {
            "result": self.check.result if self.check else "",
            "note": self.check.note if self.check else "",
            "count": "1",
            "unit": self.amounts[0] if len(self.amounts) == 1 else "",
        }

    def save(self, data: Mapping[str, str], files: Mapping[str, Any], *, actor: User, at: datetime) -> bool:
        """Whether it was saved; if not, `errors` says why."""
        form = EntryForm(data, files, prefix=self.prefix, actor=actor)
        if not form.is_valid():
            self.errors = form.sentences()
            return False
        values = form.cleaned_data
        try:
            is_new = any(values[name] for name in _NEW) or bool(values["uploads"])
            content = content_of(values, form.unit_of(self.indicator, values)) if is_new else None
            entry = Entry(
                result=values["result"],
                note=values["note"],
                seen=_version(data[f"{self.prefix}-shown"]),
                finding=content,
                uploads=values["uploads"],
            )
            save_entry(self.assessment.pk, self.indicator.pk, entry, actor=actor, at=at)
        except ValidationError as error:
            self.fail(error)
            return False
        return True


def _version(shown: str) -> int:
    digits = shown.partition("|")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


@dataclass
class SampleLine(_Line):
    """One item drawn."""

    sample: SampleItem = field(kw_only=True)

    @property
    def prefix(self) -> str:
        return f"s-{self.sample.pk}"

    @property
    def shown(self) -> str:
        one = self.sample
        return f"{one.checked_at.isoformat() if one.checked_at else ''}|{one.result}|{one.note}"

    def fill(self) -> None:
        self.typed = {"result": self.sample.result, "note": self.sample.note}

    def save(self, data: Mapping[str, str], files: Mapping[str, Any], *, actor: User, at: datetime) -> bool:
        seen = data[f"{self.prefix}-shown"].partition("|")[0]
        sent = {name: self.typed[name] for name in ("result", "note")} | {"seen": seen}
        form = SampleForm(sent)
        if not form.is_valid():
            self.errors = form.sentences()
            return False
        try:
            checks.check_sample(self.sample.pk, **form.cleaned_data, actor=actor, at=at)
        except ValidationError as error:
            self.fail(error)
            return False
        return True


# --- read ------------------------------------------------------------------------------------------------------------


def clause_lines(assessments: Collection[Assessment], indicators: Collection[Indicator]) -> list[ClauseLine]:
    """Every indicator at every agency, with what was entered. Three queries, however many there are."""
    of = {"assessment__in": assessments, "indicator__in": indicators}
    checked = {
        (one.assessment_id, one.indicator_id): one
        for one in Check.objects.filter(**of).select_related("checked_by")
    }  # fmt: skip
    found: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    entered = Finding.objects.filter(**of, state__in=[FindingState.STANDING, FindingState.PROPOSED])
    by_id = {one.pk: one for one in assessments}
    for one in entered.select_related("item").annotate(file_count=Count("files")).order_by("number"):
        one.assessment = by_id[one.assessment_id]
        found[one.assessment_id, one.indicator_id].append(one)
    points = {
        (assessment, indicator): value
        for assessment, indicator, value in Score.objects.filter(**of).values_list(
            "assessment_id", "indicator_id", "points"
        )
    }
    lines = [
        ClauseLine(
            assessment=assessment,
            indicator=indicator,
            check=checked.get((assessment.pk, indicator.pk)),
            found=found.get((assessment.pk, indicator.pk), []),
            points=points.get((assessment.pk, indicator.pk)),
        )
        for assessment in assessments
        for indicator in indicators
    ]
    for line in lines:
        line.fill()
    return lines


def sample_lines(assessment: Assessment) -> list[SampleLine]:
    """The items drawn at one agency. One query."""
    rows = assessment.samples.select_related("item", "checked_by").order_by("position")
    lines = [SampleLine(sample=one) for one in rows]
    for line in lines:
        line.fill()
    return lines


# --- saved -----------------------------------------------------------------------------------------------------------


@dataclass
class Saved:
    count: int = 0
    failed: dict[str, _Line] = field(default_factory=dict)

    def keep(self, lines: Iterable[_Line]) -> None:
        """Put what was typed into lines read anew: what somebody else wrote is seen beside it, and saving again
        writes over it knowingly."""
        for line in lines:
            if failed := self.failed.get(line.prefix):
                line.typed, line.errors, line.is_stale = failed.typed, failed.errors, failed.is_stale


def save_lines(
    lines: Iterable[ClauseLine | SampleLine], data: Mapping[str, str], files: Mapping[str, Any], *, actor: User,
    at: datetime,
) -> Saved:  # fmt: skip
    """Save what was changed, each line by itself."""
    saved = Saved()
    for line in lines:
        if not line.take(data, files):
            continue
        if line.save(data, files, actor=actor, at=at):
            saved.count += 1
        else:
            if f"{line.prefix}-file" in files:
                line.errors.append(_("文件没有保存，请重新选择。"))
            saved.failed[line.prefix] = line
    return saved


def refuse_lines(
    lines: Iterable[ClauseLine | SampleLine], data: Mapping[str, str], files: Mapping[str, Any], reason: str
) -> Saved:
    """What was typed when nothing can be entered any more: it stays to be read."""
    saved = Saved()
    for line in lines:
        if line.take(data, files):
            line.errors = [reason]
            saved.failed[line.prefix] = line
    return saved


def is_unchecked(line: ClauseLine | SampleLine) -> bool:
    return not (line.check if isinstance(line, ClauseLine) else line.sample.result) or bool(line.errors)


RESULTS = CheckResult.choices
