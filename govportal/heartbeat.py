"""Which scheduled jobs still run: each says so at its end, and staff see at once when one has stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from govportal.contributions import ScheduledJob, scheduled_jobs
from govportal.models import Heartbeat
from govportal.now import now

# How long a job may be silent: some runs of a frequent one, a day and two hours of a daily one.
FREQUENT, DAILY = timedelta(minutes=5), timedelta(hours=26)
JOBS = (
    ScheduledJob("govportal.remind", _("到期提醒"), DAILY, position=40),
    ScheduledJob("govportal.send_notices", _("发送通知邮件"), FREQUENT, position=80),
    ScheduledJob("govportal.clear_expired", _("清理过期登录"), DAILY, position=90),
    ScheduledJob("govportal.sweep_private_files", _("清理非公开文件"), DAILY, position=95),
)


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of one job. `at` is None until the database has been prepared."""

    name: str
    label: Promise | str
    within: timedelta
    at: datetime | None
    note: str

    def is_stopped(self, at: datetime) -> bool:
        return self.at is None or at - self.at > self.within


def beat(name: str, at: datetime, note: str = "") -> None:
    """Say that the job `name` ended at `at`, and with what result (300 characters at most are kept).

    Take the time when the work is done: what still runs, or broke off, has not beaten.
    """
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "note": note[:300]})


def last_runs() -> list[Run]:
    """Every job that is expected to run, in order; one statement."""
    rows = {row.name: row for row in Heartbeat.objects.all()}
    return [
        Run(job.key, job.label, job.within, row.at if row else None, row.note if row else "")
        for job in scheduled_jobs.all()
        for row in [rows.get(job.key)]
    ]


def seed(using: str) -> None:
    """A job that has never run is waited for from the day its database was prepared."""
    for job in scheduled_jobs.all():
        Heartbeat.objects.using(using).get_or_create(name=job.key, defaults={"at": now()})
