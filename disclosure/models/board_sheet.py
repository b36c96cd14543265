from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.enums import BoardLayout, SheetState
from disclosure.queries import BoardSheetQuerySet, SheetItemQuerySet


class BoardSheet(models.Model):
    """一张公开栏 for a period: what hung on the wall, under a number. What it was issued with never changes (trigger).

    It names editions and holds no text: they are immutable, so that what it prints is known, and what the law takes
    out of an edition is gone from every sheet. `frame` are the words around: issuer, place, hotline, where to ask.
    `sections` are the headings with what each prints of its items; the items are rows (SheetItem).
    """

    board = models.ForeignKey("disclosure.NoticeBoard", models.PROTECT, related_name="sheets", verbose_name=_("公开栏"))
    serial = models.CharField(_("编号"), max_length=40, unique=True)
    layout = models.CharField(_("版式"), max_length=15, choices=BoardLayout)
    period_start = models.DateField(_("公开期起"))
    period_end = models.DateField(_("公开期止"))
    post_from = models.DateField(_("张贴起"))
    post_until = models.DateField(_("张贴止"))
    frame = models.JSONField(_("版头版脚"), default=dict)
    sections = models.JSONField(_("栏目"), default=list)
    # The public log as it stood when the sheet was issued: paper witnesses it.
    log_sequence = models.PositiveBigIntegerField(_("登记簿序号"), default=0)
    log_head = models.CharField(_("登记簿树头"), max_length=64)
    digest = models.CharField(_("本张摘要（SHA-256）"), max_length=64)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("制作人"))
    issued_at = models.DateTimeField(_("制作时间"))

    state = models.CharField(_("状态"), max_length=10, choices=SheetState, default=SheetState.ISSUED)
    posted_on = models.DateField(_("张贴日期"), null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("张贴登记人")
    )
    photo = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("张贴照片")
    )
    removed_on = models.DateField(_("撤下日期"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤下登记人")
    )
    cancel_reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    objects: ClassVar[BoardSheetQuerySet] = BoardSheetQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("公开栏张次")
        verbose_name_plural = _("公开栏张次")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SheetState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(condition=Q(layout__in=BoardLayout.values), name="%(app_label)s_%(class)s_layout"),
            models.CheckConstraint(
                condition=Q(period_start__lte=F("period_end"), post_from__lte=F("post_until")),
                name="%(app_label)s_%(class)s_days",
            ),
            # Proof or nothing: what is said to hang has its day and its photo.
            models.CheckConstraint(
                condition=~Q(state__in=[SheetState.POSTED, SheetState.REMOVED])
                | Q(posted_on__isnull=False, posted_by__isnull=False, photo__isnull=False),
                name="%(app_label)s_%(class)s_posted_has_photo",
            ),
            models.CheckConstraint(
                condition=~Q(state=SheetState.REMOVED) | Q(removed_on__isnull=False, removed_on__gte=F("posted_on")),
                name="%(app_label)s_%(class)s_removed_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=SheetState.CANCELLED) | ~Q(cancel_reason=""),
                name="%(app_label)s_%(class)s_cancelled_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["board", "state", "-id"], name="board_sheet_latest")]

    def __str__(self) -> str:
        return self.serial

    def get_absolute_url(self) -> str:
        return reverse("board_sheet", args=[self.board_id, self.serial])

    @property
    def audit_name(self) -> str:
        return self.serial


class SheetItem(models.Model):
    """One item on a sheet, in the edition and under the digest that was printed. Append-only."""

    sheet = models.ForeignKey(BoardSheet, models.PROTECT, related_name="items", verbose_name=_("张次"))
    section = models.PositiveSmallIntegerField(_("栏目"))  # place in BoardSheet.sections
    position = models.PositiveSmallIntegerField(_("顺序"))
    item = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="sheet_items", verbose_name=_("公开信息"))
    edition = models.ForeignKey("disclosure.Edition", models.PROTECT, related_name="+", verbose_name=_("版本"))
    digest = models.CharField(_("内容摘要（SHA-256）"), max_length=64)

    objects: ClassVar[SheetItemQuerySet] = SheetItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("张贴的信息")
        verbose_name_plural = _("张贴的信息")
        ordering = ["section", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "section", "position"], name="%(app_label)s_%(class)s_place"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.section + 1}.{self.position + 1}"
