from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from govportal.imports import ImportResult
from govportal.management.table_import import TableImportCommand
from govportal.models import Agency
from govportal.now import now
from requests_app.services.import_ledger import import_ledger


class Command(TableImportCommand):
    help = "Import the ledger of past requests of one agency (docs/ledger.md), and name every row that needs a look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--agency", required=True, metavar="CODE", help="whose ledger it is")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"no agency has the code {options['agency']}")
        self.agency = agency
        super().handle(*args, **options)

    def run_import(self, file: Path, *, is_dry_run: bool) -> ImportResult:
        return import_ledger(file, agency=self.agency, actor=None, at=now(), is_dry_run=is_dry_run)
