"""政府信息公开工作年度报告 of one agency and year, computed from rows: its figures, their origins, what is wrong.

国办公开办函〔2021〕30号. The report is as of 31 December: what happened later is not seen. A government's report is of
itself and of everybody below it; a request lies at one agency on that day and counts once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from disclosure.publication_log import canonical_json
from govportal.models import Agency
from govportal.models.agency import AgencyKind
from requests_app import report_counts, report_published
from requests_app.enums import ReportState
from requests_app.models import AnnualReport, FeeNotice
from requests_app.report_checks import Findings, Report, blanks, check
from requests_app.report_counts import Period
from requests_app.report_form import BASIS, PARTS, TABLE2, TABLE3, TABLE4
from requests_app.report_published import Cell, Origin
from requests_app.report_reading import read_report
from requests_app.report_tables import Cells, Table2, Table3, Table4


@dataclass(frozen=True, slots=True)
class Computed:
    """What the rows say. `agencies`: whose, the agency itself first; `moved`: see report_checks.Report."""

    agency: Agency
    period: Period
    agencies: Sequence[Agency]
    table2: Table2
    table3: Table3
    table4: Table4
    origins: Mapping[Cell, Origin]
    moved: Mapping[str, int]

    @property
    def ids(self) -> list[int]:
        return [agency.pk for agency in self.agencies]

    def tables(self) -> dict[str, Cells]:
        return {TABLE2.key: self.table2.cells(), TABLE3.key: self.table3.cells(), TABLE4.key: self.table4.cells()}

    def to_json(self) -> dict[str, Any]:
        """In the shape that check_annual_report reads."""
        moved = {kind: n for kind, n in self.moved.items() if n}
        return {
            "agency": self.agency.name,
            "code": self.agency.code,
            "year": self.period.year,
            "as_of": self.period.as_of.isoformat(),
            TABLE2.key: self.table2.to_json(),
            TABLE3.key: self.table3.to_json(),
            TABLE4.key: self.table4.to_json(),
            **({"moved": moved} if moved else {}),
        }


def agencies_of(agency: Agency) -> list[Agency]:
    """Whose requests the report counts. Of a government: its own and its whole sub-tree, of any other its own.

    Also of agencies that are no longer active: what they received and published in the year was done.
    """
    if agency.kind != AgencyKind.GOVERNMENT:
        return [agency]
    below = Agency.objects.filter(path__startswith=f"{agency.path}{agency.pk}/").order_by("position", "name")
    return [agency, *below]


def compute(agency: Agency, year: int, *, today: date) -> Computed:
    """The three tables of a year, as of its last day or, while it runs, of today. A dozen statements at most."""
    period, agencies = Period.of(year, today=today), agencies_of(agency)
    ids = [one.pk for one in agencies]
    published, origins = report_published.table2(agencies, period)
    return Computed(
        agency=agency,
        period=period,
        agencies=agencies,
        table2=published,
        table3=report_counts.table3(ids, period),
        table4=report_counts.table4(ids, period),
        origins=origins,
        moved=report_counts.moved(ids, period),
    )


def findings(computed: Computed, parts: Mapping[str, str]) -> Findings:
    """Rules V1 to V8 on what was computed and written. Last year's report is the frozen one, if there is one."""
    return check(
        Report(
            tables=computed.tables(),
            parts={part.key: parts.get(part.key, "") for part in PARTS},
            previous=previous_report(computed.agency, computed.period.year),
            faults=blanks(TABLE2, computed.table2.cells()),
            moved=computed.moved,
            outcomes=report_counts.contradictions(computed.ids, computed.period),
        )
    )


def previous_report(agency: Agency, year: int) -> Report | None:
    """The frozen report of the year before."""
    before = AnnualReport.objects.filter(agency=agency, year=year - 1, state=ReportState.FROZEN).first()
    return read_report(before.payload) if before else None


def tables_of_last_year(agency: Agency, year: int, *, today: date) -> Mapping[str, Cells]:
    """What the year is compared with: last year's frozen report, else what the rows say of that year now."""
    before = previous_report(agency, year)
    return before.tables if before else compute(agency, year - 1, today=today).tables()


# --- fees ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fees:
    """信息处理费 received in the year. `amount` in yuan."""

    amount: Decimal
    number: int

    def sentence(self) -> str:
        """What part 六 can say of it."""
        if not self.number:
            return _("本年度未收取政府信息公开信息处理费。")
        words = {"number": self.number, "amount": f"{self.amount:.2f}"}
        return _("本年度向 %(number)s 件申请收取政府信息公开信息处理费，共 %(amount)s 元。") % words


def fees(agencies: Sequence[Agency], period: Period) -> Fees:
    """By the day of payment, of the requests that the tables count for these agencies: who held them on the last day,
    whoever has them now."""
    held = report_counts.requests_of([agency.pk for agency in agencies], period).order_by().values("pk")
    paid = FeeNotice.objects.filter(request__in=held, paid_on__range=(period.first, period.as_of))
    found = paid.aggregate(amount=Sum("amount"), number=Count("pk"))
    return Fees(found["amount"] or Decimal(0), found["number"])


# --- frozen --------------------------------------------------------------------------------------------------------


def payload(computed: Computed, parts: Mapping[str, str]) -> dict[str, Any]:
    """Everything the published report says, for good; in Chinese, whatever language the desk speaks."""
    with translation.override("zh-hans"):
        said = {report_published.figure_key(*cell): origin.words() for cell, origin in computed.origins.items()}
    return computed.to_json() | {
        "form": BASIS,
        "agencies": [agency.code for agency in computed.agencies],
        "sources": {key: words for key, words in said.items() if words},
        "parts": {part.key: parts.get(part.key, "").strip() for part in PARTS},
    }


def digest_of(frozen: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (disclosure.publication_log)."""
    return hashlib.sha256(canonical_json(frozen)).hexdigest()
