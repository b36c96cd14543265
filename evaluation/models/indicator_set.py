from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.enums import Formula, Frequency, IndicatorMode, SetState
from evaluation.queries import IndicatorQuerySet

FULL = Decimal(100)
LEAST_SHARE = Decimal(4)  # 政务公开在绩效考核中的分值权重不低于4%（国办发〔2016〕80号）
# A code stands in addresses and file names.
validate_code = RegexValidator(r"\A[0-9A-Za-z][0-9A-Za-z_-]*\Z", _("只能用字母、数字、下划线和连字符。"))


def points_field(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """Points, two decimals."""
    return models.DecimalField(label, max_digits=6, decimal_places=2, **options)


class IndicatorSet(models.Model):
    """考核指标体系 of a year: groups with weights of together 100. In force, nothing of it changes any more.

    `performance_share`: what disclosure weighs in an agency's whole performance, in percent, at least LEAST_SHARE.
    """

    code = models.CharField(
        _("代码"), max_length=40, unique=True, validators=[validate_code]
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("名称"), max_length=120)
    basis = models.CharField(_("依据"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=SetState, default=SetState.DRAFT)
    excellent_from = points_field(_("优秀（分以上）"), default=Decimal(90))
    good_from = points_field(_("良好（分以上）"), default=Decimal(80))
    fair_from = points_field(_("一般（分以上）"), default=Decimal(60))
    performance_share = points_field(_("在绩效考核中的权重（%）"), default=LEAST_SHARE)
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("复制自")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("编制人"))
    made_at = models.DateTimeField(_("编制时间"))
    enforced_at = models.DateTimeField(_("施行时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("考核指标体系")
        verbose_name_plural = _("考核指标体系")
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SetState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(condition=Q(year__gte=2008, year__lte=2100), name="%(app_label)s_%(class)s_year"),
            models.CheckConstraint(
                condition=Q(fair_from__gt=0, excellent_from__lte=FULL, good_from__lt=F("excellent_from"))
                & Q(fair_from__lt=F("good_from")),
                name="%(app_label)s_%(class)s_thresholds",
            ),
            models.CheckConstraint(
                condition=Q(performance_share__gte=LEAST_SHARE, performance_share__lte=FULL),
                name="%(app_label)s_%(class)s_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndicatorGroup(models.Model):
    """一组指标 and what it weighs of 100."""

    indicator_set = models.ForeignKey(
        IndicatorSet, models.CASCADE, related_name="groups", verbose_name=_("考核指标体系")
    )
    position = models.PositiveSmallIntegerField(_("排序"))
    name = models.CharField(_("指标组"), max_length=80)
    weight = points_field(_("权重"))

    class Meta:
        verbose_name = _("指标组")
        verbose_name_plural = _("指标组")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["indicator_set", "name"], name="%(app_label)s_%(class)s_name_once"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=FULL), name="%(app_label)s_%(class)s_weight"),
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """考核指标: one clause of a set, its full marks and what a fault takes off.

    Automatic ones name in `measure` a function of evaluation.indicators. `deductions`: the amounts a fault may take
    off, as texts ("0.20"): of an automatic one by Formula.DEDUCT the first, each case; of a manual one the inspector
    chooses. `cap`: the most that all faults take off together; empty: the full marks.
    """

    indicator_set = models.ForeignKey(
        IndicatorSet, models.CASCADE, related_name="indicators", verbose_name=_("考核指标体系")
    )
    group = models.ForeignKey(IndicatorGroup, models.CASCADE, related_name="indicators", verbose_name=_("指标组"))
    position = models.PositiveSmallIntegerField(_("排序"))
    code = models.CharField(_("代码"), max_length=40, validators=[validate_code])
    topic = models.CharField(_("指标"), max_length=80)
    item_no = models.PositiveSmallIntegerField(_("条"), default=1)
    text = models.TextField(_("评分细则"), max_length=2000)
    mode = models.CharField(_("方式"), max_length=10, choices=IndicatorMode, default=IndicatorMode.MANUAL)
    measure = models.CharField(_("自动指标"), max_length=40, blank=True)
    formula = models.CharField(_("计分"), max_length=10, choices=Formula, default=Formula.DEDUCT)
    full_marks = points_field(_("满分"))
    deductions = models.JSONField(_("每次扣分"), default=list, blank=True)
    cap = points_field(_("扣分上限"), null=True, blank=True)
    is_evidence_required = models.BooleanField(_("须附证据"), default=False)
    frequency = models.CharField(_("频次"), max_length=10, choices=Frequency, default=Frequency.HALF_YEAR)

    objects: ClassVar[IndicatorQuerySet] = IndicatorQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("考核指标")
        verbose_name_plural = _("考核指标")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["indicator_set", "code"], name="%(app_label)s_%(class)s_code_once"),
            models.CheckConstraint(condition=Q(mode__in=IndicatorMode.values), name="%(app_label)s_%(class)s_mode"),
            models.CheckConstraint(condition=Q(formula__in=Formula.values), name="%(app_label)s_%(class)s_formula"),
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="%(app_label)s_%(class)s_frequency"
            ),
            models.CheckConstraint(
                condition=Q(mode=IndicatorMode.MANUAL, measure="", formula=Formula.DEDUCT)
                | Q(mode=IndicatorMode.AUTOMATIC) & ~Q(measure=""),
                name="%(app_label)s_%(class)s_shape",
            ),
            models.CheckConstraint(
                condition=Q(full_marks__gt=0, full_marks__lte=FULL), name="%(app_label)s_%(class)s_full_marks"
            ),
            models.CheckConstraint(
                condition=Q(cap__isnull=True) | Q(cap__gt=0, cap__lte=F("full_marks")),
                name="%(app_label)s_%(class)s_cap",
            ),
            models.UniqueConstraint(
                fields=["indicator_set", "measure"],
                condition=~Q(measure=""),
                name="%(app_label)s_%(class)s_measure_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.topic}"
