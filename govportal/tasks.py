"""Tasks of the kernel. Each may run twice."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from celery import shared_task
from django.core.management import call_command
from django.db.models import Q
from django.utils.translation import gettext as _

from govportal import heartbeat, jobs, notices, private_files, reminders, throttle
from govportal.models import InboxMessage, PublicRevision
from govportal.now import now

# Sign-ins are kept half a year: 网络安全法第二十一条 asks for six months of network logs at least.
SIGN_INS_KEPT = timedelta(days=185)
MESSAGES_KEPT = timedelta(days=365)  # since they were read, or else written


@shared_task(name="govportal.send_notices")
def send_notices() -> None:
    swept = notices.sweep(now())
    note = _("发出 %s 封") % swept.sent
    heartbeat.beat("govportal.send_notices", now(), note + (_("，邮件服务器连接不上") if swept.is_mail_away else ""))


REMIND, REMIND_SOURCE = "govportal.remind", "govportal.remind_source"


@shared_task(name=REMIND)
def remind() -> None:
    """In the morning, and every hour of the day for what it missed. One round over all kinds of deadlines, so that
    whoever was told of nothing for a while gets one summary and not one of each kind."""
    done = reminders.remind(now())
    heartbeat.beat(REMIND, now(), str(done))
    for key in done.failed:
        jobs.enqueue(REMIND_SOURCE, key=key)


@shared_task(name=REMIND_SOURCE)
def remind_source(key: str) -> None:
    """One kind once more, that could not be read with the others."""
    reminders.remind_source(key, now())


@shared_task(name="govportal.clear_expired")
def clear_expired() -> None:
    """Delete sessions that have ended, counts nobody counts on, old sign-ins, public revisions, and what staff were
    told long ago: messages, sent notices, rows of the ledger."""
    call_command("clearsessions")
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=now() - SIGN_INS_KEPT).delete()
    old = now() - MESSAGES_KEPT
    InboxMessage.objects.filter(Q(read_at__lt=old) | Q(read_at=None, at__lt=old)).delete()
    notices.prune(now())
    reminders.prune(now())
    PublicRevision.prune()
    throttle.sweep(now())
    heartbeat.beat("govportal.clear_expired", now())


@shared_task(name="govportal.sweep_private_files")
def sweep_private_files() -> None:
    """Bytes of private files whose row was never kept or is gone."""
    deleted = private_files.sweep(now())
    heartbeat.beat("govportal.sweep_private_files", now(), _("清理文件 %s 个") % deleted)
