from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.services.oblige import daily
from govportal.now import today


class Command(BaseCommand):
    help = "One daily round of obligations by hand: generate what is owed, close what is met, and say what was done."

    def handle(self, *args: Any, **options: Any) -> None:
        done = daily(today())
        for without in done.generated.without:
            self.stdout.write(f"{without.entry}: {without.reason}")
        self.stdout.write(str(done))
        if done.faults:
            raise CommandError(f"{len(done.faults)} entries failed; the log says why")
