from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import Action, State


class RequestEvent(models.Model):
    """办理记录: one step of the procedure. `note` is for staff; `public_note` the applicant reads too."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="events", verbose_name=_("申请")
    )
    action = models.CharField(_("动作"), max_length=30, choices=Action)
    from_state = models.CharField(_("之前"), max_length=30, choices=State)
    to_state = models.CharField(_("之后"), max_length=30, choices=State)
    on = models.DateField(_("发生日期"))
    at = models.DateTimeField(_("登记时间"))
    # The last day for what the step asks of the applicant, as he was told; a later calendar moves it no more.
    answer_by = models.DateField(_("答复期限"), null=True, blank=True)
    # None: the applicant, or the portal itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人")
    )
    by_applicant = models.BooleanField(_("申请人操作"), default=False)
    note = EncryptedTextField(_("内部说明"), blank=True, default="")
    public_note = EncryptedTextField(_("告知申请人的说明"), blank=True, default="")

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=Action.values), name="%(app_label)s_%(class)s_action"),
            models.CheckConstraint(condition=Q(from_state__in=State.values), name="%(app_label)s_%(class)s_from_state"),
            models.CheckConstraint(condition=Q(to_state__in=State.values), name="%(app_label)s_%(class)s_to_state"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.get_action_display()}"
