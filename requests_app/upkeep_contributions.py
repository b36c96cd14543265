"""What requests leave behind elsewhere: the mark on an item that began as a reply, jobs, guards and checks."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from disclosure.models import Item
from govportal import contributions, dbsetup
from govportal.contributions import Panel
from requests_app import database, tasks
from requests_app.services import convert


def contribute() -> None:
    """Called once, when the app is ready."""
    for trigger in database.guards():
        dbsetup.declare(trigger)
    for job in tasks.UPKEEP:
        contributions.scheduled_jobs.add(job)
    contributions.calendar_tasks.append(tasks.REFRESH)
    contributions.item_panels.add(Panel("conversion", "requests_app/item_conversion.html", _conversion))


def _conversion(request: HttpRequest, item: Item) -> Mapping[str, Any] | None:
    """由依申请公开转化, with the number of requests and nothing else of them."""
    requests = convert.requests_behind(item)
    return {"requests": requests} if requests else None
