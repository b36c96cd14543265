from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from requests_app.enums import ReportState


class AnnualReport(models.Model):
    """政府信息公开工作年度报告 of one agency and year: narrative parts, and once frozen all its figures for good."""

    agency = models.ForeignKey(
        "govportal.Agency", models.PROTECT, related_name="annual_reports", verbose_name=_("单位")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    state = models.CharField(_("状态"), max_length=10, choices=ReportState, default=ReportState.DRAFT)
    parts = models.JSONField(_("文字部分"), default=dict, blank=True)  # report_tables.PARTS: key -> text
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("编制人"))
    updated_at = models.DateTimeField(_("更新时间"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("定稿人")
    )
    frozen_at = models.DateTimeField(_("定稿时间"), null=True, blank=True)
    payload = models.JSONField(_("定稿内容"), null=True, blank=True)
    digest = models.CharField(_("定稿摘要"), max_length=64, blank=True)
    item = models.OneToOneField(
        "disclosure.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="annual_report",
        verbose_name=_("公开信息"),
    )

    class Meta:
        verbose_name = _("年度报告")
        verbose_name_plural = _("年度报告")
        ordering = ["-year", "agency"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "year"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(condition=Q(year__gte=2008, year__lte=2100), name="%(app_label)s_%(class)s_year"),
            models.CheckConstraint(
                condition=Q(state=ReportState.FROZEN, payload__isnull=False, frozen_at__isnull=False) & ~Q(digest="")
                | ~Q(state=ReportState.FROZEN) & Q(payload__isnull=True, digest="", frozen_at__isnull=True),
                name="%(app_label)s_%(class)s_frozen_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(frozen_by__isnull=True) | ~Q(frozen_by=F("drafted_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.year}"


class ReportFigure(models.Model):
    """A figure of table 2 that the portal cannot count, with where it comes from (国办公开办函〔2021〕30号)."""

    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("单位"))
    year = models.PositiveSmallIntegerField(_("年度"))
    key = models.CharField(_("指标"), max_length=40)  # report_tables.TABLE2_KEYS
    value = models.DecimalField(_("数值"), max_digits=16, decimal_places=4)
    source = models.CharField(_("数据来源"), max_length=200)
    evidence = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("佐证材料")
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("填报人"))
    entered_at = models.DateTimeField(_("填报时间"))

    class Meta:
        verbose_name = _("年报指标")
        verbose_name_plural = _("年报指标")
        ordering = ["agency", "-year", "key"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "year", "key"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="%(app_label)s_%(class)s_value"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.year} {self.key}"
