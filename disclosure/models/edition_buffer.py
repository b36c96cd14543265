from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class EditionBuffer(models.Model):
    """暂存: what one person has typed into the form of an item or edition and not saved yet.

    Never read by anything but that person's form; encrypted, because nobody has looked into it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("用户"))
    form_key = models.CharField(_("表单"), max_length=60)  # "edition:17", or "new" for an item without a row
    values = EncryptedTextField(_("内容"))
    saved_at = models.DateTimeField(_("暂存时间"))

    class Meta:
        verbose_name = _("暂存")
        verbose_name_plural = _("暂存")
        constraints = [models.UniqueConstraint(fields=["user", "form_key"], name="%(app_label)s_%(class)s_once")]

    def __str__(self) -> str:
        return self.form_key
