"""Pages of the steps of a case: the register pattern, with what the law says beside the form, and safe when the
button is pressed twice. Requests, complaints and messages stand on them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from disclosure.admin.register_verbs import Verb, VerbAdmin, VerbForm
from govportal.models import User
from govportal.now import now
from requests_app.admin.file_fields import written
from requests_app.models import InformationRequest
from requests_app.services import procedure, sent_forms


class CaseForm(VerbForm):
    """`form_key` names this sheet: sent twice with the same words, it is one deed."""

    required_css_class = "required"
    looked_at: tuple[str, ...] = ()  # the fields that the button `look` reads
    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["form_key"].initial = secrets.token_hex(16)

    def look(self) -> None:
        """Count anew, and do nothing: what is not looked at may still be blank."""
        for name in set(self.errors) - set(self.looked_at):
            del self.errors[name]

    def keep(self, actor: User) -> None:
        """Save what a browser would not send again with a form that is shown anew."""


type Hints = Callable[[Any, User], list[str]]


def no_hints(row: Any, actor: User) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Prepared[T]:
    """The `run` of a verb that takes long and asks nothing: `prepare` goes before the lock, so nobody waits meanwhile;
    `finish` is given its answer."""

    prepare: Callable[[Any, User], T]
    finish: Callable[[Any, User, T], object]

    def begun(self, row: Any, actor: User) -> Callable[[], object]:
        """What is left to do under the lock."""
        answer = self.prepare(row, actor)
        return lambda: self.finish(row, actor, answer)

    def __call__(self, row: Any, actor: User, _values: dict[str, Any]) -> object:
        return self.begun(row, actor)()


@dataclass(frozen=True, slots=True)
class CaseVerb(Verb):
    """`hints`: what the law says of it, and what it will do to the clock, in sentences."""

    form: type[VerbForm] = CaseForm
    hints: Hints = no_hints
    # For what is shown once, in the place of the desk: (template, context) from what the service answered.
    shows: Callable[[Any, Any], tuple[str, dict[str, Any]]] | None = None
    # The PDF of the letter as it would be, from a form without fault; the button `preview` asks for it.
    preview: Callable[[Any, dict[str, Any]], bytes] | None = None
    # What its own template shows beside that.
    context: Callable[[Any, User], dict[str, Any]] | None = None
    template: str = "admin/requests_app/verb.html"
    # What whoever has done it must still mind; empty for nothing.
    caution: Callable[[Any, dict[str, Any]], str] | None = None


class DoneAlready(Exception):
    """The same person has sent the same sheet with the same words: the button was pressed twice."""


def _key_of(request: HttpRequest, label: str, pk: int, verb: Verb) -> str:
    """What was typed by whom on which sheet of which verb of which row."""
    typed = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, file.name, file.size) for name, files in request.FILES.lists() for file in files)
    return sent_forms.key_of(request.POST.get("form_key", ""), (request.user.pk, label, pk, verb.name, typed, files))


def pdf_response(data: bytes, name: str, *, is_saved: bool = False) -> HttpResponse:
    """A letter, shown by the browser and kept by no cache; `is_saved`: given once, so the browser saves it."""
    response = HttpResponse(data, content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=is_saved, filename=name)
    response.headers["Content-Disposition"] = disposition or "inline"
    response.headers["Cache-Control"] = "private, no-store"
    return response


class CaseVerbAdmin[M: models.Model](VerbAdmin[M]):
    """Each verb of a case is done under its lock, and once."""

    verb_template = "admin/requests_app/verb.html"

    def lock(self, row: M) -> None:
        """Lock the case until the transaction ends."""
        raise NotImplementedError

    def verb_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
        """A second press finds the deed done before it finds it refused, or the case gone to others.

        The first press may end at any moment, so that is asked before the questions and again after a refusal.
        """
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        is_ours = verb is not None and self.has_view_permission(request)
        if verb and is_ours and self._is_done(request, pk, verb):
            return self._done_already(request, pk, verb)
        try:
            return super().verb_view(request, pk, name)
        except Http404:
            if verb and is_ours and self._is_done(request, pk, verb):
                return self._done_already(request, pk, verb)
            raise

    def show_form(
        self, request: HttpRequest, row: M, verb: Verb, form: VerbForm, reasons: list[str]
    ) -> HttpResponseBase:
        if self._is_done(request, row.pk, verb):
            return self._done_already(request, row.pk, verb)
        return super().show_form(request, row, verb, form, reasons)

    def _is_done(self, request: HttpRequest, pk: int, verb: Verb) -> bool:
        return request.method == "POST" and sent_forms.is_done(self._key(request, pk, verb))

    def _key(self, request: HttpRequest, pk: int, verb: Verb) -> str:
        return _key_of(request, self.opts.label_lower, pk, verb)

    def answer(self, request: HttpRequest, row: M, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        if isinstance(verb, CaseVerb) and verb.preview and "preview" in request.POST:
            return self._previewed(request, row, verb, form)
        if form.is_bound and "look" in request.POST and isinstance(form, CaseForm):
            form.look()
            return None
        outcome: list[Any] = []

        def run(actor: User, values: dict[str, Any]) -> None:
            values = written(form, values, actor)
            values.pop("form_key", None)
            deed: Callable[[], object] = partial(verb.run, row, actor, values)
            if isinstance(verb.run, Prepared):
                deed = verb.run.begun(row, actor)
            outcome.append(self._run_once(request, row, verb, deed))

        try:
            if not self._done(request, form, run):
                assert isinstance(request.user, User)
                if form.is_bound and isinstance(form, CaseForm):
                    form.keep(request.user)
                return None
        except DoneAlready:
            return self._done_already(request, row.pk, verb)
        if isinstance(verb, CaseVerb) and verb.shows:
            template, context = verb.shows(row, outcome[0])
            return self.shown_once(request, template, {"title": verb.label, "row": row, **context})
        messages.success(request, _("已完成：%s。") % verb.label)
        if isinstance(verb, CaseVerb) and verb.caution and (words := verb.caution(row, form.cleaned_data)):
            messages.warning(request, words)
        return HttpResponseRedirect(self._after(request, row.pk))

    def _run_once(self, request: HttpRequest, row: M, verb: Verb, run: Callable[[], object]) -> object:
        """What the service answers. Raises DoneAlready."""
        key = self._key(request, row.pk, verb)
        with transaction.atomic():
            self.lock(row)
            if not sent_forms.claim(key, at=now()):
                raise DoneAlready
            return run()

    def _after(self, request: HttpRequest, pk: int) -> str:
        """The desk; the list where the case has gone to another agency."""
        row = self.get_queryset(request).filter(pk=pk).first()
        return self._page_of(row) if row else reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _previewed(self, request: HttpRequest, row: M, verb: CaseVerb, form: VerbForm) -> HttpResponseBase | None:
        if not form.is_valid() or verb.preview is None:
            return None
        try:
            return pdf_response(verb.preview(row, form.cleaned_data), f"{row}.pdf")
        except ValueError as error:  # a letter that lacks a fact
            form.add_error(None, str(error))
            return None

    def _done_already(self, request: HttpRequest, pk: int, verb: Verb) -> HttpResponseBase:
        messages.info(request, _("您已经办过“%s”，没有重复办理。") % verb.label)
        return HttpResponseRedirect(self._after(request, pk))

    def shown_once(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """The answer to a POST that stands nowhere else: kept by no cache."""
        back = self._page_of(context["row"]) if context.get("row") else ""
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "back": back}
        response = TemplateResponse(request, template, everywhere | context)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def verb_context(self, request: HttpRequest, row: M, verb: Verb, form: VerbForm) -> dict[str, Any]:
        assert isinstance(request.user, User)
        if not isinstance(verb, CaseVerb):
            return {}
        beside = verb.context(row, request.user) if verb.context else {}
        return {"hints": verb.hints(row, request.user), "verb": verb, **beside}

    def verb_page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        chosen = context.get("template") or getattr(context.get("verb"), "template", "")
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "warning": self.warning}
        return TemplateResponse(request, chosen or self.verb_template, everywhere | context)


class RequestVerbAdmin(CaseVerbAdmin[InformationRequest]):
    def lock(self, row: InformationRequest) -> None:
        procedure.locked(row.pk)
