from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from requests_app.enums import TaskState


class PublicationTask(models.Model):
    """转为主动公开: what was asked for is to be published, or not and why (第四十四条)."""

    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("单位"))
    subject = models.CharField(_("信息名称"), max_length=200)
    requests: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "requests_app.InformationRequest", related_name="publication_tasks", verbose_name=_("申请")
    )
    state = models.CharField(_("状态"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    item = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公开信息")
    )
    reason = models.CharField(_("不公开的理由"), max_length=300, blank=True)
    opened_on = models.DateField(_("提出日期"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("转为主动公开")
        verbose_name_plural = _("转为主动公开")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, decided_by__isnull=True)
                | Q(state=TaskState.PUBLISHED, item__isnull=False, decided_by__isnull=False)
                | Q(state=TaskState.DECLINED, decided_by__isnull=False) & ~Q(reason=""),
                name="%(app_label)s_%(class)s_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def audit_name(self) -> str:
        """Not the subject: whoever asked has worded it."""
        return f"#{self.pk}"
