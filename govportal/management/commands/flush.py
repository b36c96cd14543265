"""Django's flush, made to work with append-only tables; for test runs alone."""

from typing import Any

from django.core import mail
from django.core.management import CommandError
from django.core.management.commands import flush

from govportal import dbsetup


class Command(flush.Command):
    help = "Empty the test database: triggers off, rows and search tables away, all put back and seeded again."

    def handle(self, **options: Any) -> None:
        # Django's test environment is the one thing that makes an outbox in memory.
        if not hasattr(mail, "outbox"):
            raise CommandError("flush works in test runs only: log and audit trail are kept for good")
        using = options["database"]
        with dbsetup.taken_off(using):
            super().handle(**options)
