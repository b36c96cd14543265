"""The list of requests: the queues as lists, by due day, and filters that count nothing."""

from typing import Any

from django.contrib import admin
from django.db.models import Min
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from govportal import access
from govportal.admin.base import NamedList
from govportal.calendar import load_calendar
from govportal.now import today
from govportal.permissions import Permission
from requests_app.admin.queue_filter import QueueFilter
from requests_app.models import InformationRequest
from requests_app.queues import REQUEST_QUEUES, Look


class RequestList(NamedList):
    """Each row knows the day and the calendar: both are read once for a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        day, calendar = today(), load_calendar()
        for row in self.result_list:
            row.seen_on, row.calendar = day, calendar


class RequestQueueFilter(QueueFilter):
    queues = REQUEST_QUEUES
    everything = gettext_lazy("全部申请")

    def rows(self, request: HttpRequest, queryset: Any, chosen: Any) -> Any:
        return queryset & chosen(Look(request.user, today(), load_calendar)).order_by()


class AgencyFilter(admin.SimpleListFilter):
    """For whoever works at several."""

    title = gettext_lazy("单位")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        agencies = {row.pk: row.display_name for row in access.agencies_with(request.user, Permission.VIEW_REQUESTS)}
        return [(str(pk), name) for pk, name in agencies.items()] if len(agencies) > 1 else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(agency=self.value()) if self.value() in known else queryset


class HandlerFilter(admin.SimpleListFilter):
    title = gettext_lazy("经办人")
    parameter_name = "handler"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        agencies = access.agencies_with(request.user, Permission.VIEW_REQUESTS)
        people = access.holders(Permission.HANDLE_REQUEST, *agencies)
        return [("none", gettext_lazy("还没有分派")), *((str(person.pk), str(person)) for person in people)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "none":
            return queryset.filter(handler=None)
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(handler=self.value()) if self.value() in known else queryset


class YearFilter(admin.SimpleListFilter):
    title = gettext_lazy("收到年度")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        first_on = InformationRequest.objects.visible_to(request.user).aggregate(first=Min("received_on"))["first"]
        last = today().year
        return [(str(year), str(year)) for year in range(last, (first_on.year if first_on else last) - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(received_on__year=int(self.value() or 0)) if self.value() in known else queryset


FILTERS = (RequestQueueFilter, "state", "channel", AgencyFilter, HandlerFilter, YearFilter, "outcome", "applicant_kind")
