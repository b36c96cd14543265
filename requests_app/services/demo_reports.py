"""Last year of the demo county: its ledgers, its appeals, and the annual reports that come out of them.

The demo's published reports say what each table was; the ledgers hold the very requests behind them, so a report that
is computed from the rows says the same.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils.timezone import localdate

from disclosure.models import Item
from disclosure.services.demo_story import office_hours
from disclosure.services.demo_texts import fill
from govportal.contributions import DemoCounty
from govportal.html import to_text
from govportal.imports import Outcome
from govportal.models import User
from govportal.permissions import Role
from govportal.workdays import Calendar, add_working_days
from requests_app.models import AnnualReport
from requests_app.report_form import PARTS
from requests_app.report_published import FIGURE_KEYS
from requests_app.services import annual_report, appeal, import_ledger, report_drafting
from requests_app.services.demo_texts import DemoFault, ledgers, load

COUNTY = "CM-GOV"
_COUNTY_OFFICE = "CM-ZFB"  # which publishes the report of the county
_BODIES = {"review": "澄明县人民政府", "direct": "澄明县人民法院", "post": "澄明县人民法院"}
_DAYS_TO_FREEZE = 3  # before the item was published
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Published:
    """A report that the demo has as an item: the year it is about, its six parts, and the figures of table 2."""

    item: Item
    year: int
    parts: Mapping[str, str]
    figures: Mapping[str, str]

    @classmethod
    def of(cls, item: Item) -> "Published":
        assert item.current_edition is not None and item.published_on is not None
        body = item.current_edition.body
        texts = [to_text(_TABLE.sub("", part.partition("</h2>")[2])) for part in body.split("<h2>")[1:]]
        cells = [_CELL.findall(row) for table in _TABLE.findall(body)[:2] for row in _ROW.findall(table)]
        numbers = [re.sub(r"\s", "", number) for row in cells if row for number in row[1:]]
        return cls(
            item=item,
            year=int(item.current_edition.extra["report_year"]),
            parts={part.key: text for part, text in zip(PARTS, texts, strict=True)},
            figures=dict(zip(FIGURE_KEYS, numbers, strict=True)),
        )


def published_reports() -> dict[str, Published]:
    """By code of the agency that they are about."""
    items = Item.objects.filter(item_type=report_drafting.ITEM_TYPE, current_edition__isnull=False)
    items = items.select_related("agency", "current_edition").order_by("published_on")
    return {COUNTY if item.agency.code == _COUNTY_OFFICE else item.agency.code: Published.of(item) for item in items}


class Reports:
    """`people` by (agency code, role)."""

    def __init__(self, county: DemoCounty, people: Mapping[tuple[str, str], User], calendar: Calendar) -> None:
        self.county, self.people, self.calendar = county, people, calendar
        self.published = published_reports()
        self.year = self.published[COUNTY].year

    def tell(self) -> None:
        for path in ledgers():
            self._import(path.stem, path.read_text("utf-8"))
        texts = load("reports.toml")
        for raw in texts["appeal"]:
            self._appeal(fill(raw, date(self.year, 1, 1)))
        # The county's report is the sum of the others, so it comes last.
        for code, published in sorted(self.published.items(), key=lambda pair: pair[0] == COUNTY):
            if published.year == self.year:
                self._freeze(code, published)
        self._submit(texts["submitted"])
        for code, parts in texts["draft"].items():
            self._begin(code, self.year + 1, parts, self.county.now)

    def _at(self, day: date) -> datetime:
        return office_hours(min(day, self.county.today), 1, self.county.now)[0]

    # --- ledgers ---------------------------------------------------------------------------------------------------

    def _import(self, code: str, text: str) -> None:
        """The days of the file moved to working days, and the whole imported as an office would import it."""
        head, *rows = csv.reader(text.splitlines())
        days = [head.index(name) for name in ("received_on", "closed_on")]
        sheet = io.StringIO()
        writer = csv.writer(sheet)
        writer.writerow(head)
        for row in rows:
            cells = [str(cell) for cell in fill(row, date(self.year, 1, 1))]
            for place in days:
                cells[place] = self._worked(date.fromisoformat(cells[place])).isoformat()
            writer.writerow(cells)
        file = ContentFile(sheet.getvalue().encode(), name="ledger.csv")
        agency, actor = self.county.agencies[code], self.people[code, Role.REQUEST_OFFICER]
        result = import_ledger.import_ledger(file, agency=agency, actor=actor, at=self.county.now)
        if faults := [row.messages for row in result.rows if row.outcome != Outcome.CREATED]:
            raise DemoFault(f"{code}.csv: {faults}")

    def _worked(self, day: date) -> date:
        """The day itself, or the next one that is worked."""
        return add_working_days(day - timedelta(days=1), 1, self.calendar)

    # --- appeals ---------------------------------------------------------------------------------------------------

    def _appeal(self, raw: Mapping[str, Any]) -> None:
        filed_on, closed_on = (self._worked(date.fromisoformat(raw[name])) for name in ("filed", "closed"))
        actor, at = self.people[raw["agency"], Role.REQUEST_OFFICER], self._at(filed_on)
        case = appeal.Case(
            route=raw["route"],
            body=_BODIES[raw["route"]],
            filed_on=filed_on,
            notified_on=filed_on,
            case_number=raw["case_number"],
        )
        row = appeal.record(self.county.agencies[raw["agency"]], case, actor=actor, at=at)
        answered_on = add_working_days(filed_on, 6, self.calendar)
        appeal.answer(row.pk, answered_on, actor=actor, at=self._at(answered_on))
        appeal.close(row.pk, raw["result"], closed_on, actor=actor, at=self._at(closed_on))

    # --- reports ---------------------------------------------------------------------------------------------------

    def _freeze(self, code: str, published: Published) -> None:
        """Written, stated, handed in and frozen a few days before the item that says it was published."""
        assert published.item.published_on is not None
        at = self._at(published.item.published_on - timedelta(days=_DAYS_TO_FREEZE))
        source = f"《{published.item.title}》"
        row = self._write(code, published.year, published.parts, published.figures, source, at)
        report_drafting.submit(row.pk, actor=self.people[code, Role.REQUEST_OFFICER], at=at + _STEP)
        computed = annual_report.compute(row.agency, row.year, today=localdate(at))
        row.refresh_from_db()
        seen = annual_report.digest_of(annual_report.payload(computed, row.parts))
        report_drafting.freeze(row.pk, actor=self.people[code, Role.OFFICE_HEAD], at=at + 2 * _STEP, seen=seen)
        AnnualReport.objects.filter(pk=row.pk).update(item=published.item)

    def _submit(self, raw: Mapping[str, Any]) -> None:
        code, at = raw["agency"], self.county.now
        row = self._write(code, self.year, raw["parts"], raw["figures"], "局办公室年度统计台账", at)
        report_drafting.submit(row.pk, actor=self.people[code, Role.REQUEST_OFFICER], at=at)

    def _write(
        self, code: str, year: int, parts: Mapping[str, str], figures: Mapping[str, str], source: str, at: datetime
    ) -> AnnualReport:
        row = self._begin(code, year, parts, at)
        actor = self.people[code, Role.REQUEST_OFFICER]
        for key, value in figures.items():
            figure = report_drafting.Figure(key=key, value=Decimal(value), source=source)
            report_drafting.state_figure(row.pk, figure, actor=actor, at=at)
        return row

    def _begin(self, code: str, year: int, parts: Mapping[str, str], at: datetime) -> AnnualReport:
        actor = self.people[code, Role.REQUEST_OFFICER]
        row = report_drafting.start(self.county.agencies[code], year, actor=actor, at=at)
        return report_drafting.write(row.pk, parts, actor=actor, at=at)
