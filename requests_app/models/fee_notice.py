from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import FeeMode


class FeeNotice(models.Model):
    """信息处理费 of one request (第四十二条, 国办函〔2020〕109号): 按件 or 按量, with its working, and the payment."""

    request = models.OneToOneField(
        "requests_app.InformationRequest", models.PROTECT, related_name="fee", verbose_name=_("申请")
    )
    mode = models.CharField(_("计收方式"), max_length=10, choices=FeeMode)
    quantity = models.PositiveIntegerField(_("数量（件或者页）"))
    earlier = models.PositiveIntegerField(
        _("当月在前的件数"), default=0, help_text=_("同一申请人一个自然月内已经申请的件数，按件计收时累计。")
    )
    amount = models.DecimalField(_("金额（元）"), max_digits=12, decimal_places=2)
    working = models.JSONField(_("计算过程"), default=list)
    notified_on = models.DateField(_("通知日期"))
    notified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("通知人")
    )
    delivered_on = models.DateField(_("送达日期"), null=True, blank=True)
    pay_by = models.DateField(_("缴费期限"))
    paid_on = models.DateField(_("缴费日期"), null=True, blank=True)
    payment_reference = EncryptedTextField(_("缴款书号"), blank=True, default="", validators=[MaxLengthValidator(80)])

    class Meta:
        verbose_name = _("信息处理费")
        verbose_name_plural = _("信息处理费")
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=FeeMode.values), name="%(app_label)s_%(class)s_mode"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="%(app_label)s_%(class)s_amount"),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True) | Q(paid_on__gte=F("notified_on")),
                name="%(app_label)s_%(class)s_paid_after_notified",
            ),
        ]

    def __str__(self) -> str:
        return str(self.request)
