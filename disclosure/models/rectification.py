import re
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.enums import RectificationState
from disclosure.queries import RectificationQuerySet
from disclosure.queries.inside import WAITING_FOR_REPORT

_NUMBERS = re.compile(r"\d+")


class Rectification(models.Model):
    """整改: an order with a deadline, the agency's report, and its verification by somebody else; public.

    It does not know what it came from: complaints and assessments point here, so that the agency cannot see
    that a complaint lies behind it (domain §2).
    """

    number = models.CharField(_("编号"), max_length=30, unique=True)
    agency = models.ForeignKey(
        "govportal.Agency", models.PROTECT, related_name="rectifications", verbose_name=_("责任单位")
    )
    problem = models.CharField(_("问题"), max_length=300)
    requirement = models.TextField(_("整改要求"), max_length=2000)
    basis = models.CharField(_("依据"), max_length=300)
    item = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="rectifications",
        verbose_name=_("涉及的公开信息"),
    )  # fmt: skip
    obligation = models.ForeignKey(
        "disclosure.Obligation", models.PROTECT, null=True, blank=True, related_name="rectifications",
        verbose_name=_("涉及的公开义务"),
    )  # fmt: skip
    state = models.CharField(_("状态"), max_length=10, choices=RectificationState, default=RectificationState.ORDERED)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("交办人"))
    ordered_on = models.DateField(_("交办日期"))
    due_on = models.DateField(_("整改期限"))
    report = models.TextField(_("整改报告"), max_length=5000, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报告人")
    )
    reported_on = models.DateField(_("报告日期"), null=True, blank=True)
    finding = models.TextField(_("核实意见"), max_length=2000, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核实人")
    )
    verified_on = models.DateField(_("核实日期"), null=True, blank=True)

    objects: ClassVar[RectificationQuerySet] = RectificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("整改")
        verbose_name_plural = _("整改")
        ordering = ["-ordered_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RectificationState.values), name="%(app_label)s_%(class)s_state"
            ),
            models.CheckConstraint(condition=Q(ordered_on__lte=F("due_on")), name="%(app_label)s_%(class)s_deadline"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("reported_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=RectificationState.VERIFIED)
                | Q(verified_on__isnull=False, reported_on__isnull=False),
                name="%(app_label)s_%(class)s_verified_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("rectification", args=self.address_numbers)

    @property
    def address_numbers(self) -> list[str]:
        """整改〔2026〕3号 at …/2026-3/: the address carries the two numbers alone."""
        return _NUMBERS.findall(self.number)[:2]

    def is_overdue(self, today: date) -> bool:
        """The agency has not reported and its last day has passed; as RectificationQuerySet.overdue."""
        return self.state in WAITING_FOR_REPORT and self.due_on < today
