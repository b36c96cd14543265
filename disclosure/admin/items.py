"""Items, their editions and the log as staff see them: to read. What changes them goes through a service."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from disclosure.enums import NOTICE_STATES, PUBLIC_CHAIN, READABLE_STATES, Audience
from disclosure.item_text import shown_body
from disclosure.models import Edition, EditionAttachment, Item, LogEntry
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.permissions import Permission

for _label in ("item", "edition", "editionattachment", "logentry"):
    access.open_admin(f"disclosure.{_label}", view=Permission.VIEW_ITEMS)


def readable(request: HttpRequest, item: str = "") -> Q:
    """Items of the agencies whose items this person may see; internal ones only as staff of that very agency.

    `item` is the path to the item, ending in `__`.
    """
    seen = access.agencies_under(request.user, Permission.VIEW_ITEMS)
    inside = access.agencies_with(request.user, Permission.VIEW_INTERNAL)
    is_open = Q(**{f"{item}audience": Audience.PUBLIC}) | Q(**{f"{item}agency__in": inside})
    return Q(**{f"{item}agency__in": seen}) & is_open


class ReadOnlyInline[M: Model](admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EditionInline(ReadOnlyInline[Edition]):
    model = Edition
    fields = ("number", "state", "title", "published_at", "change_note", "digest")
    ordering = ("-number",)
    verbose_name_plural = _("版本")


class LogEntryInline(ReadOnlyInline[LogEntry]):
    model = LogEntry
    fields = ("sequence", "kind", "edition_number", "at", "actor_name", "note")
    ordering = ("-id",)


class AttachmentInline(ReadOnlyInline[EditionAttachment]):
    model = EditionAttachment
    fields = ("title", "attachment")
    show_change_link = False


@admin.register(Item)
class ItemAdmin(ReadOnlyModelAdmin[Item]):
    list_display = ("index_number", "title", "agency", "item_type", "state", "audience", "published_on")
    list_filter = ("state", "audience", "item_type", "category")
    list_select_related = ("agency",)
    search_fields = ("index_number", "title", "document_number")
    ordering = ("-published_on", "-id")
    show_full_result_count = False
    inlines = (EditionInline, LogEntryInline)
    readonly_fields = ("public_page", "replacement")
    fields = (
        "index_number", "title", "public_page", "agency", "item_type", "audience", "state", "document_number",
        "category", "aspect", "topic", "validity", "formed_on", "published_on", "expires_on", "catalogue_entry",
        "closed_at", "closing_ground", "closing_basis", "closing_explanation", "replacement", "created_by",
        "created_at", "source", "source_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return super().get_queryset(request).filter(readable(request))

    @admin.display(description=_("公开页面"))
    def public_page(self, item: Item) -> str:
        if item.state not in (*READABLE_STATES, *NOTICE_STATES):
            return "—"
        return format_html('<a href="{}">{}</a>', item.get_absolute_url(), item.get_absolute_url())

    @admin.display(description=_("替代信息"))
    def replacement(self, item: Item) -> str:
        """Its number alone: the title of an internal one is for the staff of its agency."""
        return item.replaced_by.index_number if item.replaced_by else "—"


@admin.register(Edition)
class EditionAdmin(ReadOnlyModelAdmin[Edition]):
    """Reached from its item; drafts included."""

    list_display = ("item", "number", "title", "state", "published_at")
    list_filter = ("state",)
    list_select_related = ("item",)
    search_fields = ("title", "item__index_number")
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (AttachmentInline,)
    readonly_fields = ("text",)
    fields = (
        "item", "number", "state", "title", "document_number", "issuer", "formed_on", "published_on",
        "effective_on", "expires_on", "validity", "category", "aspect", "topic", "keywords", "mode", "summary",
        "text", "extra", "change_note", "is_substantive", "created_by", "last_edited_by", "published_at", "digest",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return super().get_queryset(request).filter(readable(request, "item__"))

    @admin.display(description=_("正文"))
    def text(self, edition: Edition) -> str:
        return shown_body(edition)[0]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyModelAdmin[LogEntry]):
    list_display = ("sequence", "chain", "kind", "index_number", "title", "agency_name", "at", "actor_name")
    list_filter = ("kind",)
    search_fields = ("index_number", "edition__title")
    ordering = ("-id",)
    show_full_result_count = False
    readonly_fields = ("public_entry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return LogEntry.objects.filter(readable(request, "item__")).with_title()

    @admin.display(description=_("标题"))
    def title(self, entry: LogEntry) -> str:
        return str(entry.title)  # type: ignore[attr-defined]

    @admin.display(description=_("登记簿"))
    def public_entry(self, entry: LogEntry) -> str:
        if entry.chain != PUBLIC_CHAIN:
            return "—"
        address = reverse("log_entry", args=[entry.sequence])
        return format_html('<a href="{}">{}</a>', address, address)
