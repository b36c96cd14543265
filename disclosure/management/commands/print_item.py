from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from disclosure import documents
from disclosure.enums import Audience, ItemState
from disclosure.models import Item


class Command(BaseCommand):
    help = "Write the paper of an item as PDF. An item that not everybody may read is refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("index", help="index number, or the name in the address of its page")
        parser.add_argument("--out", required=True, type=Path, help="file to write; one that is there is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        named = Q(index_number=options["index"]) | Q(slug=options["index"])
        item = documents.printable(AnonymousUser()).filter(named).first()
        if item is None:
            raise CommandError(_why_not(Item.objects.filter(named).first(), options["index"]))
        content = documents.made(documents.item_paper(item, AnonymousUser()))
        try:
            options["out"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"Cannot write {options['out']}: {error.strerror}.") from error
        self.stdout.write(f"{item.index_number} {item.title}: {len(content) / 1024:.0f} KB in {options['out']}")


def _why_not(item: Item | None, index: str) -> str:
    if item is None:
        return f"No item has the index number or address {index}."
    if item.state == ItemState.UNPUBLISHED:
        return f"{item.index_number} is not published."
    assert item.audience == Audience.INTERNAL  # all others are printable
    return f"{item.index_number} is internal (对内公开): its paper is made for its own staff, in the browser alone."
