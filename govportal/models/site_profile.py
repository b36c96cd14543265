from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteProfile(models.Model):
    """The one row that says whose portal this is: names, contact, records, standing texts."""

    name = models.CharField(_("网站名称"), max_length=60, default="政务公开")
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    government = models.CharField(_("所属政府"), max_length=60, blank=True)
    parent_site_name = models.CharField(_("门户网站名称"), max_length=60, blank=True)
    parent_site_url = models.URLField(_("门户网站地址"), blank=True)
    host = models.CharField(_("主办单位"), max_length=80, blank=True)
    undertaker = models.CharField(_("承办单位"), max_length=80, blank=True)
    address = models.CharField(_("地址"), max_length=150, blank=True)
    postcode = models.CharField(_("邮编"), max_length=10, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    hours = models.CharField(_("办公时间"), max_length=120, blank=True)
    site_code = models.CharField(_("网站标识码"), max_length=10, blank=True)
    icp = models.CharField(_("ICP备案号"), max_length=40, blank=True)
    police_record = models.CharField(_("公安备案号"), max_length=40, blank=True)
    index_pattern = models.CharField(
        _("索引号规则"),
        max_length=100,
        default="{agency}/{year}-{sequence:05}",
        help_text=_("可用 {agency} {credit} {year} {month} {type} {sequence:05}；改动只影响以后的索引号。"),
    )
    common_searches = models.CharField(
        _("常查词"), max_length=200, blank=True, help_text=_("首页搜索框下显示，用空格分开。")
    )
    emergency_review_days = models.PositiveSmallIntegerField(
        _("应急公开补审期限（工作日）"), default=5, help_text=_("应急公开后须在这么多个工作日内补办审查。")
    )
    receipt_scan_from = models.DecimalField(
        _("票据须附扫描件的金额（元）"), max_digits=10, decimal_places=2, default=1000,
        help_text=_("对内公开的票据达到这一金额，须附扫描件。"),
    )  # fmt: skip
    guide = models.TextField(_("政府信息公开指南"), blank=True)
    institutions = models.TextField(_("政府信息公开制度"), blank=True)
    accessibility = models.TextField(_("无障碍声明"), blank=True)
    privacy = models.TextField(_("隐私说明"), blank=True)
    help = models.TextField(_("帮助"), blank=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        verbose_name = _("网站资料")
        verbose_name_plural = _("网站资料")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="%(app_label)s_%(class)s_single"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def common_search_words(self) -> list[str]:
        return self.common_searches.split()
