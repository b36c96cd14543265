"""A round on what was imported, a real catalogue and a ledger, comes out of its archive to the cent."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from disclosure.models import CatalogueEntry, Obligation
from disclosure.services import oblige
from disclosure.services.import_catalogue import import_catalogue
from evaluation.enums import Formula
from evaluation.models import Score
from govportal.now import now, today
from requests_app.services.import_ledger import import_ledger
from tests.evaluation.services.test_rounds import recompute
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency
from tests.factories.rounds import freeze_round, make_finding, make_office, open_round, share_round

pytestmark = pytest.mark.django_db

GROUPS = {
    "公开": (60, (
        {"code": "COV", "measure": "coverage", "formula": Formula.SHARE, "full_marks": Decimal("33.33")},
        {"code": "TIM", "measure": "timeliness", "formula": Formula.DEDUCT, "full_marks": Decimal("26.67"),
         "deductions": ["0.35"], "cap": Decimal("20")},
    )),
    "申请": (40, (
        {"code": "REQ", "measure": "requests_on_time", "formula": Formula.SHARE, "full_marks": Decimal("17.01")},
        {"code": "M1", "full_marks": Decimal("22.99"), "deductions": ["0.20", "0.50"]},
    )),
}  # fmt: skip


def _ledger(folder: Path, received_on: date) -> Path:
    file = folder / "ledger.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(("number", "received_on", "channel", "applicant_kind", "subject", "outcome", "closed_on"))
        for number in range(1, 8):
            rows.writerow((f"安申{number}号", received_on, "web", "natural_person", "街道办事指南", "", ""))
    return file


def test_round_of_imported_catalogue_and_ledger_is_recomputed(portal_data: Path, tmp_path: Path) -> None:
    office = make_office()
    agencies = [make_agency(parent=office, name=name) for name in ("安邑办事处", "澄明县民政局", "澄明县财政局")]
    import_catalogue(portal_data / "catalogue" / "standard_catalogue_items.csv", actor=None)
    CatalogueEntry.objects.update(in_force_on=date(today().year - 1, 1, 1))
    for entry in CatalogueEntry.objects.all():
        entry.agencies.set(agencies)
    oblige.generate(today())
    for number, obligation in enumerate(Obligation.objects.order_by("pk")):
        if number % 3:  # met on the day before, and every third of them a week late
            day = obligation.due_on.toordinal() + (7 if number % 9 == 1 else -1)
            Obligation.objects.filter(pk=obligation.pk).update(met_on=min(date.fromordinal(day), today()))
    import_ledger(_ledger(tmp_path, date(today().year - 1, 3, 3)), agency=agencies[0], actor=None, at=now())
    last_year: dict[str, Any] = {
        "period_start": date(today().year - 1, 1, 1),
        "period_end": date(today().year - 1, 12, 31),
    }

    row = open_round(*agencies, office=office, indicator_set=make_indicator_set(groups=GROUPS), **last_year)
    make_finding(row.assessments.all()[0], count=3)
    row = freeze_round(share_round(row))

    assert row.archive is not None
    data = row.archive.file.open().read()
    done = recompute(data, tmp_path / "archive")
    assert done.returncode == 0, done.stdout + done.stderr
    with ZipFile(BytesIO(data)) as archive:
        stated = list(csv.DictReader(archive.read("results.csv").decode("utf-8-sig").splitlines()))
        cases = archive.read("inputs/cases.csv").decode("utf-8-sig").splitlines()
    stored = Score.objects.filter(assessment__round=row).values_list(
        "assessment__agency__code", "indicator__code", "points"
    )
    assert {(line["agency"], line["indicator"]): Decimal(line["points"]) for line in stated} == {
        (agency, indicator): points for agency, indicator, points in stored
    }
    assert any("安申7号" in line for line in cases) and any("obligation-" in line for line in cases)
    assert len({one.total for one in row.assessments.all()}) > 1
