from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from disclosure.enums import Category, Channel, Level, Mode, Recurrence, TargetGroup, TimingKind, TimingUnit
from disclosure.queries import CatalogueEntryQuerySet
from disclosure.rules import TimingRule, describe, from_columns
from govportal.models.agency import AgencyKind
from govportal.now import today


class CatalogueFields(models.Model):
    """The columns of the national standard catalogue (国办发〔2019〕54号), with timing as data."""

    domain = models.CharField(_("领域"), max_length=60)
    category = models.CharField(_("类别"), max_length=20, choices=Category, default=Category.AFFAIRS)
    level1 = models.CharField(_("一级事项"), max_length=120)
    level2 = models.CharField(_("二级事项"), max_length=200, blank=True)
    elements = models.TextField(_("公开内容（要素）"), blank=True)
    basis = models.TextField(_("公开依据"), blank=True)
    timing_text = models.CharField(_("公开时限（原文）"), max_length=300, blank=True)
    timing_kind = models.CharField(_("时限类型"), max_length=20, choices=TimingKind, default=TimingKind.UNPARSED)
    timing_n = models.PositiveSmallIntegerField(_("时限数值"), null=True, blank=True)
    timing_unit = models.CharField(_("时限单位"), max_length=15, choices=TimingUnit, blank=True)
    recurrence = models.CharField(_("周期"), max_length=15, choices=Recurrence, blank=True)
    # Month and day inside the period on which a recurring entry falls due: {"due": ["07-15", "01-15"]}.
    timing_detail = models.JSONField(_("时限细节"), default=dict, blank=True)
    responsible_text = models.CharField(_("公开主体（原文）"), max_length=200, blank=True)
    responsible_kinds = models.JSONField(_("公开主体类别"), default=list, blank=True)
    channels = models.JSONField(_("公开渠道和载体"), default=list, blank=True)
    target = models.CharField(_("公开对象"), max_length=15, choices=TargetGroup, default=TargetGroup.SOCIETY)
    target_detail = models.CharField(_("特定群体说明"), max_length=120, blank=True)
    mode = models.CharField(_("公开方式"), max_length=15, choices=Mode, default=Mode.PROACTIVE)
    levels = models.JSONField(_("公开层级"), default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def full_name(self) -> str:
        return f"{self.level1}：{self.level2}" if self.level2 else self.level1

    @property
    def timing_rule(self) -> TimingRule | None:
        return from_columns(self.timing_kind, self.timing_n, self.timing_unit, self.recurrence, self.timing_detail)

    @property
    def timing_words(self) -> str:
        """The rule in a sentence; the original text where no rule was understood."""
        rule = self.timing_rule
        return describe(rule) if rule else self.timing_text

    @property
    def channel_labels(self) -> list[str]:
        return [str(Channel(channel).label) for channel in self.channels]

    @property
    def level_labels(self) -> list[str]:
        return [str(Level(level).label) for level in self.levels]

    @property
    def kind_labels(self) -> list[str]:
        return [str(AgencyKind(kind).label) for kind in self.responsible_kinds]


class CatalogueEntry(CatalogueFields):
    """公开事项: one line of the catalogue in force here: what, by whom, when, where, to whom."""

    code = models.CharField(_("目录编号"), max_length=40, unique=True)
    agencies = models.ManyToManyField(
        "govportal.Agency", blank=True, related_name="catalogue_entries", verbose_name=_("公开主体")
    )
    item_type = models.CharField(_("信息类型"), max_length=30, default="general")
    source = models.CharField(_("来源"), max_length=300, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    # Obligations begin with the first period that ends on or after this day; nothing is owed for earlier times.
    in_force_on = models.DateField(_("启用日期"), default=today, help_text=_("从这一天起产生公开义务。"))
    # 报送上级: met by filing with the superior body, not by an item (feature row 42).
    is_report = models.BooleanField(_("以报送履行"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)

    objects: ClassVar[CatalogueEntryQuerySet] = CatalogueEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("公开事项")
        verbose_name_plural = _("公开事项（标准目录）")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category__in=Category.values), name="%(app_label)s_%(class)s_category"
            ),
            models.CheckConstraint(
                condition=models.Q(timing_kind__in=TimingKind.values), name="%(app_label)s_%(class)s_timing_kind"
            ),
            models.CheckConstraint(condition=models.Q(mode__in=Mode.values), name="%(app_label)s_%(class)s_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.full_name}"


class CatalogueTemplate(CatalogueFields):
    """A line of a key-area list that an administrator can adopt in one step (国办发〔2019〕54号; domain §3)."""

    template = models.CharField(_("模板"), max_length=20, choices=Level)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("目录模板")
        verbose_name_plural = _("目录模板")
        ordering = ["template", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(template__in=Level.values), name="%(app_label)s_%(class)s_template"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_template_display()} {self.full_name}"
