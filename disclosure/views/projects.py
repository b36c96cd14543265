"""重大建设项目: the list, and one project from approval to acceptance."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from disclosure.list_filters import ProjectFilterSet
from disclosure.models import Item
from disclosure.projects import STAGES, aspect_of, aspects, extra_of, facts, parts_of, projects
from disclosure.types import PROJECT_ASPECTS
from disclosure.views.item import keep_private
from disclosure.views.type_lists import list_context
from govportal.now import today

_STAGE_LABELS = dict(STAGES)
_ASPECT_LABELS = dict(PROJECT_ASPECTS)


def project_list(request: HttpRequest) -> HttpResponse:
    """Projects with investment, owner, stage, progress, and how many of the ten aspects something is published of."""
    items = ProjectFilterSet.items(request.user)
    filterset = ProjectFilterSet(data=request.GET, queryset=items, request=request)
    context = list_context(request, filterset, "project")
    shown = list(context["page"].object_list)
    parts = parts_of(shown, request.user)
    context |= {
        "rows": [_row(item, parts[item.pk]) for item in shown],
        "stages": STAGES,
        "number_of_aspects": len(PROJECT_ASPECTS),
    }
    return render(request, "disclosure/project_list.html", context)


def _row(item: Item, parts: list[Item]) -> dict[str, Any]:
    return {
        "item": item,
        "facts": facts(item, parts),
        "stage": _STAGE_LABELS.get(item.reached, ""),  # type: ignore[attr-defined]
        "published": sum(1 for aspect in aspects(item, parts) if aspect.items),
    }


def project_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One project: its facts, the ten aspects in their order, and everything by date."""
    project = projects(request.user).with_effective_validity(today()).filter(slug=slug).first()
    if project is None:
        return _elsewhere(request, slug)
    parts = parts_of([project], request.user)[project.pk]
    ten = aspects(project, parts)
    known = facts(project, parts)
    dated = sorted([project, *parts], key=lambda item: (item.published_on, item.pk))
    context = {
        "project": project,
        "facts": known,
        "stage": _STAGE_LABELS.get(project.reached, ""),  # type: ignore[attr-defined]
        "aspects": ten,
        "published": sum(1 for aspect in ten if aspect.items),
        "events": [(item, _ASPECT_LABELS.get(aspect_of(extra_of(item)), item.type.label)) for item in dated],
    }
    return keep_private(render(request, "disclosure/project_page.html", context), project)


def _elsewhere(request: HttpRequest, slug: str) -> HttpResponse:
    """A text that belongs to a project has no page of its own here: its item page has the way to the project."""
    part = Item.objects.visible_to(request.user).filter(slug=slug, item_type="project").first()
    if part is None:
        raise Http404(_("没有这个项目。地址可能有误，也可以在项目列表里查找。"))
    return redirect(part)
