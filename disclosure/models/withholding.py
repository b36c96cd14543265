from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disclosure.enums import WithholdingGround, WithholdingState
from disclosure.queries import WithholdingQuerySet


class Withholding(models.Model):
    """不予公开备案: a matter not published, or not yet, by what ground, filed where, looked at again when.

    Proposed with the draft (公文公开属性源头认定), in force by the final approval of its edition; or entered for a
    matter that has no text here. Staff read it; the public sees counts by ground. State secrets themselves are
    never entered: the matter is named so that its title may be known to the office.
    """

    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="withholdings", verbose_name=_("单位"))
    edition = models.OneToOneField(
        "disclosure.Edition", models.PROTECT, null=True, blank=True, related_name="withholding", verbose_name=_("版本")
    )
    matter = models.CharField(_("事项名称"), max_length=300)
    ground = models.CharField(_("不公开情形"), max_length=20, choices=WithholdingGround)
    reason = models.TextField(_("理由"), max_length=2000)
    basis = models.CharField(_("依据"), max_length=300)
    # 暂缓公开: until this day; empty means without a known end.
    postponed_until = models.DateField(_("暂缓至"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=WithholdingState, default=WithholdingState.PROPOSED)
    filed_with = models.ForeignKey(
        "govportal.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("备案机关")
    )
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    filing_number = models.CharField(_("备案号"), max_length=80, blank=True)
    review_on = models.DateField(_("下次评估日期"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审定人")
    )
    decided_at = models.DateTimeField(_("审定时间"), null=True, blank=True)
    released_at = models.DateTimeField(_("解除时间"), null=True, blank=True)

    objects: ClassVar[WithholdingQuerySet] = WithholdingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("不予公开备案")
        verbose_name_plural = _("不予公开备案")
        ordering = ["review_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=WithholdingGround.values), name="%(app_label)s_%(class)s_ground"
            ),
            models.CheckConstraint(
                condition=Q(state__in=WithholdingState.values), name="%(app_label)s_%(class)s_state"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=WithholdingState.PROPOSED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="%(app_label)s_%(class)s_in_force_is_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_ground_display()}"


class WithholdingReview(models.Model):
    """定期评估 of a withheld matter (《政府信息公开条例》第十八条): kept with a new date, or released. Append-only."""

    withholding = models.ForeignKey(Withholding, models.PROTECT, related_name="reviews", verbose_name=_("备案"))
    is_kept = models.BooleanField(_("继续不公开"))
    reason = models.TextField(_("评估意见"), max_length=2000)
    next_review_on = models.DateField(_("下次评估日期"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("评估人")
    )
    reviewed_at = models.DateTimeField(_("评估时间"))

    class Meta:
        verbose_name = _("定期评估")
        verbose_name_plural = _("定期评估")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_kept=False) | Q(next_review_on__isnull=False), name="%(app_label)s_%(class)s_next"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.withholding_id} {self.reviewed_at:%Y-%m-%d}"
