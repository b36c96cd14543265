"""What an import of reference data answers: one outcome a row, nothing refused silently."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal.spreadsheets import csv_bytes


class Outcome(models.TextChoices):
    CREATED = "created", gettext_lazy("新增")
    UPDATED = "updated", gettext_lazy("更新")
    UNCHANGED = "unchanged", gettext_lazy("不变")
    PROBLEM = "problem", gettext_lazy("未导入")


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row of the file (counted from 1, the header included) and what is wrong with it."""

    row: int
    outcome: Outcome
    label: str
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    rows: tuple[RowOutcome, ...]

    @property
    def with_messages(self) -> list[RowOutcome]:
        """The rows a person should look at: not imported, or imported with something to put right."""
        return [row for row in self.rows if row.messages]

    def count(self, outcome: Outcome) -> int:
        return Counter(row.outcome for row in self.rows)[outcome]

    def places_of(self, outcome: Outcome) -> list[int]:
        """The numbers of the rows with this outcome."""
        return [row.row for row in self.rows if row.outcome == outcome]

    def summary(self) -> str:
        counts = Counter(row.outcome for row in self.rows)
        parts = [f"{outcome.label} {counts[outcome]}" for outcome in Outcome]
        return _("共 %(total)s 行：%(parts)s；需要核对 %(messages)s 行。") % {
            "total": len(self.rows),
            "parts": "，".join(parts),
            "messages": len(self.with_messages),
        }

    def write_report(self, path: Path) -> None:
        path.write_bytes(csv_bytes(self.report_rows()))

    def report_rows(self) -> Iterable[list[str]]:
        yield [_("行号"), _("结果"), _("名称"), _("问题")]
        for row in self.rows:
            yield [str(row.row), str(row.outcome.label), row.label, "；".join(row.messages)]
