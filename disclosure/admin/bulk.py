"""One verb for many editions: a page says of each row what would happen, then what did. Each row stands alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.confirm import what_to_check
from disclosure.admin.verbs import VERBS, Outcome, Seen, Verb, carry_out, signature_due
from disclosure.admin.visibility import readable_editions
from disclosure.enums import EditionAction
from disclosure.models import Edition
from govportal import access
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission

MOST_ROWS = 100
DEEDS: dict[str, Promise] = {
    "sign": gettext_lazy("通过所选"),
    "publish": gettext_lazy("立即公开所选"),
    "return": gettext_lazy("退回所选"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One edition: the verb that fits its state, why it would be refused, and, after the deed, how it came out."""

    edition: Edition
    verb: Verb | None
    reasons: list[str]
    is_done: bool = False

    @property
    def token(self) -> str:
        """Names the text that was shown, so that no other is signed."""
        return f"{self.edition.pk}:{self.edition.lock_version}:{self.edition.review_digest}"


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("意见"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, is_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = is_required
        if is_required:
            self.fields["note"].label = _("理由")
            self.fields["note"].error_messages["required"] = _("请写明理由。")


def chosen(request: HttpRequest, deed: str, queryset: QuerySet[Edition]) -> HttpResponse:
    """From the list to the page of the deed."""
    ids = [str(pk) for pk in queryset.values_list("pk", flat=True)[: MOST_ROWS + 1]]
    if len(ids) > MOST_ROWS:
        messages.error(request, _("一次最多办理 %(n)s 件，请少选一些。") % {"n": MOST_ROWS})
        return HttpResponseRedirect(reverse("admin:disclosure_edition_changelist"))
    address = reverse("admin:disclosure_edition_bulk", args=[deed])
    return HttpResponseRedirect(f"{address}?ids={','.join(ids)}")


def bulk_page(request: HttpRequest, deed: str) -> HttpResponse:
    access.require(request.user, Permission.VIEW_ITEMS)
    if deed not in DEEDS:
        raise Http404
    is_reason = deed == "return"
    form = NoteForm(request.POST or None, is_required=is_reason)
    if request.method == "POST" and form.is_valid():
        rows = _carried_out(request, deed, request.POST.getlist("row")[:MOST_ROWS], form.cleaned_data["note"])
        return _page(request, deed, rows, form, is_after=True)
    tokens = request.POST.getlist("row")
    ids = [token.partition(":")[0] for token in tokens] or request.GET.get("ids", "").split(",")
    return _page(request, deed, [_row(request, deed, edition) for edition in _editions(request, ids)], form)


def _editions(request: HttpRequest, ids: Iterable[str]) -> list[Edition]:
    numbers = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 19]
    rows = readable_editions(request).filter(pk__in=numbers[:MOST_ROWS])
    return list(rows.select_related("item__agency", "item__current_edition").order_by("pk"))


def _verb(deed: str, edition: Edition) -> Verb | None:
    if deed == "sign":
        return signature_due(edition)
    return VERBS[EditionAction.PUBLISH if deed == "publish" else EditionAction.RETURN]


def _row(request: HttpRequest, deed: str, edition: Edition) -> Row:
    """What needs a person's own look is refused here: it is opened and signed by itself."""
    verb = _verb(deed, edition)
    if verb is None:
        return Row(edition, None, [_("这一版的状态是“%s”，没有待签的环节。") % edition.get_state_display()])
    reasons = verb.reasons(edition, request.user, now())
    if not reasons and what_to_check(edition, verb)[0]:
        reasons = [_("有实质性修改，须逐件打开核对后办理。")]
    return Row(edition, verb, reasons)


def _carried_out(request: HttpRequest, deed: str, tokens: list[str], note: str) -> list[Row]:
    assert isinstance(request.user, User)
    shown = dict(_token(text) for text in tokens)
    rows = []
    for edition in _editions(request, [str(pk) for pk in shown]):
        row = _row(request, deed, edition)
        if row.verb is None or row.reasons:
            rows.append(row)
            continue
        outcome, error = carry_out(
            row.verb, edition.pk, shown[edition.pk], actor=request.user, at=now(), said={"note": note}
        )
        rows.append(Row(edition, row.verb, _words(outcome, error), is_done=outcome == Outcome.DONE))
    return rows


def _token(text: str) -> tuple[int, Seen]:
    pk, _colon, rest = text.partition(":")
    version, _colon, digest = rest.partition(":")
    is_number = pk.isascii() and pk.isdigit() and version.isascii() and version.isdigit()
    return (int(pk), Seen(int(version), digest)) if is_number and len(text) < 120 else (0, Seen(0, ""))


def _words(outcome: Outcome, error: Any) -> list[str]:
    if outcome == Outcome.STALE:
        return [_("您打开本页以后，这一版已被修改或退回，没有办理。")]
    if outcome == Outcome.ALREADY:
        return [_("您已经办过，没有重复办理。")]
    return list(error.messages) if error else []


def _page(request: HttpRequest, deed: str, rows: list[Row], form: NoteForm, *, is_after: bool = False) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "opts": Edition._meta,
        "title": DEEDS[deed],
        "rows": rows,
        "form": form,
        "is_after": is_after,
        "ready": sum(not row.reasons for row in rows),
        "done": sum(row.is_done for row in rows),
    }
    return TemplateResponse(request, "admin/disclosure/bulk.html", context)
