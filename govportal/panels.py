"""The kernel's own blocks on the page of an agency; those of the apps stand between them by position."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from govportal.contributions import Panel
from govportal.models import Agency


def _leaders(_request: HttpRequest, *, agency: Agency) -> Mapping[str, Any]:
    return {"leaders": list(agency.leaders.all())}


def _bodies(_request: HttpRequest, *, agency: Agency) -> Mapping[str, Any]:
    return {"bodies": list(agency.bodies.all())}


def _children(_request: HttpRequest, *, agency: Agency) -> Mapping[str, Any] | None:
    children = list(agency.children.filter(is_active=True))
    return {"children": children} if children else None


AGENCY_PANELS = (
    Panel("leaders", "govportal/agency_leaders.html", _leaders, position=20),
    Panel("bodies", "govportal/agency_bodies.html", _bodies, position=30),
    Panel("children", "govportal/agency_children.html", _children, position=90),
)
