from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from evaluation.models import IndicatorSet
from evaluation.services.import_indicators import IndicatorImport, import_indicators
from evaluation.services.indicator_sets import SetFacts, make
from govportal.management.table_import import TableImportCommand
from govportal.models import User
from govportal.now import now


class Command(TableImportCommand):
    help = (
        "Import a table of indicators (CSV or XLSX) into a set that is being drawn up; a set that does not exist is "
        "made. Every line that cannot be imported is named, and nothing is saved unless all stand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--set", required=True, metavar="CODE", help="code of the set")
        parser.add_argument("--year", type=int, help="of a new set")
        parser.add_argument("--name", help="of a new set")
        parser.add_argument("--skip", action="store_true", help="leave out the lines that cannot be imported")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who answers for it in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.actor = _actor(options["by"])
        try:
            with transaction.atomic():
                super().handle(*args, **options)
                if not (self.result.is_saved or options["dry_run"]):
                    raise CommandError("nothing was saved: mend the table, or leave out the lines above with --skip")
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error

    def run_import(self, file: Path, *, is_dry_run: bool) -> IndicatorImport:
        code = self.options["set"]
        one = IndicatorSet.objects.filter(code=code).first()
        if one is None and not (self.options["year"] and self.options["name"]):
            raise CommandError(f"there is no set {code}: a new one needs --year and --name")
        if one is None and not is_dry_run:
            facts = SetFacts(code=code, year=self.options["year"], name=self.options["name"])
            one = make(facts, actor=self.actor, at=now(), note="import_indicators")
        self.result = import_indicators(
            file,
            into=one.pk if one else None,
            actor=self.actor,
            is_dry_run=is_dry_run,
            is_skipping=self.options["skip"],
        )
        return self.result


def _actor(username: str) -> User:
    actor = User.objects.filter(username=username, is_active=True).first()
    if actor is None:
        raise CommandError(f"there is no user {username}")
    return actor
