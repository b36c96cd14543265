from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.survey import Survey
from evaluation.survey_enums import EvaluatorGroup, InvitationWay
from govportal.crypto import EncryptedTextField

_NEVER_ISSUED = Q(issued_on__isnull=True, way="", token_key="", is_used=False)


class Evaluator(models.Model):
    """特邀评议人员 of one survey: who was invited, encrypted, and whether the one-time token was used.

    Nothing leads from here to a ballot or back. The token itself is kept nowhere, its fingerprint alone: who lost it
    gets another one, and the old one is void.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="evaluators", verbose_name=_("社会评议"))
    # What lists, logs and the audit trail call a person by.
    number = models.PositiveIntegerField(_("序号"))
    group = models.CharField(_("类别"), max_length=15, choices=EvaluatorGroup)
    name = EncryptedTextField(_("姓名"), blank=True, default="")
    email = EncryptedTextField(_("电子邮箱"), blank=True, default="")
    phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    # One invitation a person: a fingerprint of the name with the number or address; the number alone once purged.
    person_key = models.CharField(max_length=64, editable=False)

    token_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    way = models.CharField(_("发放方式"), max_length=10, choices=InvitationWay, blank=True, default="")
    issued_on = models.DateField(_("发放日期"), null=True, blank=True)
    # Not when: days in their order would be laid beside ballots in theirs.
    is_used = models.BooleanField(_("已使用"), default=False)
    voided_on = models.DateField(_("取消日期"), null=True, blank=True)
    purged_on = models.DateField(_("清除日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("特邀评议人员")
        verbose_name_plural = _("特邀评议人员")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="%(app_label)s_%(class)s_number"),
            models.UniqueConstraint(fields=["survey", "person_key"], name="%(app_label)s_%(class)s_once"),
            models.UniqueConstraint(
                fields=["token_key"], condition=~Q(token_key=""), name="%(app_label)s_%(class)s_token"
            ),
            models.CheckConstraint(condition=Q(group__in=EvaluatorGroup.values), name="%(app_label)s_%(class)s_group"),
            models.CheckConstraint(
                condition=Q(way__in=["", *InvitationWay.values]), name="%(app_label)s_%(class)s_way"
            ),
            models.CheckConstraint(
                condition=_NEVER_ISSUED | Q(issued_on__isnull=False) & ~Q(way=""),
                name="%(app_label)s_%(class)s_issued_has_way",
            ),
            # A void token opens nothing; one that was used cannot be taken back.
            models.CheckConstraint(
                condition=Q(voided_on__isnull=True) | Q(token_key="", is_used=False),
                name="%(app_label)s_%(class)s_void_has_no_token",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}-{self.number}"
