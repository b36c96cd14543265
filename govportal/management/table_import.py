"""What the commands that import a table have in common: options, the rows that need a look, the report."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from govportal.imports import ImportResult
from govportal.tables import UnreadableTable


class TableImportCommand(BaseCommand):
    """A command says in `run_import` which service takes the file; nobody signs in on the command line."""

    def run_import(self, file: Path, *, is_dry_run: bool) -> ImportResult:
        """Raises UnreadableTable."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--report", type=Path, help="write the outcome of every row to this CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self.run_import(options["file"], is_dry_run=options["dry_run"])
        except UnreadableTable as error:
            raise CommandError(str(error)) from error
        for row in result.with_messages:
            self.stderr.write(f"{row.row}\t{row.outcome.label}\t{row.label}\t{'；'.join(row.messages)}")
        if options["report"]:
            try:
                result.write_report(options["report"])
            except OSError as error:
                raise CommandError(f"cannot write the report: {error}") from error
        self.stdout.write(result.summary())
