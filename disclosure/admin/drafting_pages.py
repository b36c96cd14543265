"""The drafting form as a page: opened, shown again with everything typed, saved, or set against another's text."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from disclosure.forms import Conflict, EditionForm, Uploads, compared
from disclosure.forms.edition import Fault, add_rows
from disclosure.item_text import shown_body
from disclosure.models import Edition, Item
from disclosure.services import buffers, compose
from disclosure.services.compose import Parts, Place
from disclosure.services.draft import StaleForm
from govportal.forms import whole_number
from govportal.now import now

_TOPICS = 200
_CHANGES_NOTHING = frozenset({"csrfmiddlewaretoken", "add_rows", "_continue", "_save", "discard"})


class Page:
    """One drafting form for one request. Whoever makes it has asked whether this person may draft here."""

    form_key: str
    title: str
    lock_version = ""

    def __init__(self, request: HttpRequest, place: Place) -> None:
        self.request, self.place = request, place
        self.user: Any = request.user

    def form(self, **how: Any) -> EditionForm:
        return EditionForm(self.place, user=self.user, today=localdate(now()), **how)

    def save(self, parts: Parts) -> Edition:
        raise NotImplementedError

    # --- opened ----------------------------------------------------------------------------------------------

    def get(self) -> HttpResponse:
        """The form as it is stored, with the offer of what was typed and not saved; or with that in it."""
        typed = buffers.find(self.form_key, user=self.user)
        if typed and "restore" in self.request.GET:
            data = restored(typed)
            self.lock_version = data.get("lock_version", self.lock_version)
            when = localtime(typed.saved_at)
            messages.info(self.request, _("已恢复 %s 的暂存内容，还没有保存。") % f"{when:%m-%d %H:%M}")
            return self.show(self.form(data=data, is_checked=False))
        return self.show(self.form(), offer=typed)

    # --- sent ------------------------------------------------------------------------------------------------

    def post(self) -> HttpResponse:
        data = self.request.POST.copy()
        if "discard" in data:
            buffers.drop(self.form_key, user=self.user)
            return HttpResponseRedirect(self.request.get_full_path())
        self.lock_version = data.get("lock_version", "")
        kept = Uploads.keep(data, self.request.FILES, self.user)
        if add_rows(data):
            for reason in kept.refused.values():
                messages.error(self.request, reason)
            return self.show(self.form(data=data, kept=kept, is_checked=False))
        form = self.form(data=data, kept=kept)
        if not form.is_valid():
            return self.show(form)
        try:
            edition = self.save(form.parts())
        except StaleForm as stale:
            return self.conflict(stale.current, form, data, kept)
        except ValidationError as error:
            form.refuse(error)
            return self.show(form)
        self._say_saved(edition, form)
        name = "admin:disclosure_edition_edit" if "_continue" in data else "admin:disclosure_edition_change"
        return redirect(name, edition.pk)

    def conflict(self, stored: Edition, form: EditionForm, data: QueryDict, kept: Uploads) -> HttpResponse:
        """Both texts, and a form that saves on top of the other one knowingly. Equal texts are a double click."""
        stored = Edition.objects.select_related("item__agency", "last_edited_by").get(pk=stored.pk)
        found = compared(stored, form.parts())
        if found.is_empty and stored.last_edited_by_id == self.user.pk:
            return redirect("admin:disclosure_edition_change", stored.pk)
        page = EditPage(self.request, stored)
        return page.show(page.form(data=data, kept=kept, is_checked=False), conflict=found, status=409)

    def _say_saved(self, edition: Edition, form: EditionForm) -> None:
        messages.success(self.request, _("第 %s 版草稿已保存。") % edition.number)
        if lost := form.content.lost:
            words = _("正文里的图片、视频等内容（%s）不能公开在正文中，没有保留；需要的请作为附件上传。")
            messages.warning(self.request, words % "、".join(lost))
        if form.interpretation.cleaned_data.get("new_interpretation"):
            begun = edition.item.reverse_relations.order_by("-pk").select_related("source").first()
            draft = begun.source.editions.first() if begun else None
            if draft:
                address = reverse("admin:disclosure_edition_edit", args=[draft.pk])
                link = format_html('<a href="{}">{}</a>', address, draft.title)
                messages.info(self.request, format_html(_("已建立解读草稿：{}，请接着写。"), link))

    # --- shown -----------------------------------------------------------------------------------------------

    def show(
        self,
        form: EditionForm,
        *,
        offer: buffers.Typed | None = None,
        conflict: Conflict | None = None,
        status: int = 200,
    ) -> HttpResponse:
        faults: list[Fault] = form.faults
        title = _("错误：%s") % self.title if faults else self.title
        context = {
            **admin.site.each_context(self.request),
            "opts": Item._meta,
            "title": title,
            "heading": self.title,
            "page": self,
            "form": form,
            "offer": offer,
            "conflict": conflict,
            "stored_body": shown_body(conflict.stored)[0] if conflict else "",
            "others": self.others(),
            "topics": self._topics(),
            "buffer_url": reverse("admin:disclosure_edition_buffer"),
        }
        return TemplateResponse(self.request, "admin/disclosure/item_form.html", context, status=status)

    @property
    def action(self) -> str:
        return self.request.path

    @property
    def back(self) -> str:
        return reverse("admin:disclosure_item_changelist")

    @property
    def hidden(self) -> list[tuple[str, Any]]:
        """Inputs nobody sees: which form this is, and what it was opened on."""
        return [("form_key", self.form_key), ("lock_version", self.lock_version)]

    def others(self) -> list[Any]:
        return []

    def _topics(self) -> list[str]:
        """What the agency's items are filed under, offered while typing."""
        used = Item.objects.filter(agency=self.place.agency).exclude(topic="")
        return list(used.order_by("topic").values_list("topic", flat=True).distinct()[:_TOPICS])


