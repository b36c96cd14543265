from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disclosure.enums import ReviewStep
from disclosure.queries import ApprovalQuerySet


class Approval(models.Model):
    """审查/审核/审定: one person's signature under one edition's digest (domain §4.1, §4.2).

    Author and last editor are copied, so that the database itself can refuse their signature; a trigger
    compares the copies and the digest with the edition. Never deleted, voided once, fixed after publication.
    """

    edition = models.ForeignKey("disclosure.Edition", models.PROTECT, related_name="approvals", verbose_name=_("版本"))
    step = models.CharField(_("环节"), max_length=10, choices=ReviewStep)
    digest = models.CharField(_("所签内容的摘要"), max_length=64)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("签署人"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    last_editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("最后修改人")
    )
    note = models.CharField(_("审查意见"), max_length=500, blank=True)
    at = models.DateTimeField(_("签署时间"))
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    objects: ClassVar[ApprovalQuerySet] = ApprovalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("审查签署")
        verbose_name_plural = _("审查签署")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(step__in=ReviewStep.values), name="%(app_label)s_%(class)s_step"),
            models.CheckConstraint(
                condition=~Q(signer=F("author")) & ~Q(signer=F("last_editor")),
                name="%(app_label)s_%(class)s_signer_is_not_author",
            ),
            models.CheckConstraint(condition=~Q(digest=""), name="%(app_label)s_%(class)s_digest"),
            models.UniqueConstraint(
                fields=["edition", "signer"],
                condition=Q(voided_at__isnull=True),
                name="%(app_label)s_%(class)s_one_step_a_signer",
            ),
            models.UniqueConstraint(
                fields=["edition", "step"],
                condition=Q(voided_at__isnull=True),
                name="%(app_label)s_%(class)s_one_signer_a_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.get_step_display()}"
