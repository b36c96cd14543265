"""留言纠错按时答复: of the messages that fell due in the period, those answered on the last day or before it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged, official
from evaluation.scoring import ON_TIME, Case
from requests_app.feedback_enums import FeedbackKind
from requests_app.models import Feedback


class Row(NamedTuple):
    number: str
    agency_id: int
    kind: str
    due_on: date
    answered_on: date | None


def rows(span: Span) -> Iterator[Row]:
    due = Feedback.objects.filter(due_on__range=(span.since, span.until)).order_by("due_on", "pk")
    return (Row(*values) for values in due.values_list(*Row._fields).iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    kinds = {kind.value: official(kind.label) for kind in FeedbackKind}
    for row in rows:
        answered_on = span.known(row.answered_on)
        if span.is_settled(row.due_on, answered_on):
            case = Case(row.number, kinds[row.kind], iso(row.due_on), iso(answered_on))
            yield row.agency_id, judged(case, ON_TIME)


INDICATOR = AutomaticIndicator(
    "feedback_answered",
    _("留言纠错按时答复"),
    _(
        "答复期限在统计期内届满的留言、纠错，在期限当天或者以前答复的占多少。告知其他途径、不予办理并说明理由的算已答复。"
    ),
    _("本平台留言、纠错办理时限"),
    ON_TIME,
    rows,
    cases,
    case_word=_("件"),
)
