"""`manage.py rotate_keys`: a new data key, and every encrypted column and private file written anew under it."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction

from govportal import crypto, private_files

BATCH = 500


class Command(BaseCommand):
    help = "Add a data key and encrypt everything anew. The portal may run meanwhile; a second run does no harm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resume", action="store_true", help="add no key: finish a run that broke off")

    def handle(self, *_args: Any, resume: bool = False, **_options: Any) -> None:
        try:
            if not resume:
                crypto.add_key()
        except OSError as error:
            raise CommandError(f"cannot write {crypto.key_file()}: {error.strerror}") from error
        for model in apps.get_models():
            fields = [f.name for f in model._meta.local_concrete_fields if isinstance(f, crypto.EncryptedTextField)]
            if fields:
                self.stdout.write(f"{model._meta.label}: {_encrypt_anew(model, fields)}")
        written, unreadable = private_files.encrypt_anew()
        self.stdout.write(f"private files: {written}")
        if unreadable:
            names = ", ".join(unreadable)
            raise CommandError(f"keep every key: these private files cannot be read: {names}")
        self.stdout.write(
            f"The keys below the first in {crypto.key_file()} now open backups alone; remove them with the backups."
        )


def _encrypt_anew(model: type[models.Model], fields: list[str]) -> int:
    """How many rows were written. Rows are locked while they are, a batch at a time. Raises CommandError."""
    written, last = 0, 0
    while True:
        with transaction.atomic():
            rows = model._default_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH]
            try:
                values = list(rows.values_list("pk", *fields))
            except ValueError as error:
                raise CommandError(f"{model._meta.label} after id {last}: {error}") from error
            for pk, *texts in values:
                model._default_manager.filter(pk=pk).update(**dict(zip(fields, texts, strict=True)))
        if not values:
            return written
        written, last = written + len(values), values[-1][0]
