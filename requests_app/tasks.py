"""Tasks of requests for disclosure. Each may run twice."""

from celery import shared_task
from django.utils.translation import gettext as _

from govportal import heartbeat
from govportal.now import now
from requests_app.services import drafts, letters

SWEEP_DRAFTS = "requests_app.sweep_drafts"


@shared_task(name=letters.RENDER)
def render_letter(letter_id: int) -> None:
    """The PDF of a letter, so that nobody waits for it. A lost message costs its first reader the time."""
    letters.file_of(letter_id)


@shared_task(name=SWEEP_DRAFTS)
def sweep_drafts() -> None:
    """What citizens began and did not send within a day, with its files."""
    deleted = drafts.sweep(now())
    heartbeat.beat(SWEEP_DRAFTS, now(), _("清理草稿 %s 份") % deleted)
