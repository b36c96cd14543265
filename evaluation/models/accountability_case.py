from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.accountability_enums import (
    AGENCY_MEASURES,
    ENDED_CASES,
    RULED_CASES,
    CaseAction,
    CaseState,
    Measure,
    Part,
)
from evaluation.queries.accountability import AccountabilityCaseQuerySet
from govportal.crypto import EncryptedTextField, fingerprint

_SOURCES = ("finding", "complaint", "obligation", "assessment")
_RULED, _ENDED = Q(state__in=RULED_CASES), Q(state__in=ENDED_CASES)
_SETTLED = _RULED | Q(state=CaseState.DROPPED)
_REPORTED = Q(state__in=[CaseState.CORRECTED, CaseState.CLOSED])


def _only(source: str) -> Q:
    """None of the sources but this one."""
    return Q(**{f"{other}__isnull": True for other in _SOURCES if other != source})


class AccountabilityCase(models.Model):
    """责任追究: a case against an agency and its people, from the opening to the verified correction.

    `facts` is for those who have the case; `public_facts` is what everybody may read of it. Who is held to account
    stands in Respondent. services/accountability_procedure.py writes the state.
    """

    number = models.CharField(_("编号"), max_length=30, unique=True)
    # The agency whose inspectors have the case. Never the one it is about.
    office = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("追究机关"))
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("被追究单位"))
    state = models.CharField(_("状态"), max_length=20, choices=CaseState, default=CaseState.OPENED)
    # The clause as it read when the case was opened: a later amendment moves no case.
    trigger = models.CharField(_("追究情形"), max_length=40)  # accountability_rules.Clause.key
    trigger_words = models.CharField(_("情形内容"), max_length=200)
    basis = models.CharField(_("依据"), max_length=120)
    facts = EncryptedTextField(_("事实"), blank=True, default="", validators=[MaxLengthValidator(5000)])
    # Keyed, with the number, to tell whether the facts were changed: they are written anew with every new data key.
    facts_digest = models.CharField(_("事实摘要值"), max_length=64, blank=True, default="")
    public_facts = models.TextField(_("可公开的事实"), max_length=1000)

    # What it comes from: at most one of these.
    finding = models.ForeignKey(
        "evaluation.Finding", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("考核问题")
    )
    complaint = models.OneToOneField(
        "requests_app.Complaint", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("移送的投诉举报"),
    )  # fmt: skip
    obligation = models.ForeignKey(
        "disclosure.Obligation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公开义务")
    )
    assessment = models.ForeignKey(
        "evaluation.Assessment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("考核结果")
    )

    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("立案人"))
    opened_on = models.DateField(_("立案日期"))
    heard_on = models.DateField(_("陈述听取完毕日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    agency_measure = models.CharField(_("对单位的处理"), max_length=20, choices=Measure, blank=True, default="")
    reasons = EncryptedTextField(_("决定的理由"), blank=True, default="", validators=[MaxLengthValidator(3000)])

    correction_due_on = models.DateField(_("改正期限"), null=True, blank=True)
    correction = EncryptedTextField(_("改正情况"), blank=True, default="", validators=[MaxLengthValidator(5000)])
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报告人")
    )
    corrected_on = models.DateField(_("报告日期"), null=True, blank=True)
    verification = EncryptedTextField(_("核实意见"), blank=True, default="", validators=[MaxLengthValidator(2000)])
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核实人")
    )
    verified_on = models.DateField(_("核实日期"), null=True, blank=True)
    closed_on = models.DateField(_("结案日期"), null=True, blank=True)

    # Neither knows that a case lies behind it.
    rectification = models.OneToOneField(
        "disclosure.Rectification", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("整改")
    )
    summary = models.OneToOneField(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("公开摘要")
    )
    purged_at = models.DateTimeField(_("清除时间"), null=True, blank=True)

    # What a page has asked of this very object; None: asked each time, as services do of the row they have locked.
    asked: dict[object, Any] | None = None

    objects: ClassVar[AccountabilityCaseQuerySet] = AccountabilityCaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("责任追究")
        verbose_name_plural = _("责任追究")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "state"], name="accountability_agency"),
            models.Index(fields=["state", "correction_due_on"], name="accountability_due"),
            models.Index(fields=["closed_on"], name="accountability_closed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(agency_measure__in=["", *AGENCY_MEASURES]), name="%(app_label)s_%(class)s_agency_measure"
            ),
            models.CheckConstraint(
                condition=_only("finding") | _only("complaint") | _only("obligation") | _only("assessment"),
                name="%(app_label)s_%(class)s_one_source",
            ),
            models.CheckConstraint(condition=~Q(office=F("agency")), name="%(app_label)s_%(class)s_not_by_itself"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("opened_by")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.OPENED, heard_on__isnull=True)
                | Q(state=CaseState.DROPPED)
                | ~Q(state__in=[CaseState.OPENED, CaseState.DROPPED]) & Q(heard_on__isnull=False),
                name="%(app_label)s_%(class)s_heard_before_decided",
            ),
            models.CheckConstraint(
                condition=_SETTLED & Q(decided_by__isnull=False, decided_on__isnull=False)
                | ~_SETTLED & Q(decided_by__isnull=True, decided_on__isnull=True),
                name="%(app_label)s_%(class)s_decided_is_signed",
            ),
            models.CheckConstraint(
                condition=_RULED & Q(correction_due_on__isnull=False, correction_due_on__gte=F("decided_on"))
                | ~_RULED & Q(correction_due_on__isnull=True, agency_measure=""),
                name="%(app_label)s_%(class)s_ruled_has_deadline",
            ),
            models.CheckConstraint(
                condition=_REPORTED & Q(corrected_by__isnull=False, corrected_on__isnull=False)
                | ~_REPORTED & Q(corrected_by__isnull=True, corrected_on__isnull=True),
                name="%(app_label)s_%(class)s_corrected_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.CLOSED) | Q(verified_by__isnull=False, verified_on__isnull=False),
                name="%(app_label)s_%(class)s_closed_is_verified",
            ),
            models.CheckConstraint(
                condition=_ENDED & Q(closed_on__isnull=False) | ~_ENDED & Q(closed_on__isnull=True),
                name="%(app_label)s_%(class)s_ended_has_day",
            ),
        ]

    def __str__(self) -> str:
        """The number alone: whoever logs or audits this row logs nothing of it."""
        return self.number

    def digest_of(self, facts: str) -> str:
        return fingerprint("accountability facts", f"{self.number}|{facts}")

    @property
    def is_untouched(self) -> bool:
        """The facts are those that the services wrote."""
        return self.facts_digest == self.digest_of(self.facts)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED_CASES

    @property
    def is_ruled(self) -> bool:
        return self.state in RULED_CASES

    def is_overdue(self, today: date) -> bool:
        """The agency has not reported and its last day has passed; as AccountabilityCaseQuerySet.overdue."""
        return self.state == CaseState.DECIDED and self.correction_due_on is not None and self.correction_due_on < today


