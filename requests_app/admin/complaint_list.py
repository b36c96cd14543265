"""The list of complaints: the queues as lists, the most urgent first, and filters that name only what one may see."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from govportal.admin.base import NamedList
from govportal.calendar import load_calendar
from govportal.models import Agency
from govportal.now import today
from requests_app.admin.queue_filter import QueueFilter
from requests_app.complaint_queues import COMPLAINT_QUEUES, Look
from requests_app.models import Complaint


class ComplaintList(NamedList):
    """Each row knows the day and the calendar: both are read once for a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        day, calendar = today(), load_calendar()
        for row in self.result_list:
            row.seen_on, row.calendar = day, calendar


class ComplaintQueueFilter(QueueFilter):
    queues = COMPLAINT_QUEUES
    everything = gettext_lazy("全部投诉举报")

    def rows(self, request: HttpRequest, queryset: Any, chosen: Any) -> Any:
        """A number that is looked for is found wherever it stands."""
        if not self.used_parameters.get(self.parameter_name) and request.GET.get("q", "").strip():
            return queryset
        return queryset.filter(chosen(Look(request.user, today(), load_calendar)))


class AgencyFilter(admin.SimpleListFilter):
    """The agencies complained of in what this reader may see, and no others."""

    title = gettext_lazy("被投诉单位")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = Complaint.objects.visible_to(request.user).values("agency")
        return [(str(row.pk), row.display_name) for row in Agency.objects.filter(pk__in=seen).order_by("code")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(agency=self.value()) if self.value() in known else queryset


class HandlerFilter(admin.SimpleListFilter):
    title = gettext_lazy("经办人")
    parameter_name = "handler"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", gettext_lazy("还没有分派")), ("me", gettext_lazy("我"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "none":
                return queryset.filter(handler=None)
            case "me":
                return queryset.filter(handler=request.user.pk)
        return queryset


FILTERS = (ComplaintQueueFilter, "state", "ground", AgencyFilter, HandlerFilter, "result", "channel", "is_named")
