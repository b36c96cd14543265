"""A published table 3, written out as the ledger that must have been behind it, comes back from the ledger."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from requests_app.report_tables import Tally
from tests.factories import make_agency
from tests.requests_app.report_samples import tallies_of, whole_report
from tests.requests_app.test_report_tables import full_reports

pytestmark = pytest.mark.django_db

HEADER = ("number", "received_on", "channel", "applicant_kind", "subject", "outcome", "closed_on", "carried_from")


def ledger(folder: Path, year: int, tallies: Iterable[Tally]) -> Path:
    """A row for every request; one carried over says so by its dates or, every other one, by `carried_from`."""
    file = folder / "ledger.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(HEADER)
        number = 0
        for tally in tallies:
            closed_on = f"{year}-06-01" if tally.outcome else ""
            for _each in range(tally.n):
                number += 1
                received_on = f"{year - 1}-12-20" if tally.is_carried else f"{year}-03-01"
                carried_from = year - 1 if tally.is_carried and number % 2 else ""
                rows.writerow(
                    (
                        f"依申请{number}号",
                        received_on,
                        "web",
                        tally.kind,
                        "",
                        tally.outcome or "",
                        closed_on,
                        carried_from,
                    )
                )
    return file


def reported(code: str, year: int, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    call_command("annual_report", code, str(year))
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_imported_ledger_gives_the_table_behind_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agency = make_agency()
    tallies = [tally for tally in tallies_of(whole_report()["table3"]) if 0 < tally.n < 20]
    file = ledger(tmp_path, 2025, tallies)

    call_command("import_requests", str(file), agency=agency.code)

    counted = reported(agency.code, 2025, capsys)["table3"]
    assert counted["new"][-1] + counted["carried"][-1] == sum(tally.n for tally in tallies)
    assert counted["carried"][-1] == sum(tally.n for tally in tallies if tally.is_carried) > 0


def test_imported_ledgers_of_published_tables_give_them_back_cell_for_cell(
    portal_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for report in full_reports(portal_data):
        agency = make_agency()
        file = ledger(tmp_path, report["year"], tallies_of(report["cells"]))

        call_command("import_requests", str(file), agency=agency.code)

        assert reported(agency.code, report["year"], capsys)["table3"] == report["cells"]
