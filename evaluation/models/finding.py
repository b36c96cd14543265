from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluation.enums import OPEN_OBJECTIONS, FindingSource, FindingState, ObjectionState, Ruling
from evaluation.models.indicator_set import points_field
from evaluation.queries import FindingFileQuerySet, FindingQuerySet, ObjectionQuerySet

if TYPE_CHECKING:
    from disclosure.models import Rectification


class Finding(models.Model):
    """问题: what was found of a manual indicator at an agency, `count` times, and what it takes off.

    `ruled_deduction`: what is left of it after a ruling; empty while none has changed it.
    """

    assessment = models.ForeignKey(
        "evaluation.Assessment", models.PROTECT, related_name="findings", verbose_name=_("单位考核")
    )
    indicator = models.ForeignKey(
        "evaluation.Indicator", models.PROTECT, related_name="findings", verbose_name=_("考核指标")
    )
    number = models.PositiveIntegerField(_("编号"))  # in its round, from 1
    source = models.CharField(_("来源"), max_length=12, choices=FindingSource, default=FindingSource.INSPECTION)
    state = models.CharField(_("状态"), max_length=10, choices=FindingState, default=FindingState.STANDING)
    text = models.CharField(_("问题"), max_length=500)
    count = models.PositiveSmallIntegerField(_("次数"), default=1)
    unit_deduction = points_field(_("每次扣分"))
    ruled_deduction = points_field(_("裁定后扣分"), null=True, blank=True)
    link = models.URLField(_("网址"), max_length=500, blank=True)
    item = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("涉及的公开信息")
    )
    obligation = models.ForeignKey(
        "disclosure.Obligation", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("涉及的公开义务"),
    )  # fmt: skip
    sample = models.ForeignKey(
        "evaluation.SampleItem", models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("抽样")
    )
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    found_at = models.DateTimeField(_("登记时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    note = models.CharField(_("处理意见"), max_length=500, blank=True)
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("转自")
    )
    rectification = models.OneToOneField(
        "disclosure.Rectification", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("整改")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[FindingQuerySet] = FindingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("考核发现的问题")
        verbose_name_plural = _("考核发现的问题")
        ordering = ["assessment", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=FindingSource.values), name="%(app_label)s_%(class)s_source"),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=999, unit_deduction__gt=0, unit_deduction__lte=100),
                name="%(app_label)s_%(class)s_deduction",
            ),
            models.CheckConstraint(
                condition=Q(ruled_deduction__isnull=True)
                | Q(ruled_deduction__gte=0, ruled_deduction__lt=F("count") * F("unit_deduction")),
                name="%(app_label)s_%(class)s_ruled_is_less",
            ),
            models.UniqueConstraint(
                fields=["assessment", "carried_from"], name="%(app_label)s_%(class)s_carried_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.assessment.round.slug}-{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("admin:evaluation_finding_change", args=[self.pk])

    @property
    def order(self) -> "Rectification | None":
        """The order to put it right, also where it was given before the finding was carried over."""
        if self.rectification_id or self.carried_from is None:
            return self.rectification
        return self.carried_from.rectification

    @property
    def deduction(self) -> Decimal:
        """What it takes off, before the cap of its indicator."""
        left: Decimal | None = self.ruled_deduction
        return Decimal(self.count) * self.unit_deduction if left is None else left


class FindingFile(models.Model):
    """证据: a screenshot or file of a finding. `is_public`: shown with the scorecard; others stay with the staff."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="files", verbose_name=_("问题"))
    file = models.OneToOneField("govportal.PrivateFile", models.PROTECT, related_name="+", verbose_name=_("文件"))
    title = models.CharField(_("说明"), max_length=120)
    is_public = models.BooleanField(_("随成绩单公开"), default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    added_at = models.DateTimeField(_("上传时间"))

    objects: ClassVar[FindingFileQuerySet] = FindingFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("证据")
        verbose_name_plural = _("证据")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class Objection(models.Model):
    """异议: an agency objects to a finding, or to one case of an automatic indicator; it is heard, then ruled on.

    `case_key` names the case in inputs/cases.csv. Upheld, the case counts as none at fault; a finding takes off
    `ruled_deduction`, nothing where it is upheld whole.
    """

    assessment = models.ForeignKey(
        "evaluation.Assessment", models.PROTECT, related_name="objections", verbose_name=_("单位考核")
    )
    number = models.PositiveIntegerField(_("编号"))  # in its round, from 1
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name=_("问题")
    )
    indicator = models.ForeignKey(
        "evaluation.Indicator", models.PROTECT, related_name="objections", verbose_name=_("考核指标")
    )
    case_key = models.CharField(_("事项"), max_length=120, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=ObjectionState, default=ObjectionState.FILED)
    text = models.TextField(_("异议和理由"), max_length=2000)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    filed_at = models.DateTimeField(_("提出时间"))
    rule_by = models.DateField(_("裁定期限"))  # as the rule stood when it was filed
    hearing = models.TextField(_("听取意见记录"), max_length=5000, blank=True)
    heard_on = models.DateField(_("听取意见日期"), null=True, blank=True)
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("听取人")
    )
    ruling = models.CharField(_("裁定"), max_length=10, choices=Ruling, blank=True, default="")
    reason = models.TextField(_("裁定理由"), max_length=2000, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("裁定人")
    )
    ruled_at = models.DateTimeField(_("裁定时间"), null=True, blank=True)

    objects: ClassVar[ObjectionQuerySet] = ObjectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        ordering = ["assessment", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ObjectionState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(condition=Q(ruling__in=["", *Ruling.values]), name="%(app_label)s_%(class)s_ruling"),
            models.CheckConstraint(
                condition=Q(finding__isnull=True) & ~Q(case_key="") | Q(finding__isnull=False, case_key=""),
                name="%(app_label)s_%(class)s_one_target",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ObjectionState.HEARD, ObjectionState.RULED])
                | Q(heard_on__isnull=False, heard_by__isnull=False) & ~Q(hearing=""),
                name="%(app_label)s_%(class)s_heard_is_recorded",
            ),
            models.CheckConstraint(
                condition=Q(state=ObjectionState.RULED, ruled_by__isnull=False, ruled_at__isnull=False)
                & ~Q(ruling="") & ~Q(reason="")
                | ~Q(state=ObjectionState.RULED) & Q(ruled_by__isnull=True, ruled_at__isnull=True, ruling=""),
                name="%(app_label)s_%(class)s_ruled_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(ruled_by__isnull=True) | ~Q(ruled_by=F("filed_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            # A case in part is no case: an upheld objection excuses it, any other leaves it.
            models.CheckConstraint(
                condition=Q(case_key="") | ~Q(ruling=Ruling.PARTLY), name="%(app_label)s_%(class)s_case_is_whole"
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(state__in=OPEN_OBJECTIONS), name="%(app_label)s_%(class)s_one_open"
            ),
            models.UniqueConstraint(
                fields=["assessment", "indicator", "case_key"],
                condition=Q(state__in=OPEN_OBJECTIONS) & ~Q(case_key=""),
                name="%(app_label)s_%(class)s_one_open_case",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.assessment.round.name}　{_('异议')}{self.number}"


class ObjectionFile(models.Model):
    """What the agency hands in with its objection; read by the two sides alone."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="files", verbose_name=_("异议"))
    file = models.OneToOneField("govportal.PrivateFile", models.PROTECT, related_name="+", verbose_name=_("文件"))
    title = models.CharField(_("说明"), max_length=120)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    added_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("异议材料")
        verbose_name_plural = _("异议材料")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
