"""`manage.py run_due`: by hand one round of all that the clock does, for whoever has no worker or wants to see it."""

from time import monotonic
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from govportal.contributions import scheduled_jobs
from govportal.models import Heartbeat


class Command(BaseCommand):
    help = "Run every scheduled job once, in order, and say what each did. A job that fails stops no other."

    def handle(self, *_args: Any, **_options: Any) -> None:
        current_app.loader.import_default_modules()
        failed = [name for name in names() if not self._run(name)]
        if failed:
            raise CommandError(f"{len(failed)} 项没有办成：{'、'.join(failed)}")

    def _run(self, name: str) -> bool:
        begun = monotonic()
        try:
            current_app.tasks[name]()
        except Exception as error:  # a fault in one job leaves the others to be done
            self.stderr.write(f"{name}：{type(error).__name__}（{monotonic() - begun:.1f} 秒）")
            return False
        note = Heartbeat.objects.filter(name=name).values_list("note", flat=True).first()
        self.stdout.write(f"{name}：{note or '完成'}（{monotonic() - begun:.1f} 秒）")
        return True


def names() -> list[str]:
    """The tasks that beat rings for, each once: as the page of jobs lists them, then those that are not there."""
    rung = list(dict.fromkeys(str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()))
    listed = [job.key for job in scheduled_jobs.all() if job.key in rung]
    return [*listed, *(name for name in rung if name not in listed)]
