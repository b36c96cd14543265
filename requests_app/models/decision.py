from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedJSONField, EncryptedTextField
from requests_app.enums import DecisionKind, DecisionState, ReplyKind
from requests_app.queries import DecisionQuerySet


class Decision(models.Model):
    """决定: drafted and handed in by one person, released by another, under the digest of what it says.

    A reply closes the request with its row of table 3; an extension (第三十三条) or delay (第三十五条) moves the clock
    by `days`. `facts` holds what the letter of this kind needs beside the reasons, by name.
    """

    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, related_name="decisions", verbose_name=_("申请")
    )
    kind = models.CharField(_("事项"), max_length=20, choices=DecisionKind)
    state = models.CharField(_("状态"), max_length=20, choices=DecisionState, default=DecisionState.SUBMITTED)
    reply_kind = models.CharField(_("答复类型"), max_length=30, choices=ReplyKind, blank=True)
    days = models.PositiveSmallIntegerField(_("工作日"), null=True, blank=True)
    basis = models.CharField(_("依据"), max_length=300)
    reasons = EncryptedTextField(_("理由"))
    content = EncryptedTextField(_("告知内容"), blank=True, default="")
    facts = EncryptedJSONField(_("文书要素"), default=dict, blank=True)
    # 已主动公开: the items the applicant is sent to; live ones, checked at release.
    items: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "disclosure.Item", blank=True, related_name="+", verbose_name=_("已公开的信息")
    )
    # 重复申请: the request answered before. The request itself names it from the release on.
    duplicate_of = models.ForeignKey(
        "requests_app.InformationRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("与之重复的申请"),
    )
    digest = models.CharField(_("送签内容摘要"), max_length=64)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    drafted_at = models.DateTimeField(_("送签时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("签发人")
    )
    decided_at = models.DateTimeField(_("签发时间"), null=True, blank=True)
    note = EncryptedTextField(_("签发或者退回意见"), blank=True, default="")

    objects: ClassVar[DecisionQuerySet] = DecisionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("决定")
        verbose_name_plural = _("决定")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.REPLY, days__isnull=True) & ~Q(reply_kind="")
                | ~Q(kind=DecisionKind.REPLY) & Q(reply_kind="", days__isnull=False, days__gte=1),
                name="%(app_label)s_%(class)s_shape",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DecisionKind.EXTENSION) | Q(days__lte=20),
                name="%(app_label)s_%(class)s_extension_at_most_twenty",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(state=DecisionState.DROPPED) | ~Q(decided_by=F("drafted_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=DecisionState.SUBMITTED, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state=DecisionState.SUBMITTED) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="%(app_label)s_%(class)s_decided_is_signed",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(state=DecisionState.SUBMITTED), name="%(app_label)s_%(class)s_one_open"
            ),
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=Q(state=DecisionState.RELEASED),
                name="%(app_label)s_%(class)s_each_kind_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.get_kind_display()}"
