from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from govportal.permissions import Role


class Membership(models.Model):
    """A user's role at an agency. One person may hold several; what a role may do is in permissions.py."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("用户")
    )
    agency = models.ForeignKey("govportal.Agency", models.CASCADE, related_name="memberships", verbose_name=_("单位"))
    role = models.CharField(_("角色"), max_length=30, choices=Role)

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(fields=["user", "agency", "role"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="%(app_label)s_%(class)s_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.agency.display_name} {self.get_role_display()}"
