"""证件与座牌 at /admin/badges/: badges and desk plates of an agency's people, on sheets for the office's own printer.

No row is kept but that of the audit trail. Photos of leaders are printed for whoever may change them; for others the
frame stays empty.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from disclosure import badges
from disclosure.badges import Order, Person, Photo
from disclosure.forms.badges import BadgeForm
from govportal import access, audit, contributions, staff_site
from govportal.contributions import Panel
from govportal.files import let_nothing_run
from govportal.filetypes import JPEG, PDF
from govportal.forms import whole_number
from govportal.models import Agency, Attachment, Leader
from govportal.models.agency import AgencyQuerySet
from govportal.now import now
from govportal.permissions import Permission

OPENS = (Permission.MANAGE_AGENCIES, Permission.MANAGE_BOARDS)


def badge_page(request: HttpRequest) -> HttpResponse:
    """Choose the agency, then the people; a press makes the sheets."""
    kept = _agencies(request.user)
    agency = _chosen(request, kept)
    people = badges.people_of(agency)
    may_see = access.can(request.user, Permission.MANAGE_AGENCIES, agency)
    shared: dict[str, Any] = {"agency": agency, "people": people, "may_see_photos": may_see}
    if request.method == "POST":
        form = BadgeForm(request.POST, **shared)
        if form.is_valid():
            return _printed(request, form, may_see=may_see)
    else:
        form = BadgeForm(initial=BadgeForm.first_values(people), **shared)
    context = {
        **admin.site.each_context(request),
        "title": _("证件与座牌"),
        "form": form,
        "agency": agency,
        "agencies": kept.order_by("position", "name"),
        "people": people,
        "may_see_photos": may_see,
    }
    return TemplateResponse(request, "admin/disclosure/badges.html", context)


def _agencies(user: Any) -> AgencyQuerySet:
    """Raises PermissionDenied for whoever keeps none."""
    if not any(access.can(user, permission) for permission in OPENS):
        raise PermissionDenied
    first, second = (access.agencies_under(user, permission) for permission in OPENS)
    return (first | second).active()


def _chosen(request: HttpRequest, kept: AgencyQuerySet) -> Agency:
    """The agency the address names; without one that of the user, else the first he keeps."""
    if named := request.GET.get("agency"):
        found = kept.filter(pk=whole_number(named) or 0).first()
    else:
        found = kept.filter(pk__in=access.own_agencies(request.user)).first() or kept.first()
    if found is None:
        raise Http404(_("没有这个单位，或者您不管理它。"))
    return found


def _printed(request: HttpRequest, form: BadgeForm, *, may_see: bool) -> HttpResponse:
    people: Sequence[Person] = form.cleaned_data["people"]
    has_photos = may_see and form.cleaned_data["photo"] != Photo.NONE
    order = form.order(_with_photos(people, form.agency) if has_photos else people)
    made = badges.render(order, at=now())
    _record(request.user, order)
    response = HttpResponse(made, content_type=PDF.content_type)
    name = f"{form.agency.display_name}{badges.title_of(order.kind)}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response.headers["Cache-Control"] = "private, no-store"
    let_nothing_run(response, PDF.content_type)
    return response


@transaction.atomic
def _record(user: Any, order: Order) -> None:
    """Who made badges, of which kind and how many, and how many faces were on them; not whose."""
    photos = sum(bool(person.photo) for person in order.people)
    after = {"kind": order.kind.value, "count": len(order.people), "photos": photos}
    audit.record(user, "agency.badges", order.agency, agency=order.agency, after=after)


def _with_photos(people: Sequence[Person], agency: Agency) -> list[Person]:
    rows = Leader.objects.filter(agency=agency, photo__isnull=False).select_related("photo")
    photos = {f"leader-{row.pk}": row.photo for row in rows if row.photo}
    return [replace(person, photo=_picture(photos.get(person.key))) for person in people]


def _picture(photo: Attachment | None) -> bytes:
    """Nothing where the file is gone: the frame stays empty, and the other badges are made."""
    if photo is None or photo.content_type != JPEG.content_type:
        return b""
    try:
        with photo.file.open("rb") as file:
            return bytes(file.read())
    except OSError:
        return b""


def _panel(request: HttpRequest) -> dict[str, Any] | None:
    return {} if any(access.can(request.user, permission) for permission in OPENS) else None


staff_site.add_page("badges/", badge_page, "badges")
contributions.staff_panels.add(Panel("badges", "admin/disclosure/badges_panel.html", _panel, position=95))
