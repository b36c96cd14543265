from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One thing done by one person, for good: triggers refuse update and delete on both databases.

    No foreign key leads to a live row and names are copied, so the record outlives what it speaks of.
    No personal data of citizens ever stands in it.
    """

    at = models.DateTimeField(_("时间"), db_index=True)
    actor_id = models.BigIntegerField(_("操作人编号"), null=True, blank=True)
    actor_name = models.CharField(_("操作人"), max_length=150)
    # The code as it was is for people; the id is what readers are judged by.
    agency_id = models.BigIntegerField(_("单位编号"), null=True, blank=True, db_index=True)
    agency_code = models.CharField(_("单位代码"), max_length=40, blank=True)
    action = models.CharField(_("动作"), max_length=60, db_index=True)
    subject_type = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=60)
    subject_name = models.CharField(_("对象名称"), max_length=200, blank=True)
    before = models.JSONField(_("之前"), default=dict, blank=True)
    after = models.JSONField(_("之后"), default=dict, blank=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    note = models.CharField(_("说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"
