from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class PrivateFile(models.Model):
    """A file for few eyes: proof of identity, evidence, a letter. private_files.py keeps its bytes encrypted.

    Equal files are kept twice: two people must not share a row, and no name on the disk may betray a content.
    """

    storage_name = models.CharField(_("存储名"), max_length=32, unique=True)
    name = EncryptedTextField(_("文件名"))
    suffix = models.CharField(_("扩展名"), max_length=10)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    # Keyed: a bare hash would tell whoever holds the same document that it was sent here.
    fingerprint = models.CharField(_("内容指纹"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("非公开文件")
        verbose_name_plural = _("非公开文件")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"
