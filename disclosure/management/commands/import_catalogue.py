from pathlib import Path

from disclosure.services.import_catalogue import import_catalogue
from govportal.imports import ImportResult
from govportal.management.table_import import TableImportCommand


class Command(TableImportCommand):
    help = "Import a standard catalogue from a CSV or XLSX table, and name every row that needs a look."

    def run_import(self, file: Path, *, is_dry_run: bool) -> ImportResult:
        return import_catalogue(file, actor=None, is_dry_run=is_dry_run)
