"""拟答复: one form for each kind of reply, with exactly what its letter says and no row of the case holds."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from disclosure.admin.register_verbs import long_text
from disclosure.enums import WithholdingGround
from disclosure.models import Item
from govportal import private_files
from govportal.archives import RefusedFile
from govportal.models import User
from govportal.now import now, today
from requests_app import letters
from requests_app.admin.fact_fields import PREFIX, field_of, shown_value, typed_facts
from requests_app.admin.file_fields import FilesField, stored
from requests_app.admin.verb_pages import CaseForm
from requests_app.enums import DecisionKind, DecisionState, FileKind, ReplyKind
from requests_app.letter_rules import LETTER_RULES, LetterKind
from requests_app.models import Decision, InformationRequest
from requests_app.rules import REPLY_RULES
from requests_app.services import files_of
from requests_app.services.letter_facts import facts_for, missing
from requests_app.services.letter_matter import Matter, Said
from requests_app.services.reply_checks import THIRD_PARTY_REASONS, Proposal, objectors
from requests_app.services.reply_facts import CONTENT_AS, REASONS_AS

# Filled in from what is chosen beside them.
_DERIVED = {
    ReplyKind.ALREADY_PUBLIC: {"access"},
    ReplyKind.DUPLICATE: {"earlier_number"},
    ReplyKind.NOT_CORRECTED: {"correction_delivered_on"},  # proven where it arrived, or nobody is late
}
_WITHHELD = f"{PREFIX}withheld"
# Not asked for at all: who is addressed, what hangs on the letter, its number.
_NEVER = {"addressee", "is_organisation", "attachments", "number", "issued_on"}


class ReplyForm(CaseForm):
    """Without a kind it asks for nothing: the page offers the kinds."""

    from_address = frozenset({"reply_kind"})
    reply_kind = forms.ChoiceField(choices=ReplyKind.choices, widget=forms.HiddenInput)

    def prepare(self) -> None:
        chosen = self.data.get("reply_kind") if self.is_bound else self.initial.get("reply_kind")
        self.kind = ReplyKind(chosen) if chosen in ReplyKind.values else None
        if self.kind is None:
            return
        self.letter_kind, self.rule = LetterKind(self.kind.value), REPLY_RULES[self.kind]
        self.known = letters.known_facts(self.letter_kind)
        last = self._returned()
        self._add_words(last)
        self._add_choices(last)
        self._add_facts(last)
        if self.rule.gives_files:
            self._add_files()
        if self.kind == ReplyKind.PARTIAL:
            self.fields[_WITHHELD].required = True
            self.order_fields(["content", _WITHHELD, "grounds", "reasons"])

    def _returned(self) -> Decision | None:
        """The last draft of this kind that was sent back: what was typed once is not typed again."""
        drafts = self.row.decisions.filter(kind=DecisionKind.REPLY, reply_kind=self.kind)
        found: Decision | None = drafts.filter(state__in=[DecisionState.RETURNED, DecisionState.DROPPED]).first()
        return found

    def _add_words(self, last: Decision | None) -> None:
        """`reasons` and `content` under the names by which the letter knows them."""
        self.reasons_as = REASONS_AS.get(self.letter_kind, "reasons")
        self.content_as = CONTENT_AS.get(self.letter_kind, "content")
        if self.reasons_as in self.known:
            label, words = self.known[self.reasons_as].label, ""
        else:
            label, words = _("办理说明"), _("写给签发人，也作为补充说明写进文书。")
        self.fields["reasons"] = long_text(label, length=5000, help_text=words)
        if self.content_as in self.known:
            self.fields["content"] = long_text(self.known[self.content_as].label, length=5000)
        if last:
            self.fields["reasons"].initial = last.reasons
            if "content" in self.fields:
                self.fields["content"].initial = last.content

    def _add_facts(self, last: Decision | None) -> None:
        """What this letter asks for by name, and what the settings of the office lack; the rest is known."""
        rule = LETTER_RULES[self.letter_kind]
        found = facts_for(Matter(row=self.row, kind=self.letter_kind, on=today()), last.facts if last else None)
        lacking = [fact for fact in letters.required_facts(self.letter_kind) if fact.name not in found]
        left_out = {self.reasons_as, self.content_as, *_DERIVED.get(self.rule.kind, ()), *_NEVER}
        wanted = {fact.name: fact for fact in (*rule.required, *rule.optional, *lacking)}
        if self.reasons_as in self.known:
            wanted["supplement"] = self.known["supplement"]
        for name, fact in wanted.items():
            if name not in left_out:
                field = self.fields[f"{PREFIX}{name}"] = field_of(fact)
                field.initial = shown_value(found.get(name))

    def _add_choices(self, last: Decision | None) -> None:
        if self.kind == ReplyKind.PARTIAL:
            self.fields["grounds"] = forms.MultipleChoiceField(
                label=_("不予公开部分的情形"), choices=WithholdingGround.choices, widget=forms.CheckboxSelectMultiple,
                initial=(last.facts or {}).get("grounds") if last else None,
                help_text=_("选第三方合法权益的，须先征求第三方意见（条例第三十二条）。"),
            )  # fmt: skip
        if self.kind == ReplyKind.DUPLICATE:
            first = last.duplicate_of.number if last and last.duplicate_of else ""
            self.fields["first"] = forms.CharField(
                label=_("此前已经答复的申请"), max_length=80, initial=first, help_text=_("填受理编号。")
            )
        if self.rule.names_items:
            numbers = (
                [item.index_number for item in Item.objects.filter(pk__in=last.items.values("pk"))] if last else []
            )
            self.fields["items"] = long_text(
                _("已公开的信息"), length=2000, help_text=_("填索引号，一行一个；须是现在能公开查阅的信息。")
            )
            self.fields["items"].initial = "\n".join(numbers)
        if objectors(self.row, self.rule.kind, {}):
            self.fields[THIRD_PARTY_REASONS] = long_text(
                _("告知第三方的理由"), length=3000, is_required=False,
                help_text=_("第三方不同意公开而仍决定公开的，写明理由，随公开决定告知书发给第三方（条例第三十二条）。"),
            )  # fmt: skip
            self.fields[THIRD_PARTY_REASONS].initial = (last.facts or {}).get(THIRD_PARTY_REASONS) if last else ""

    def _add_files(self) -> None:
        self._offer_ready()
        self.fields["papers"] = FilesField(
            label=_("提供的文件"), required=False, help_text=_("随文书提供给申请人，签发以后才能下载。")
        )

    def _offer_ready(self) -> None:
        ready = list(files_of.ready(self.row))
        if ready:
            self.fields["chosen"] = forms.MultipleChoiceField(
                label=_("已上传的信息"), required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(str(held.pk), held.title or held.file.name) for held in ready],
                initial=[str(held.pk) for held in ready],
            )  # fmt: skip

    def keep(self, actor: User) -> None:
        """Files that came with a form which is shown again are kept with the request, and chosen: a browser sends no
        file twice. What is refused as a file has been said already."""
        uploads = [upload for upload in self.files.getlist("papers") if upload] if self.files else []
        if self.kind is None or not self.rule.gives_files or not uploads or "papers" in self.errors:
            return
        try:
            files = [private_files.write(upload, by=actor) for upload in uploads]
            with transaction.atomic():
                kept = files_of.add(self.row.pk, stored(files), FileKind.DISCLOSED, actor=actor, at=now())
        except (RefusedFile, ValidationError):
            return
        assert isinstance(self.data, QueryDict)
        typed = self.data.copy()
        typed.setlist("chosen", [*typed.getlist("chosen"), *(str(held.pk) for held in kept)])
        self.data = typed
        self._offer_ready()

    # --- what was typed --------------------------------------------------------------------------------------------

    def clean_items(self) -> list[Item]:
        numbers = self.cleaned_data["items"].split()
        items = {item.index_number: item for item in Item.objects.filter(index_number__in=numbers)}
        if unknown := [number for number in numbers if number not in items]:
            raise forms.ValidationError(_("没有索引号为 %s 的信息。") % "、".join(unknown))
        return [items[number] for number in dict.fromkeys(numbers)]

    def clean_first(self) -> InformationRequest:
        number = self.cleaned_data["first"].strip()
        own = InformationRequest.objects.filter(agency=self.row.agency_id).select_related("agency")
        found = own.filter(number__iexact=number).first()
        if found is None:
            raise forms.ValidationError(_("本单位没有受理编号为 %s 的申请。") % number)
        return found

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = {**(super().clean() or {}), "form": self}
        if self.kind is not None and not self.errors:
            self._check_letter(values)
        return values

    def _check_letter(self, values: dict[str, Any]) -> None:
        """Say at its field what the letter would lack."""
        try:
            lacking = missing(self.matter(values))
        except ValueError as error:
            self.add_error(None, str(error))
            return
        labels = {fact.label: name for name, fact in self.known.items()}
        for label in lacking:
            name = f"{PREFIX}{labels[label]}"
            if name in self.fields:
                self.add_error(name, _("请填写：文书须写明%s。") % label)
            else:
                self.add_error(None, _("文书缺少：%s。") % label)

    def typed_facts(self, values: dict[str, Any]) -> dict[str, Any]:
        """The facts of the letter as JSON values, and what the decision asks for beside them."""
        facts = typed_facts(self.letter_kind, values)
        for name in ("grounds", THIRD_PARTY_REASONS):
            if values.get(name):
                facts[name] = values[name]
        return facts

    def matter(self, values: dict[str, Any]) -> Matter:
        """What the letter would be about, were this released today."""
        row = InformationRequest.objects.select_related("agency").get(pk=self.row.pk)
        uploads: Iterable[UploadedFile] = values.get("papers") or ()
        said = Said(
            reasons=values["reasons"],
            content=values.get("content", ""),
            facts=self.typed_facts(values),
            items=values.get("items", ()),
            duplicate_of=values.get("first"),
            files=[*self._chosen_titles(values), *(upload.name or "" for upload in uploads)],
            on=today(),
        )
        return Matter(row=row, kind=self.letter_kind, on=today(), said=said)

    def _chosen_titles(self, values: dict[str, Any]) -> list[str]:
        held = self.row.files.filter(pk__in=values.get("chosen", ()), kind=FileKind.DISCLOSED).select_related("file")
        return [one.title or one.file.name for one in held]

    def proposal(self, values: dict[str, Any], files: list[Any]) -> Proposal:
        assert self.kind is not None
        return Proposal(
            kind=DecisionKind.REPLY,
            reply_kind=self.kind,
            reasons=values["reasons"],
            content=values.get("content", ""),
            facts=self.typed_facts(values),
            items=values.get("items", ()),
            files=files,
            duplicate_of=values.get("first"),
        )
