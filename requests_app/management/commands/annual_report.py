import csv
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from govportal.models import Agency
from govportal.now import today
from requests_app.enums import ReportState
from requests_app.models import AnnualReport
from requests_app.report_page import csv_rows
from requests_app.services import annual_report

FIRST_YEAR = 2008  # the year in which the regulation came into force


class Command(BaseCommand):
    help = "The annual report of an agency: the frozen one if there is one, else computed from rows now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("agency", help="code of the agency")
        parser.add_argument("year", type=int)
        parser.add_argument("--format", choices=("json", "csv"), default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(_("没有代码为“%s”的单位。") % options["agency"])
        year: int = options["year"]
        if not FIRST_YEAR <= year <= today().year:
            words = {"first": FIRST_YEAR, "last": today().year}
            raise CommandError(_("年度须在 %(first)s 至 %(last)s 之间。") % words)
        report = _report(agency, year)
        if options["format"] == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            csv.writer(self.stdout, lineterminator="\n").writerows(csv_rows(report))


def _report(agency: Agency, year: int) -> dict[str, Any]:
    row = AnnualReport.objects.filter(agency=agency, year=year).first()
    if row and row.state == ReportState.FROZEN:
        return dict(row.payload or {})
    report = annual_report.compute(agency, year, today=today()).to_json()
    return report | {"parts": row.parts} if row and row.parts else report
