"""Tasks of the kernel. Each may run twice."""

from celery import shared_task
from django.db import transaction

from govportal import notices
from govportal.models import PublicRevision
from govportal.now import now


@shared_task(name="govportal.send_notices")
def send_notices() -> None:
    notices.send_due(now())


@shared_task(name="govportal.turn_day")
def turn_day() -> None:
    """Midnight: what pages say about today (validity, notice periods, deadlines) has changed."""
    with transaction.atomic():
        PublicRevision.raise_number()
