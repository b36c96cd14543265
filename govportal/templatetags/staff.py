"""Tags of the staff landing page and of the lists behind it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.apps import apps
from django.contrib import admin
from django.template import Context
from django.utils.functional import Promise
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from govportal import access, contributions, heartbeat
from govportal.calendar import load_calendar
from govportal.contributions import Visit, panels_for
from govportal.contributions import staff_actions as contributed_actions
from govportal.contributions import staff_panels as contributed_panels
from govportal.contributions import staff_queues as contributed
from govportal.inbox_rows import messages_of
from govportal.now import now
from govportal.permissions import Permission, Role

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
        Queue(
            str(queue.label), figure.count, figure.note, figure.is_late, queue.is_work and figure.is_work, queue.url()
        )
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


# Who waits for the jobs of the clock, or can have them started again.
_JOB_ROLES = frozenset({Role.ADMINISTRATOR, Role.OFFICE_HEAD, Role.PUBLISHER, Role.APPROVER})


@register.simple_tag(takes_context=True)
def scheduled_jobs(context: Context) -> list[heartbeat.Run]:
    """The last run of every job; nothing for those whom it does not concern."""
    return heartbeat.last_runs() if access.holds_role(context["request"].user, _JOB_ROLES) else []


@register.simple_tag(takes_context=True)
def may_see_jobs(context: Context) -> bool:
    """Whether the page of jobs and outbox opens to this user."""
    return access.holds_for_all(context["request"].user, Permission.MANAGE_SITE)


UNREAD_SHOWN = 99


@register.simple_tag(takes_context=True)
def unread_messages(context: Context) -> str:
    """How many messages of this user are unread, for the head of every page; empty when none is."""
    user = context["request"].user
    if not user.is_authenticated:
        return ""
    count = messages_of(user).filter(read_at=None)[: UNREAD_SHOWN + 1].count()
    return f"{UNREAD_SHOWN}+" if count > UNREAD_SHOWN else str(count or "")


@register.simple_tag
def list_note(app_label: str, model_name: str) -> Promise | str:
    """What the list of this model holds, in a sentence."""
    return contributions.list_notes.get(f"{app_label}.{model_name}".lower(), "")


@register.simple_tag
def add_words(app_label: str, model_name: str) -> Promise | str:
    """What the button for a new row says."""
    model_admin = admin.site.get_model_admin(apps.get_model(app_label, model_name))
    return getattr(model_admin, "add_title", "") or _("新增")


_CELL = re.compile(r"<(?:td|th)\b")


@register.simple_tag
def labelled(headers: Sequence[Mapping[str, Any]], cells: Sequence[str]) -> list[SafeString]:
    """Cells of a list, each with the words of its column: on a phone a row stands as a card."""
    words = [conditional_escape(strip_tags(str(header["text"])).strip()) for header in headers]
    return [
        mark_safe(_CELL.sub(rf'\g<0> data-label="{label}"', cell, count=1))  # noqa: S308  (both are safe)
        for cell, label in zip(cells, words, strict=False)
    ]


@register.simple_tag
def stopped(runs: Sequence[heartbeat.Run]) -> list[heartbeat.Run]:
    """Those that have been silent for longer than they may."""
    at = now()
    return [run for run in runs if run.is_stopped(at)]
