from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.complaint_enums import ComplaintAction, ComplaintState


class ComplaintEvent(models.Model):
    """办理记录: one step of a complaint. `note` is for the desk; `public_note` the complainant reads too."""

    complaint = models.ForeignKey(
        "requests_app.Complaint", models.PROTECT, related_name="events", verbose_name=_("投诉举报")
    )
    action = models.CharField(_("动作"), max_length=20, choices=ComplaintAction)
    from_state = models.CharField(_("之前"), max_length=20, choices=ComplaintState)
    to_state = models.CharField(_("之后"), max_length=20, choices=ComplaintState)
    on = models.DateField(_("发生日期"))
    at = models.DateTimeField(_("登记时间"))
    # Where the case went with this step: the desk that has it now.
    desk = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    # Of an extension: the last day before and after.
    answer_by_before = models.DateField(_("原期限"), null=True, blank=True)
    answer_by = models.DateField(_("新期限"), null=True, blank=True)
    # None: the complainant, or the portal itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人")
    )
    by_complainant = models.BooleanField(_("投诉人操作"), default=False)
    note = EncryptedTextField(_("内部说明"), blank=True, default="")
    public_note = EncryptedTextField(_("告知投诉人的说明"), blank=True, default="")

    class Meta:
        verbose_name = _("投诉办理记录")
        verbose_name_plural = _("投诉办理记录")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=ComplaintAction.values), name="%(app_label)s_%(class)s_action"
            ),
            models.CheckConstraint(
                condition=Q(from_state__in=ComplaintState.values), name="%(app_label)s_%(class)s_from_state"
            ),
            models.CheckConstraint(
                condition=Q(to_state__in=ComplaintState.values), name="%(app_label)s_%(class)s_to_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.get_action_display()}"
