from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """提醒台账: this rung of this deadline was told to this person, once.

    `version` changes when the deadline moves, which arms its rungs anew. `rung` counts working days from the due day:
    -7, -3, -1, 0, 1, then 6, 11, … The row is written in the transaction that writes inbox and outbox.
    """

    kind = models.CharField(_("种类"), max_length=40)
    deadline = models.CharField(_("期限"), max_length=120)
    version = models.CharField(_("期限版本"), max_length=60)
    rung = models.SmallIntegerField(_("档次（工作日）"))
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("收件人"))
    due_on = models.DateField(_("到期日"))
    is_escalation = models.BooleanField(_("上报负责人"), default=False)
    at = models.DateTimeField(_("提醒时间"))
    # Of one insert: which rows it wrote, where another process wrote some of them first.
    batch = models.UUIDField(editable=False)
    notice = models.ForeignKey(
        "govportal.Notice", models.SET_NULL, null=True, blank=True, related_name="reminders", verbose_name=_("邮件")
    )  # None: this person takes no mail of this kind, or it was sent so long ago that the outbox has forgotten it

    class Meta:
        verbose_name = _("提醒台账")
        verbose_name_plural = _("提醒台账")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "version", "rung", "recipient"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deadline} {self.rung:+d}"


class ReminderLadder(models.Model):
    """提醒档次: at which working days before and after its due day a kind of deadline is told of.

    Without a row a kind has the rungs of govportal/reminders.py. Day 0 and the first day after are always told.
    """

    kind = models.CharField(_("种类"), max_length=40, unique=True)
    before = models.CharField(_("到期前（工作日，逗号分隔）"), max_length=60, default="7,3,1")
    every = models.PositiveSmallIntegerField(_("逾期后每隔几个工作日"), default=5)

    class Meta:
        verbose_name = _("提醒档次")
        verbose_name_plural = _("提醒档次")
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(condition=models.Q(every__gte=1), name="%(app_label)s_%(class)s_every_day_at_most")
        ]

    def __str__(self) -> str:
        return self.kind
