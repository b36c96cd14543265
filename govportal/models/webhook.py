from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField


class Webhook(models.Model):
    """单位消息接口: where an agency's own messenger takes its reminders, signed with a secret both know."""

    agency = models.OneToOneField("govportal.Agency", models.PROTECT, related_name="webhook", verbose_name=_("单位"))
    url = models.URLField(_("接口地址"), max_length=300)
    secret = EncryptedTextField(_("密钥"))
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("单位消息接口")
        verbose_name_plural = _("单位消息接口")
        ordering = ["agency__name"]

    def __str__(self) -> str:
        return str(self.agency)
