"""The nightly work on accountability: what retention has run out for. May run twice."""

from celery import shared_task
from django.utils.translation import gettext_lazy

from evaluation.services import accountability_purge
from govportal import heartbeat
from govportal.contributions import ScheduledJob
from govportal.now import now

PURGE = "evaluation.purge_accountability"
JOB = ScheduledJob(PURGE, gettext_lazy("清除期满的责任追究个人信息"), heartbeat.DAILY, position=74)


@shared_task(name=PURGE)
def purge_accountability() -> None:
    """No administrator reads in the note how many cases there were."""
    accountability_purge.purge(now())
    heartbeat.beat(PURGE, now(), "")
