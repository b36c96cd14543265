"""公开栏张次 in the admin: what hangs where, its proof, and what today's portal says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import boards
from disclosure.admin.board_papers import framed_pdf
from disclosure.admin.boards import SHEET_TONES
from disclosure.admin.register_verbs import Verb, VerbAdmin, VerbForm, long_text, toned
from disclosure.board_content import EntryView, SectionView, contents
from disclosure.board_selection import Period
from disclosure.enums import EditionState, SheetState
from disclosure.forms.base import DayField
from disclosure.forms.boards import PhotoHolder, PlanFields
from disclosure.models import BoardSheet, Edition, SheetItem
from disclosure.services import print_board
from disclosure.services.print_board import Plan
from govportal import access, files
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission

access.open_admin("disclosure.boardsheet", view=Permission.MANAGE_BOARDS)


class PostForm(PhotoHolder, VerbForm):
    """Asks of each sheet that is recorded as hanging on the same board whether it came down with this."""

    on = DayField(label=gettext_lazy("张贴日期"))
    taking_down = forms.TypedMultipleChoiceField(
        label=gettext_lazy("同时登记撤下"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("登记为张贴中的还有这些。已经从墙上取下的请勾选；仍然挂着的不勾。"),
    )
    field_order = ("on", "photo", "taking_down")

    def prepare(self) -> None:
        self.fields["on"].initial = today()
        hanging: Any = self.fields["taking_down"]
        hanging.choices = [
            (row.pk, _("%(serial)s（%(day)s张贴）") % {"serial": row.serial, "day": row.posted_on})
            for row in print_board.still_hanging(self.row)
        ]
        if not hanging.choices:
            del self.fields["taking_down"]
        self.fields["photo"].label = _("张贴照片")
        self.fields["photo"].help_text = _(
            "拍到整张和周围的墙面，避开行人。JPEG、PNG 或 WebP，不超过 20 MB；向社会公开，拍摄地点等附带信息会去掉。"
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.take_photo(self.actor, name=self.row.serial)
        if self.held and (reasons := print_board.reasons_against_proof(self.row, self.held)):
            self.held = None
            self.add_error("photo", reasons)
        if self.held is None and "photo" not in self.errors:
            self.add_error("photo", _("须上传张贴后的照片。"))
        return cleaned | {"held": self.held}


class RemoveForm(VerbForm):
    on = DayField(label=gettext_lazy("撤下日期"))

    def prepare(self) -> None:
        self.fields["on"].initial = today()


class CancelForm(VerbForm):
    reason = long_text(gettext_lazy("作废的原因"), length=200)


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """One item of a sheet; `url` of its page, if it has one. `difference`: why it has to be printed anew, or nothing;
    `steps`: (number, page) of the editions since, each with what it changed."""

    entry: EntryView
    url: str = ""
    difference: str = ""
    steps: Sequence[tuple[int, str]] = ()


@dataclass(slots=True)
class PrintedSection:
    view: SectionView
    items: list[PrintedItem] = field(default_factory=list)

    @property
    def needs_reprint(self) -> bool:
        return any(item.difference for item in self.items)


def printed_sections(sheet: BoardSheet) -> list[PrintedSection]:
    """The sheet section by section, each item beside what the portal says of it today."""
    rows = list(sheet.items.select_related("item__agency", "item__current_edition", "edition"))
    changed = {one.row.pk: one.words for one in print_board.differences(sheet)}
    by_place = {(row.section, row.position): row for row in rows}
    steps = _steps([row for row in rows if row.pk in changed])
    found = []
    for number, view in enumerate(contents(sheet, rows)):
        section = PrintedSection(view)
        for entry in view.entries:
            row = by_place[number, entry.position]
            since = [] if entry.is_withheld else steps.get(row.pk, [])
            url = row.item.get_absolute_url() if entry.address else ""
            section.items.append(PrintedItem(entry, url, changed.get(row.pk, ""), since))
        found.append(section)
    return found


def _steps(rows: Sequence[SheetItem]) -> dict[int, list[tuple[int, str]]]:
    """By row, the editions that were published after the printed one."""
    published = Edition.objects.filter(item__in={row.item_id for row in rows}, state=EditionState.PUBLISHED)
    numbers = list(published.order_by("number").values_list("item", "number")) if rows else []
    return {
        row.pk: [
            (number, reverse("item_diff", args=[row.item.slug, number]))
            for item, number in numbers
            if item == row.item_id and number > row.edition.number
        ]
        for row in rows
    }


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("reprint", gettext_lazy("公开栏需重印")),
            ("post", gettext_lazy("公开栏待张贴")),
            ("remove", gettext_lazy("张贴期满未撤下")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "reprint":
                return queryset.to_reprint(today())
            case "post":
                return queryset.filter(state=SheetState.ISSUED)
            case "remove":
                return queryset.past_their_day(today())
        return queryset


def _post(row: BoardSheet, actor: User, values: dict[str, Any]) -> object:
    old = values.get("taking_down", ())
    return print_board.post(row.pk, on=values["on"], photo=values["held"], actor=actor, at=now(), taking_down=old)


def _remove(row: BoardSheet, actor: User, values: dict[str, Any]) -> object:
    return print_board.remove(row.pk, on=values["on"], actor=actor, at=now())


def _cancel(row: BoardSheet, actor: User, values: dict[str, Any]) -> object:
    return print_board.cancel(row.pk, reason=values["reason"], actor=actor, at=now())


@admin.register(BoardSheet)
class BoardSheetAdmin(VerbAdmin[BoardSheet]):
    list_display = ("serial", "shown_state", "board_name", "period", "posting", "posted_on", "removed_on")
    list_filter = (QueueFilter, "state", "posted_on")
    search_fields = ("serial", "board__code", "board__place", "board__agency__name")
    readonly_fields = ("shown_state", "board_link", "period", "posting", "log", "public_page")
    fieldsets = (
        (None, {"fields": ("shown_state", "serial", "board_link", "layout", "period", "posting", "public_page")}),
        (gettext_lazy("制作"), {"fields": ("issued_by", "issued_at", "log", "digest")}),
        (gettext_lazy("张贴"), {"fields": ("posted_on", "posted_by", "removed_on", "removed_by", "cancel_reason")}),
    )
    page_template = "admin/disclosure/board_sheet.html"
    verb_template = "admin/disclosure/board_verb.html"
    verbs = (
        Verb(
            "post", gettext_lazy("登记张贴"), print_board.reasons_against_posting, _post, PostForm,
            warning=gettext_lazy("先打印、张贴，再拍照登记。照片向社会公开，作为张贴的凭证，登记后不能更换。"),
        ),
        Verb("remove", gettext_lazy("登记撤下"), print_board.reasons_against_removing, _remove, RemoveForm),
        Verb(
            "cancel", gettext_lazy("作废"), print_board.reasons_against_cancelling, _cancel, CancelForm,
            warning=gettext_lazy("只用于没有张贴过的。编号不再使用，公开页面注明作废和原因。"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardSheet]:
        kept = access.agencies_under(request.user, Permission.MANAGE_BOARDS).values("pk")
        stale = BoardSheet.objects.to_reprint(today()).filter(pk=OuterRef("pk"))
        rows = BoardSheet.objects.filter(board__agency__in=kept).annotate(is_stale=Exists(stale))
        return rows.select_related("board__agency", "photo", "issued_by", "posted_by", "removed_by")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/sheet.pdf", view(self.pdf_view), name="disclosure_boardsheet_pdf"),
            path("<int:pk>/photo/", view(self.photo_view), name="disclosure_boardsheet_photo"),
            *super().get_urls(),
        ]

    def may_add(self, actor: User) -> bool:
        return False  # made from the page of its board

    def page_title(self, row: BoardSheet) -> str:
        return f"{row.serial}　{row.board}"

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        sections = printed_sections(row)
        return super().page_context(request, row) | {
            "sections": sections,
            "stale": [section for section in sections if section.needs_reprint] if row.is_stale else [],
            "again": _again(row),
            "is_past": row.state == SheetState.POSTED and row.post_until < today(),
        }

    def _found(self, request: HttpRequest, pk: int) -> BoardSheet:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if row is None:
            raise Http404(_("没有这一项，或者您看不到它。"))
        return row

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        sheet = self._found(request, pk)
        if sheet.state == SheetState.CANCELLED:
            raise Http404(_("这一张已作废，不能再打印。"))
        return framed_pdf(boards.sheet_pdf(sheet), name=f"{sheet.serial}.pdf")

    def photo_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        sheet = self._found(request, pk)
        if sheet.photo is None:
            raise Http404(_("没有照片。"))
        return files.serve(sheet.photo, request)

    # --- words --------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Any) -> str:
        marks = [toned(row.get_state_display(), SHEET_TONES[SheetState(row.state)])]
        if row.is_stale:
            marks.append(toned(_("需重印"), "bad"))
        if row.state == SheetState.POSTED and row.post_until < today():
            marks.append(toned(_("张贴期满未撤下"), "bad"))
        return format_html("{} " * len(marks), *marks)

    @admin.display(description=gettext_lazy("公开栏"), ordering="board")
    def board_name(self, row: BoardSheet) -> str:
        return str(row.board)

    @admin.display(description=gettext_lazy("公开栏"))
    def board_link(self, row: BoardSheet) -> str:
        address = reverse("admin:disclosure_noticeboard_change", args=[row.board_id])
        return format_html('<a href="{}">{}</a>', address, row.board)

    @admin.display(description=gettext_lazy("公开期"), ordering="period_start")
    def period(self, row: BoardSheet) -> str:
        return f"{row.period_start}—{row.period_end}"

    @admin.display(description=gettext_lazy("张贴期"), ordering="post_until")
    def posting(self, row: BoardSheet) -> str:
        return f"{row.post_from}—{row.post_until}"

    @admin.display(description=gettext_lazy("公开登记簿"))
    def log(self, row: BoardSheet) -> str:
        return f"{row.log_sequence}　{row.log_head}"

    @admin.display(description=gettext_lazy("公开页面"))
    def public_page(self, row: BoardSheet) -> str:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.get_absolute_url())


def _again(sheet: BoardSheet) -> str:
    """The form for the next sheet of the board, about the same period and to hang as long from today."""
    plan = Plan(Period(sheet.period_start, sheet.period_end), today(), today() + (sheet.post_until - sheet.post_from))
    address = reverse("admin:disclosure_noticeboard_verb", args=[sheet.board_id, "issue"])
    return f"{address}?{PlanFields.address_of(plan)}"
