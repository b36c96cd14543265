from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class Assignment(models.Model):
    """分派、转交: who held a request from when, so that its lineage and its place in an old year can be told."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="assignments", verbose_name=_("申请")
    )
    from_agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("原单位"))
    to_agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("现单位"))
    from_handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原经办人")
    )
    to_handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("现经办人")
    )
    reason = EncryptedTextField(_("理由"), blank=True, default="", validators=[MaxLengthValidator(300)])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作人"))
    at = models.DateTimeField(_("时间"))
    on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("分派记录")
        verbose_name_plural = _("分派记录")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.from_agency_id}→{self.to_agency_id}"
