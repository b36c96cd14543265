from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.enums import Aspect, Audience, Category, ItemState, Validity
from disclosure.queries import ItemQuerySet
from disclosure.types import ITEM_TYPE_CHOICES, ITEM_TYPES, ItemType


class Item(models.Model):
    """公开信息: one published thing with a permanent index number and address.

    The listing columns (title … year) are a projection of the current edition, written by the publish
    service alone, so that lists, facets and feeds over a million rows read one table.
    """

    index_number = models.CharField(_("索引号"), max_length=100, unique=True)
    slug = models.SlugField(_("网址名"), max_length=100, unique=True, allow_unicode=True)
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="items", verbose_name=_("发布机构"))
    item_type = models.CharField(_("信息类型"), max_length=30, choices=ITEM_TYPE_CHOICES, default="general")
    catalogue_entry = models.ForeignKey(
        "disclosure.CatalogueEntry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("公开事项"),
    )
    audience = models.CharField(_("公开范围"), max_length=10, choices=Audience, default=Audience.PUBLIC)
    state = models.CharField(_("状态"), max_length=15, choices=ItemState, default=ItemState.UNPUBLISHED)
    current_edition = models.ForeignKey(
        "disclosure.Edition", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("现行版本")
    )
    # Where an imported item came from; together with agency it makes the import idempotent.
    source = models.CharField(_("迁入来源"), max_length=60, blank=True)
    source_id = models.CharField(_("来源编号"), max_length=120, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("承办人"))
    created_at = models.DateTimeField(_("建立时间"))

    title = models.CharField(_("标题"), max_length=500, blank=True)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    category = models.CharField(_("类别"), max_length=15, choices=Category, blank=True)
    aspect = models.CharField(_("五公开"), max_length=15, choices=Aspect, blank=True)
    topic = models.CharField(_("主题分类"), max_length=80, blank=True)
    level = models.CharField(_("层级"), max_length=10, blank=True)
    validity = models.CharField(_("有效性"), max_length=15, choices=Validity, default=Validity.VALID)
    formed_on = models.DateField(_("成文日期"), null=True, blank=True)
    published_on = models.DateField(_("公开日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("公开年度"), null=True, blank=True)
    updated_at = models.DateTimeField(_("更新时间"), null=True, blank=True)

    # Filled when an item is withdrawn, terminated, voided: what its address then answers (domain §4.6).
    closed_at = models.DateTimeField(_("撤回或终止时间"), null=True, blank=True)
    closing_ground = models.CharField(_("事由"), max_length=200, blank=True)
    closing_basis = models.CharField(_("依据"), max_length=200, blank=True)
    closing_explanation = models.TextField(_("说明"), blank=True)
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("替代信息")
    )

    objects: ClassVar[ItemQuerySet] = ItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("公开信息")
        verbose_name_plural = _("公开信息")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ItemState.values), name="%(app_label)s_%(class)s_state"
            ),
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="%(app_label)s_%(class)s_audience"
            ),
            models.CheckConstraint(
                condition=models.Q(item_type__in=list(ITEM_TYPES)), name="%(app_label)s_%(class)s_type"
            ),
            models.CheckConstraint(
                condition=models.Q(state=ItemState.UNPUBLISHED) | models.Q(current_edition__isnull=False),
                name="%(app_label)s_%(class)s_published_has_edition",
            ),
            models.UniqueConstraint(
                fields=["agency", "source", "source_id"],
                condition=~models.Q(source_id=""),
                name="%(app_label)s_%(class)s_source_once",
            ),
        ]
        indexes = [
            # Every public list is "public, readable, newest first"; the same with one facet in front.
            models.Index(fields=["audience", "-published_on", "-id"], name="item_newest"),
            models.Index(fields=["agency", "-published_on", "-id"], name="item_agency"),
            models.Index(fields=["category", "-published_on", "-id"], name="item_category"),
            models.Index(fields=["item_type", "-published_on", "-id"], name="item_type"),
            models.Index(fields=["topic", "-published_on", "-id"], name="item_topic"),
            models.Index(fields=["year", "-published_on", "-id"], name="item_year"),
            models.Index(fields=["document_number"], name="item_document_number"),
            models.Index(fields=["-updated_at", "-id"], name="item_updated"),
            models.Index(fields=["expires_on"], condition=models.Q(expires_on__isnull=False), name="item_expires"),
            # Holds every column that facets, counts and the tree read, so that they never touch the rows.
            models.Index(
                fields=[
                    "audience",
                    "state",
                    "validity",
                    "expires_on",
                    "category",
                    "aspect",
                    "item_type",
                    "agency",
                    "topic",
                    "year",
                    "level",
                    "published_on",
                ],
                name="item_facets",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.index_number

    def get_absolute_url(self) -> str:
        return reverse("item", args=[self.slug])

    @property
    def audit_name(self) -> str:
        return self.index_number

    @property
    def type(self) -> ItemType:
        return ITEM_TYPES[self.item_type]
