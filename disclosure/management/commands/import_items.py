import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.services.import_items import RESULT_WORDS, Job, Outcome, archive_account, import_items
from disclosure.services.item_rows import BadFieldMap, parse_field_map
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.spreadsheets import csv_lines
from govportal.tables import UnreadableTable

REPORT_COLUMNS = ("行号", "来源编号", "标题", "结果", "索引号", "问题")
PROBLEM = "problem"  # counted beside the results: a row may be in and have one

_PARTICULARS = re.compile(r"“[^”]*”|：.*|\d[\d-]*")


class Command(BaseCommand):
    help = "Import items from JSONL, CSV or XLSX. Resumable, idempotent by source id; every problem row is listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--agency", required=True, metavar="CODE", help="the agency that publishes the items")
        parser.add_argument("--type", required=True, help="item type, for example normative")
        parser.add_argument("--fields", required=True, help="ours=theirs,… : title=title,body=body_html,…")
        parser.add_argument("--source", help="name of the archive whose ids these are; default: the item type")
        parser.add_argument("--category", default="", help="category of the items; default by type")
        parser.add_argument("--publish", action="store_true", help="publish each row that has a title and a body")
        parser.add_argument("--by", metavar="USER", help="who takes the archive over; needed to publish")
        parser.add_argument("--reason", default="", help="why, for the publication log")
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write every row's outcome there")

    def handle(self, *args: Any, **options: Any) -> None:
        job = self._job(options)
        counts: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        rows = self._rows(options["file"], job, counts, kinds, is_spoken=options["report"] is None)
        try:
            if options["report"]:
                with options["report"].open("wb") as stream:
                    stream.writelines(csv_lines(chain([REPORT_COLUMNS], rows)))
            else:
                deque(rows, maxlen=0)
        except (UnreadableTable, PermissionDenied, ValidationError, OSError) as error:
            raise CommandError("；".join(getattr(error, "messages", [str(error)]))) from error
        summary = "，".join(f"{RESULT_WORDS[result]} {counts[result]}" for result in RESULT_WORDS if counts[result])
        for kind, count in kinds.most_common():
            self.stdout.write(f"{count}\t{kind}")
        self.stdout.write(f"{summary or '没有数据行'}；有问题的行 {counts[PROBLEM]}")

    def _rows(
        self, path: Path, job: Job, counts: Counter[str], kinds: Counter[str], *, is_spoken: bool
    ) -> Iterator[list[str]]:
        """Import row by row: counted by result and kind of problem, said aloud, and handed on for the report."""
        for outcome in import_items(path, job, on_progress=self._progress):
            counts[outcome.result] += 1
            cells = _cells(outcome)
            if outcome.problems:
                counts[PROBLEM] += 1
                # Rare faults must not drown: every kind is counted once a row, without its particulars.
                kinds.update({_PARTICULARS.sub("…", problem) for problem in outcome.problems})
                if is_spoken:
                    self.stdout.write("\t".join(cells))
            yield cells

    def _job(self, options: dict[str, Any]) -> Job:
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"no agency has the code {options['agency']}")
        author = self._author(options["by"], is_publishing=options["publish"])
        if not options["file"].is_file():
            raise CommandError(f"no such file: {options['file']}")
        try:
            return Job(
                agency=agency,
                item_type=options["type"],
                mapping=parse_field_map(options["fields"]),
                author=author,
                at=now(),
                today=today(),
                source_name=(options["source"] or options["type"])[:60],
                is_publishing=options["publish"],
                reason=options["reason"],
                category=options["category"],
            )
        except (BadFieldMap, ValidationError) as error:
            raise CommandError("；".join(getattr(error, "messages", [str(error)]))) from error

    def _author(self, username: str | None, *, is_publishing: bool) -> User:
        if not username:
            if is_publishing:
                raise CommandError("name the user who takes the archive over: --by USER")
            return archive_account()
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"no active user is called {username}")
        return user

    def _progress(self, done: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{done} rows", ending="")
            self.stderr.flush()
        elif done % 500 == 0:
            self.stderr.write(f"{done} rows")


def _cells(outcome: Outcome) -> list[str]:
    return [
        str(outcome.row),
        outcome.source_id,
        outcome.title,
        str(RESULT_WORDS[outcome.result]),
        outcome.index_number,
        "；".join(outcome.problems),
    ]
