"""Tasks of disclosure. Each finds what is due by a query, may run twice, and says at its end that it has run."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import boards, print_volumes
from disclosure.models import BoardSheet, PrintPart
from disclosure.services import buffers, oblige, print_jobs, redact, schedule
from disclosure.services.print_board import RENDER
from govportal import heartbeat, memory, paper_cache
from govportal.contributions import ScheduledJob
from govportal.now import now, today

PUBLISH_DUE, EXPIRE_DUE = "disclosure.publish_due", "disclosure.expire_due"
OBLIGE = "disclosure.oblige"
CLEAR_FORMS, SWEEP_FILES = "disclosure.clear_forms", "disclosure.sweep_files"
PRINT_DUE, SWEEP_PRINTS = "disclosure.print_due", "disclosure.sweep_prints"
JOBS = (
    ScheduledJob(PUBLISH_DUE, gettext_lazy("定时公开"), heartbeat.FREQUENT, position=10),
    ScheduledJob(EXPIRE_DUE, gettext_lazy("到期失效、期满终止"), timedelta(minutes=25), position=20),
    ScheduledJob(OBLIGE, gettext_lazy("公开义务"), heartbeat.DAILY, position=30),
    ScheduledJob(CLEAR_FORMS, gettext_lazy("清理暂存内容"), heartbeat.DAILY, position=50),
    ScheduledJob(SWEEP_FILES, gettext_lazy("清理已删除的文件"), heartbeat.DAILY, position=60),
    ScheduledJob(PRINT_DUE, gettext_lazy("打印任务"), heartbeat.FREQUENT, position=70),
    ScheduledJob(SWEEP_PRINTS, gettext_lazy("清理打印文件"), heartbeat.DAILY, position=75),
)


@shared_task(name=PUBLISH_DUE)
def publish_due() -> None:
    """Every minute."""
    done = schedule.publish_due(now())
    heartbeat.beat(PUBLISH_DUE, now(), str(done))


@shared_task(name=EXPIRE_DUE)
def expire_due() -> None:
    """Every ten minutes."""
    done = schedule.expire_due(now())
    heartbeat.beat(EXPIRE_DUE, now(), str(done))


# What follows runs after midnight in Beijing, when days turn; each for itself, so that a fault in one stops no other.


@shared_task(name=OBLIGE)
def daily_obligations() -> None:
    done = oblige.daily(today())
    heartbeat.beat(OBLIGE, now(), str(done))


@shared_task(name=CLEAR_FORMS)
def clear_forms() -> None:
    """What was typed or uploaded and became part of nothing."""
    counts = {"forms": buffers.clear_old(now()), "files": buffers.clear_uploads(now())}
    heartbeat.beat(CLEAR_FORMS, now(), _("清理暂存 %(forms)s 份、文件 %(files)s 个") % counts)


@shared_task(name=SWEEP_FILES)
def sweep_files() -> None:
    """Files of blanked texts that could not be removed at once."""
    redact.sweep_files(now())
    heartbeat.beat(SWEEP_FILES, now())


@shared_task(name=SWEEP_PRINTS)
def sweep_prints() -> None:
    """Files of the print queue past their days, and papers nobody asks for."""
    counts = {"jobs": print_jobs.sweep(now()), "papers": paper_cache.sweep(now())}
    heartbeat.beat(SWEEP_PRINTS, now(), _("清理打印任务 %(jobs)s 个、文件 %(papers)s 个") % counts)


@shared_task(name=PRINT_DUE)
def print_due() -> None:
    """Every minute: what waits although its bell was lost."""
    print_jobs.ring_again(now())
    heartbeat.beat(PRINT_DUE, now())


@shared_task(name=print_jobs.PART)
def print_part(part_id: int) -> None:
    """One volume, unless another worker has it."""

    def bounded(part: PrintPart) -> bytes:
        with memory.at_most(settings.PRINT_MEMORY_MB):
            return print_volumes.make(part)

    print_jobs.make(part_id, bounded, clock=now)


@shared_task(name=print_jobs.FINISH)
def finish_print(job_id: int) -> None:
    print_jobs.finish(job_id, at=now())


@shared_task(name=RENDER)
def render_sheet(sheet_id: int) -> None:
    """After it was issued, so that the first reader finds it made; whoever comes before makes it himself."""
    sheet = BoardSheet.objects.standing().select_related("board__agency").filter(pk=sheet_id).first()
    if sheet is not None:
        boards.sheet_pdf(sheet)
