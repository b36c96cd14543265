from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.complaint_enums import OtherPath
from requests_app.feedback_enums import FeedbackAction, FeedbackKind, FeedbackState, Judgement
from requests_app.queries import FeedbackQuerySet

_WITH_ANSWER = Q(state__in=[FeedbackState.ANSWERED, FeedbackState.REDIRECTED, FeedbackState.SET_ASIDE])


class Feedback(models.Model):
    """留言、纠错: what somebody wrote to an agency from a page, judged, answered in its term and published in summary.

    Text and writer are encrypted. `is_selected` with the two public texts: one of those that a summary shows.
    services/feedback.py writes the state.
    """

    number = models.CharField(_("编号"), max_length=30, unique=True)
    kind = models.CharField(_("种类"), max_length=20, choices=FeedbackKind)
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    state = models.CharField(_("状态"), max_length=20, choices=FeedbackState, default=FeedbackState.RECEIVED)
    judgement = models.CharField(_("研判"), max_length=20, choices=Judgement, blank=True, default="")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )
    # The page it was written from, as its path alone, and the item if it was one.
    page = models.CharField(_("页面"), max_length=500, blank=True)
    item = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("涉及的公开信息")
    )
    text = EncryptedTextField(_("内容"), blank=True, default="")
    name = EncryptedTextField(_("称呼"), blank=True, default="")
    phone = EncryptedTextField(_("联系电话"), blank=True, default="")
    email = EncryptedTextField(_("电子邮箱"), blank=True, default="")

    filed_at = models.DateTimeField(_("登记时间"))
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("答复期限"))
    # The term it came in under: another setting is for messages to come.
    answer_days = models.PositiveSmallIntegerField(_("答复时限（工作日）"), default=7)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    answer = EncryptedTextField(_("答复内容"), blank=True, default="")
    other_path = models.CharField(_("告知的途径"), max_length=20, choices=OtherPath, blank=True, default="")

    is_selected = models.BooleanField(_("列入公开摘要"), default=False)
    public_question = models.TextField(_("公开的问题"), max_length=1000, blank=True)
    public_answer = models.TextField(_("公开的答复"), max_length=3000, blank=True)
    summary = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公开摘要")
    )

    query_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    purged_at = models.DateTimeField(_("清除时间"), null=True, blank=True)

    objects: ClassVar[FeedbackQuerySet] = FeedbackQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("留言纠错")
        verbose_name_plural = _("留言纠错")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "state", "due_on"], name="feedback_agency"),
            models.Index(fields=["answered_on", "due_on"], name="feedback_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FeedbackKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(condition=Q(state__in=FeedbackState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(judgement__in=["", *Judgement.values]), name="%(app_label)s_%(class)s_judgement"
            ),
            models.CheckConstraint(
                condition=Q(other_path__in=["", *OtherPath.values]), name="%(app_label)s_%(class)s_other_path"
            ),
            models.CheckConstraint(
                condition=_WITH_ANSWER & Q(answered_on__isnull=False) | ~_WITH_ANSWER & Q(answered_on__isnull=True),
                name="%(app_label)s_%(class)s_ended_has_day",
            ),
            models.CheckConstraint(
                condition=Q(is_selected=False) | Q(state=FeedbackState.ANSWERED),
                name="%(app_label)s_%(class)s_selected_is_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("feedback_lookup")

    def is_overdue(self, today: date) -> bool:
        """Unanswered, with its last day behind it; as FeedbackQuerySet.overdue."""
        return self.answered_on is None and self.due_on < today


class FeedbackEvent(models.Model):
    """办理记录 of a message: one step, with a note that stays inside."""

    feedback = models.ForeignKey(Feedback, models.PROTECT, related_name="events", verbose_name=_("留言纠错"))
    action = models.CharField(_("动作"), max_length=20, choices=FeedbackAction)
    from_state = models.CharField(_("之前"), max_length=20, choices=FeedbackState)
    to_state = models.CharField(_("之后"), max_length=20, choices=FeedbackState)
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    at = models.DateTimeField(_("登记时间"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作人"))
    note = EncryptedTextField(_("内部说明"), blank=True, default="")

    class Meta:
        verbose_name = _("留言办理记录")
        verbose_name_plural = _("留言办理记录")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=FeedbackAction.values), name="%(app_label)s_%(class)s_action"
            ),
            models.CheckConstraint(
                condition=Q(from_state__in=FeedbackState.values), name="%(app_label)s_%(class)s_from_state"
            ),
            models.CheckConstraint(
                condition=Q(to_state__in=FeedbackState.values), name="%(app_label)s_%(class)s_to_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feedback_id} {self.get_action_display()}"
