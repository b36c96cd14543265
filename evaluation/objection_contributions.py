"""What objections and the running of rounds add to the kernel: queues, deadlines, the nightly job."""

from evaluation import deadlines, queues, tasks
from govportal import contributions


def contribute() -> None:
    """Called by EvaluationConfig.ready()."""
    queues.contribute()
    for source in deadlines.SOURCES:
        contributions.deadline_sources.add(source)
    for job in tasks.JOBS:
        contributions.scheduled_jobs.add(job)
