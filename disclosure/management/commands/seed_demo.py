import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from disclosure.services import demo
from govportal.now import now, today


class Command(BaseCommand):
    help = "Fill an empty portal with the fictional county 澄明县 and print its accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.is_seeded():
            self.stderr.write("the portal already holds agencies or items: nothing was added")
            return
        seeded = demo.seed(today(), now())
        lines = [f"{one.username}\t{one.password}\t{one.role}\t{one.full_name}" for one in seeded.accounts]
        path = Path(settings.PORTAL_HOME) / "demo-accounts.txt"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write("\n".join(["username\tpassword\trole\tname", *lines, "", *seeded.notes, ""]))
        self.stderr.write("demo accounts (also in " + path.name + "):")
        for line in [*lines, *seeded.notes]:
            self.stderr.write("  " + line)
