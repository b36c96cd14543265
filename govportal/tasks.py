"""Tasks of the kernel. Each may run twice."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from celery import shared_task
from django.core.management import call_command
from django.utils.translation import gettext as _

from govportal import heartbeat, notices, private_files, throttle
from govportal.models import PublicRevision
from govportal.now import now

# Sign-ins are kept half a year: 网络安全法第二十一条 asks for six months of network logs at least.
SIGN_INS_KEPT = timedelta(days=185)


@shared_task(name="govportal.send_notices")
def send_notices() -> None:
    swept = notices.sweep(now())
    note = _("发出 %s 封") % swept.sent
    heartbeat.beat("govportal.send_notices", now(), note + (_("，邮件服务器连接不上") if swept.is_mail_away else ""))


@shared_task(name="govportal.clear_expired")
def clear_expired() -> None:
    """Delete sessions that have ended, old records of sign-ins and public revisions, and counts nobody counts on."""
    call_command("clearsessions")
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(attempt_time__lt=now() - SIGN_INS_KEPT).delete()
    PublicRevision.prune()
    throttle.sweep(now())
    heartbeat.beat("govportal.clear_expired", now())


@shared_task(name="govportal.sweep_private_files")
def sweep_private_files() -> None:
    """Bytes of private files whose row was never kept or is gone."""
    deleted = private_files.sweep(now())
    heartbeat.beat("govportal.sweep_private_files", now(), _("清理文件 %s 个") % deleted)
