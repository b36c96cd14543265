from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from disclosure.enums import RecordKind


class SupportingRecord(models.Model):
    """审计记录 or 会议记录 behind an edition: shown to staff who review it, never to the public."""

    edition = models.ForeignKey("disclosure.Edition", models.PROTECT, related_name="records", verbose_name=_("版本"))
    kind = models.CharField(_("种类"), max_length=10, choices=RecordKind)
    title = models.CharField(_("名称"), max_length=200, help_text=_("例如：县政府第 18 次常务会议纪要"))
    number = models.CharField(_("文号"), max_length=80, blank=True)
    dated_on = models.DateField(_("日期"))
    attachment = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件")
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("添加人"))

    class Meta:
        verbose_name = _("佐证记录")
        verbose_name_plural = _("佐证记录")
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=RecordKind.values), name="%(app_label)s_%(class)s_kind"),
        ]

    def __str__(self) -> str:
        return self.title
