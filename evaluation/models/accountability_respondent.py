from functools import reduce
from operator import or_

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.accountability_division import Charge, is_told
from evaluation.accountability_enums import (
    REFERRING_MEASURES,
    Circumstance,
    Measure,
    MeasureForm,
    NoticeKind,
    Part,
    Responsibility,
)
from evaluation.accountability_rules import FORMS
from govportal.crypto import EncryptedJSONField, EncryptedTextField, fingerprint

_OF_THE_MEASURE = reduce(or_, (Q(measure=measure, measure_form__in=forms) for measure, forms in FORMS.items()))


class Respondent(models.Model):
    """责任人: one person of a case, with what he bears of it, what he said, and what was decided of him.

    Name and words are encrypted. The portal needs no more of him than his name and post. The prints are keyed hashes
    of both and of the case, lest one name be known again in another: a column that is written anew with every data key
    cannot be guarded, its print can.
    """

    case = models.ForeignKey(
        "evaluation.AccountabilityCase", models.PROTECT, related_name="respondents", verbose_name=_("责任追究")
    )
    name = EncryptedTextField(_("姓名"), blank=True, default="", validators=[MaxLengthValidator(60)])
    name_print = models.CharField(_("姓名摘要值"), max_length=64, blank=True, default="")
    post = models.CharField(_("职务"), max_length=60)
    part = models.CharField(_("身份"), max_length=20, choices=Part)
    circumstance = models.CharField(_("情形"), max_length=20, choices=Circumstance)
    dissent_on_record = models.BooleanField(_("记录在案的不同意见"), default=False)
    # As accountability_division.py found it, with the article it found it by.
    responsibility = models.CharField(_("责任"), max_length=20, choices=Responsibility)
    responsibility_basis = models.CharField(_("责任区分依据"), max_length=120)

    statement = EncryptedTextField(_("陈述和申辩"), blank=True, default="", validators=[MaxLengthValidator(5000)])
    statement_print = models.CharField(_("陈述摘要值"), max_length=64, blank=True, default="")
    # What the case makes of it (第十二条: 认真听取).
    consideration = EncryptedTextField(_("采纳情况"), blank=True, default="", validators=[MaxLengthValidator(2000)])
    heard_on = models.DateField(_("听取日期"), null=True, blank=True)
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("听取人")
    )
    waived_on = models.DateField(_("放弃陈述日期"), null=True, blank=True)
    # The signed record of what he said, or in his hand that he has nothing to say.
    paper = models.OneToOneField(
        "govportal.PrivateFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("书面材料")
    )
    measure = models.CharField(_("处理"), max_length=20, choices=Measure, blank=True, default="")
    # Empty where the measure names one thing.
    measure_form = models.CharField(_("处理的形式"), max_length=20, choices=MeasureForm, blank=True, default="")
    referred_on = models.DateField(_("移送日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("责任人")
        verbose_name_plural = _("责任人")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(part__in=Part.values), name="%(app_label)s_%(class)s_part"),
            models.CheckConstraint(
                condition=Q(circumstance__in=Circumstance.values), name="%(app_label)s_%(class)s_circumstance"
            ),
            models.CheckConstraint(
                condition=Q(responsibility__in=Responsibility.values), name="%(app_label)s_%(class)s_responsibility"
            ),
            models.CheckConstraint(
                condition=Q(measure__in=["", *Measure.values]), name="%(app_label)s_%(class)s_measure"
            ),
            models.CheckConstraint(
                condition=Q(measure_form="") | _OF_THE_MEASURE, name="%(app_label)s_%(class)s_form_of_measure"
            ),
            models.CheckConstraint(
                condition=Q(dissent_on_record=False) | Q(part=Part.MEMBER, circumstance=Circumstance.COLLECTIVE),
                name="%(app_label)s_%(class)s_dissent_of_members",
            ),
            models.CheckConstraint(
                condition=Q(heard_on__isnull=True, heard_by__isnull=True)
                | Q(heard_on__isnull=False, heard_by__isnull=False, waived_on__isnull=True),
                name="%(app_label)s_%(class)s_heard_or_waived",
            ),
            models.CheckConstraint(
                condition=Q(measure="") | Q(heard_on__isnull=False) | Q(waived_on__isnull=False),
                name="%(app_label)s_%(class)s_heard_before_measure",
            ),
            models.CheckConstraint(
                condition=Q(measure="") | ~Q(responsibility=Responsibility.NONE),
                name="%(app_label)s_%(class)s_measure_is_borne",
            ),
            models.CheckConstraint(
                condition=Q(referred_on__isnull=True) | Q(measure__in=REFERRING_MEASURES),
                name="%(app_label)s_%(class)s_referred_by_measure",
            ),
        ]

    def __str__(self) -> str:
        """Number and part: whoever logs or audits this row names nobody."""
        return f"{self.case} {self.get_part_display()}"

    @property
    def has_had_his_say(self) -> bool:
        return self.heard_on is not None or self.waived_on is not None

    def print_of(self, text: str) -> str:
        return fingerprint("accountability person", f"{self.case_id}|{text}") if text else ""

    @property
    def is_untouched(self) -> bool:
        """His name, and what he said here or to a notice that was withdrawn, are those that the services wrote."""
        ended = [(notice.statement, notice.statement_print) for notice in self.notices.all()]
        texts = [(self.name, self.name_print), (self.statement, self.statement_print), *ended]
        return all(self.print_of(text) == found for text, found in texts)

    @property
    def charge(self) -> Charge:
        return Charge(self.part, self.circumstance, self.responsibility)

    @property
    def hearing_notice(self) -> "AccountabilityNotice | None":
        """The 告知书 that holds: of several the one that was not withdrawn."""
        told = (notice for notice in self.notices.all() if notice.kind == NoticeKind.HEARING)
        return next((notice for notice in told if notice.withdrawn_on is None), None)

    @property
    def is_told(self) -> bool:
        """What he is charged with has reached him."""
        notice = self.hearing_notice
        return notice is not None and notice.delivered_on is not None and is_told(notice.charge, self.charge)


