from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import FileKind


class RequestFile(models.Model):
    """材料: a file of a request, encrypted on disk. Its kind decides who may open it (services/files_of.py)."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="files", verbose_name=_("申请")
    )
    kind = models.CharField(_("用途"), max_length=20, choices=FileKind)
    file = models.OneToOneField("govportal.PrivateFile", models.PROTECT, related_name="+", verbose_name=_("文件"))
    title = EncryptedTextField(_("名称"), blank=True, default="")
    decision = models.ForeignKey(
        "requests_app.Decision", models.PROTECT, null=True, blank=True, related_name="files", verbose_name=_("决定")
    )
    inquiry = models.ForeignKey(
        "requests_app.Inquiry", models.PROTECT, null=True, blank=True, related_name="files", verbose_name=_("征求意见")
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上传人")
    )  # None: the applicant
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("申请材料")
        verbose_name_plural = _("申请材料")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=FileKind.values), name="%(app_label)s_%(class)s_kind")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.get_kind_display()}"
