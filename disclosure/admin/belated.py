"""补录: the audit or meeting record that an emergency publication owes, entered on a page of its own."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.admin.visibility import find_edition
from disclosure.forms.edition import add_rows
from disclosure.forms.uploads import Uploads, evidence_of, record_rows
from disclosure.models import Edition
from disclosure.services import records
from govportal import access
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission


def records_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows which records are owed; POST enters all that were typed, or none and nothing is lost."""
    edition = find_edition(request, pk)
    assert isinstance(request.user, User)
    access.require(request.user, Permission.DRAFT_ITEM, edition.item.agency)
    desk = reverse("admin:disclosure_edition_change", args=[pk])
    if reasons := records.reasons_against_afterwards(edition, request.user):
        for reason in reasons:
            messages.error(request, reason)
        return HttpResponseRedirect(desk)
    if request.method != "POST":
        rows = record_rows(None, user=request.user, uploads=Uploads(), is_checked=False)
        return _page(request, edition, rows, [])
    data = request.POST.copy()
    uploads = Uploads.keep(data, request.FILES, request.user)
    if add_rows(data):
        rows = record_rows(data, user=request.user, uploads=uploads, is_checked=False)
        return _page(request, edition, rows, list(uploads.refused.values()))
    rows = record_rows(data, user=request.user, uploads=uploads, is_checked=True)
    if not rows.is_valid():
        return _page(request, edition, rows, [_("有的行没有填对，请看各行的说明。")])
    if not (typed := evidence_of(rows)):
        return _page(request, edition, rows, [_("请至少填写一份佐证记录。")])
    try:
        with transaction.atomic():
            for evidence in typed:
                records.add_afterwards(edition.pk, evidence, actor=request.user, at=now())
    except ValidationError as error:
        return _page(request, edition, rows, error.messages)
    messages.success(request, _("佐证记录已补录。"))
    return HttpResponseRedirect(desk)


def _page(request: HttpRequest, edition: Edition, rows: object, faults: list[str]) -> HttpResponse:
    heading = _("补录佐证记录")
    context = {
        **admin.site.each_context(request),
        "opts": Edition._meta,
        "title": _("错误：%s") % heading if faults else heading,
        "heading": heading,
        "edition": edition,
        "rows": rows,
        "faults": faults,
        "lacking": [kind.label for kind in records.lacking_afterwards(edition)],
    }
    return TemplateResponse(request, "admin/disclosure/belated_records.html", context)
