from django.db import models
from django.utils.translation import gettext_lazy as _


class LogChain(models.Model):
    """The head of one chain: the row a writer locks, so that no two entries follow the same one."""

    name = models.CharField(_("登记簿"), max_length=60, unique=True)
    sequence = models.PositiveBigIntegerField(_("最后序号"), default=0)
    head_hash = models.CharField(_("最后一行哈希"), max_length=64)

    class Meta:
        verbose_name = _("登记簿")
        verbose_name_plural = _("登记簿")

    def __str__(self) -> str:
        return f"{self.name} {self.sequence}"
