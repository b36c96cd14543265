from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedJSONField, EncryptedTextField
from requests_app.enums import DeliveryWay


class Letter(models.Model):
    """文书: one version of a letter as it was issued. A new version keeps the number and names what it replaces.

    Number and facts are fixed in the transaction of the deed; the PDF is made from them afterwards by a job, or by
    whoever opens it first, so that no lock is held while it is set (`services/letters.file_of`).
    """

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="letters", verbose_name=_("申请")
    )
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("发文单位"))
    kind = models.CharField(_("文书种类"), max_length=40)  # letter_rules.LetterKind
    number = models.CharField(_("文号"), max_length=80)
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("替代的版次")
    )
    reason = EncryptedTextField(_("重出的理由"), blank=True, default="", validators=[MaxLengthValidator(300)])
    facts = EncryptedJSONField(_("文书要素"), default=dict)
    file = models.ForeignKey(
        "govportal.PrivateFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文书文件")
    )
    sealed_file = models.ForeignKey(
        "govportal.PrivateFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("用印件")
    )
    decision = models.ForeignKey(
        "requests_app.Decision", models.PROTECT, null=True, blank=True, related_name="letters", verbose_name=_("决定")
    )
    inquiry = models.ForeignKey(
        "requests_app.Inquiry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("征求意见"),
    )
    is_for_applicant = models.BooleanField(_("致申请人"), default=True)
    issued_on = models.DateField(_("成文日期"))
    issued_at = models.DateTimeField(_("生成时间"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("生成人")
    )

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number", "version"], name="%(app_label)s_%(class)s_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="%(app_label)s_%(class)s_version_from_one"),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True)
                | Q(version__gt=1, supersedes__isnull=False) & ~Q(reason=""),
                name="%(app_label)s_%(class)s_new_version_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Delivery(models.Model):
    """送达: one way a letter went out, and the proof that it arrived."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="deliveries", verbose_name=_("文书"))
    way = models.CharField(_("方式"), max_length=20, choices=DeliveryWay)
    sent_on = models.DateField(_("发出日期"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发出人")
    )
    delivered_on = models.DateField(_("送达日期"), null=True, blank=True)
    note = EncryptedTextField(_("说明（邮件号、签收人）"), blank=True, default="")
    proof = models.ForeignKey(
        "govportal.PrivateFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("送达凭证")
    )

    class Meta:
        verbose_name = _("送达")
        verbose_name_plural = _("送达")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(way__in=DeliveryWay.values), name="%(app_label)s_%(class)s_way"),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=models.F("sent_on")),
                name="%(app_label)s_%(class)s_arrives_after_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.get_way_display()}"
