"""Items, their editions and the log as staff see them. What changes them goes through a service, by a verb."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import queues, workflow
from disclosure.admin import belated, bulk, confirm, desk, drafting, item_desk, motions, preview
from disclosure.admin.verbs import VERBS
from disclosure.admin.visibility import as_id, readable, readable_editions, readable_items
from disclosure.enums import PUBLIC_CHAIN, EditionState
from disclosure.models import Edition, Item, LogEntry
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.now import now
from govportal.permissions import Permission

for _label in ("item", "edition", "logentry"):
    access.open_admin(f"disclosure.{_label}", view=Permission.VIEW_ITEMS)


class ReadOnlyInline[M: Model](admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeskAdmin[M: Model](ReadOnlyModelAdmin[M]):
    """Rows that open on a desk of their own; whoever may draft finds the button for a new item above the list."""

    change_list_template = "admin/import_change_list.html"
    show_full_result_count = False

    def desk(self, request: HttpRequest, row: M) -> HttpResponse:
        raise NotImplementedError

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        can_draft = access.can(request.user, Permission.DRAFT_ITEM)
        tools = [(_("新建公开信息"), reverse("admin:disclosure_item_new"))] if can_draft else []
        wide = {"list_tools": tools, "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, wide | (extra_context or {}))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return self.desk(request, row)


@admin.register(Item)
class ItemAdmin(DeskAdmin[Item]):
    list_display = ("index_number", "shown_title", "agency", "item_type", "state", "audience", "published_on")
    list_filter = ("state", "audience", "item_type", "category")
    list_select_related = ("agency",)
    search_fields = ("index_number", "title", "document_number")
    ordering = ("-published_on", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        editions = readable_editions(request).filter(item=OuterRef("pk")).order_by("-number")
        return readable_items(request).annotate(draft_title=Subquery(editions.values("title")[:1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Item | None:
        rows = readable_items(request).select_related("agency", "current_edition", "catalogue_entry", "created_by")
        return rows.select_related("replaced_by").filter(pk=as_id(object_id)).first()

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            *drafting.item_urls(),
            path("<int:pk>/ask/<str:action>/", guard(motions.ask_page), name="disclosure_item_ask"),
            path("<int:pk>/correct/", guard(item_desk.correct_page), name="disclosure_item_correct"),
            *super().get_urls(),
        ]

    def desk(self, request: HttpRequest, row: Item) -> HttpResponse:
        return item_desk.item_desk_page(request, row)

    @admin.display(description=gettext_lazy("标题"), ordering="title")
    def shown_title(self, item: Item) -> str:
        return item.title or item.draft_title or "—"  # type: ignore[attr-defined]


class QueueFilter(admin.SimpleListFilter):
    """The queues of the landing page as lists."""

    title = gettext_lazy("工作队列")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, label) for key, (label, _rows) in queues.EDITION_QUEUES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Edition]) -> QuerySet[Edition]:
        chosen = queues.EDITION_QUEUES.get(self.value() or "")
        return queryset.filter(pk__in=chosen[1](request.user, now()).values("pk")) if chosen else queryset


@admin.register(Edition)
class EditionAdmin(DeskAdmin[Edition]):
    """Every text, drafts included, and what it waits for."""

    list_display = ("title", "number", "index_number", "agency", "shown_state", "last_done")
    list_filter = (QueueFilter, "state", "mode")
    list_select_related = ("item__agency",)
    search_fields = ("title", "item__index_number", "document_number")
    ordering = ("-id",)
    actions = ("sign_all", "publish_all", "return_all")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        rows = readable_editions(request)
        return rows.with_last_event()  # type: ignore[attr-defined,no-any-return]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Edition | None:
        people = ("created_by", "last_edited_by")
        rows = readable_editions(request).select_related("item__agency", "item__current_edition", *people)
        return rows.filter(pk=as_id(object_id)).first()

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            *drafting.edition_urls(),
            path("bulk/<str:deed>/", guard(bulk.bulk_page), name="disclosure_edition_bulk"),
            path("<int:pk>/preview/", guard(preview.preview_page), name="disclosure_edition_preview"),
            path("<int:pk>/compare/", guard(preview.compare_page), name="disclosure_edition_compare"),
            path("<int:pk>/files/<int:attachment_pk>/", guard(preview.edition_file), name="disclosure_edition_file"),
            path("<int:pk>/records/", guard(belated.records_page), name="disclosure_edition_records"),
            re_path(
                rf"^(?P<pk>\d+)/(?P<verb>{'|'.join(VERBS)})/$", guard(confirm.verb_page), name="disclosure_edition_verb"
            ),
            *super().get_urls(),
        ]

    def desk(self, request: HttpRequest, row: Edition) -> HttpResponse:
        return desk.desk_page(request, row)

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: admin.ActionLocation = admin.ActionLocation.CHANGE_LIST,
    ) -> Any:
        return super().get_action_choices(request, [("", _("请选择"))], action_location)

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whoever signs or publishes anywhere is offered the verbs for many; each row asks again."""
        return queues.holds_any(request.user, *queues.REVIEWERS, Permission.PUBLISH_ITEM)

    @admin.action(description=gettext_lazy("通过所选"), permissions=["work"])
    def sign_all(self, request: HttpRequest, queryset: QuerySet[Edition]) -> HttpResponse:
        return bulk.chosen(request, "sign", queryset)

    @admin.action(description=gettext_lazy("立即公开所选"), permissions=["work"])
    def publish_all(self, request: HttpRequest, queryset: QuerySet[Edition]) -> HttpResponse:
        return bulk.chosen(request, "publish", queryset)

    @admin.action(description=gettext_lazy("退回所选"), permissions=["work"])
    def return_all(self, request: HttpRequest, queryset: QuerySet[Edition]) -> HttpResponse:
        return bulk.chosen(request, "return", queryset)

    @admin.display(description=gettext_lazy("索引号"), ordering="item__index_number")
    def index_number(self, edition: Edition) -> str:
        return edition.item.index_number

    @admin.display(description=gettext_lazy("单位"), ordering="item__agency__position")
    def agency(self, edition: Edition) -> str:
        return edition.item.agency.display_name

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, edition: Edition) -> str:
        """The state, and the signature that is waited for."""
        tone = desk.STATE_TONES.get(EditionState(edition.state), "warn")
        step = workflow.due_step(edition.state, edition.steps)
        due = _("　待%(step)s") % {"step": step.label} if step else ""
        return format_html('<span class="state state-{}">{}{}</span>', tone, edition.get_state_display(), due)

    @admin.display(description=gettext_lazy("最近办理"), ordering="last_at")
    def last_done(self, edition: Edition) -> Any:
        return edition.last_at or edition.created_at  # type: ignore[attr-defined]

    class Media:
        css = {"all": ("css/admin_desk.css",)}


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

    @admin.display(description=gettext_lazy("标题"))
    def title(self, entry: LogEntry) -> str:
        return str(entry.title)  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("登记簿"))
    def public_entry(self, entry: LogEntry) -> str:
        if entry.chain != PUBLIC_CHAIN:
            return "—"
        address = reverse("log_entry", args=[entry.sequence])
        return format_html('<a href="{}">{}</a>', address, address)
