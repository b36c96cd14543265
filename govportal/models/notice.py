from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
    DROPPED = "dropped", _("不再需要")  # what it reminds of was closed before it went out


class Channel(models.TextChoices):
    MAIL = "mail", _("电子邮件")
    WEBHOOK = "webhook", _("单位消息接口")


class Notice(models.Model):
    """The outbox: a message written in the transaction of what it tells of, sent afterwards by a sweep.

    Address and body may name a citizen, so both are encrypted at rest.
    """

    key = models.CharField(_("唯一键"), max_length=160, unique=True)
    channel = models.CharField(_("方式"), max_length=20, choices=Channel, default=Channel.MAIL)
    address = EncryptedTextField(_("收件地址"))
    subject = models.CharField(_("标题"), max_length=200)
    body = EncryptedTextField(_("内容"))
    # Of a matter whose very existence is nobody else's business: in no list of the outbox.
    is_confidential = models.BooleanField(_("保密"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    last_error = models.CharField(_("最近错误"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("写入时间"))
    due_at = models.DateTimeField(_("下次发送时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("待发通知")
        verbose_name_plural = _("待发通知")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=NoticeState.values), name="%(app_label)s_%(class)s_state"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="%(app_label)s_%(class)s_channel"
            ),
            models.CheckConstraint(
                condition=models.Q(state=NoticeState.SENT, sent_at__isnull=False)
                | (~models.Q(state=NoticeState.SENT) & models.Q(sent_at__isnull=True)),
                name="%(app_label)s_%(class)s_sent_has_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="notice_due")]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"
