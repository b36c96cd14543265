"""Where publishers write: a new item, an edition that is not public yet, the next edition of a public one.

The pages build what `services/compose.py` takes and show what it refuses; nothing typed is ever lost.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from disclosure.admin.drafting_pages import AmendPage, EditPage, NewPage, restored, typed_values
from disclosure.admin.visibility import readable, readable_editions
from disclosure.enums import NOTICE_STATES, OPEN_STATES, EditionAction
from disclosure.forms import StartForm
from disclosure.forms.start import AgencyForm, drafting_agencies
from disclosure.models import Edition, Item, SupportingRecord
from disclosure.services import buffers, procedure
from govportal import access, audit, files
from govportal.forms import whole_number
from govportal.models import Agency
from govportal.now import now
from govportal.permissions import Permission


def item_urls() -> list[URLPattern]:
    """For `ItemAdmin.get_urls`: before its own, whose `<path:object_id>/` would take them."""
    guard = admin.site.admin_view
    return [
        path("new/", guard(item_new), name="disclosure_item_new"),
        path("<int:pk>/amend/", guard(item_amend), name="disclosure_item_amend"),
    ]


def edition_urls() -> list[URLPattern]:
    """For `EditionAdmin.get_urls`: before its own."""
    guard = admin.site.admin_view
    return [
        path("<int:pk>/edit/", guard(edition_edit), name="disclosure_edition_edit"),
        path("buffer/", guard(edition_buffer), name="disclosure_edition_buffer"),
        path("records/<int:pk>/file/", guard(record_file), name="disclosure_record_file"),
    ]


# --- a new item ----------------------------------------------------------------------------------------------


def item_new(request: HttpRequest) -> HttpResponse:
    """Step one asks what cannot be changed later; step two is the form, with a key of its own."""
    user: Any = request.user
    agencies = drafting_agencies(user)
    if not agencies:
        raise PermissionDenied(_("只有承办人可以起草信息。"))
    if request.method == "POST":
        return _new_page(request, agencies, request.POST, str(request.POST.get("form_key", ""))).post()
    if key := request.GET.get("buffer"):
        typed = buffers.find(key, user=user) if buffers.is_new_key(key) else None
        if typed is None:
            raise Http404(_("这份暂存已经保存或丢弃。"))
        return _new_page(request, agencies, restored(typed), key).get()
    return _start(request, agencies)


def _new_page(request: HttpRequest, agencies: list[Agency], data: Any, key: str) -> NewPage:
    """The form of step two, by the hidden fields of step one."""
    agency = _chosen(agencies, data.get("place-agency"))
    start = StartForm(data, prefix="place", agency=agency, user=request.user) if agency else None
    if start is None or not start.is_valid() or not buffers.is_new_key(key):
        raise PermissionDenied(_("您不能为这个单位起草这类信息。"))
    return NewPage(request, start.place(), key)


def _chosen(agencies: list[Agency], number: Any) -> Agency | None:
    return next((agency for agency in agencies if str(agency.pk) == str(number)), None)


def _start(request: HttpRequest, agencies: list[Agency]) -> HttpResponse:
    user: Any = request.user
    agency = agencies[0] if len(agencies) == 1 else _chosen(agencies, request.GET.get("agency"))
    form: Any = AgencyForm(user=request.user)
    if agency:
        is_sent = "item_type" in request.GET
        form = StartForm(request.GET if is_sent else None, agency=agency, user=request.user)
        if is_sent and form.is_valid():
            return NewPage(request, form.place(), buffers.new_key()).get()
    context = {
        **admin.site.each_context(request),
        "opts": Item._meta,
        "title": _("新建公开信息"),
        "form": form,
        "agency": agency,
        "unfinished": [_named(typed) for typed in buffers.unfinished(user)],
    }
    return TemplateResponse(request, "admin/disclosure/item_start.html", context)


def _named(typed: buffers.Typed) -> dict[str, Any]:
    title = "".join(typed.values.get("title", [])).strip()
    return {"key": typed.form_key, "title": title or _("（还没有标题）"), "saved_at": typed.saved_at}


# --- editions ------------------------------------------------------------------------------------------------


def edition_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What may not be edited is shown on its desk, with the reason; what was typed meanwhile stays on the page."""
    edition = _edition(request, pk)
    page = EditPage(request, edition)
    if request.method == "POST":
        return page.post()
    if reasons := procedure.reasons_against(edition, EditionAction.EDIT, request.user):
        for reason in reasons:
            messages.error(request, reason)
        return redirect("admin:disclosure_edition_change", pk)
    return page.get()