class NewPage(Page):
    """A new item. Its key is given out once, so that a form sent twice makes one item."""

    def __init__(self, request: HttpRequest, place: Place, form_key: str) -> None:
        super().__init__(request, place)
        self.form_key = form_key
        self.title = _("新建%s") % place_type(place)

    def save(self, parts: Parts) -> Edition:
        return compose.create(parts, self.place, author=self.user, at=now(), form_key=self.form_key)

    @property
    def hidden(self) -> list[tuple[str, Any]]:
        entry = self.place.catalogue_entry
        chosen = {
            "agency": self.place.agency.pk,
            "item_type": self.place.item_type,
            "audience": self.place.audience,
            "entry": entry.code if entry else "",
        }
        return [*super().hidden, *((f"place-{name}", value) for name, value in chosen.items())]


class EditPage(Page):
    """An edition that is not public yet."""

    def __init__(self, request: HttpRequest, edition: Edition) -> None:
        super().__init__(request, place_of(edition.item))
        self.edition, self.lock_version = edition, str(edition.lock_version)
        self.form_key = buffers.edition_key(edition)
        self.title = _("修改第 %(number)s 版：%(title)s") % {"number": edition.number, "title": edition.title}

    def form(self, **how: Any) -> EditionForm:
        return super().form(source=self.edition, edition=self.edition, item=self.edition.item, **how)

    def save(self, parts: Parts) -> Edition:
        version = whole_number(self.lock_version)
        opened_on = -1 if version is None else version
        return compose.edit(self.edition.pk, parts, actor=self.user, at=now(), lock_version=opened_on)

    def others(self) -> list[Any]:
        return buffers.others_at(self.edition, user=self.user, at=now())

    @property
    def action(self) -> str:
        return reverse("admin:disclosure_edition_edit", args=[self.edition.pk])

    @property
    def back(self) -> str:
        return reverse("admin:disclosure_edition_change", args=[self.edition.pk])


class AmendPage(Page):
    """The next edition of an item, filled with its current one."""

    def __init__(self, request: HttpRequest, item: Item, current: Edition, number: int) -> None:
        super().__init__(request, place_of(item))
        self.item, self.current = item, current
        self.form_key = buffers.amendment_key(item)
        self.title = _("起草第 %(number)s 版：%(title)s") % {"number": number, "title": current.title}

    def form(self, **how: Any) -> EditionForm:
        return super().form(source=self.current, item=self.item, **how)

    def save(self, parts: Parts) -> Edition:
        return compose.amend(self.item, parts, actor=self.user, at=now())

    @property
    def back(self) -> str:
        return reverse("admin:disclosure_item_change", args=[self.item.pk])


def place_of(item: Item) -> Place:
    return Place(
        agency=item.agency,
        item_type=item.item_type,
        audience=item.audience,
        catalogue_entry=item.catalogue_entry,
    )


def place_type(place: Place) -> str:
    return str(dict(Item._meta.get_field("item_type").flatchoices)[place.item_type])


def restored(typed: buffers.Typed) -> QueryDict:
    """What a buffer holds, as if it had just been sent."""
    data = QueryDict(mutable=True)
    for name, values in typed.values.items():
        data.setlist(name, values)
    return data


def typed_values(data: QueryDict) -> dict[str, list[str]]:
    """What a buffer keeps of a form: the fields, not the buttons and not the token of the session."""
    return {name: [str(value) for value in values] for name, values in data.lists() if name not in _CHANGES_NOTHING}
