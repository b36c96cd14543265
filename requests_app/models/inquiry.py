from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import InquiryAnswer, InquiryKind


class Inquiry(models.Model):
    """征求意见: of a third party (第三十二条) or of an agency that made the information with us (第三十四条).

    The third party never learns who applied. `ref` ties the clock events to it; `due_on` is the last day for an
    answer, 15 working days after delivery.
    """

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="inquiries", verbose_name=_("申请")
    )
    kind = models.CharField(_("对象"), max_length=20, choices=InquiryKind)
    ref = models.CharField(_("编号"), max_length=20)
    party = EncryptedTextField(_("第三方或者机关名称"))
    contact = EncryptedTextField(_("联系方式"), blank=True, default="")
    matter = EncryptedTextField(_("征求意见的内容"))
    asked_on = models.DateField(_("发出日期"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发出人"))
    delivered_on = models.DateField(_("送达日期"), null=True, blank=True)
    due_on = models.DateField(_("答复期限"))
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    answer = models.CharField(_("答复意见"), max_length=20, choices=InquiryAnswer, blank=True)
    reasons = EncryptedTextField(_("意见和理由"), blank=True, default="")

    class Meta:
        verbose_name = _("征求意见")
        verbose_name_plural = _("征求意见")
        ordering = ["id"]
        indexes = [
            # Of all that were ever sent the few that wait.
            models.Index(fields=["due_on"], condition=Q(answered_on__isnull=True), name="inquiry_unanswered"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=InquiryKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(answer__in=["", *InquiryAnswer.values]), name="%(app_label)s_%(class)s_answer"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True) | ~Q(answer="") & Q(answered_on__isnull=False),
                name="%(app_label)s_%(class)s_answer_has_day",
            ),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("asked_on")),
                name="%(app_label)s_%(class)s_delivered_after_asked",
            ),
            models.UniqueConstraint(fields=["request", "ref"], name="%(app_label)s_%(class)s_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.ref}"
