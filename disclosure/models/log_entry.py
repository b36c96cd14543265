from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from disclosure.enums import PUBLIC_CHAIN, LogKind
from disclosure.queries import LogEntryQuerySet


class LogEntry(models.Model):
    """公开登记簿: one append-only line, chained by hash. Triggers refuse update and delete.

    What the hash covers is in publication_log.py. Internal items have chains of their own
    (`internal:<agency id>`), so the public chain shows neither entry nor gap.
    """

    chain = models.CharField(_("登记簿"), max_length=60, default=PUBLIC_CHAIN)
    sequence = models.PositiveBigIntegerField(_("序号"))
    kind = models.CharField(_("事项"), max_length=15, choices=LogKind)
    item = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="log_entries", verbose_name=_("信息"))
    edition = models.ForeignKey(
        "disclosure.Edition", models.PROTECT, null=True, blank=True, related_name="log_entries", verbose_name=_("版本")
    )
    index_number = models.CharField(_("索引号"), max_length=100)
    agency_code = models.CharField(_("单位代码"), max_length=40)
    agency_name = models.CharField(_("发布机构"), max_length=120)
    edition_number = models.PositiveSmallIntegerField(_("版次"), null=True, blank=True)
    content_digest = models.CharField(_("内容摘要（SHA-256）"), max_length=64, blank=True)
    actor_name = models.CharField(_("登记人"), max_length=150)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    explanation = models.TextField(_("公告说明"), max_length=2000, blank=True)
    replacement = models.CharField(_("替代信息的索引号"), max_length=100, blank=True)
    at = models.DateTimeField(_("登记时间"))
    previous_hash = models.CharField(_("前一行的哈希"), max_length=64)
    hash = models.CharField(_("本行哈希"), max_length=64)

    objects: ClassVar[LogEntryQuerySet] = LogEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("登记")
        verbose_name_plural = _("公开登记簿")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="%(app_label)s_%(class)s_sequence"),
            models.UniqueConstraint(fields=["chain", "previous_hash"], name="%(app_label)s_%(class)s_no_fork"),
            models.CheckConstraint(condition=models.Q(kind__in=LogKind.values), name="%(app_label)s_%(class)s_kind"),
        ]
        # How much was published in a year, and what was done last of one kind.
        indexes = [models.Index(fields=["chain", "kind", "at"], name="log_entry_kind")]

    def __str__(self) -> str:
        return f"第 {self.sequence} 号 {self.get_kind_display()} {self.index_number}"
