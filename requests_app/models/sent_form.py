from django.db import models
from django.utils.translation import gettext_lazy as _


class SentForm(models.Model):
    """A form of the desk that was sent, by the fingerprint of the sheet and of all that was typed into it.

    The same again is a button pressed twice; other words on the same sheet are another deed. Swept after a day.
    """

    key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(_("发送时间"), db_index=True)

    class Meta:
        verbose_name = _("已发送的表单")
        verbose_name_plural = _("已发送的表单")

    def __str__(self) -> str:
        return str(self.pk)
