"""The nightly work on surveys: closed by the calendar, and forgotten who was invited. May run twice."""

from celery import shared_task
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.services import survey_evaluators, survey_running
from govportal import heartbeat
from govportal.contributions import ScheduledJob
from govportal.now import now

UPKEEP = "evaluation.survey_upkeep"
JOB = ScheduledJob(UPKEEP, gettext_lazy("截止社会评议，清除特邀评议人员信息"), heartbeat.DAILY, position=72)


@shared_task(name=UPKEEP)
def survey_upkeep() -> None:
    closed = survey_running.close_due(now())
    purged = survey_evaluators.purge(now())
    heartbeat.beat(
        UPKEEP, now(), _("截止 %(closed)s 次，清除 %(purged)s 人") % {"closed": len(closed), "purged": purged}
    )
