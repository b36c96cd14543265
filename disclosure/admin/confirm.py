"""The page between a button and its deed: what will happen, why it may be refused, and what must be said."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import publication_log, substance, workflow
from disclosure.admin.verbs import SIGNING, VERBS, Needs, Outcome, Seen, Verb, applies, carry_out
from disclosure.admin.visibility import as_id, find_edition
from disclosure.enums import EditionAction, EditionState, Mode
from disclosure.models import Edition
from disclosure.services import procedure, review, submission, warnings
from govportal import access
from govportal.models import User
from govportal.now import now


class ConfirmForm(forms.Form):
    """What a verb asks for, with the text it was opened on. `ticks` are sentences that must be agreed to."""

    lock_version = forms.IntegerField(widget=forms.HiddenInput)
    review_digest = forms.CharField(widget=forms.HiddenInput, required=False)
    publish_at = forms.DateTimeField(
        label=gettext_lazy("公开时间"),
        help_text=gettext_lazy("北京时间，精确到分钟。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": gettext_lazy("请写明日期和时间，例如 2026-03-02 09:00。")},
    )
    note = forms.CharField(label=gettext_lazy("意见"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, verb: Verb, tick: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if verb.needs != Needs.TIME:
            del self.fields["publish_at"]
            self.fields["note"].required = verb.needs == Needs.REASON
            if verb.needs == Needs.REASON:
                self.fields["note"].label = _("理由")
                self.fields["note"].error_messages["required"] = _("请写明理由。")
        else:
            del self.fields["note"]
        if tick:
            error = {"required": _("请先核对，再勾选这一项。")}
            self.fields["is_checked"] = forms.BooleanField(label=tick, error_messages=error)

    @property
    def seen(self) -> Seen:
        return Seen(self.cleaned_data["lock_version"], self.cleaned_data["review_digest"])

    def refuse(self, error: ValidationError) -> None:
        """Put what the service said beside the field it speaks of."""
        known = {"reason": "note"}
        for name, sentences in getattr(error, "message_dict", {None: error.messages}).items():
            field = known.get(name, name) if name else None
            self.add_error(field if field in self.fields else None, sentences)


def verb_page(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """GET shows what would happen; POST does it through the service, once, to the text that was shown."""
    edition, chosen = find_edition(request, as_id(pk)), VERBS[verb]
    assert isinstance(request.user, User)
    tick, hints = what_to_check(edition, chosen)
    if request.method != "POST":
        initial = {"lock_version": edition.lock_version, "review_digest": edition.review_digest}
        return _page(request, edition, chosen, ConfirmForm(verb=chosen, tick=tick, initial=initial), hints)
    form = ConfirmForm(request.POST, verb=chosen, tick=tick)
    if "lock_version" in form.errors:  # the address was posted to without the page
        return HttpResponseRedirect(request.path)
    if not form.is_valid():
        return _page(request, edition, chosen, form, hints)
    outcome, error = carry_out(
        chosen, edition.pk, form.seen, actor=request.user, at=now(), said={"note": ""} | form.cleaned_data
    )
    if outcome == Outcome.DONE:
        messages.success(request, str(chosen.done) % {"verb": chosen.label})
    elif outcome == Outcome.ALREADY:
        messages.info(request, _("您已经办过“%s”，没有重复办理。") % chosen.label)
    else:
        return _refused(request, edition.pk, chosen, form, error)
    return HttpResponseRedirect(reverse("admin:disclosure_edition_change", args=[pk]))


def _refused(
    request: HttpRequest, pk: int, verb: Verb, form: ConfirmForm, error: ValidationError | None
) -> HttpResponse:
    """The page anew, on the text as it is now, with the reasons and all that was typed."""
    edition = find_edition(request, pk)
    tick, hints = what_to_check(edition, verb)
    values = request.POST.copy()
    values["lock_version"], values["review_digest"] = str(edition.lock_version), edition.review_digest
    values.pop("is_checked", None)
    again = ConfirmForm(values, verb=verb, tick=tick)
    again.full_clean()
    again.errors.pop("is_checked", None)
    if error is None:
        error = ValidationError(_("您打开本页以后，这一版已被修改或退回，没有办理。请先看现在的文本，再确认。"))
    again.refuse(error)
    return _page(request, edition, verb, again, hints)


def _page(request: HttpRequest, edition: Edition, verb: Verb, form: ConfirmForm, hints: list[str]) -> HttpResponse:
    reasons = verb.reasons(edition, request.user, now())
    context = {
        **admin.site.each_context(request),
        "opts": Edition._meta,
        "title": _("确认：%s") % verb.label,
        "edition": edition,
        "verb": verb,
        "form": form,
        "reasons": reasons,
        "hints": hints,
        "consequences": consequences(edition, verb, request.user),
    }
    if form.errors:
        context["title"] = _("错误：%s") % context["title"]
    return TemplateResponse(request, "admin/disclosure/verb_confirm.html", context)


def what_to_check(edition: Edition, verb: Verb) -> tuple[str, list[str]]:
    """(the sentence to be agreed to, what it is about) before this verb; empty when nothing is."""
    if not applies(verb, edition):
        return "", []
    if verb.key in {EditionAction.SUBMIT, EditionAction.EMERGENCY_PUBLISH}:
        hints = [warning.message for warning in warnings.warnings(edition)]
        partners = submission.drafts_beside(edition) if verb.key == EditionAction.SUBMIT else []
        hints += [
            _("政策解读 %(number)s：%(hint)s") % {"number": partner.item.index_number, "hint": warning.message}
            for partner in partners
            for warning in warnings.warnings(partner)
        ]
        return (_("以上 %(n)s 条提示我已逐条核对") % {"n": len(hints)} if hints else ""), hints
    before = edition.item.current_edition
    if verb.key != EditionAction.APPROVE or before is None or before.pk == edition.pk:
        return "", []
    before.item = edition.item
    found = substance.findings(before, edition, substance.agency_names())
    hints = [in_words(finding) for finding in found]
    return (_("我已逐处看过 %(n)s 处实质性修改") % {"n": len(hints)} if hints else ""), hints


def in_words(finding: substance.Finding) -> str:
    """What kind of change, where, from what to what."""
    where = "：".join(str(word) for word in (finding.kind.label, finding.label) if word)
    return f"{where}　{finding.old or '—'} → {finding.new or '—'}"


def consequences(edition: Edition, verb: Verb, actor: Any) -> list[str]:
    """What will have happened, in sentences: the digest that is signed, who comes next, what readers see."""
    if not applies(verb, edition):
        return []
    found = []
    if verb.key in SIGNING:
        digest = edition.review_digest or publication_log.review_digest(edition)
        found.append(
            _("您签署的是送审摘要 %s…，内容一改即作废。公开时写入公开日期，再算出内容摘要，所以两者不同。")
            % digest[:16]
        )
    if verb.key == EditionAction.SUBMIT:
        found.append(_("送审后文本固定，送审摘要 %s…。") % publication_log.review_digest(edition)[:16])
        found += [_("政策解读 %s 一并送审。") % one.item.index_number for one in submission.drafts_beside(edition)]
    if verb.key == EditionAction.APPROVE:
        found += [
            _("解读 %(number)s 还在“%(state)s”，两者都审定后才能公开。")
            % {"number": partner.item.index_number, "state": partner.get_state_display()}
            for partner in submission.unpublished_beside(edition)
            if partner.state in {EditionState.DRAFT, *workflow.UNDER_REVIEW}
        ]
    if verb.key in {EditionAction.RETURN, EditionAction.RECALL} and edition.review_digest:
        found.append(_("回到草稿，已有的签署全部作废。"))
    if verb.key == EditionAction.PUBLISH:
        found.append(_("立即向社会公开，写入公开登记簿，此后这一版不能再改。"))
    if verb.key == EditionAction.EMERGENCY_PUBLISH:
        found.append(_("不经完整审查立即公开，其余环节须在期限内补审；应急公开的比例向社会公布。"))
    if verb.key == EditionAction.DISCARD:
        found.append(_("这一版不再办理，只留记录。"))
    return [*found, *_next_people(edition, verb, actor)]


def _next_people(edition: Edition, verb: Verb, actor: Any) -> list[str]:
    if verb.key not in {EditionAction.SUBMIT, *review.REVIEWS}:
        return []
    state = workflow.next_state(edition.state, EditionAction(verb.key), edition.steps)
    step = workflow.due_step(state, edition.steps) if state else None
    if step is None:
        return (
            [_("审定以后不予公开备案生效。")]
            if edition.mode == Mode.NOT_PUBLIC
            else [_("审定以后可以定时或者立即公开。")]
        )
    names = "、".join(signer_names(edition, step, besides=actor))
    if not names:
        return [_("下一环节是%s，本单位目前没有可以办理的人。") % step.label]
    return [_("下一环节：%(step)s，%(names)s。") % {"step": step.label, "names": names}]


def signer_names(edition: Edition, step: Any, *, besides: Any = None) -> list[str]:
    """Who may give this signature: by role, not of those who wrote the text, not `besides`."""
    permission = workflow.EDITION[workflow.ACTION_OF[step]].permission
    assert permission is not None
    others = {*procedure.writers(edition), getattr(besides, "pk", None)}
    return [str(person) for person in access.holders(permission, edition.item.agency) if person.pk not in others]
