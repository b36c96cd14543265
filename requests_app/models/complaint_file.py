from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.complaint_enums import ComplaintFileKind


class ComplaintFile(models.Model):
    """材料: a file of a complaint, encrypted on disk. Its kind decides whether the complainant may open it."""

    complaint = models.ForeignKey(
        "requests_app.Complaint", models.PROTECT, related_name="files", verbose_name=_("投诉举报")
    )
    kind = models.CharField(_("用途"), max_length=20, choices=ComplaintFileKind)
    file = models.OneToOneField("govportal.PrivateFile", models.PROTECT, related_name="+", verbose_name=_("文件"))
    title = EncryptedTextField(_("名称"), blank=True, default="")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上传人")
    )  # None: the complainant
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("投诉材料")
        verbose_name_plural = _("投诉材料")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ComplaintFileKind.values), name="%(app_label)s_%(class)s_kind")
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.get_kind_display()}"
