import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disclosure.enums import PrintFormat, PrintKind, PrintState


def new_key() -> str:
    return secrets.token_urlsafe(12)


class PrintJob(models.Model):
    """Something to print that takes longer than a page may: made by workers in parts, fetched when it is done.

    Of public things alone, so whoever has the key may have the file. `wanted` says what, in values the maker of the
    kind reads; `digest` tells the same wish, which is made once while it is under way and for a while after.
    """

    key = models.CharField(max_length=20, unique=True, default=new_key, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=PrintKind)
    format = models.CharField(_("格式"), max_length=5, choices=PrintFormat, default=PrintFormat.ZIP)
    title = models.CharField(_("名称"), max_length=200)
    wanted = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, db_index=True)
    state = models.CharField(_("状态"), max_length=10, choices=PrintState, default=PrintState.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("提交时间"))
    started_at = models.DateTimeField(null=True, blank=True)  # when somebody began to put the parts together
    rung_at = models.DateTimeField(null=True, blank=True)  # when somebody was last asked to
    tries = models.PositiveSmallIntegerField(default=0)  # to put them together
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    file = models.CharField(max_length=120, blank=True)  # below PRINT_ROOT
    size = models.PositiveBigIntegerField(_("大小（字节）"), default=0)
    fault = models.CharField(_("失败原因"), max_length=300, blank=True)

    objects: ClassVar[models.Manager["PrintJob"]] = models.Manager()

    class Meta:
        verbose_name = _("打印任务")
        verbose_name_plural = _("打印任务")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PrintKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(condition=Q(format__in=PrintFormat.values), name="%(app_label)s_%(class)s_format"),
            models.CheckConstraint(condition=Q(state__in=PrintState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=~Q(state=PrintState.DONE) | ~Q(file="") & Q(done_at__isnull=False),
                name="%(app_label)s_%(class)s_done_has_file",
            ),
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(state__in=[PrintState.WAITING, PrintState.RUNNING]),
                name="%(app_label)s_%(class)s_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_name(self) -> str:
        return self.key


class PrintPart(models.Model):
    """One file of a job (第n册): what a worker makes in one go."""

    job = models.ForeignKey(PrintJob, models.CASCADE, related_name="parts", verbose_name=_("打印任务"))
    number = models.PositiveIntegerField(_("册次"))
    title = models.CharField(_("名称"), max_length=200)
    wanted = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=PrintState, default=PrintState.WAITING)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=120, blank=True)  # below PRINT_ROOT

    class Meta:
        verbose_name = _("分册")
        verbose_name_plural = _("分册")
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="%(app_label)s_%(class)s_number"),
            models.CheckConstraint(condition=Q(state__in=PrintState.values), name="%(app_label)s_%(class)s_state"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"