class AccountabilityEvent(models.Model):
    """办理记录: one step of a case. Persons are named by their part alone; `note` is for those who have the case."""

    case = models.ForeignKey(AccountabilityCase, models.PROTECT, related_name="events", verbose_name=_("责任追究"))
    action = models.CharField(_("动作"), max_length=20, choices=CaseAction)
    from_state = models.CharField(_("之前"), max_length=20, choices=CaseState, blank=True)
    to_state = models.CharField(_("之后"), max_length=20, choices=CaseState)
    on = models.DateField(_("发生日期"))
    at = models.DateTimeField(_("登记时间"))
    part = models.CharField(_("责任人"), max_length=20, choices=Part, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作人"))
    note = EncryptedTextField(_("说明"), blank=True, default="")
    # A written report of the agency; of a notice that was withdrawn, what he had signed.
    paper = models.OneToOneField(
        "govportal.PrivateFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("书面材料")
    )

    class Meta:
        verbose_name = _("责任追究办理记录")
        verbose_name_plural = _("责任追究办理记录")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=CaseAction.values), name="%(app_label)s_%(class)s_action"),
            models.CheckConstraint(
                condition=Q(from_state__in=["", *CaseState.values]), name="%(app_label)s_%(class)s_from_state"
            ),
            models.CheckConstraint(condition=Q(to_state__in=CaseState.values), name="%(app_label)s_%(class)s_to_state"),
            models.CheckConstraint(condition=Q(part__in=["", *Part.values]), name="%(app_label)s_%(class)s_part"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_action_display()}"
