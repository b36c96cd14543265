from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluation.enums import CheckResult, Grade, RoundKind, RoundState
from evaluation.models.indicator_set import points_field, validate_code
from evaluation.queries import AssessmentQuerySet, RoundQuerySet

_FROZEN = Q(state=RoundState.FROZEN)


class AssessmentRound(models.Model):
    """一轮考核: one set of indicators, one period, the agencies assessed in it.

    `seed` draws the samples and is fixed when the round opens. `digest` is SHA-256 of the archive, the ZIP that
    outsiders recompute; the item that publishes the round carries both, so that the publication log binds them.
    """

    slug = models.CharField(
        _("网址名"), max_length=40, unique=True, validators=[validate_code]
    )  # fmt: skip
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("种类"), max_length=12, choices=RoundKind)
    indicator_set = models.ForeignKey(
        "evaluation.IndicatorSet", models.PROTECT, related_name="rounds", verbose_name=_("考核指标体系")
    )
    period_start = models.DateField(_("统计期起"))
    period_end = models.DateField(_("统计期止"))
    state = models.CharField(_("状态"), max_length=10, choices=RoundState, default=RoundState.DRAFT)
    survey = models.ForeignKey(
        "evaluation.Survey", models.PROTECT, null=True, blank=True, related_name="rounds", verbose_name=_("社会评议")
    )
    sample_size = models.PositiveSmallIntegerField(_("每单位抽查件数"), default=10)
    seed = models.CharField(_("抽样种子"), max_length=64, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("建立人"))
    opened_at = models.DateTimeField(_("启动时间"), null=True, blank=True)
    measured_at = models.DateTimeField(_("取数时间"), null=True, blank=True)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("反馈人")
    )
    shared_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    objections_by = models.DateField(_("异议截止日期"), null=True, blank=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("定分人")
    )
    frozen_at = models.DateTimeField(_("定分时间"), null=True, blank=True)
    archive = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复算包")
    )
    digest = models.CharField(_("复算包摘要（SHA-256）"), max_length=64, blank=True)
    item = models.OneToOneField(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="assessment_round",
        verbose_name=_("公开信息"),
    )  # fmt: skip

    assessed: int  # agencies, and those of them that are ranked, where RoundQuerySet.counted asked
    ranked: int

    objects: ClassVar[RoundQuerySet] = RoundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("考核")
        verbose_name_plural = _("考核")
        ordering = ["-period_end", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RoundKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(period_start__lte=F("period_end")), name="%(app_label)s_%(class)s_period"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RoundState.DRAFT, RoundState.CANCELLED])
                | Q(opened_at__isnull=False) & ~Q(seed=""),
                name="%(app_label)s_%(class)s_opened_has_seed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RoundState.FEEDBACK, RoundState.FROZEN])
                | Q(measured_at__isnull=False, shared_at__isnull=False, shared_by__isnull=False)
                & Q(objections_by__isnull=False),
                name="%(app_label)s_%(class)s_shared_is_measured",
            ),
            models.CheckConstraint(
                condition=_FROZEN & Q(frozen_at__isnull=False, archive__isnull=False, frozen_by__isnull=False)
                & ~Q(digest="")
                | ~_FROZEN & Q(frozen_at__isnull=True, archive__isnull=True, digest="", item__isnull=True),
                name="%(app_label)s_%(class)s_frozen_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(frozen_by__isnull=True) | ~Q(frozen_by=F("shared_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('scorecards')}?round={self.slug}"


