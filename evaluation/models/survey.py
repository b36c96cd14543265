from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluation.survey_enums import SurveyAspect, SurveyState, SurveyStepKind

_OPENED = [SurveyState.OPEN, SurveyState.CLOSED, SurveyState.TALLIED]


class Survey(models.Model):
    """社会评议: what the public and invited evaluators are asked about some agencies, and what came of it.

    It knows no assessment: the round of an assessment names it. services/survey_procedure.py writes the state; the
    tally is frozen with its digest, and its results are public once `item` is (《社会评议制度》).
    """

    title = models.CharField(_("名称"), max_length=80)
    slug = models.CharField(
        _("网址代号"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"\A[0-9a-z]+(-[0-9a-z]+)*\Z", _("只能用小写字母、数字和连字符。"))],
        help_text=_("例如 2026-h1，建立后不能修改。"),
    )
    introduction = models.TextField(_("说明"), max_length=2000, blank=True)
    agencies = models.ManyToManyField(
        "govportal.Agency", related_name="surveys", blank=True, verbose_name=_("评议对象")
    )
    opens_on = models.DateField(_("开始日期"))
    closes_on = models.DateField(_("截止日期"))
    state = models.CharField(_("状态"), max_length=10, choices=SurveyState, default=SurveyState.DRAFT)
    accepts_public = models.BooleanField(_("接受公众评议"), default=True, help_text=_("不勾选，只由特邀评议人员评议。"))
    # From which score on a grade is given; below the last it is 差.
    excellent_from = models.PositiveSmallIntegerField(
        _("优秀，不低于"), default=90, validators=[MaxValueValidator(100)]
    )
    good_from = models.PositiveSmallIntegerField(_("良好，不低于"), default=80, validators=[MaxValueValidator(100)])
    fair_from = models.PositiveSmallIntegerField(_("一般，不低于"), default=60, validators=[MaxValueValidator(100)])

    opened_at = models.DateTimeField(_("开始评议时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("截止时间"), null=True, blank=True)
    # Why it was cancelled, for whoever followed its address.
    cancelled_because = models.CharField(_("取消原因"), max_length=300, blank=True, default="")
    # What is shown and no more: an agency with too few ballots stands in it without a number.
    tally = models.JSONField(_("汇总结果"), null=True, blank=True)
    digest = models.CharField(_("汇总摘要"), max_length=64, blank=True, default="")
    tallied_at = models.DateTimeField(_("汇总时间"), null=True, blank=True)
    item = models.OneToOneField(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="survey", verbose_name=_("公开信息")
    )

    class Meta:
        verbose_name = _("社会评议")
        verbose_name_plural = _("社会评议")
        ordering = ["-opens_on", "-id"]
        indexes = [models.Index(fields=["state", "closes_on"], name="survey_due")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SurveyState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(condition=Q(opens_on__lte=F("closes_on")), name="%(app_label)s_%(class)s_days"),
            models.CheckConstraint(
                condition=Q(excellent_from__lte=100, excellent_from__gt=F("good_from"), good_from__gt=F("fair_from")),
                name="%(app_label)s_%(class)s_thresholds",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPENED, opened_at__isnull=False)
                | Q(state=SurveyState.DRAFT, opened_at__isnull=True)
                | Q(state=SurveyState.CANCELLED),
                name="%(app_label)s_%(class)s_opened_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=SurveyState.TALLIED, tally__isnull=False, tallied_at__isnull=False) & ~Q(digest="")
                | ~Q(state=SurveyState.TALLIED)
                & Q(tally__isnull=True, tallied_at__isnull=True, digest="", item__isnull=True),
                name="%(app_label)s_%(class)s_tallied_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=SurveyState.CANCELLED) & ~Q(cancelled_because="")
                | ~Q(state=SurveyState.CANCELLED) & Q(cancelled_because=""),
                name="%(app_label)s_%(class)s_cancelled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("survey", args=[self.slug])

    def is_accepting(self, today: date) -> bool:
        """Whether a ballot cast today counts; a day late it is refused, whether or not somebody has closed it yet."""
        return self.state == SurveyState.OPEN and self.opens_on <= today <= self.closes_on


class SurveyQuestion(models.Model):
    """A question of a survey, answered for each agency on five levels or with 不了解; fixed once the survey opens."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions", verbose_name=_("社会评议"))
    position = models.PositiveSmallIntegerField(_("顺序"))
    aspect = models.CharField(_("评议内容"), max_length=15, choices=SurveyAspect)
    text = models.CharField(_("题目"), max_length=200)
    is_required = models.BooleanField(_("必答"), default=True)

    class Meta:
        verbose_name = _("评议题目")
        verbose_name_plural = _("评议题目")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "position"], name="%(app_label)s_%(class)s_position"),
            models.CheckConstraint(condition=Q(aspect__in=SurveyAspect.values), name="%(app_label)s_%(class)s_aspect"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.text}"


class SurveyStep(models.Model):
    """程序: one of the seven steps of a survey, by when it is to be done, and who did it (《社会评议制度》第六条)."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="steps", verbose_name=_("社会评议"))
    step = models.CharField(_("程序"), max_length=15, choices=SurveyStepKind)
    due_on = models.DateField(_("应完成日期"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    # Public: it stands in the checklist beside the results.
    note = models.CharField(_("情况说明"), max_length=500, blank=True, default="")
    item = models.ForeignKey(
        "disclosure.Item", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("刊登的告示")
    )

    class Meta:
        verbose_name = _("评议程序")
        verbose_name_plural = _("评议程序")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "step"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(step__in=SurveyStepKind.values), name="%(app_label)s_%(class)s_step"),
            # Closing by the calendar is done by nobody, but never undone: a person stands only where there is a day.
            models.CheckConstraint(
                condition=Q(done_on__isnull=False) | Q(done_by__isnull=True, note="", item__isnull=True),
                name="%(app_label)s_%(class)s_done_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.get_step_display()}"