class AccountabilityNotice(models.Model):
    """文书 of a case: number and facts are fixed with the deed, the PDF is made from them by whoever opens it first."""

    case = models.ForeignKey(
        "evaluation.AccountabilityCase", models.PROTECT, related_name="notices", verbose_name=_("责任追究")
    )
    # None: it is for the agency.
    respondent = models.ForeignKey(
        Respondent, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("责任人")
    )
    kind = models.CharField(_("文书种类"), max_length=20, choices=NoticeKind)
    number = models.CharField(_("文号"), max_length=60, unique=True)
    facts = EncryptedJSONField(_("文书要素"), default=dict)
    file = models.OneToOneField(
        "govportal.PrivateFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文书文件")
    )
    issued_on = models.DateField(_("成文日期"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("生成人"))
    delivered_on = models.DateField(_("送达日期"), null=True, blank=True)

    # What a 告知书 says of him.
    part = models.CharField(_("身份"), max_length=20, choices=Part, blank=True, default="")
    circumstance = models.CharField(_("情形"), max_length=20, choices=Circumstance, blank=True, default="")
    responsibility = models.CharField(_("责任"), max_length=20, choices=Responsibility, blank=True, default="")
    # Since when it no longer holds, for he is charged with what it does not say; and what he had answered to it. The
    # paper he had signed is with the step (AccountabilityEvent.paper).
    withdrawn_on = models.DateField(_("作废日期"), null=True, blank=True)
    statement = EncryptedTextField(_("陈述和申辩"), blank=True, default="", validators=[MaxLengthValidator(5000)])
    statement_print = models.CharField(_("陈述摘要值"), max_length=64, blank=True, default="")
    heard_on = models.DateField(_("听取日期"), null=True, blank=True)
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("听取人")
    )
    waived_on = models.DateField(_("放弃陈述日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("责任追究文书")
        verbose_name_plural = _("责任追究文书")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(kind=NoticeKind.AGENCY_DECISION, respondent__isnull=True)
                | ~Q(kind=NoticeKind.AGENCY_DECISION) & Q(respondent__isnull=False),
                name="%(app_label)s_%(class)s_addressee",
            ),
            models.UniqueConstraint(
                fields=["respondent", "kind"],
                condition=Q(withdrawn_on__isnull=True),
                name="%(app_label)s_%(class)s_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind=NoticeKind.AGENCY_DECISION),
                name="%(app_label)s_%(class)s_once_an_agency",
            ),
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=True) | Q(delivered_on__gte=F("issued_on")),
                name="%(app_label)s_%(class)s_arrives_after_issued",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=NoticeKind.HEARING,
                    part__in=Part.values,
                    circumstance__in=Circumstance.values,
                    responsibility__in=Responsibility.values,
                )
                | ~Q(kind=NoticeKind.HEARING) & Q(part="", circumstance="", responsibility=""),
                name="%(app_label)s_%(class)s_hearing_says_the_charge",
            ),
            models.CheckConstraint(
                condition=Q(heard_on__isnull=True, heard_by__isnull=True, waived_on__isnull=True)
                | Q(kind=NoticeKind.HEARING, withdrawn_on__isnull=False)
                & (
                    Q(heard_on__isnull=False, heard_by__isnull=False, waived_on__isnull=True)
                    | Q(heard_on__isnull=True, heard_by__isnull=True, waived_on__isnull=False)
                ),
                name="%(app_label)s_%(class)s_answer_of_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(kind=NoticeKind.HEARING),
                name="%(app_label)s_%(class)s_hearing_is_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def charge(self) -> Charge:
        return Charge(self.part, self.circumstance, self.responsibility)
