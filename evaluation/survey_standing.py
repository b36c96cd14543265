"""Where a survey stands towards everybody: whether its results are public, and which of its steps are to be done.

One rule for the page, the desk and the reminders: 汇总评议情况并公开 is done on the day on which the results are both
tallied and public. Results that were withdrawn later had been published.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from disclosure.enums import ItemState
from disclosure.models import Item
from evaluation.enums import RESULT_ITEM
from evaluation.models import Survey, SurveyStep
from evaluation.survey_enums import SurveyState, SurveyStepKind

_UNPUBLISHED = Q(survey__item=None) | Q(survey__item__state=ItemState.UNPUBLISHED)
_WAITS = Q(done_on=None) | Q(step=SurveyStepKind.TALLY) & _UNPUBLISHED


def public() -> QuerySet[Survey]:
    """Surveys whose results everybody can read."""
    readable = Item.objects.visible_to(AnonymousUser()).filter(item_type=RESULT_ITEM)
    return Survey.objects.filter(state=SurveyState.TALLIED, item__in=readable)


def is_public(row: Survey) -> bool:
    return row.item_id is not None and public().filter(pk=row.pk).exists()


def open_steps() -> QuerySet[SurveyStep]:
    """Still to be done, in surveys that go on."""
    return SurveyStep.objects.filter(_WAITS).exclude(survey__state=SurveyState.CANCELLED)


def with_days(steps: QuerySet[SurveyStep]) -> QuerySet[Any]:
    """Each with `completed_on`, the day on which it was done; None: it is still to be done."""
    both = Greatest("done_on", "survey__item__published_on")
    done = (When(_WAITS, then=Value(None)), When(step=SurveyStepKind.TALLY, then=both))
    return steps.annotate(completed_on=Case(*done, default=F("done_on"), output_field=DateField()))
