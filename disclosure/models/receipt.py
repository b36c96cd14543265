from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disclosure.enums import ReceiptKind
from disclosure.queries import ReceiptQuerySet


class Receipt(models.Model):
    """阳光票据: one expense shown to the staff of its agency alone (对内公开, domain §4.8).

    From the site's set amount on, the scanned receipt must be attached. Somebody else checks it.
    """

    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="receipts", verbose_name=_("单位"))
    kind = models.CharField(_("种类"), max_length=15, choices=ReceiptKind)
    spent_on = models.DateField(_("发生日期"))
    amount = models.DecimalField(_("金额（元）"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    purpose = models.CharField(_("事由"), max_length=200)
    payee = models.CharField(_("收款单位"), max_length=120, blank=True)
    people = models.PositiveSmallIntegerField(_("人数"), null=True, blank=True)
    handled_by_name = models.CharField(_("经手人"), max_length=60)
    attachment = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("票据扫描件")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    checked_at = models.DateTimeField(_("复核时间"), null=True, blank=True)

    objects: ClassVar[ReceiptQuerySet] = ReceiptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("阳光票据")
        verbose_name_plural = _("阳光票据")
        ordering = ["-spent_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReceiptKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="%(app_label)s_%(class)s_amount"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("recorded_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}"
