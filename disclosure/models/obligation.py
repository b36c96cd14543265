from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disclosure.enums import ObligationKind, StatementKind
from disclosure.queries import ObligationQuerySet


class DisclosureEvent(models.Model):
    """公开事由: something happened that a catalogue entry obliges an agency to publish.

    Made by a draft with its 成文日期, by an answered request that is fit to publish, or entered by an officer.
    Obligations fall due from the event, never from the publication (domain §5).
    """

    entry = models.ForeignKey(
        "disclosure.CatalogueEntry", models.PROTECT, related_name="events", verbose_name=_("公开事项")
    )
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("公开主体"))
    title = models.CharField(_("事由"), max_length=300)
    occurred_on = models.DateField(_("发生日期"))
    item = models.OneToOneField(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="event", verbose_name=_("公开信息")
    )
    # What upper apps registered it, "request:2026-00151"; empty for drafts and officers.
    source = models.CharField(_("来源"), max_length=80, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("公开事由")
        verbose_name_plural = _("公开事由")
        ordering = ["-occurred_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=~Q(source=""), name="%(app_label)s_%(class)s_source_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_name(self) -> str:
        return f"{self.entry.code} {self.occurred_on:%Y-%m-%d}"


class Obligation(models.Model):
    """公开义务: one catalogue entry, one agency, one period or event: due on a day, met by an item or a signed word.

    Overdue, due soon and met late are queries, never states (ObligationQuerySet).
    """

    entry = models.ForeignKey(
        "disclosure.CatalogueEntry", models.PROTECT, related_name="obligations", verbose_name=_("公开事项")
    )
    agency = models.ForeignKey(
        "govportal.Agency", models.PROTECT, related_name="obligations", verbose_name=_("公开主体")
    )
    kind = models.CharField(_("种类"), max_length=15, choices=ObligationKind)
    event = models.ForeignKey(
        DisclosureEvent, models.PROTECT, null=True, blank=True, related_name="obligations", verbose_name=_("公开事由")
    )
    period_start = models.DateField(_("期间起"))
    period_end = models.DateField(_("期间止"))
    due_on = models.DateField(_("公开期限"))
    basis = models.CharField(_("期限依据"), max_length=200, blank=True)
    met_by = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="obligations", verbose_name=_("公开信息")
    )
    met_on = models.DateField(_("履行日期"), null=True, blank=True)
    # Taken out with a reason (event cancelled, entry stopped): neither met nor counted.
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("生成时间"))

    objects: ClassVar[ObligationQuerySet] = ObligationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("公开义务")
        verbose_name_plural = _("公开义务")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ObligationKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(period_start__lte=F("period_end")), name="%(app_label)s_%(class)s_period"
            ),
            models.CheckConstraint(
                condition=Q(met_on__isnull=True) | Q(cancelled_at__isnull=True), name="%(app_label)s_%(class)s_end"
            ),
            models.UniqueConstraint(
                fields=["entry", "agency", "kind", "period_start"],
                condition=Q(event__isnull=True),
                name="%(app_label)s_%(class)s_once_a_period",
            ),
            models.UniqueConstraint(
                fields=["event", "kind"],
                condition=Q(event__isnull=False),
                name="%(app_label)s_%(class)s_once_an_event",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "due_on"], name="obligation_agency_due"),
            models.Index(
                fields=["due_on"],
                condition=Q(met_on__isnull=True, cancelled_at__isnull=True),
                name="obligation_open_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry.code} {self.agency.display_name} {self.due_on:%Y-%m-%d}"

    @property
    def anchor(self) -> str:
        """Of its row on a page."""
        return f"o-{self.pk}"


class Statement(models.Model):
    """A signed public word that meets an obligation without an item (domain §5). Append-only."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="statement", verbose_name=_("公开义务"))
    kind = models.CharField(_("种类"), max_length=10, choices=StatementKind)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("签署人"))
    signed_at = models.DateTimeField(_("签署时间"))

    class Meta:
        verbose_name = _("公开声明")
        verbose_name_plural = _("公开声明")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=StatementKind.values), name="%(app_label)s_%(class)s_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.get_kind_display()}"


class Filing(models.Model):
    """报送: a report handed to the superior body, which meets an obligation of kind FILING. Append-only."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="filing", verbose_name=_("公开义务"))
    filed_with = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("收件机关"))
    filed_on = models.DateField(_("报送日期"))
    number = models.CharField(_("文号"), max_length=80, blank=True)
    title = models.CharField(_("报告名称"), max_length=200)
    attachment = models.ForeignKey(
        "govportal.Attachment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文件")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("报送")
        verbose_name_plural = _("报送")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
