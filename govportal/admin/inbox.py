"""站内消息: what each member of staff was told, and of which kinds he wants mails as well."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import notices, staff_site
from govportal.inbox_rows import messages_of
from govportal.models import InboxMessage, MutedKind
from govportal.now import now

PAGE = 50


class FilterForm(forms.Form):
    """What a wrong address asks for is not asked: the list is whole."""

    unread = forms.BooleanField(label=gettext_lazy("只看未读"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("全部")), *notices.kinds().items()]  # type: ignore[attr-defined]


def inbox(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    rows = messages_of(request.user)
    if "unread" in chosen:
        rows = rows.filter(read_at=None)
    if "kind" in chosen:
        rows = rows.filter(kind=chosen["kind"])
    page = Paginator(rows.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    kinds = notices.kinds()
    query = QueryDict(mutable=True)
    query.update({name: "1" if value is True else value for name, value in chosen.items()})
    context = {
        **admin.site.each_context(request),
        "title": _("站内消息"),
        "page": page,
        "messages_shown": [(message, kinds.get(message.kind, "")) for message in page],
        # What came in after this page was made is not marked as read by it.
        "newest": max((message.pk for message in page), default=0) if page.number == 1 and not chosen else 0,
        "form": form,
        "query": query.urlencode(),
        "is_filtered": bool(chosen),
    }
    return TemplateResponse(request, "admin/govportal/inbox.html", context)


def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one's own message as read and leads to what it tells of; of others' messages there are none."""
    message = get_object_or_404(messages_of(request.user), pk=pk)
    if message.read_at is None:
        InboxMessage.objects.filter(pk=pk, read_at=None).update(read_at=now())
    is_ours = message.path.startswith("/") and url_has_allowed_host_and_scheme(message.path, allowed_hosts=None)
    return HttpResponseRedirect(message.path if is_ours else reverse("admin:inbox"))


class ReadForm(forms.Form):
    until = forms.IntegerField(min_value=1, max_value=2**63 - 1)


def read_all(request: HttpRequest) -> HttpResponse:
    """Every message up to the newest that the page showed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = ReadForm(request.POST)
    if form.is_valid():
        unread = messages_of(request.user).filter(read_at=None, pk__lte=form.cleaned_data["until"])
        count = unread.update(read_at=now())
        messages.success(request, _("已将 %(count)s 条消息标为已读。") % {"count": count})
    return HttpResponseRedirect(reverse("admin:inbox"))


class MailForm(forms.Form):
    """The kinds of which this person wants mails; those left out are muted."""

    mailed = forms.MultipleChoiceField(
        label=gettext_lazy("哪些消息还要发邮件"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mailed"].choices = list(notices.kinds().items())  # type: ignore[attr-defined]


def settings(request: HttpRequest) -> HttpResponse:
    muted = MutedKind.objects.filter(user=request.user.pk)
    if request.method == "POST":
        form = MailForm(request.POST)
        if form.is_valid():
            _mute(request.user, set(notices.kinds()) - set(form.cleaned_data["mailed"]))
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(reverse("admin:inbox_settings"))
    else:
        silent = set(muted.values_list("kind", flat=True))
        form = MailForm(initial={"mailed": [kind for kind in notices.kinds() if kind not in silent]})
    context = {**admin.site.each_context(request), "title": _("消息设置"), "form": form}
    return TemplateResponse(request, "admin/govportal/inbox_settings.html", context)


@transaction.atomic
def _mute(user: Any, kinds: set[str]) -> None:
    """Exactly these. What is no kind any more, or not yet on this server, is left as it is."""
    MutedKind.objects.filter(user=user, kind__in=set(notices.kinds()) - kinds).delete()
    MutedKind.objects.bulk_create([MutedKind(user=user, kind=kind) for kind in sorted(kinds)], ignore_conflicts=True)


staff_site.add_page("inbox/", inbox, "inbox")
staff_site.add_page("inbox/<int:pk>/", open_message, "inbox_message")
staff_site.add_page("inbox/read/", read_all, "inbox_read")
staff_site.add_page("inbox/settings/", settings, "inbox_settings")
