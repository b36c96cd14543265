"""Tasks of disclosure. Each finds what is due by a query, may run twice, and says at its end that it has run."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from disclosure.services import buffers, oblige, redact, remind, schedule
from govportal import heartbeat
from govportal.contributions import ScheduledJob
from govportal.now import now, today

PUBLISH_DUE, EXPIRE_DUE, DAILY = "disclosure.publish_due", "disclosure.expire_due", "disclosure.daily"
JOBS = (
    ScheduledJob(PUBLISH_DUE, _("定时公开"), heartbeat.FREQUENT, position=10),
    ScheduledJob(EXPIRE_DUE, _("到期失效、期满终止"), timedelta(minutes=25), position=20),
    ScheduledJob(DAILY, _("公开义务和每日清理"), heartbeat.DAILY, position=30),
)


@shared_task(name=PUBLISH_DUE)
def publish_due() -> None:
    """Every minute."""
    heartbeat.beat(PUBLISH_DUE, now(), str(schedule.publish_due(now())))


@shared_task(name=EXPIRE_DUE)
def expire_due() -> None:
    """Every ten minutes."""
    heartbeat.beat(EXPIRE_DUE, now(), str(schedule.expire_due(now())))


@shared_task(name=DAILY)
def daily() -> None:
    """Just after midnight in Beijing, when days turn."""
    buffers.clear_old(now())
    buffers.clear_uploads(now())
    redact.sweep_files(now())
    remind.remind(today())
    heartbeat.beat(DAILY, now(), str(oblige.daily(today())))
