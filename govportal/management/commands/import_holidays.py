"""`manage.py import_holidays FILE…`: enter the holiday notices of one or more years."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from govportal.calendar import RefusedHolidays, import_holidays
from govportal.models import User


class Command(BaseCommand):
    help = "Import holiday notices from JSON files; each file replaces its year."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--by", metavar="USER", help="the administrator to name in the audit trail")

    def handle(self, *_args: Any, **options: Any) -> None:
        actor = None
        if options["by"] and (actor := User.objects.filter(username=options["by"]).first()) is None:
            raise CommandError(f"没有用户 {options['by']}。")
        refused = 0
        for path in options["files"]:
            try:
                with path.open("rb") as file:
                    done = import_holidays(file, actor=actor)
            except (RefusedHolidays, PermissionDenied, OSError) as error:
                refused += 1
                self.stderr.write(f"{path.name}：{error}")
            else:
                self.stdout.write(f"{path.name}：{done.year} 年，放假 {done.off} 天，调休上班 {done.worked} 天。")
        if refused:
            raise CommandError(f"{refused} 个文件没有导入。")
