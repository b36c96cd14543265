"""One edition as one form: common metadata, text, the fields of its type, files, records, 源头认定, interpretation."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import projects
from disclosure.enums import Mode, RelationKind
from disclosure.forms import content, extra, links, relations, uploads
from disclosure.forms.base import TypedForm, with_more_rows
from disclosure.forms.uploads import Uploads
from disclosure.models import Edition, Item, SupportingRecord
from disclosure.services.compose import Parts, Place
from disclosure.types import ITEM_TYPES, ExtraField
from govportal.models import User

ADD_ROWS = "add_rows"


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the summary: what is wrong, and the input it is about."""

    message: str
    anchor: str
    label: str = ""


class _HeldRecords(TypedForm):
    removed: Any = forms.ModelMultipleChoiceField(
        label=gettext_lazy("去掉这些记录"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, edition: Edition | None, **kwargs: Any) -> None:
        super().__init__(*args, prefix="held", **kwargs)
        field: Any = self.fields["removed"]
        field.queryset = edition.records.all() if edition else SupportingRecord.objects.none()


class EditionForm:
    """Everything a publisher may write, read from `data` or, without any, from an edition.

    `source` fills the form when it is opened: the edition itself, or the one before it. `edition` is the row
    that is being edited, None before it exists. `is_checked` False shows what was typed and finds no fault.
    """

    def __init__(
        self,
        place: Place,
        *,
        user: User,
        today: date,
        source: Edition | None = None,
        edition: Edition | None = None,
        item: Item | None = None,
        data: Any = None,
        kept: Uploads | None = None,
        is_checked: bool = True,
    ) -> None:
        self.place, self.kind, self.source, self.edition = place, ITEM_TYPES[place.item_type], source, edition
        self.number = edition.number if edition else source.number + 1 if source else 1
        kept, how = kept or Uploads(), {"data": data, "is_checked": is_checked}
        self.faults: list[Fault] = []
        self.content = content.ContentForm(number=self.number, initial=self._first_content(), **how)
        stored = source.extra if source else {}
        self.extra = extra.ExtraForm(kind=self.kind, initial=extra.first_values(self.kind, stored), **how)
        self.tables: list[tuple[ExtraField, Any]] = [
            (field, extra.rows_of(field, data=data, stored=stored.get(field.key), is_checked=is_checked))
            for field in self.kind.extra
            if field.kind in extra.ROW_KINDS
        ]
        files: dict[str, Any] = {"user": user, "uploads": kept, "is_checked": is_checked}
        self.attachments = uploads.attachment_rows(data, edition=source, **files)
        self.records = uploads.record_rows(data, **files)
        self.held_records = _HeldRecords(edition=edition, **how)
        first = links.first_withholding(edition or source, place.agency, today)
        self.withholding = links.WithholdingForm(agency=place.agency, initial=first, **how)
        self.interpretation = links.InterpretationForm(
            agency=place.agency, audience=place.audience, item_type=place.item_type, **how
        )
        self.relations = relations.RelationsForm(place=place, user=user, item=item, **how)

    def _first_content(self) -> dict[str, Any]:
        if self.source is None:
            entry = self.place.catalogue_entry
            return {"category": entry.category, "mode": entry.mode} if entry else {"mode": Mode.PROACTIVE}
        values = content.first_values(self.source)
        return values if self.edition else values | {"change_note": "", "is_substantive": False}

    # --- reading ---------------------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Read everything; afterwards `faults` names every input that is wrong, in the order of the page."""
        parts = [self.content, self.extra, *(rows for _field, rows in self.tables), self.attachments, self.records]
        parts += [self.held_records, self.interpretation, self.relations]
        if self.is_withheld:
            parts.append(self.withholding)
        for part in parts:
            if not part.is_valid():
                self.faults += _faults(part)
        return not self.faults

    @property
    def is_withheld(self) -> bool:
        return bool(self.content["mode"].value() == Mode.NOT_PUBLIC)

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refused beside everything typed."""
        known = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in known.items():
            field = self.content.fields.get(name)
            anchor = f"id_{name}" if field else ""
            self.faults += [Fault(message, anchor, str(field.label) if field else "") for message in messages]

    def parts(self) -> Parts:
        """What was typed, for services/compose.py. Call after `is_valid`."""
        typed = self.content.content(self._extra())
        return Parts(
            content=typed,
            attachments=uploads.attachments_of(self.attachments),
            evidence=uploads.evidence_of(self.records),
            removed_records=[record.pk for record in self.held_records.cleaned_data["removed"]],
            matter=self.withholding.matter(typed.title) if self.is_withheld else None,
            deposit=self.withholding.deposit() if self.is_withheld else None,
            relations=[*self._interpreted(), *self.relations.added],
            removed_relations=self.relations.removed_relations,
            interpretations=self.interpretation.chosen("interpretation"),
            new_interpretation=bool(self.interpretation.cleaned_data.get("new_interpretation")),
        )

    def _interpreted(self) -> list[tuple[RelationKind, Item]]:
        return [(RelationKind.INTERPRETS, target) for target in self.interpretation.chosen("interprets")]

    def _extra(self) -> dict[str, Any]:
        """In the order of the type; what an archive brought along beside it stays."""
        typed = self.extra.values() | {field.key: rows for field, table in self.tables if (rows := table.rows())}
        known = [field.key for field in self.kind.extra]
        stored = self.source.extra if self.source else {}
        foreign = {key: value for key, value in stored.items() if key not in known}
        return {key: typed[key] for key in known if key in typed} | foreign

    # --- showing ---------------------------------------------------------------------------------------------

    @property
    def needs(self) -> set[str]:
        """Names of inputs that must be filled before submission."""
        stage = {"project"} if self.kind.key == projects.PART else set()
        return {*self.kind.required, *(field.key for field in self.kind.extra if field.is_required), *stage}

    @property
    def wanted_records(self) -> str:
        """Which record must be there before submission; empty when none must."""
        if self.kind.needs_audit_record:
            return _("财务类信息送审前须登记审计记录（审计理财在前，核实公布在后）。")
        if self.kind.needs_meeting_record:
            return _("重大事项送审前须登记会议记录（民主议事在前，决策公布在后）。")
        return ""


def add_rows(data: Any) -> str:
    """If more rows were asked for, make them in `data`; the prefix of the set, else empty."""
    prefix = str(data.get(ADD_ROWS, ""))
    if prefix:
        with_more_rows(data, prefix)
    return prefix


def _faults(part: Any) -> list[Fault]:
    """The faults of a form, or of a set of rows."""
    if isinstance(part, forms.BaseFormSet):
        found = [Fault(str(message), f"id_{part.prefix}-0") for message in part.non_form_errors()]
        return found + [fault for form in part.forms for fault in _faults(form)]
    found = []
    for name, messages in part.errors.items():
        bound = part[name] if name in part.fields else None
        anchor = bound.id_for_label or bound.auto_id if bound else ""
        found += [Fault(str(message), anchor, str(bound.label) if bound else "") for message in messages]
    return found
