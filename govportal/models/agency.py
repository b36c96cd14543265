from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class AgencyKind(models.TextChoices):
    GOVERNMENT = "government", _("人民政府")
    DEPARTMENT = "department", _("政府部门")
    TOWNSHIP = "township", _("乡镇（街道）")
    PUBLIC_INSTITUTION = "public_institution", _("公共事业单位")
    ENTERPRISE = "enterprise", _("公共企业")
    VILLAGE = "village", _("村（社区）")


class AgencyLevel(models.TextChoices):
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡级")
    VILLAGE = "village", _("村级")


CODE = r"[0-9A-Za-z_-]+"  # it stands in addresses, and never changes once given


class AgencyQuerySet(models.QuerySet["Agency"]):
    def active(self) -> "AgencyQuerySet":
        return self.filter(is_active=True)

    def listed(self) -> "AgencyQuerySet":
        """In the order of the public register: by kind, then as the administrator placed them."""
        return self.active().order_by("position", "name")


class Agency(models.Model):
    """单位/机关: a body that publishes. `path` holds the ids of its ancestors: '/1/14/'."""

    code = models.CharField(
        _("单位代码"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(rf"\A{CODE}\Z", _("单位代码只能用字母、数字、下划线和连字符。"))],
        help_text=_("用于网址，例如统一社会信用代码或本地代码。建立后不能修改。"),
    )
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    name = models.CharField(_("单位名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, editable=False)
    kind = models.CharField(_("类别"), max_length=20, choices=AgencyKind, default=AgencyKind.DEPARTMENT)
    level = models.CharField(_("层级"), max_length=10, choices=AgencyLevel, default=AgencyLevel.COUNTY)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级单位")
    )
    path = models.CharField(max_length=200, default="/", editable=False, db_index=True)
    position = models.PositiveIntegerField(_("排序"), default=1000)
    is_active = models.BooleanField(_("启用"), default=True)
    succeeded_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("承接单位"),
        help_text=_("撤销或合并后承接职责的单位；停用以后显示在本单位页面上。"),
    )

    summary = models.CharField(_("主要职责概述"), max_length=300, blank=True)
    office = models.CharField(_("政务公开工作机构"), max_length=80, blank=True)
    address = models.CharField(_("办公地址"), max_length=150, blank=True)
    postcode = models.CharField(_("邮政编码"), max_length=10, blank=True)
    hours = models.CharField(_("办公时间"), max_length=120, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    fax = models.CharField(_("传真"), max_length=40, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    complaint_phone = models.CharField(_("监督投诉电话"), max_length=40, blank=True)

    first_responsible = models.CharField(_("第一责任人"), max_length=60, blank=True)
    second_responsible = models.CharField(_("第二责任人"), max_length=60, blank=True)
    specific_responsible = models.CharField(_("具体责任人"), max_length=60, blank=True)
    updated_at = models.DateTimeField(_("资料更新时间"), auto_now=True)

    objects: ClassVar[models.Manager["Agency"]] = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AgencyKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=models.Q(level__in=AgencyLevel.values), name="%(app_label)s_%(class)s_level"
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="%(app_label)s_%(class)s_not_own_parent"
            ),
            models.CheckConstraint(
                condition=~models.Q(succeeded_by=models.F("id")), name="%(app_label)s_%(class)s_not_own_successor"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return self.short_name or self.name

    def clean(self) -> None:
        if self.parent and self.pk and (self.parent_id == self.pk or f"/{self.pk}/" in self.parent.path):
            raise ValidationError({"parent": _("上级单位不能是本单位或它的下级。")})
        if self.pk and self.succeeded_by_id == self.pk:
            raise ValidationError({"succeeded_by": _("承接单位不能是本单位。")})


class InternalBody(models.Model):
    """内设机构 of an agency."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="bodies", verbose_name=_("单位"))
    name = models.CharField(_("机构名称"), max_length=80)
    head = models.CharField(_("负责人"), max_length=60, blank=True)
    duties = models.CharField(_("主要职责"), max_length=300, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("内设机构")
        verbose_name_plural = _("内设机构")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="%(app_label)s_%(class)s_name_in_agency")
        ]

    def __str__(self) -> str:
        return f"{self.agency.display_name} {self.name}"


class Leader(models.Model):
    """领导 of an agency and the division of work; badge and desk plate print from the same row."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="leaders", verbose_name=_("单位"))
    name = models.CharField(_("姓名"), max_length=60)
    post = models.CharField(_("职务"), max_length=120)
    division = models.CharField(_("分工"), max_length=300, blank=True)
    # Printed on the badge alone; no page shows it.
    photo = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证件照")
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("领导")
        verbose_name_plural = _("领导")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.post}"
