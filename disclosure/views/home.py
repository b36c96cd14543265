"""The home page. Every number on it is counted from rows."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.enums import PUBLIC_CHAIN, Aspect, Category
from disclosure.models import Item, LogEntry
from disclosure.queries import ItemQuerySet
from govportal import now
from govportal.contributions import home_panels, panels_for
from govportal.register import agency_register

LATEST = 6

ASPECT_SENTENCES: dict[Aspect, Promise] = {
    Aspect.DECISION: _("规范性文件、解读、规划、会议"),
    Aspect.EXECUTION: _("重大项目、任务进展、督查"),
    Aspect.MANAGEMENT: _("权责清单、许可处罚、检查"),
    Aspect.SERVICE: _("办事指南、收费、便民信息"),
    Aspect.RESULT: _("财政、审计、任免、办理结果"),
}


def home(request: HttpRequest) -> HttpResponse:
    items = Item.objects.visible_to(request.user)
    today = now.today()
    context = {
        "today": today,
        "published": _published_counts(items, today),
        "latest": items.dated_list(today)[:LATEST],
        "register": agency_register(),
        "log_head": LogEntry.objects.filter(chain=PUBLIC_CHAIN).order_by("-sequence").first(),
        "panels": panels_for(home_panels, request),
        "hide_search": True,
        **_classified_counts(items),
    }
    return render(request, "disclosure/home.html", context)


def _published_counts(items: ItemQuerySet, today: date) -> dict[str, int]:
    """How many became public today, this month, this year."""
    return items.filter(year=today.year).aggregate(
        today=Count("pk", filter=Q(published_on=today)),
        month=Count("pk", filter=Q(published_on__gte=today.replace(day=1), published_on__lte=today)),
        year=Count("pk", filter=Q(published_on__lte=today)),
    )


def _classified_counts(items: ItemQuerySet) -> dict[str, Any]:
    """Total, 五公开 and 八类目录 from one statement."""
    aspects: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    for aspect, category, count in items.order_by().values_list("aspect", "category").annotate(n=Count("pk")):
        aspects[aspect] += count
        categories[category] += count
    return {
        "total": aspects.total(),
        "aspects": [(a.value, a.label, aspects[a], ASPECT_SENTENCES[a]) for a in Aspect],
        "categories": [(c.value, c.label, categories[c]) for c in Category],
    }
