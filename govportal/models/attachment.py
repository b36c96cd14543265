from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def storage_name(attachment: "Attachment", filename: str) -> str:
    """Stored under its hash: the name a user gave never reaches the file system."""
    return f"attachments/{attachment.sha256[:2]}/{attachment.sha256}{attachment.suffix}"


class Attachment(models.Model):
    """A file that files.py has looked into: type by content, size, hash, safe name. Never changed."""

    file = models.FileField(_("文件"), upload_to=storage_name, max_length=200)
    name = models.CharField(_("文件名"), max_length=150)
    suffix = models.CharField(_("扩展名"), max_length=10)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
