from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disclosure.enums import ItemAction, MotionState
from disclosure.queries import MotionQuerySet


class Motion(models.Model):
    """办理申请: one person asks that something be done to a published item, another decides (domain §4.6).

    Ground, basis and explanation are what the public notice and the log entry will say.
    """

    item = models.ForeignKey("disclosure.Item", models.PROTECT, related_name="motions", verbose_name=_("公开信息"))
    action = models.CharField(_("事项"), max_length=15, choices=ItemAction)
    state = models.CharField(_("状态"), max_length=10, choices=MotionState, default=MotionState.ASKED)
    ground = models.CharField(_("事由"), max_length=200)
    basis = models.CharField(_("依据"), max_length=200)
    explanation = models.TextField(_("公告说明"), max_length=2000)
    replacement = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("替代信息")
    )
    # Of a redaction: the edition whose text goes, and what its title becomes (empty: the title stays).
    edition = models.ForeignKey(
        "disclosure.Edition", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("版本")
    )
    new_title = models.CharField(_("删除后的标题"), max_length=500, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decision_note = models.CharField(_("决定意见"), max_length=500, blank=True)

    objects: ClassVar[MotionQuerySet] = MotionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("办理申请")
        verbose_name_plural = _("办理申请（撤回、恢复等）")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=ItemAction.values), name="%(app_label)s_%(class)s_action"),
            models.CheckConstraint(condition=Q(state__in=MotionState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=MotionState.ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state=MotionState.ASKED),
                name="%(app_label)s_%(class)s_decided_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(action=ItemAction.REDACT) | Q(edition__isnull=False),
                name="%(app_label)s_%(class)s_redaction_names_edition",
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state=MotionState.ASKED), name="%(app_label)s_%(class)s_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_action_display()}"
