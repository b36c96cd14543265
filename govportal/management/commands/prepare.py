"""`manage.py prepare`: bring database and static files to this version of the code, doing only what changed."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from govportal import dbsetup
from govportal.launcher.home import PREPARED

PACKAGES = ("govportal", "disclosure", "requests_app", "evaluation")


def digest(files: Iterable[Path]) -> str:
    """One hash over names and contents, in the order of names."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(str(file.relative_to(settings.BASE_DIR)).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def fingerprints() -> dict[str, str]:
    """What the database and the static files are made from. The lock stands for the packages."""
    base = Path(settings.BASE_DIR)
    lock = base / "requirements.lock"
    code = [file for package in PACKAGES for file in (base / package).rglob("*.py")]
    static = [file for file in (base / "static").rglob("*") if file.is_file()]
    return {"code": digest([lock, *code]), "static": digest([lock, *static])}


def stamped(stamp: Path) -> dict[str, str]:
    """What the last start wrote; nothing when a crash cut it short, so that all is done again."""
    try:
        written = json.loads(stamp.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


class Command(BaseCommand):
    help = "Migrate, set up triggers and seeds, and collect static files, as far as something changed."
    # Run below, when the code has changed: they cost a third of a second start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty portal with 澄明县 at the first start")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError, one line, for what the operator must put right."""
        try:
            self._prepare(Path(settings.PORTAL_HOME) / PREPARED, wants_demo=options["demo"])
        except DatabaseError as error:
            place = connection.settings_dict["NAME"]
            raise CommandError(f"the database {place} cannot be used: {_one_line(error)}") from error
        except OSError as error:
            raise CommandError(f"a file cannot be written or read: {_one_line(error)}") from error

    def _prepare(self, stamp: Path, *, wants_demo: bool) -> None:
        is_first_start = not stamp.exists()
        before, after = stamped(stamp), fingerprints()

        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if is_behind or before.get("code") != after["code"] or dbsetup.missing_objects():
            self.stderr.write("portal: preparing the database")
            self.check()
            call_command("migrate", interactive=False, verbosity=0)
        if before.get("static") != after["static"] or not Path(settings.STATIC_ROOT).exists():
            self.stderr.write("portal: collecting static files")
            call_command("collectstatic", interactive=False, verbosity=0)
        # Only ever at the first start: an official portal left empty must not wake up as 澄明县.
        if wants_demo and is_first_start and not apps.get_model("disclosure", "Item").objects.exists():
            self.stderr.write("portal: writing the demo county")
            call_command("seed_demo")
        stamp.write_text(json.dumps(after))
