from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.complaint_enums import (
    ENDED_COMPLAINTS,
    ComplaintChannel,
    ComplaintGround,
    ComplaintResult,
    ComplaintState,
    OtherPath,
)
from requests_app.complaint_rules import Term, answer_term
from requests_app.queries import ComplaintQuerySet

_ANSWERED = Q(state__in=[ComplaintState.ANSWERED, ComplaintState.CLOSED])
_ENDED = Q(state__in=ENDED_COMPLAINTS)


class Complaint(models.Model):
    """投诉举报: a breach of the rules of disclosure by `agency`, handled at `desk`, of which the agency learns nothing.

    What it says is encrypted; who complains stands in Complainant, and there is none where it is anonymous. The rows
    a person may see are ComplaintQuerySet.visible_to and no others. services/complaint_procedure.py writes the state.
    """

    number = models.CharField(_("编号"), max_length=30, unique=True)
    # 投诉举报中心: the agency whose complaint officers have the case. Never the agency complained of.
    desk = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("被投诉单位"))
    state = models.CharField(_("状态"), max_length=20, choices=ComplaintState, default=ComplaintState.RECEIVED)
    ground = models.CharField(_("情形"), max_length=30, choices=ComplaintGround)
    channel = models.CharField(_("渠道"), max_length=10, choices=ComplaintChannel)
    is_named = models.BooleanField(_("署名"))
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )

    # What it is about, beside the agency: at most one of these, or none.
    item = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("涉及的公开信息")
    )
    request = models.ForeignKey(
        "requests_app.InformationRequest", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("涉及的申请"),
    )  # fmt: skip
    # The board, where one of the list was chosen; what was typed where it was not.
    notice_board = models.ForeignKey(
        "disclosure.NoticeBoard", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("涉及的公开栏（名录）"),
    )  # fmt: skip
    board = EncryptedTextField(_("涉及的公开栏"), blank=True, default="")
    facts = EncryptedTextField(_("事实经过"), blank=True, default="")

    filed_at = models.DateTimeField(_("登记时间"))
    received_on = models.DateField(_("收到日期"))
    accept_by = models.DateField(_("受理决定期限"))
    transfer_by = models.DateField(_("转送期限"))
    answer_by = models.DateField(_("答复期限"))
    # The term it came in under: another setting is for complaints to come.
    answer_days = models.PositiveSmallIntegerField(_("答复时限（日）"), default=7)
    answers_in_working_days = models.BooleanField(_("按工作日计"), default=False)
    accepted_on = models.DateField(_("受理日期"), null=True, blank=True)
    transferred_on = models.DateField(_("转送日期"), null=True, blank=True)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)

    result = models.CharField(_("调查结论"), max_length=20, choices=ComplaintResult, blank=True, default="")
    answer = EncryptedTextField(_("答复内容"), blank=True, default="")
    other_path = models.CharField(_("告知的途径"), max_length=20, choices=OtherPath, blank=True, default="")
    referred_on = models.DateField(_("移送责任追究日期"), null=True, blank=True)
    # The rectification does not know that a complaint lies behind it (domain §2).
    rectification = models.OneToOneField(
        "disclosure.Rectification", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("整改")
    )
    # The public summary, drafted as an item: it goes the way of every other text.
    summary = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公开摘要")
    )

    query_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    purged_at = models.DateTimeField(_("清除时间"), null=True, blank=True)

    # What a page has asked of this very object; None: asked each time, as services do of the row they have locked.
    asked: dict[object, Any] | None = None

    objects: ClassVar[ComplaintQuerySet] = ComplaintQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("投诉举报")
        verbose_name_plural = _("投诉举报")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["desk", "state", "answer_by"], name="complaint_desk"),
            models.Index(fields=["state", "answer_by"], name="complaint_due"),
            models.Index(fields=["closed_on", "ground"], name="complaint_closed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ComplaintState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(ground__in=ComplaintGround.values), name="%(app_label)s_%(class)s_ground"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=ComplaintChannel.values), name="%(app_label)s_%(class)s_channel"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["", *ComplaintResult.values]), name="%(app_label)s_%(class)s_result"
            ),
            models.CheckConstraint(
                condition=Q(other_path__in=["", *OtherPath.values]), name="%(app_label)s_%(class)s_other_path"
            ),
            # An agency never handles a complaint against itself.
            models.CheckConstraint(condition=~Q(desk=F("agency")), name="%(app_label)s_%(class)s_not_by_itself"),
            models.CheckConstraint(
                condition=_ANSWERED & Q(answered_on__isnull=False) & ~Q(result="")
                | ~_ANSWERED & Q(answered_on__isnull=True, result=""),
                name="%(app_label)s_%(class)s_answered_has_result",
            ),
            models.CheckConstraint(
                condition=_ENDED & Q(closed_on__isnull=False) | ~_ENDED & Q(closed_on__isnull=True),
                name="%(app_label)s_%(class)s_ended_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state=ComplaintState.REDIRECTED) & ~Q(other_path="")
                | ~Q(state=ComplaintState.REDIRECTED) & Q(other_path=""),
                name="%(app_label)s_%(class)s_redirected_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(request__isnull=True), name="%(app_label)s_%(class)s_one_subject"
            ),
            models.CheckConstraint(
                condition=(Q(rectification__isnull=True) & Q(referred_on__isnull=True)) | ~Q(result=""),
                name="%(app_label)s_%(class)s_ordered_after_result",
            ),
        ]

    def __str__(self) -> str:
        """The number alone: whoever logs or audits this row logs nothing of it."""
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaint_lookup")

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED_COMPLAINTS

    @property
    def answer_term(self) -> Term:
        return answer_term(self.answer_days, is_working=self.answers_in_working_days)

    @property
    def due_on(self) -> date | None:
        """The last day of what is to be done next; None when nothing is owed to the complainant any more."""
        if self.state == ComplaintState.RECEIVED:
            return min(self.accept_by, self.answer_by)
        return None if self.is_ended or self.answered_on else self.answer_by
