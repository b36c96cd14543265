"""Tags of the staff landing page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context

from govportal import heartbeat
from govportal.calendar import load_calendar
from govportal.contributions import Visit, panels_for
from govportal.contributions import staff_actions as contributed_actions
from govportal.contributions import staff_panels as contributed_panels
from govportal.contributions import staff_queues as contributed
from govportal.now import now

register = template.Library()


@dataclass(frozen=True, slots=True)
class Queue:
    label: str
    count: int
    note: str
    is_late: bool
    is_work: bool
    url: str


@register.simple_tag(takes_context=True)
def staff_queues(context: Context) -> list[Queue]:
    """The contributed queues as this user sees them, in their order."""
    visit = Visit(context["request"].user, now(), load_calendar)
    figures = ((queue, queue.figure(visit)) for queue in contributed.all())
    return [
        Queue(str(queue.label), figure.count, figure.note, figure.is_late, queue.is_work, queue.url())
        for queue, figure in figures
        if figure is not None
    ]


@register.simple_tag
def waiting(queues: Sequence[Queue]) -> int:
    """How many things wait to be done in all queues together."""
    return sum(queue.count for queue in queues if queue.is_work)


@register.simple_tag(takes_context=True)
def staff_actions(context: Context) -> list[tuple[str, Mapping[str, Any]]]:
    """(template, context) of what this user may begin."""
    return panels_for(contributed_actions, context["request"])


@register.simple_tag(takes_context=True)
def staff_panels(context: Context) -> list[tuple[str, Mapping[str, Any]]]:
    """(template, context) of what stands beside the queues."""
    return panels_for(contributed_panels, context["request"])


@register.simple_tag
def scheduled_jobs() -> list[heartbeat.Run]:
    return heartbeat.last_runs()


@register.simple_tag
def stopped(runs: Sequence[heartbeat.Run]) -> list[heartbeat.Run]:
    """Those that have been silent for longer than they may."""
    at = now()
    return [run for run in runs if run.is_stopped(at)]
