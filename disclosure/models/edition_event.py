from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from disclosure.enums import EditionAction, EditionState


class EditionEvent(models.Model):
    """办理记录: one step of an edition through the procedure, with the words that were said. Append-only."""

    edition = models.ForeignKey("disclosure.Edition", models.PROTECT, related_name="events", verbose_name=_("版本"))
    action = models.CharField(_("动作"), max_length=20, choices=EditionAction)
    from_state = models.CharField(_("原状态"), max_length=20, choices=EditionState)
    to_state = models.CharField(_("新状态"), max_length=20, choices=EditionState)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("办理人")
    )
    note = models.CharField(_("意见"), max_length=500, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=EditionAction.values), name="%(app_label)s_%(class)s_action"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.get_action_display()}"
