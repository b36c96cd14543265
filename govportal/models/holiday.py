from django.db import models
from django.utils.translation import gettext_lazy as _


class HolidayYear(models.Model):
    """A year whose holiday notice (国务院办公厅关于部分节假日安排的通知) is out and entered here.

    Dates in a year without such a row are provisional.
    """

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.CharField(_("通知来源"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("录入时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("节假日年度")
        verbose_name_plural = _("节假日年度")
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class Holiday(models.Model):
    """One day named in a holiday notice: a day off, or a weekend day worked instead (调休)."""

    date = models.DateField(_("日期"), unique=True)
    name = models.CharField(_("名称"), max_length=40)
    is_off = models.BooleanField(_("放假"), help_text=_("不勾选表示调休上班。"))
    # A notice may name days of the neighbouring year (2007-12-29 stands in the notice for 2008).
    notice = models.ForeignKey(HolidayYear, models.CASCADE, related_name="days", verbose_name=_("所属通知年度"))

    class Meta:
        verbose_name = _("节假日")
        verbose_name_plural = _("节假日")
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
