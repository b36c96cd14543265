from typing import Any

from django.core.management.base import BaseCommand

from disclosure.models import Edition
from disclosure.services import schedule
from govportal.now import now


class Command(BaseCommand):
    help = "Publish now what is scheduled for a minute that has come, as the worker does every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        result = schedule.publish_due(now())
        for edition in Edition.objects.filter(pk__in=(*result.done, *result.failed)).select_related("item"):
            outcome = f"failed: {edition.publish_fault}" if edition.pk in result.failed else "published"
            self.stdout.write(f"{edition.item.index_number} edition {edition.number}: {outcome}")
        self.stdout.write(f"{len(result.done)} published, {len(result.failed)} failed")
