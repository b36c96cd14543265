"""公开栏 in the admin: composed on one page, previewed as it would be printed, and issued under a number."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import boards
from disclosure.admin.board_composer import compose_page
from disclosure.admin.board_papers import framed_pdf
from disclosure.admin.frames import holds_a_frame
from disclosure.admin.register_verbs import Verb, VerbAdmin, VerbForm, toned
from disclosure.board_content import contents
from disclosure.board_warnings import warnings_of
from disclosure.enums import SheetState
from disclosure.forms.boards import PlanFields, last_half_year, last_month, last_quarter, plan_for, this_month
from disclosure.models import BoardSheet, NoticeBoard
from disclosure.services import print_board
from govportal import access, files
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission

access.open_admin("disclosure.noticeboard", view=Permission.MANAGE_BOARDS)

LATEST = 12  # sheets that the page of a board lists
SHEET_TONES = {SheetState.ISSUED: "warn", SheetState.POSTED: "ok", SheetState.REMOVED: "info", SheetState.CANCELLED: ""}


class IssueForm(PlanFields, VerbForm):
    """`?period_start=…` fills in the days that were previewed; without it they are those of the last month."""

    def prepare(self) -> None:
        for name, day in self.values_of(plan_for(last_month(today()), today())).items():
            self.initial.setdefault(name, day)


def _against_issuing(row: NoticeBoard, actor: User) -> list[str]:
    """Whatever days would be typed."""
    reasons = print_board.reasons_against_keeping(row, actor)
    if not row.is_active:
        reasons.append(_("这个公开栏已停用。"))
    if not row.sections.exists():
        reasons.append(_("还没有设置栏目，请先编排。"))
    return reasons


def _issue(row: NoticeBoard, actor: User, values: dict[str, Any]) -> BoardSheet:
    return print_board.issue(row.pk, values["plan"], actor=actor, at=now())


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("使用")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("on", gettext_lazy("启用的")), ("off", gettext_lazy("停用的"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(is_active=self.value() == "on") if self.value() in ("on", "off") else queryset


@admin.register(NoticeBoard)
class NoticeBoardAdmin(VerbAdmin[NoticeBoard]):
    list_display = ("shown_name", "code", "agency", "layout", "latest", "shown_state", "is_active")
    list_filter = (StateFilter, "layout")
    list_select_related = ("agency",)
    search_fields = ("code", "name", "place", "agency__name")
    verb_template = "admin/disclosure/board_issue.html"
    verbs = (
        Verb(
            "issue", gettext_lazy("制作一张"), _against_issuing, _issue, IssueForm,
            warning=gettext_lazy("制作以后编号、内容不再改变，向社会公开；要改，作废后另制一张。"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[NoticeBoard]:
        sheets = BoardSheet.objects.filter(board=OuterRef("pk"))
        latest = sheets.standing().order_by("-pk")
        return NoticeBoard.objects.kept_by(request.user).select_related("agency", "photo").annotate(
            latest_serial=Subquery(latest.values("serial")[:1]),
            latest_state=Subquery(latest.values("state")[:1]),
            is_stale=Exists(sheets.to_reprint(today())),
            is_past=Exists(sheets.past_their_day(today())),
        )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        pages = {"preview": self.preview_view, "draft.pdf": self.draft_view, "photo": self.photo_view}
        views = [
            path(
                f"<int:pk>/{tail}" + ("" if "." in tail else "/"),
                self.admin_site.admin_view(view),
                name=f"disclosure_noticeboard_{tail.partition('.')[0]}",
            )
            for tail, view in pages.items()
        ]
        return [*views, *super().get_urls()]

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.MANAGE_BOARDS)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return compose_page(request, None, self._everywhere(request))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        board = self.get_object(request, object_id)
        if board is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        return compose_page(request, board, self._everywhere(request) | self.page_context(request, board))

    def page_context(self, request: HttpRequest, row: NoticeBoard) -> dict[str, Any]:
        stale = BoardSheet.objects.to_reprint(today()).filter(pk=OuterRef("pk"))
        sheets = row.sheets.annotate(is_stale=Exists(stale)).order_by("-pk")[:LATEST]
        listed = [(sheet, SHEET_TONES[SheetState(sheet.state)]) for sheet in sheets]
        return super().page_context(request, row) | {"sheets": listed, "today": today()}

    def _everywhere(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}

    # --- a sheet ------------------------------------------------------------------------------------------------

    def answer(self, request: HttpRequest, row: NoticeBoard, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        made: list[BoardSheet] = []
        assert isinstance(form, IssueForm)
        if not self._done(request, form, lambda actor, _values: made.append(_issue(row, actor, {"plan": form.plan()}))):
            return None
        self.message_user(request, _("已制作 %s，请打印张贴，再登记张贴。") % made[0].serial)
        return HttpResponseRedirect(reverse("admin:disclosure_boardsheet_change", args=[made[0].pk]))

    def verb_context(self, request: HttpRequest, row: NoticeBoard, verb: Verb, form: VerbForm) -> dict[str, Any]:
        context: dict[str, Any] = {"periods": _periods()}
        context["preview"] = reverse("admin:disclosure_noticeboard_preview", args=[row.pk])
        days = self._planned(request)
        if days.is_valid():
            draft = print_board.drafted(row, days.plan(), at=now())
            context["warnings"] = warnings_of(draft.sheet, draft.items, contents(draft.sheet, draft.items))
            context["preview"] += f"?{PlanFields.address_of(days.plan())}"
        return context

    def _found(self, request: HttpRequest, pk: int) -> NoticeBoard:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if row is None:
            raise Http404(_("没有这一项，或者您看不到它。"))
        return row

    @staticmethod
    def _planned(request: HttpRequest) -> PlanFields:
        """The days that were sent, or of the address; where none are named those of the last month."""
        first = PlanFields.values_of(plan_for(last_month(today()), today()))
        sent = request.POST if request.method == "POST" else request.GET
        return PlanFields(first | {name: sent[name] for name in first if name in sent})

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        board = self._found(request, pk)
        form = self._planned(request)
        context = self._everywhere(request) | {
            "board": board,
            "form": form,
            "title": _("预览：%s") % board.name,
            "periods": _periods(),
            "pdf": "",
        }
        if form.is_valid() and board.sections.exists():
            days = PlanFields.address_of(form.plan())
            draft = print_board.drafted(board, form.plan(), at=now())
            sections = contents(draft.sheet, draft.items)
            context |= {
                "pdf": f"{reverse('admin:disclosure_noticeboard_draft', args=[pk])}?{days}",
                "issue": f"{self._address(pk, self.verbs[0])}?{days}",
                "reasons": print_board.reasons_against_issuing(draft, request.user, at=now()),
                "sections": sections,
                "warnings": warnings_of(draft.sheet, draft.items, sections),
            }
        return holds_a_frame(self._preview_page)(request, context)

    @staticmethod
    def _preview_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
        return TemplateResponse(request, "admin/disclosure/board_preview.html", context)

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Of what everybody may read already: a preview tells nothing that the portal does not."""
        board = self._found(request, pk)
        form = self._planned(request)
        if not form.is_valid() or not board.sections.exists():
            raise Http404(_("还没有可以预览的内容。"))
        draft = print_board.drafted(board, form.plan(), at=now())
        return framed_pdf(boards.draft_pdf(draft.sheet, draft.items), name=f"{board.code}-preview.pdf")

    def photo_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        board = self._found(request, pk)
        if board.photo is None:
            raise Http404(_("没有照片。"))
        return files.serve(board.photo, request)

    # --- list ---------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("公开栏"), ordering="place")
    def shown_name(self, row: NoticeBoard) -> str:
        return f"{row.name}（{row.place}）"

    @admin.display(description=gettext_lazy("最近一张"))
    def latest(self, row: Any) -> str:
        return row.latest_serial or _("还没有制作")

    @admin.display(description=gettext_lazy("状态"))
    def shown_state(self, row: Any) -> str:
        marks = [toned(_("需重印"), "bad")] if row.is_stale else []
        marks += [toned(_("张贴期满未撤下"), "bad")] if row.is_past else []
        if row.latest_state:
            marks.insert(0, toned(SheetState(row.latest_state).label, SHEET_TONES[SheetState(row.latest_state)]))
        return format_html("{} " * len(marks), *marks) if marks else ""


def _periods() -> list[tuple[str, Any]]:
    """(words, plan) of the periods that are usual."""
    day = today()
    found = (
        (_("本月"), this_month),
        (_("上个月"), last_month),
        (_("上季度"), last_quarter),
        (_("上个半年"), last_half_year),
    )
    return [(words, PlanFields.values_of(plan_for(period(day), day))) for words, period in found]
