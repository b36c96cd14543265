"""问题 as everybody sees it: what was found, what it takes off, and where that can be seen. Pure over frozen rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Finding, FindingFile, Objection
from evaluation.scorecard_words import shown


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what everybody may see of it. `is_proven`: there is evidence, for everybody or for the staff."""

    row: Finding
    url: str
    files: Sequence[FindingFile]
    rulings: Sequence[Objection]
    is_proven: bool

    @property
    def found_on(self) -> date:
        return localdate(self.row.found_at)

    @property
    def carried_from(self) -> str:
        """The name of the round in which it was found, where that was another."""
        first: Finding | None = self.row.carried_from
        return first.assessment.round.name if first else ""

    @property
    def sum(self) -> str:
        """What it takes off, one or many times, and what a ruling left of that."""
        each, count = shown(self.row.unit_deduction), self.row.count
        words = _("扣 %s 分") % each if count == 1 else _("%(n)s 处，每处扣 %(each)s 分") % {"n": count, "each": each}
        if self.row.ruled_deduction is not None:
            words += _("，裁定后共扣 %s 分") % shown(self.row.deduction)
        return words

    @property
    def unseen(self) -> str:
        """Why there is nothing to look at; empty where there is."""
        if self.url or self.files:
            return ""
        if self.is_proven:
            return _("证据不公开")
        return _("没有附证据") if self.row.indicator.is_evidence_required else _("没有附证据（本项不要求）")
