from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from requests_app.clock import ClockKind
from requests_app.clock import Event as Fact


class ClockEvent(models.Model):
    """计时事件: what moves the statutory clock. A wrong one is voided once, never changed or deleted."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="clock_events", verbose_name=_("申请")
    )
    kind = models.CharField(_("事件"), max_length=30, choices=[(kind.value, kind.value) for kind in ClockKind])
    on = models.DateField(_("日期"))
    ref = models.CharField(_("对应的征求意见"), max_length=20, blank=True)
    days = models.PositiveSmallIntegerField(_("工作日"), null=True, blank=True)
    delivered_on = models.DateField(_("送达日期"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("计时事件")
        verbose_name_plural = _("计时事件")
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ClockKind]), name="%(app_label)s_%(class)s_kind"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""), name="%(app_label)s_%(class)s_void_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind} {self.on}"

    def as_fact(self) -> Fact:
        """What the pure clock takes."""
        return Fact(ClockKind(self.kind), self.on, ref=self.ref, days=self.days, delivered_on=self.delivered_on)
