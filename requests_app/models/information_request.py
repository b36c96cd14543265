from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govportal.crypto import EncryptedTextField
from requests_app.enums import (
    CLOSED_STATES,
    ApplicantKind,
    Channel,
    Outcome,
    ReceiptBasis,
    ReplyKind,
    State,
    SupplyForm,
    SupplyWay,
)
from requests_app.likeness import number_key, subject_key
from requests_app.models.likeness_key import LikenessKeyField
from requests_app.queries import InformationRequestQuerySet

_CLOSED = Q(state__in=CLOSED_STATES)


class InformationRequest(models.Model):
    """依申请公开申请: what was asked of which agency, and where it stands.

    Who asked is in Applicant, which is purged after retention; this row stays as the tombstone that counts. `due_on`
    and `is_provisional` are a projection of the clock events, written with every one of them; `due_on` is None while
    a correction or a payment is awaited.
    """

    number = models.CharField(_("受理编号"), max_length=80, unique=True)
    agency = models.ForeignKey(
        "govportal.Agency", models.PROTECT, related_name="information_requests", verbose_name=_("办理单位")
    )
    state = models.CharField(_("状态"), max_length=30, choices=State, default=State.RECEIVED)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )
    channel = models.CharField(_("申请渠道"), max_length=10, choices=Channel)
    filed_at = models.DateTimeField(_("登记时间"))
    received_on = models.DateField(_("收到日期"), null=True, blank=True)
    receipt_basis = models.CharField(_("收到日期的依据"), max_length=20, choices=ReceiptBasis, blank=True)
    counts_receipt_day = models.BooleanField(_("收到当日计入期限"), default=False)
    due_on = models.DateField(_("答复期限"), null=True, blank=True)
    is_provisional = models.BooleanField(_("暂估"), default=False)

    applicant_kind = models.CharField(_("申请人类型"), max_length=20, choices=ApplicantKind)
    subject = models.CharField(_("所需信息名称"), max_length=200, blank=True)
    document_number = models.CharField(_("文号"), max_length=100, blank=True)
    subject_key = LikenessKeyField(max_length=200, source="subject", key=subject_key)
    number_key = LikenessKeyField(max_length=100, source="document_number", key=number_key)
    description = EncryptedTextField(_("内容描述"), blank=True, default="")
    period_from = models.PositiveSmallIntegerField(_("信息年份（从）"), null=True, blank=True)
    period_to = models.PositiveSmallIntegerField(_("信息年份（到）"), null=True, blank=True)
    purpose = EncryptedTextField(_("用途（自愿填写）"), blank=True, default="")
    supply_form = models.CharField(_("提供形式"), max_length=20, choices=SupplyForm, default=SupplyForm.ELECTRONIC)
    supply_way = models.CharField(_("获取途径"), max_length=20, choices=SupplyWay, default=SupplyWay.DOWNLOAD)
    accepts_other = models.BooleanField(_("可接受其他方式"), default=True)

    outcome = models.CharField(_("办理结果"), max_length=10, choices=Outcome, blank=True)
    reply_kind = models.CharField(_("答复类型"), max_length=30, choices=ReplyKind, blank=True)
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("与之重复的申请")
    )
    # The last year by whose end it was still open, where the ledger says so and the dates alone would not.
    carried_from = models.PositiveSmallIntegerField(_("结转自年度"), null=True, blank=True)
    is_imported = models.BooleanField(_("台账导入"), default=False)

    # Keyed fingerprints: of the code, which itself the draft alone keeps, encrypted and for its day; and of the sheet,
    # so that one sent twice is one request.
    query_key = models.CharField(max_length=64, blank=True, editable=False)
    submission_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    purged_at = models.DateTimeField(_("个人信息清除时间"), null=True, blank=True)

    objects: ClassVar[InformationRequestQuerySet] = InformationRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("信息公开申请")
        verbose_name_plural = _("信息公开申请")
        ordering = ["-filed_at", "-id"]
        indexes = [
            models.Index(fields=["agency", "state", "due_on"], name="request_queue"),
            models.Index(fields=["agency", "received_on"], name="request_received"),
            models.Index(fields=["agency", "closed_on"], name="request_closed"),
            models.Index(fields=["state", "due_on"], name="request_open_due"),
            models.Index(fields=["handler", "state"], name="request_handler"),
            models.Index(fields=["agency", "subject_key"], name="request_subject"),
            models.Index(fields=["agency", "number_key"], name="request_number"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="%(app_label)s_%(class)s_channel"),
            models.CheckConstraint(
                condition=Q(applicant_kind__in=ApplicantKind.values), name="%(app_label)s_%(class)s_applicant_kind"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *Outcome.values]), name="%(app_label)s_%(class)s_outcome"
            ),
            models.CheckConstraint(
                condition=Q(reply_kind__in=["", *ReplyKind.values]), name="%(app_label)s_%(class)s_reply_kind"
            ),
            models.CheckConstraint(
                condition=Q(receipt_basis__in=["", *ReceiptBasis.values]), name="%(app_label)s_%(class)s_receipt_basis"
            ),
            models.CheckConstraint(
                condition=Q(supply_form__in=SupplyForm.values), name="%(app_label)s_%(class)s_supply_form"
            ),
            models.CheckConstraint(
                condition=Q(supply_way__in=SupplyWay.values), name="%(app_label)s_%(class)s_supply_way"
            ),
            models.CheckConstraint(
                condition=_CLOSED & Q(closed_on__isnull=False) & ~Q(outcome="")
                | ~_CLOSED & Q(closed_on__isnull=True, outcome=""),
                name="%(app_label)s_%(class)s_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state=State.RECEIVED) | Q(received_on__isnull=False),
                name="%(app_label)s_%(class)s_has_receipt_day",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("received_on")),
                name="%(app_label)s_%(class)s_closed_after_receipt",
            ),
        ]

    def __str__(self) -> str:
        """The number alone: whoever logs or audits this row logs no personal data."""
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("request_lookup")

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED_STATES

    def is_overdue(self, today: date) -> bool:
        """Open, with its last day behind it; as InformationRequestQuerySet.overdue."""
        return not self.is_closed and self.due_on is not None and self.due_on < today
