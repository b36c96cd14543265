from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class Correction(models.Model):
    """补正: asked once, with all that is missing and a reasonable period (《政府信息公开条例》第三十条)."""

    request = models.OneToOneField(
        "requests_app.InformationRequest", models.PROTECT, related_name="correction", verbose_name=_("申请")
    )
    items = EncryptedTextField(_("需要补正的内容"))
    asked_on = models.DateField(_("告知日期"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("告知人"))
    due_on = models.DateField(_("补正期限"))
    answered_on = models.DateField(_("补正日期"), null=True, blank=True)
    answer = EncryptedTextField(_("补正内容"), blank=True, default="")

    class Meta:
        verbose_name = _("补正")
        verbose_name_plural = _("补正")
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gt=F("asked_on")), name="%(app_label)s_%(class)s_period"),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("asked_on")),
                name="%(app_label)s_%(class)s_answered_after_asked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.request)
