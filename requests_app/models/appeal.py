from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import AppealResult, AppealRoute


class Appeal(models.Model):
    """行政复议、行政诉讼 about a request: one row is one case of table 4. `body` is an organ, never a person."""

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, null=True, blank=True, related_name="appeals",
        verbose_name=_("申请"),
    )  # fmt: skip
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="appeals", verbose_name=_("单位"))
    route = models.CharField(_("途径"), max_length=10, choices=AppealRoute)
    after = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("所经复议")
    )
    case_number = models.CharField(_("案号"), max_length=80, blank=True)
    body = models.CharField(_("复议机关或者法院"), max_length=120)
    is_simplified = models.BooleanField(_("适用简易程序"), default=False)
    filed_on = models.DateField(_("受理日期"))
    notified_on = models.DateField(_("收到副本日期"))
    answer_due_on = models.DateField(_("答复、答辩期限"))
    answered_on = models.DateField(_("答复、答辩日期"), null=True, blank=True)
    result = models.CharField(_("结果"), max_length=10, choices=AppealResult, default=AppealResult.PENDING)
    closed_on = models.DateField(_("审结日期"), null=True, blank=True)
    note = EncryptedTextField(_("说明"), blank=True, default="", validators=[MaxLengthValidator(300)])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("复议诉讼")
        verbose_name_plural = _("复议诉讼")
        ordering = ["-filed_on", "-id"]
        indexes = [models.Index(fields=["agency", "filed_on"], name="appeal_filed")]
        constraints = [
            models.CheckConstraint(condition=Q(route__in=AppealRoute.values), name="%(app_label)s_%(class)s_route"),
            models.CheckConstraint(condition=Q(result__in=AppealResult.values), name="%(app_label)s_%(class)s_result"),
            models.CheckConstraint(
                condition=Q(result=AppealResult.PENDING, closed_on__isnull=True)
                | ~Q(result=AppealResult.PENDING) & Q(closed_on__isnull=False, closed_on__gte=F("filed_on")),
                name="%(app_label)s_%(class)s_closed_has_result",
            ),
            models.CheckConstraint(
                condition=Q(after__isnull=True) | Q(route=AppealRoute.POST),
                name="%(app_label)s_%(class)s_follows_review",
            ),
        ]

    def __str__(self) -> str:
        return self.case_number or f"{self.get_route_display()} {self.filed_on}"
