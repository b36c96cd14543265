"""Tasks of requests for disclosure. Each may run twice."""

from celery import shared_task
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import heartbeat
from govportal.contributions import ScheduledJob
from govportal.now import now
from requests_app.services import (
    complaint_purge,
    complaint_refresh,
    drafts,
    feedback_purge,
    feedback_refresh,
    inquire,
    letters,
    publication_tasks,
    purge,
    refresh,
    sent_forms,
)

SWEEP_DRAFTS = "requests_app.sweep_drafts"
REFRESH, SETTLE_SILENCE = refresh.REFRESH, "requests_app.settle_silence"
SETTLE_PUBLICATIONS, PURGE = "requests_app.settle_publications", "requests_app.purge"
UPKEEP = (
    ScheduledJob(REFRESH, gettext_lazy("重算申请期限"), heartbeat.DAILY, position=62),
    ScheduledJob(SETTLE_SILENCE, gettext_lazy("登记逾期未提出意见"), heartbeat.DAILY, position=64),
    ScheduledJob(SETTLE_PUBLICATIONS, gettext_lazy("登记已转为主动公开"), heartbeat.DAILY, position=66),
    ScheduledJob(PURGE, gettext_lazy("清除期满的个人信息"), heartbeat.DAILY, position=68),
)


@shared_task(name=letters.RENDER)
def render_letter(letter_id: int) -> None:
    """The PDF of a letter, so that nobody waits for it. A lost message costs its first reader the time."""
    letters.file_of(letter_id)


@shared_task(name=SWEEP_DRAFTS)
def sweep_drafts() -> None:
    """What citizens began and did not send within a day, with its files."""
    deleted = drafts.sweep(now())
    sent_forms.sweep(now())
    heartbeat.beat(SWEEP_DRAFTS, now(), _("清理草稿 %s 份") % deleted)


# What follows runs after midnight in Beijing, when days turn; each for itself, so that a fault in one stops no other.


@shared_task(name=REFRESH)
def refresh_days() -> None:
    """Last days by the calendar as it is now: at night, and as soon as holidays are imported."""
    moved = refresh.refresh(now())
    complaint_refresh.refresh()  # whose number no administrator reads in the note
    feedback_refresh.refresh()
    heartbeat.beat(REFRESH, now(), str(moved))


@shared_task(name=SETTLE_SILENCE)
def settle_silence() -> None:
    settled = inquire.settle_all(now())
    heartbeat.beat(SETTLE_SILENCE, now(), _("登记 %s 份") % settled)


@shared_task(name=SETTLE_PUBLICATIONS)
def settle_publications() -> None:
    settled = publication_tasks.settle(now())
    heartbeat.beat(SETTLE_PUBLICATIONS, now(), _("登记 %s 件") % settled)


@shared_task(name=PURGE)
def purge_personal_data() -> None:
    """What retention has run out for."""
    purged = purge.purge(now())
    complaint_purge.purge(now())  # whose number no administrator reads in the note
    messages = feedback_purge.purge(now())
    heartbeat.beat(PURGE, now(), _("%(requests)s、留言纠错 %(n)s 件") % {"requests": purged, "n": messages})
