"""Tags of the staff landing page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.template import Context

from govportal.contributions import staff_queues as contributed

register = template.Library()


@dataclass(frozen=True, slots=True)
class Queue:
    label: str
    count: int
    url: str


@register.simple_tag(takes_context=True)
def staff_queues(context: Context) -> list[Queue]:
    """The contributed queues as this user sees them, in their order."""
    user = context["request"].user
    return [Queue(str(queue.label), queue.count(user), queue.url()) for queue in contributed.all()]


@register.simple_tag
def waiting(queues: Sequence[Queue]) -> int:
    """How many things wait in all queues together."""
    return sum(queue.count for queue in queues)
