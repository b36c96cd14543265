import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from requests_app.report_checks import check
from requests_app.report_reading import Named, read_reports

MAX_BYTES = 20 * 1024 * 1024  # a report takes some 10 KB; a file may hold those of a whole province
UNREADABLE = 2


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # a file is read, no portal
    help = "Check annual reports made elsewhere (JSON) by rules V1 to V8; name row, column and rule of every fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="one report, or a list of them")

    def handle(self, *args: Any, **options: Any) -> None:
        reports = read_reports(_load(options["file"]))
        if not reports:
            raise CommandError(_("文件里没有报告。"), returncode=UNREADABLE)
        wrong = sum(self._show(report) for report in reports)
        counted = _("%(wrong)s 份有错误，共 %(all)s 份") % {"wrong": wrong, "all": len(reports)}
        if wrong:
            raise CommandError(counted)
        self.stdout.write(counted)

    def _show(self, named: Named) -> bool:
        """Print what is to be said of one report; True if it is wrong."""
        findings = check(named.report)
        words = {"errors": len(findings.errors), "warnings": len(findings.warnings)}
        self.stdout.write(f"{named.title}: " + _("错误 %(errors)s，提示 %(warnings)s") % words)
        for line in (*findings.faults, *findings.unchecked):
            self.stdout.write(f"  {line}")
        return bool(findings.errors)


def _load(file: Path) -> Any:
    """The JSON of the file; decimals exact. Raises CommandError, which says what is wrong with it."""
    try:
        with file.open("rb") as source:
            data = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(_("打不开文件 %s。") % file.name, returncode=UNREADABLE) from error
    if len(data) > MAX_BYTES:
        raise CommandError(_("文件超过 %s MB。") % (MAX_BYTES // 1024 // 1024), returncode=UNREADABLE)
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except RecursionError as error:
        raise CommandError(_("JSON 嵌套过深，不是年度报告。"), returncode=UNREADABLE) from error
    except (ValueError, ArithmeticError) as error:  # not UTF-8, not JSON, or a number of thousands of digits
        raise CommandError(_("文件不是 UTF-8 编码的 JSON：%s") % error, returncode=UNREADABLE) from error
