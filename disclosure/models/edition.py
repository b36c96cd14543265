from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from disclosure.enums import OPEN_STATES, Aspect, Category, EditionState, Mode, Procedure, ReviewStep, Validity
from disclosure.queries import EditionQuerySet
from disclosure.workflow import required_steps


class Edition(models.Model):
    """版本: one text of an item with its metadata. Once published it never changes (service and trigger).

    `body` is sanitised HTML and is digested byte for byte; see publication_log.canonical_content.
    """

    item = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="editions", verbose_name=_("公开信息"))
    number = models.PositiveSmallIntegerField(_("版次"))
    state = models.CharField(_("状态"), max_length=20, choices=EditionState, default=EditionState.DRAFT)
    lock_version = models.PositiveIntegerField(default=0, editable=False)
    procedure = models.CharField(_("公开程序"), max_length=10, choices=Procedure, default=Procedure.REVIEW)

    title = models.CharField(_("标题"), max_length=500)
    # Offsets of the title where a line may break, set by the editor: plain balancing splits words.
    title_breaks = models.JSONField(_("标题断行处"), default=list, blank=True)
    body = models.TextField(_("正文"), blank=True)
    summary = models.TextField(_("内容概述"), blank=True)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    issuer = models.CharField(_("发文机关"), max_length=200, blank=True)
    formed_on = models.DateField(_("成文日期"), null=True, blank=True)
    published_on = models.DateField(_("公开日期"), null=True, blank=True)
    effective_on = models.DateField(_("施行日期"), null=True, blank=True)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    validity = models.CharField(_("有效性"), max_length=15, choices=Validity, default=Validity.VALID)
    category = models.CharField(_("类别"), max_length=15, choices=Category, default=Category.OTHER)
    aspect = models.CharField(_("五公开"), max_length=15, choices=Aspect, default=Aspect.RESULT)
    topic = models.CharField(_("主题分类"), max_length=80, blank=True)
    keywords = models.JSONField(_("关键词"), default=list, blank=True)
    mode = models.CharField(_("公开方式"), max_length=15, choices=Mode, default=Mode.PROACTIVE)
    extra = models.JSONField(_("类型专有内容"), default=dict, blank=True)

    change_note = models.CharField(_("修改说明"), max_length=500, blank=True)
    is_substantive = models.BooleanField(_("实质性修改"), default=True)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    last_edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("最后修改人")
    )
    created_at = models.DateTimeField(_("起草时间"))
    published_at = models.DateTimeField(_("登记时间"), null=True, blank=True)
    digest = models.CharField(_("内容摘要（SHA-256）"), max_length=64, blank=True)
    # The digest of the text as it was submitted (公开日期 not yet fixed); signatures are bound to it.
    review_digest = models.CharField(_("送审摘要（SHA-256）"), max_length=64, blank=True)
    # The signatures asked for, fixed at submission: a body that changes its level meanwhile is spared none.
    review_steps = models.JSONField(_("审查环节"), default=list, blank=True)
    publish_at = models.DateTimeField(_("定时公开时间"), null=True, blank=True)
    # Why the last attempt to publish at that time failed, in the words of the refusal.
    publish_fault = models.CharField(_("定时公开失败原因"), max_length=500, blank=True)
    emergency_reason = models.CharField(_("应急公开理由"), max_length=500, blank=True)
    review_due_on = models.DateField(_("补审期限"), null=True, blank=True)
    # Set in the one statement that lawfully blanks the text; the entry keeps the old digest.
    redacted_by_entry = models.ForeignKey(
        "disclosure.LogEntry", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("删除依据")
    )

    objects: ClassVar[EditionQuerySet] = EditionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("版本")
        verbose_name_plural = _("版本")
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="%(app_label)s_%(class)s_number"),
            models.CheckConstraint(
                condition=models.Q(state__in=EditionState.values), name="%(app_label)s_%(class)s_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=EditionState.PUBLISHED)
                | models.Q(published_at__isnull=False, published_on__isnull=False) & ~models.Q(digest=""),
                name="%(app_label)s_%(class)s_published_is_sealed",
            ),
            models.CheckConstraint(
                condition=models.Q(validity__in=Validity.values), name="%(app_label)s_%(class)s_validity"
            ),
            models.CheckConstraint(
                condition=models.Q(procedure__in=Procedure.values), name="%(app_label)s_%(class)s_procedure"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=EditionState.SCHEDULED) | models.Q(publish_at__isnull=False),
                name="%(app_label)s_%(class)s_scheduled_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(procedure=Procedure.EMERGENCY)
                | ~models.Q(emergency_reason="") & models.Q(review_due_on__isnull=False),
                name="%(app_label)s_%(class)s_emergency_has_reason",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(state__in=OPEN_STATES),
                name="%(app_label)s_%(class)s_one_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["publish_at"], condition=models.Q(state=EditionState.SCHEDULED), name="edition_scheduled"
            ),
            # Of whatever state: what failed at its minute is looked for by the day.
            models.Index(
                fields=["publish_at"], condition=models.Q(publish_at__isnull=False), name="edition_publish_at"
            ),
            models.Index(
                fields=["review_due_on"], condition=models.Q(procedure=Procedure.EMERGENCY), name="edition_emergency"
            ),
            models.Index(fields=["state"], condition=models.Q(state__in=OPEN_STATES), name="edition_open"),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"

    @property
    def audit_name(self) -> str:
        return f"{self.item.index_number} 第{self.number}版"

    @property
    def steps(self) -> tuple[ReviewStep, ...]:
        """The signatures this edition needs, in their order: as fixed at its submission, or as they would be now."""
        if self.review_steps:
            return tuple(ReviewStep(step) for step in self.review_steps)
        return required_steps(self.item.item_type, self.item.agency.level)

    def extra_rows(self) -> list[tuple[Any, Any]]:
        """(field, value) of the extra fields that are filled, in the order of the type."""
        filled = (field for field in self.item.type.extra if self.extra.get(field.key) not in (None, "", []))
        return [(field, self.extra[field.key]) for field in filled]


class EditionAttachment(models.Model):
    """附件 of an edition, in order. Part of the digest, so it is as immutable as the edition."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="attachments", verbose_name=_("版本"))
    attachment = models.ForeignKey("govportal.Attachment", models.PROTECT, related_name="+", verbose_name=_("文件"))
    title = models.CharField(_("附件名称"), max_length=200)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "position"], name="%(app_label)s_%(class)s_position"),
        ]

    def __str__(self) -> str:
        return self.title