def _edition(request: HttpRequest, pk: int) -> Edition:
    """An edition this person may see (404 otherwise) and draft (403 otherwise)."""
    rows = readable_editions(request).select_related("item__agency__parent", "item__catalogue_entry", "last_edited_by")
    edition = get_object_or_404(rows, pk=pk)
    access.require(request.user, Permission.DRAFT_ITEM, edition.item.agency)
    return edition


def item_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """The next edition of a published item. Where one has been begun already, that one is opened."""
    rows = Item.objects.select_related("agency__parent", "catalogue_entry", "current_edition")
    item = get_object_or_404(rows.filter(readable(request)), pk=pk)
    access.require(request.user, Permission.DRAFT_ITEM, item.agency)
    begun = item.editions.filter(state__in=OPEN_STATES).first()
    if request.method != "POST" and begun:
        return redirect("admin:disclosure_edition_edit", begun.pk)
    last = item.editions.order_by("number").last()
    if last is None or (begun is None and item.state in NOTICE_STATES):
        messages.error(request, _("这条信息的状态是“%s”，不能起草新版本。") % item.get_state_display())
        return redirect("admin:disclosure_item_change", pk)
    page = AmendPage(request, item, item.current_edition or last, last.number + 1)
    return page.post() if request.method == "POST" else page.get()


# --- what is typed, and the files of records -----------------------------------------------------------------


@require_POST
def edition_buffer(request: HttpRequest) -> HttpResponse:
    """Autosave: keep what is typed for this person alone. 409 once the form has been saved."""
    key = str(request.POST.get("form_key", ""))
    if not _may_keep(request, key):
        raise PermissionDenied(_("不能为这张表单暂存。"))
    user: Any = request.user
    at = now()
    if not buffers.keep(key, typed_values(request.POST), user=user, at=at):
        return JsonResponse({"saved_at": ""}, status=409)
    return JsonResponse({"saved_at": f"{localtime(at):%H:%M}"})


def _may_keep(request: HttpRequest, key: str) -> bool:
    kind, _colon, number = key.partition(":")
    mine = [agency.pk for agency in drafting_agencies(request.user)]
    if kind == "new":
        return bool(mine) and buffers.is_new_key(key)
    rows: Any = {"edition": Edition.objects, "amend": Item.objects}.get(kind)
    pk = whole_number(number)
    if rows is None or pk is None:
        return False
    path_to_item = "item__" if kind == "edition" else ""
    mine_alone = Q(**{f"{path_to_item}agency__in": mine})
    return bool(rows.filter(readable(request, path_to_item), mine_alone, pk=pk).exists())


def record_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of a supporting record, for staff who may see its edition; who opened it is recorded."""
    rows = SupportingRecord.objects.filter(edition__in=readable_editions(request), attachment__isnull=False)
    record = get_object_or_404(rows.select_related("attachment", "edition__item__agency"), pk=pk)
    assert record.attachment is not None
    with transaction.atomic():
        edition = record.edition
        seen = {"record": record.pk, "sha256": record.attachment.sha256}
        audit.record(request.user, "record.read", edition, agency=edition.item.agency, after=seen)
    return files.serve(record.attachment, request)
