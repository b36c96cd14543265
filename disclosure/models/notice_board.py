from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.enums import BoardLayout, Category, SectionDetail, SectionSource, SectionSpan
from disclosure.queries import NoticeBoardQuerySet
from disclosure.types import ITEM_TYPE_CHOICES

MOST_NEWEST = 12  # items of one section; more than these are a list, not a notice


class NoticeBoard(models.Model):
    """公开栏: a board on a wall, and how its sheets are composed. Never deleted: complaints and sheets name it."""

    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="boards", verbose_name=_("设置单位"))
    # What the serial numbers of its sheets begin with.
    code = models.CharField(
        _("编号代号"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"\A[0-9A-Z]+(-[0-9A-Z]+)*\Z", _("代号只能用大写字母、数字和连字符。"))],
        help_text=_("例如 HDZ。每张的编号以它开头，建立后不能修改。"),
    )
    name = models.CharField(_("名称"), max_length=60, default="政务公开栏")
    place = models.CharField(_("设置地点"), max_length=150)
    width_mm = models.PositiveIntegerField(
        _("版面宽（毫米）"), null=True, blank=True, validators=[MinValueValidator(100), MaxValueValidator(30_000)]
    )
    height_mm = models.PositiveIntegerField(
        _("版面高（毫米）"), null=True, blank=True, validators=[MinValueValidator(100), MaxValueValidator(30_000)]
    )
    layout = models.CharField(_("版式"), max_length=15, choices=BoardLayout, default=BoardLayout.A3_LANDSCAPE)
    keeper = models.CharField(_("管理责任人"), max_length=60, blank=True)
    keeper_phone = models.CharField(_("管理责任人电话"), max_length=40, blank=True)
    hotline = models.CharField(_("监督电话"), max_length=40, blank=True, help_text=_("不填，印本单位的监督投诉电话。"))
    photo = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公开栏照片")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    position = models.PositiveIntegerField(_("排序"), default=100)

    objects: ClassVar[NoticeBoardQuerySet] = NoticeBoardQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("公开栏")
        verbose_name_plural = _("公开栏")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(layout__in=BoardLayout.values), name="%(app_label)s_%(class)s_layout"),
        ]

    def __str__(self) -> str:
        return f"{self.agency.display_name} {self.name}（{self.place}）"

    def get_absolute_url(self) -> str:
        return reverse("board", args=[self.pk])

    @property
    def audit_name(self) -> str:
        return self.code

    @property
    def shown_hotline(self) -> str:
        return self.hotline or self.agency.complaint_phone or self.agency.phone


class BoardSection(models.Model):
    """栏目 of a board: which items it takes, and how much of each it prints.

    It has no text of its own: whatever hangs on the wall was published first.
    """

    board = models.ForeignKey(NoticeBoard, models.CASCADE, related_name="sections", verbose_name=_("公开栏"))
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    heading = models.CharField(_("栏目名称"), max_length=20)
    responsible = models.CharField(_("责任机构"), max_length=60, blank=True)
    basis = models.CharField(_("公开依据"), max_length=60, blank=True)
    source = models.CharField(_("内容来源"), max_length=10, choices=SectionSource, default=SectionSource.QUERY)
    category = models.CharField(_("类别"), max_length=15, choices=Category, blank=True)
    item_type = models.CharField(_("信息类型"), max_length=30, choices=ITEM_TYPE_CHOICES, blank=True)
    agency = models.ForeignKey(
        "govportal.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发布机构"),
        help_text=_("不选，为设置单位。"),
    )  # fmt: skip
    has_lower = models.BooleanField(_("含下级单位"), default=False)
    span = models.CharField(_("时间范围"), max_length=10, choices=SectionSpan, default=SectionSpan.PERIOD)
    newest = models.PositiveSmallIntegerField(
        _("最多几条"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_NEWEST)]
    )
    detail = models.CharField(_("刊登内容"), max_length=10, choices=SectionDetail, default=SectionDetail.SUMMARY)
    masks_names = models.BooleanField(
        _("隐去姓名"), default=True, help_text=_("自然人姓名印成“张*明”。证件号码、账号始终隐去。")
    )
    # Names that no rule finds in running text, and names that stay although a rule finds them.
    hidden_names = models.JSONField(_("另外隐去的姓名"), default=list, blank=True)
    shown_names = models.JSONField(_("不隐去的姓名"), default=list, blank=True)

    class Meta:
        verbose_name = _("栏目")
        verbose_name_plural = _("栏目")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=SectionSource.values), name="%(app_label)s_%(class)s_source"),
            models.CheckConstraint(condition=Q(span__in=SectionSpan.values), name="%(app_label)s_%(class)s_span"),
            models.CheckConstraint(condition=Q(detail__in=SectionDetail.values), name="%(app_label)s_%(class)s_detail"),
            models.CheckConstraint(
                condition=Q(newest__gte=1, newest__lte=MOST_NEWEST), name="%(app_label)s_%(class)s_newest"
            ),
        ]

    def __str__(self) -> str:
        return self.heading


class SectionItem(models.Model):
    """An item picked by hand for a section."""

    section = models.ForeignKey(BoardSection, models.CASCADE, related_name="picked", verbose_name=_("栏目"))
    item = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="+", verbose_name=_("公开信息"))
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("选定的信息")
        verbose_name_plural = _("选定的信息")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["section", "item"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return str(self.item)
