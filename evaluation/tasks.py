"""Tasks of rounds. Each may run twice, and says at its end that it has run."""

from celery import shared_task
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import RoundState
from evaluation.models import AssessmentRound
from evaluation.services import measure
from govportal import heartbeat, jobs
from govportal.contributions import ScheduledJob
from govportal.models import User
from govportal.now import now

MEASURE_ROUNDS, MEASURE_ROUND = "evaluation.measure_rounds", "evaluation.measure_round"
JOBS = (ScheduledJob(MEASURE_ROUNDS, gettext_lazy("考核自动取数"), heartbeat.DAILY, position=85),)


@shared_task(name=MEASURE_ROUNDS)
def measure_rounds() -> None:
    """After midnight in Beijing: a job for each open round, so that a fault in one stops no other."""
    ids = list(AssessmentRound.objects.filter(state=RoundState.OPEN).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        jobs.enqueue(MEASURE_ROUND, round_id=pk)
    heartbeat.beat(MEASURE_ROUNDS, now(), _("取数 %s 次考核") % len(ids))


@shared_task(name=MEASURE_ROUND)
def measure_round(round_id: int, actor_id: int | None = None) -> None:
    """`actor_id`: who asked for it. One that was told or cancelled meanwhile is left as it is."""
    row = AssessmentRound.objects.filter(pk=round_id, state=RoundState.OPEN).first()
    if row is not None:
        actor = User.objects.filter(pk=actor_id).first() if actor_id is not None else None
        measure.measure(row.pk, at=now(), actor=actor)
