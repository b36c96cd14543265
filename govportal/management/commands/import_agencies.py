from pathlib import Path

from govportal.imports import ImportResult
from govportal.management.table_import import TableImportCommand
from govportal.services.import_agencies import import_agencies


class Command(TableImportCommand):
    help = "Import agencies from a CSV or XLSX table: code, name, level, kind, parent; or id, name, level, parent_id."

    def run_import(self, file: Path, *, is_dry_run: bool) -> ImportResult:
        return import_agencies(file, actor=None, is_dry_run=is_dry_run)
