from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.services.verify_log import verify


class Command(BaseCommand):
    help = "Recompute the publication log: chains, digests of every published edition, attached files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-files", action="store_true", help="do not read the attached files")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify(check_files=not options["no_files"])
        for fault in result.faults:
            self.stdout.write(fault)
        counted = f"{result.entries} entries, {result.editions} editions, {result.files} files"
        if not result.is_intact:
            raise CommandError(f"{len(result.faults)} faults in {counted}")
        self.stdout.write(f"intact: {counted}")
