import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.survey import Survey, SurveyQuestion
from evaluation.survey_enums import Level


def random_number() -> int:
    """A key that says nothing about the order in which ballots came in: consecutive ones would tell the hour."""
    return secrets.randbits(62) + 1


class Ballot(models.Model):
    """One filled-in form. Secret: of an invited evaluator it keeps that he was invited and no more: not the category,
    in which he may be the only one who voted, nor the day.

    `voter_key` is the fingerprint of what a signed cookie holds, or of nothing that is kept where the voter was
    invited. Written once and never changed.
    """

    # Of this kind, for SQLite counts the rows of every other one in the order in which they came.
    id = models.BigAutoField(primary_key=True, default=random_number, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="ballots", verbose_name=_("社会评议"))
    voter_key = models.CharField(max_length=64, editable=False)
    is_invited = models.BooleanField(_("特邀评议"), default=False)
    cast_on = models.DateField(_("评议日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("评议票")
        verbose_name_plural = _("评议票")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "voter_key"], name="%(app_label)s_%(class)s_once"),
            # The only one of the invited who voted on a day would be known by it.
            models.CheckConstraint(
                condition=Q(is_invited=False, cast_on__isnull=False) | Q(is_invited=True, cast_on__isnull=True),
                name="%(app_label)s_%(class)s_invited_has_no_day",
            ),
        ]

    def __str__(self) -> str:
        return str(_("评议票"))


class BallotAnswer(models.Model):
    """What a ballot says of one agency to one question; no level: 不了解."""

    id = models.BigAutoField(primary_key=True, default=random_number, editable=False)
    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="answers", verbose_name=_("评议票"))
    agency = models.ForeignKey("govportal.Agency", models.PROTECT, related_name="+", verbose_name=_("评议对象"))
    question = models.ForeignKey(SurveyQuestion, models.PROTECT, related_name="+", verbose_name=_("题目"))
    level = models.PositiveSmallIntegerField(_("评价"), choices=Level, null=True, blank=True)

    class Meta:
        verbose_name = _("评议答案")
        verbose_name_plural = _("评议答案")
        ordering = ["id"]
        indexes = [models.Index(fields=["question", "agency", "level"], name="survey_count")]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "agency", "question"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__in=Level.values), name="%(app_label)s_%(class)s_level"
            ),
        ]

    def __str__(self) -> str:
        return str(_("评议答案"))
