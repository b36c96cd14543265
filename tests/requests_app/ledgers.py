"""Ledgers for tests: lines of a file, read into the portal, and what became of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from govportal.imports import ImportResult, Outcome
from govportal.models import Agency
from govportal.spreadsheets import csv_bytes
from requests_app.services.import_ledger import import_ledger
from tests.factories import make_agency

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HEADER = ("number", "received_on", "channel", "applicant_kind", "subject", "outcome", "closed_on", "carried_from")
CLOSED = ("依申请〔2025〕1号", "2025-3-5", "mail", "natural_person", "公路养护明细", "r1", "2025-4-2", "")
OPEN = ("依申请〔2026〕2号", "2026-2-9", "web", "business", "土地出让合同", "", "", "")


def row(**values: str) -> tuple[str, ...]:
    """A line of a ledger, like CLOSED but for these values."""
    return tuple(values.get(name, cell) for name, cell in zip(HEADER, CLOSED, strict=True))


def run(tmp_path: Path, *lines: tuple[str, ...], agency: Agency | None = None, **options: Any) -> ImportResult:
    """Import a CSV file of these lines, under HEADER unless they have a header of their own."""
    file = tmp_path / "ledger.csv"
    file.write_bytes(csv_bytes(lines if "number" in lines[0] or "受理编号" in lines[0] else [HEADER, *lines]))
    values: dict[str, Any] = {"actor": None, "at": AT} | options
    return import_ledger(file, agency=agency or make_agency(), **values)


def outcomes(result: ImportResult) -> list[Outcome]:
    return [line.outcome for line in result.rows]


def messages(result: ImportResult) -> str:
    return "；".join(message for line in result.rows for message in line.messages)
