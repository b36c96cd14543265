from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import MessageKind


class Message(models.Model):
    """What applicant and office write to each other beside letters; encrypted."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="messages", verbose_name=_("申请")
    )
    kind = models.CharField(_("种类"), max_length=20, choices=MessageKind)
    text = EncryptedTextField(_("内容"))
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("工作人员")
    )  # None: the applicant

    class Meta:
        verbose_name = _("往来消息")
        verbose_name_plural = _("往来消息")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=MessageKind.values), name="%(app_label)s_%(class)s_kind")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.get_kind_display()}"


class InternalNote(models.Model):
    """内部备注: for the staff who handle the request, never for the applicant."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="notes", verbose_name=_("申请")
    )
    text = EncryptedTextField(_("备注"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("内部备注")
        verbose_name_plural = _("内部备注")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.request_id)
