from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a scheduled job last ran and what it said: staff see at once that the worker has stopped."""

    name = models.CharField(_("任务"), max_length=60, unique=True)
    at = models.DateTimeField(_("最近一次运行"))
    note = models.CharField(_("结果"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("定时任务")
        verbose_name_plural = _("定时任务")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
