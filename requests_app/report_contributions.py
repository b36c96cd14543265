"""What annual reports add to the kernel's pages, database and audit words; called by RequestsConfig.ready()."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from disclosure.models import Item
from govportal import access, contributions, dbsetup
from govportal.contributions import Figure, NavEntry, Panel, Place, StaffQueue, Visit
from govportal.permissions import Permission
from requests_app import report_guard
from requests_app.enums import ReportState
from requests_app.models import AnnualReport
from requests_app.report_workflow import ReportAction

AUDIT_WORDS = {
    "annualreport": gettext_lazy("年度报告"),
    "annualreport.start": gettext_lazy("开始编制"),
    "annualreport.drop": gettext_lazy("取消填报的数据"),
    **{f"annualreport.{action}": action.label for action in ReportAction},
}


class ReportSitemap(Sitemap):  # type: ignore[type-arg]  # not subscriptable when run
    """Published annual reports."""

    limit = 10_000
    protocol = None

    def items(self) -> QuerySet[AnnualReport]:
        readable = Item.objects.visible_to(AnonymousUser()).filter(item_type="annual_report")
        frozen = AnnualReport.objects.filter(state=ReportState.FROZEN, item__in=readable)
        return frozen.select_related("agency").order_by("id")

    def location(self, item: AnnualReport) -> str:
        return reverse("report", args=[item.agency.code, item.year])


def _to_freeze(visit: Visit) -> Figure | None:
    """Reports handed in, for those who sign."""
    agencies = access.agencies_with(visit.user, Permission.RELEASE_REPLY)
    if not agencies:
        return None
    return Figure(AnnualReport.objects.filter(state=ReportState.SUBMITTED, agency__in=agencies).count())


def _list() -> str:
    return reverse("admin:requests_app_annualreport_changelist")


QUEUES = (StaffQueue("reports-freeze", gettext_lazy("年度报告待定稿"), _to_freeze, _list, position=176),)


def _of_item(request: HttpRequest, item: Item) -> Mapping[str, Any] | None:
    """The way from the item to the same report in the official form."""
    if item.item_type != "annual_report":
        return None
    report = AnnualReport.objects.filter(item=item, state=ReportState.FROZEN).select_related("agency").first()
    return {"report": report} if report else None


def contribute() -> None:
    for trigger in report_guard.guards():
        dbsetup.declare(trigger)
    contributions.audit_words.update(AUDIT_WORDS)
    contributions.nav_entries.add(
        NavEntry("foot-reports", Place.FOOTER, gettext_lazy("年度报告"), "reports", within=("report",), position=30)
    )
    contributions.sitemaps["reports"] = ReportSitemap
    contributions.page_parameters.update({"agency", "year"})
    contributions.item_panels.add(Panel("report", "requests_app/report_item_panel.html", _of_item))
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
