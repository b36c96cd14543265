"""What filing and following a request add to the kernel's pages and jobs; called by RequestsConfig.ready()."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from govportal import contributions, heartbeat
from govportal.contributions import NavEntry, Panel, Place, ScheduledJob
from govportal.models import Agency
from requests_app import tasks
from requests_app.services import intake

_BELOW = ("request_new", "request_step", "request_check", "request_sent", "request_case", "calculator")
NAVIGATION = (
    NavEntry("requests", Place.MENU, gettext_lazy("依申请公开"), "requests", within=_BELOW, position=65),
    NavEntry(
        "door-requests",
        Place.DOOR,
        gettext_lazy("依申请公开"),
        "requests",
        gettext_lazy("没有找到的信息，可以申请。不收费，20个工作日内答复。"),
        position=35,
    ),
    NavEntry("foot-requests", Place.FOOTER, gettext_lazy("依申请公开"), "requests", position=32),
    NavEntry("foot-lookup", Place.FOOTER, gettext_lazy("查申请进度"), "request_lookup", position=34),
    NavEntry("foot-calculator", Place.FOOTER, gettext_lazy("期限和费用计算"), "calculator", position=36),
)


def _agency_requests(_request: HttpRequest, *, agency: Agency) -> Mapping[str, Any] | None:
    return {} if intake.open_agencies().filter(pk=agency.pk).exists() else None


def contribute() -> None:
    for entry in NAVIGATION:
        contributions.nav_entries.add(entry)
    panel = Panel("requests", "requests_app/agency_requests.html", _agency_requests, position=45)
    contributions.agency_panels.add(panel)
    contributions.scheduled_jobs.add(
        ScheduledJob(tasks.SWEEP_DRAFTS, gettext_lazy("清理没有送出的申请"), heartbeat.DAILY, position=70)
    )
