"""办理申请: what is asked for a published item, and the decision of somebody else, with the notice as it will look."""

from copy import copy
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import related, workflow
from disclosure.admin.frames import holds_a_frame, in_a_frame
from disclosure.admin.visibility import as_id, find_item, readable
from disclosure.enums import NOTICE_STATES, EditionState, ItemAction, MotionState, Validity
from disclosure.item_page import closed_context, page_context, published_editions
from disclosure.models import Edition, Item, Motion
from disclosure.services import close, motion, redact
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission

access.open_admin("disclosure.motion", view=Permission.VIEW_ITEMS)


class AskForm(forms.Form):
    """Ground, basis and explanation are read by the public; each verb asks for what else it needs."""

    ground = forms.CharField(label=gettext_lazy("事由"), max_length=200)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    explanation = forms.CharField(
        label=gettext_lazy("公告说明"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    replacement = forms.CharField(
        label=gettext_lazy("替代信息的索引号"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("没有替代信息的不填。"),
    )
    edition = forms.ModelChoiceField(label=gettext_lazy("要删除内容的版本"), queryset=Edition.objects.none())
    new_title = forms.CharField(
        label=gettext_lazy("删除后的标题"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("标题不用改的不填。"),
    )

    def __init__(self, *args: Any, item: Item, action: ItemAction, reader: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        if action != ItemAction.REDACT:
            del self.fields["edition"], self.fields["new_title"]
        else:
            field = self.fields["edition"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = item.editions.filter(state=EditionState.PUBLISHED, redacted_by_entry=None)
        if action not in close.CLOSING_ACTIONS:
            del self.fields["replacement"]

    def clean_replacement(self) -> Item | None:
        number = self.cleaned_data["replacement"].strip()
        if not number:
            return None
        found = Item.objects.visible_to(self.reader).filter(index_number=number).first()
        if found is None:
            raise ValidationError(_("没有索引号是“%s”的公开信息。") % number)
        return found


class DecisionForm(forms.Form):
    """`tick` is what must be agreed to before the motion is granted; refusing asks for no agreement."""

    note = forms.CharField(
        label=gettext_lazy("决定意见"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, tick: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tick:
            self.fields["is_checked"] = forms.BooleanField(label=tick, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "is_checked" in self.fields and self.data.get("verdict") == "grant" and not cleaned.get("is_checked"):
            self.add_error("is_checked", _("请先核对，再勾选这一项。"))
        return cleaned


def ask_page(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Ask that something be done to a published item; the decision is another person's."""
    item = find_item(request, pk)
    if action not in ItemAction.values:
        raise Http404
    wanted = ItemAction(action)
    assert isinstance(request.user, User)
    reasons = motion.reasons_against_asking(item, wanted, request.user)
    form = AskForm(request.POST or None, item=item, action=wanted, reader=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            asked = motion.ask(item.pk, wanted, actor=request.user, at=now(), **form.cleaned_data)
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("申请已提交，由另一位审定人决定。"))
            return HttpResponseRedirect(reverse("admin:disclosure_motion_change", args=[asked.pk]))
    context = {
        "item": item,
        "action": wanted,
        "reasons": reasons,
        "form": form,
        "title": _("申请%s") % wanted.label,
        "hints": redact.hints(item) if wanted == ItemAction.REDACT else [],
        "warning": what_redaction_does() if wanted == ItemAction.REDACT else "",
        "interpretations": _interpretations_left(item, wanted),
    }
    return _page(request, "admin/disclosure/motion_ask.html", context)


def _refuse(form: forms.Form, error: ValidationError) -> None:
    for name, sentences in getattr(error, "message_dict", {"": error.messages}).items():
        form.add_error(name if name in form.fields else None, sentences)


@admin.register(Motion)
class MotionAdmin(ReadOnlyModelAdmin[Motion]):
    list_display = ("title", "action", "state", "asked_by", "asked_at", "decided_by", "index_number")
    list_filter = ("state", "action")
    list_select_related = ("item", "asked_by", "decided_by")
    search_fields = ("item__index_number", "item__title", "ground")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("标题"), ordering="item__title")
    def title(self, row: Motion) -> str:
        return row.item.title

    @admin.display(description=gettext_lazy("索引号"), ordering="item__index_number")
    def index_number(self, row: Motion) -> str:
        return row.item.index_number

    def get_queryset(self, request: HttpRequest) -> QuerySet[Motion]:
        return Motion.objects.filter(readable(request, "item__"))

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (WaitingFilter, *self.list_filter)

    def get_urls(self) -> list[URLPattern]:
        notice = self.admin_site.admin_view(self.notice_view)
        return [path("<int:pk>/notice/", notice, name="disclosure_motion_notice"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """The motion and its decision."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self._find(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        form = DecisionForm(request.POST or None, tick=_("已核对：确须永久删除") if _is_redaction(row) else "")
        if request.method == "POST" and form.is_valid() and self._decided(request, row, form):
            return HttpResponseRedirect(request.path)
        return _framing(request, row, form)

    def _find(self, request: HttpRequest, pk: str) -> Motion | None:
        people = ("asked_by", "decided_by", "replacement", "edition")
        rows = self.get_queryset(request).select_related("item__agency", "item__current_edition", *people)
        return rows.filter(pk=as_id(pk)).first()

    def _decided(self, request: HttpRequest, row: Motion, form: DecisionForm) -> bool:
        """Grant or refuse by the button that was pressed; a second press of the same is harmless."""
        assert isinstance(request.user, User)
        if row.state != MotionState.ASKED and row.decided_by_id == request.user.pk:
            messages.info(request, _("您已经决定，没有重复办理。"))
            return True
        verdict, note = request.POST.get("verdict"), form.cleaned_data["note"]
        try:
            if verdict == "grant":
                motion.grant(row.pk, actor=request.user, at=now(), note=note)
                messages.success(request, _("已同意并办理。"))
            elif verdict == "refuse":
                motion.refuse(row.pk, actor=request.user, at=now(), note=note)
                messages.success(request, _("已记录不同意，申请人会收到通知。"))
            else:
                form.add_error(None, _("请选择同意或者不同意。"))
        except ValidationError as error:
            _refuse(form, error)
        return form.is_valid()

    def notice_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The public page as it would be after this motion is granted; shown in a frame of the decision."""
        row = self._find(request, str(pk))
        if row is None or row.action not in close.CLOSING_ACTIONS:
            raise Http404
        return _notice(request, row)


def _is_redaction(row: Motion) -> bool:
    return row.action == ItemAction.REDACT


def what_redaction_does(number: int | None = None) -> str:
    """What is deleted for good and what stays, in plain words; `number` of the edition where it is chosen."""
    edition = _("第%s版") % number if number else _("所选版本")
    return _("%s的正文、概述、关键词、修改说明、专有内容和附件将永久删除，无法恢复；内容摘要和登记保留。") % edition


def _warning(row: Motion) -> str:
    is_ahead = _is_redaction(row) and row.state == MotionState.ASKED
    return what_redaction_does(row.edition.number) if is_ahead and row.edition else ""


def _interpretations_left(item: Item, action: str) -> list[tuple[Item, str]]:
    """(interpretation in force, where to ask the same for it), where this action ends the text that it explains."""
    if action not in close.CLOSING_ACTIONS:
        return []
    return [
        (one, reverse("admin:disclosure_item_ask", args=[one.pk, action])) for one in related.interpretations_left(item)
    ]


@holds_a_frame
def _framing(request: HttpRequest, row: Motion, form: DecisionForm) -> HttpResponse:
    context = {
        "motion": row,
        "form": form,
        "title": _("%(action)s：%(number)s") % {"action": row.get_action_display(), "number": row.item.index_number},
        "is_open": row.state == MotionState.ASKED,
        "has_notice": row.state == MotionState.ASKED and row.action in close.CLOSING_ACTIONS,
        "against_granting": motion.reasons_against_granting(row, request.user, on=today()),
        "deciders": access.holders(Permission.APPROVE_ITEM, row.item.agency).exclude(pk=row.asked_by_id),
        "against_refusing": motion.reasons_against_deciding(row, request.user),
        "hints": redact.hints(row.item, row.edition) if row.edition and row.state == MotionState.ASKED else [],
        "warning": _warning(row),
        "interpretations": _interpretations_left(row.item, row.action),
    }
    return _page(request, "admin/disclosure/motion_decide.html", context)


@in_a_frame
def _notice(request: HttpRequest, row: Motion) -> HttpResponse:
    item = as_ended(row)
    if item.state in NOTICE_STATES:
        return render(request, "disclosure/item_closed.html", closed_context(item, request.user))
    assert item.current_edition is not None  # a constraint: what is public has an edition
    context = page_context(item, item.current_edition, published_editions(item), request.user)
    return render(request, "disclosure/item_page.html", context)


def as_ended(row: Motion) -> Item:
    """The item as if the motion were granted now; nothing is saved."""
    item = copy(row.item)
    action = ItemAction(row.action)
    item.state = workflow.next_item_state(item.state, action) or item.state
    item.closed_at, item.closing_ground, item.closing_basis = now(), row.ground, row.basis
    item.closing_explanation, item.replaced_by = row.explanation, row.replacement
    shown = {ItemAction.VOID: Validity.VOID, ItemAction.EXPIRE: Validity.EXPIRED}
    item.effective_validity = shown.get(action, Validity.PARTLY_VOID)  # type: ignore[attr-defined]
    if item.current_edition:
        item.current_edition.item = item
    return item


class WaitingFilter(admin.SimpleListFilter):
    """`?queue=waiting`: what this person may decide."""

    title = gettext_lazy("工作队列")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", gettext_lazy("待我决定的申请"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Motion]) -> QuerySet[Motion]:
        if self.value() != "waiting":
            return queryset
        return queryset.filter(pk__in=Motion.objects.waiting_for(request.user).values("pk"))


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    everywhere = {**admin.site.each_context(request), "opts": Motion._meta}
    return TemplateResponse(request, template, everywhere | context)
