from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class InboxMessage(models.Model):
    """站内消息: told to one member of staff, read or not. Numbers and days alone, like a mail; never a matter."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox", verbose_name=_("收件人"))
    key = models.CharField(_("唯一键"), max_length=200, unique=True)
    kind = models.CharField(_("种类"), max_length=40)
    subject = models.CharField(_("标题"), max_length=200)
    path = models.CharField(_("地址"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("站内消息")
        verbose_name_plural = _("站内消息")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="inbox_user"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="inbox_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.pk}"


class MutedKind(models.Model):
    """A kind of message that this person does not want by mail; the inbox has it all the same.

    What goes to heads because a day has come or passed (上报) is mailed whatever they chose.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted", verbose_name=_("用户"))
    kind = models.CharField(_("种类"), max_length=40)

    class Meta:
        verbose_name = _("不收邮件的种类")
        verbose_name_plural = _("不收邮件的种类")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="%(app_label)s_%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
