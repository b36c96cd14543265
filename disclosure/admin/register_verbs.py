"""Registers in the admin: rows are read there; whatever changes them is a verb of a service, on a page of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal.admin.base import ReadOnlyModelAdmin
from govportal.archives import RefusedFile
from govportal.models import User

CHOOSE = gettext_lazy("请选择")  # Django's own has no Chinese yet


def toned(words: Any, tone: str) -> SafeString:
    """Words for a state; `tone`: ok, warn, bad or info."""
    return format_html('<span class="state state-{}">{}</span>', tone, words)


def long_text(label: Any, *, length: int, is_required: bool = True, help_text: Any = "") -> forms.CharField:
    """Several lines, at most `length` characters."""
    widget = forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})
    return forms.CharField(label=label, max_length=length, required=is_required, widget=widget, help_text=help_text)


class VerbForm(forms.Form):
    """What a verb asks; `row` is what it is done to (None: a new one), `actor` who does it.

    An address may fill in what a person sees and can change, and the hidden fields named in `from_address`; never what
    tells which text was shown, nor a box that somebody must tick himself.
    """

    from_address: frozenset[str] = frozenset()

    @classmethod
    def initial_of(cls, query: Mapping[str, str]) -> dict[str, str]:
        """Of the values of an address, those that it may fill in."""
        return {
            name: query[name]
            for name, field in cls.base_fields.items()
            if name in query and (name in cls.from_address or _is_open(field))
        }

    def __init__(self, *args: Any, row: Any = None, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.actor = actor
        for field in self.fields.values():
            if type(field.widget) is forms.TextInput:  # not days, which are narrow
                field.widget.attrs.setdefault("class", "vTextField")
        self.prepare()

    def prepare(self) -> None:
        """Set the choices and the initial values that depend on row and actor."""

    def choices_of(self, name: str) -> forms.ModelChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field


def _is_open(field: forms.Field) -> bool:
    return not field.widget.is_hidden and not isinstance(field, forms.BooleanField)


@dataclass(frozen=True, slots=True)
class Verb:
    """One button of a row. `reasons(row, actor)`: why not, whatever the form says; `run` is the service."""

    name: str
    label: Promise | str
    reasons: Callable[[Any, User], list[str]]
    run: Callable[[Any, User, dict[str, Any]], object]
    form: type[VerbForm] = VerbForm
    warning: Promise | str = ""  # over its form in the place of that of the register


class VerbAdmin[M: models.Model](ReadOnlyModelAdmin[M]):
    """Reads like any list; adds by `add_form` and `add_row`, changes by `verbs`. `warning` stands over every form."""

    page_template = "admin/disclosure/register_change.html"
    verb_template = "admin/disclosure/register_verb.html"
    view_on_site = False  # that address tells any staff where any row is, and is closed
    verbs: tuple[Verb, ...] = ()
    add_form: type[VerbForm]
    add_title: Promise | str = ""
    warning: Promise | str = ""

    def may_add(self, actor: User) -> bool:
        raise NotImplementedError

    def add_row(self, actor: User, values: dict[str, Any]) -> M:
        """Make the row by its service. Raises ValidationError or RefusedFile."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and isinstance(request.user, User) and self.may_add(request.user)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        return [path("<int:pk>/<slug:name>/do/", view, name=name), *super().get_urls()]

    def page_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        assert isinstance(request.user, User)
        verbs = [(verb, self._address(row.pk, verb), verb.reasons(row, request.user)) for verb in self.verbs]
        return {"verbs": verbs, "refused": any(reasons for _verb, _address, reasons in verbs)}

    def _address(self, pk: int, verb: Verb) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_verb", args=[pk, verb.name])

    def _page_of(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self._form(self.add_form, request, None)
        made: list[M] = []
        if self._done(request, form, lambda actor, values: made.append(self.add_row(actor, values))):
            messages.success(request, _("已登记：%s。") % made[0])
            return HttpResponseRedirect(self._page_of(made[0]))
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self.verb_page(request, {"form": form, "title": self.add_title, "back": back})

    def verb_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        if row is None or verb is None:
            raise Http404(_("没有这一项，或者您看不到它。"))
        assert isinstance(request.user, User)
        reasons = verb.reasons(row, request.user)
        form = self._form(verb.form, request, row)
        if not reasons and (answer := self.answer(request, row, verb, form)):
            return answer
        return self.show_form(request, row, verb, form, reasons)

    def show_form(
        self, request: HttpRequest, row: M, verb: Verb, form: VerbForm, reasons: list[str]
    ) -> HttpResponseBase:
        """The sheet of a verb: for the first time, or anew with what stands against what was sent."""
        context = {"form": form, "title": verb.label, "reasons": reasons, "row": row, "back": self._page_of(row)}
        if verb.warning:
            context["warning"] = verb.warning
        return self.verb_page(request, context | self.verb_context(request, row, verb, form))

    def answer(self, request: HttpRequest, row: M, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        """What a sent form leads to once its verb is done; None shows it again with what was said against it."""
        if not self._done(request, form, lambda actor, values: verb.run(row, actor, values)):
            return None
        messages.success(request, _("已完成：%s。") % verb.label)
        return HttpResponseRedirect(self._page_of(row))

    def verb_context(self, request: HttpRequest, row: M, verb: Verb, form: VerbForm) -> dict[str, Any]:
        """What the page of a verb shows beside its form."""
        return {}

    def _form(self, form: type[VerbForm], request: HttpRequest, row: M | None) -> VerbForm:
        is_sent = request.method == "POST"
        return form(
            request.POST if is_sent else None,
            request.FILES if is_sent else None,
            row=row,
            actor=request.user,
            initial=None if is_sent else form.initial_of(request.GET.dict()),
        )

    def _done(self, request: HttpRequest, form: VerbForm, run: Callable[[User, dict[str, Any]], object]) -> bool:
        """Whether the form was sent, and the service took it; otherwise the form says every reason."""
        if not form.is_bound or not form.is_valid():
            return False
        assert isinstance(request.user, User)
        try:
            run(request.user, form.cleaned_data)
        except ValidationError as error:
            _say(form, error)
        except RefusedFile as error:
            form.add_error(None, str(error))
        else:
            return True
        return False

    def verb_page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "warning": self.warning}
        return TemplateResponse(request, self.verb_template, everywhere | context)


def _say(form: VerbForm, error: ValidationError) -> None:
    """At the field where there is one of that name, else above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        form.add_error(name if name in form.fields else None, found)