class Assessment(models.Model):
    """考核: one agency in one round. Frozen and published it is the agency's 成绩单 (scorecard).

    `inspecting_agency`: who inspects in a cross inspection. `total` to `kind_rank` are the result of scoring.py,
    written by services/measure alone; ranks are equal for equal totals, and empty where the agency is not ranked.
    """

    round = models.ForeignKey(AssessmentRound, models.PROTECT, related_name="assessments", verbose_name=_("考核"))
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="assessments", verbose_name=_("单位"))
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("考核人")
    )
    inspecting_agency = models.ForeignKey(
        "govportal.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("检查单位")
    )
    # What samples are drawn from, as it was on that day: slugs of items, JSON, compressed (services/samples.py).
    population: "models.BinaryField[Any, Any]" = models.BinaryField(_("抽样总体"), default=b"")
    # 无异议: the agency agrees with what it was told, before its time to object is over.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    not_ranked_reason = models.CharField(_("不参加排名的原因"), max_length=200, blank=True)
    total = points_field(_("得分"), null=True, blank=True)
    grade = models.CharField(_("等次"), max_length=10, choices=Grade, blank=True, default="")
    rank = models.PositiveSmallIntegerField(_("名次"), null=True, blank=True)
    kind_rank = models.PositiveSmallIntegerField(_("同类名次"), null=True, blank=True)
    shared_total = points_field(_("初评得分"), null=True, blank=True)  # as the agency was told it

    objects: ClassVar[AssessmentQuerySet] = AssessmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("单位考核")
        verbose_name_plural = _("单位考核")
        ordering = ["round", "agency__position", "agency__name"]
        constraints = [
            models.UniqueConstraint(fields=["round", "agency"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(grade__in=["", *Grade.values]), name="%(app_label)s_%(class)s_grade"),
            models.CheckConstraint(
                condition=Q(inspecting_agency__isnull=True) | ~Q(inspecting_agency=F("agency")),
                name="%(app_label)s_%(class)s_not_by_itself",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gte=0, total__lte=100), name="%(app_label)s_%(class)s_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.agency.display_name}"


class Score(models.Model):
    """得分: one indicator of one assessment, with the facts behind it.

    `cases`: the lines of this agency and indicator in inputs/cases.csv of the archive, compressed (services/measure
    writes and reads them). Of a manual indicator the numerator and denominator are 0: its facts are the findings.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="scores", verbose_name=_("单位考核"))
    indicator = models.ForeignKey(
        "evaluation.Indicator", models.PROTECT, related_name="scores", verbose_name=_("考核指标")
    )
    numerator = models.PositiveIntegerField(_("分子"), default=0)
    denominator = models.PositiveIntegerField(_("分母"), default=0)
    faults = models.PositiveIntegerField(_("问题数"), default=0)
    points = points_field(_("得分"))
    cases: "models.BinaryField[Any, Any]" = models.BinaryField(_("事实"), default=b"")

    class Meta:
        verbose_name = _("得分")
        verbose_name_plural = _("得分")
        ordering = ["indicator__position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="%(app_label)s_%(class)s_points"),
            models.CheckConstraint(
                condition=Q(numerator__lte=F("denominator")), name="%(app_label)s_%(class)s_share"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.indicator_id}"


class Check(models.Model):
    """查阅: that somebody looked at one manual indicator at one agency, and what he saw. `version` counts writes."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="checks", verbose_name=_("单位考核"))
    indicator = models.ForeignKey("evaluation.Indicator", models.PROTECT, related_name="+", verbose_name=_("考核指标"))
    result = models.CharField(_("结果"), max_length=15, choices=CheckResult)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("查阅人"))
    checked_at = models.DateTimeField(_("查阅时间"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("查阅")
        verbose_name_plural = _("查阅")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(result__in=CheckResult.values), name="%(app_label)s_%(class)s_result"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.indicator_id} {self.get_result_display()}"


class SampleItem(models.Model):
    """抽样: one item drawn by the seed (scoring.draw) for the spot check, in the order drawn."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="samples", verbose_name=_("单位考核"))
    item = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="+", verbose_name=_("公开信息"))
    position = models.PositiveSmallIntegerField(_("次序"))
    result = models.CharField(_("结果"), max_length=15, choices=CheckResult, blank=True, default="")
    note = models.CharField(_("说明"), max_length=500, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("查阅人")
    )
    checked_at = models.DateTimeField(_("查阅时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("抽样")
        verbose_name_plural = _("抽样")
        ordering = ["assessment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=Q(result__in=["", *CheckResult.values]), name="%(app_label)s_%(class)s_result"
            ),
            models.CheckConstraint(
                condition=Q(result="", checked_by__isnull=True, checked_at__isnull=True)
                | ~Q(result="") & Q(checked_by__isnull=False, checked_at__isnull=False),
                name="%(app_label)s_%(class)s_checked_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.position}"
