"""What requests leave behind elsewhere: the mark on an item that began as a reply, jobs, guards and checks."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from disclosure.models import Item
from govportal import contributions, dbsetup
from govportal.contributions import Panel
from requests_app import checks as _registered  # noqa: F401
from requests_app import database, tasks
from requests_app.services import convert

AUDIT_WORDS: dict[str, Promise | str] = {
    "request.import_ledger": gettext_lazy("导入台账"),
    "request.purge": gettext_lazy("清除期满的个人信息"),
    "publicationtask": gettext_lazy("转为主动公开"),
    "publicationtask.open": gettext_lazy("提出"),
    "publicationtask.join": gettext_lazy("并入同类申请"),
    "publicationtask.draft": gettext_lazy("拟制公开稿"),
    "publicationtask.decline": gettext_lazy("不转为主动公开"),
    "publicationtask.publish": gettext_lazy("已公开"),
}


def contribute() -> None:
    """Called once, when the app is ready."""
    for trigger in database.guards():
        dbsetup.declare(trigger)
    for job in tasks.UPKEEP:
        contributions.scheduled_jobs.add(job)
    contributions.calendar_tasks.append(tasks.REFRESH)
    contributions.audit_words.update(AUDIT_WORDS)
    contributions.item_panels.add(Panel("conversion", "requests_app/item_conversion.html", _conversion))


def _conversion(request: HttpRequest, item: Item) -> Mapping[str, Any] | None:
    """由依申请公开转化, with the number of requests and nothing else of them."""
    requests = convert.requests_behind(item)
    return {"requests": requests} if requests else None
