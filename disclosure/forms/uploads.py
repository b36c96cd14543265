"""Files in a form: kept as soon as they arrive, so that a form shown again still has them.

A row carries the signed number of its file. The signature holds for one person: nobody can attach the file of
another agency by guessing its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import RecordKind
from disclosure.forms.base import DayField, RowFormSet, TypedForm, row_set
from disclosure.models import Edition
from disclosure.services.records import Evidence
from govportal import files
from govportal.archives import RefusedFile
from govportal.models import Attachment, User

ATTACHMENTS, RECORDS = "attachments", "records"
_SALT = "disclosure.forms.uploads"


def reference(attachment: Attachment, user: User) -> str:
    return signing.dumps([attachment.pk, user.pk], salt=_SALT)


def _number(ref: str, user: User) -> int | None:
    try:
        number, owner = signing.loads(ref, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(number) if owner == user.pk else None


@dataclass(slots=True)
class Uploads:
    """The files that came with a form: what was kept is written into its data, what was refused has its reason."""

    refused: dict[str, str] = field(default_factory=dict)  # by the prefix of the row

    @classmethod
    def keep(cls, data: Any, incoming: Mapping[str, Any], user: User) -> "Uploads":
        """Store every file of the rows of `data`, in place. Ask for the permission to draft first."""
        uploads = cls()
        for name, upload in incoming.items():
            row = name.removesuffix("-file")
            if row == name or not row.startswith((f"{ATTACHMENTS}-", f"{RECORDS}-")):
                continue
            try:
                attachment = files.store(upload, by=user)
            except RefusedFile as error:
                uploads.refused[row] = _("“%(name)s”没有收下：%(reason)s") % {
                    "name": files.safe_name(upload.name or ""),
                    "reason": error,
                }
            else:
                data[f"{row}-ref"] = reference(attachment, user)
        return uploads


class _FileRow(TypedForm):
    """`attachment` is the file that the row has by now, `address` where it is read; empty before it is saved."""

    ref = forms.CharField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(label=gettext_lazy("文件"), required=False)

    def __init__(
        self, *args: Any, uploads: Uploads, held: Mapping[str, Attachment], addresses: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.refusal = uploads.refused.get(str(self.prefix), "")
        self.attachment = held.get(str(self["ref"].value() or ""))
        self.address = addresses.get(self.attachment.pk, "") if self.attachment else ""

    def has_changed(self) -> bool:
        return bool(self.refusal) or super().has_changed()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.refusal:
            self.add_error("file", self.refusal)
        return cleaned


class AttachmentRow(_FileRow):
    field_order = ["title", "file", "position", "remove"]
    title = forms.CharField(
        label=gettext_lazy("附件名称"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    position = forms.IntegerField(label=gettext_lazy("顺序"), required=False, min_value=0, max_value=9999)
    remove = forms.BooleanField(label=gettext_lazy("去掉"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not (self.attachment or self.refusal or cleaned.get("remove")) and cleaned.get("title"):
            self.add_error("file", _("请选择“%s”的文件。") % cleaned["title"])
        return cleaned


class RecordRow(_FileRow):
    field_order = ["kind", "title", "number", "dated_on", "file"]
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"), choices=[("", "---------"), *RecordKind.choices], required=False
    )
    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    number = forms.CharField(label=gettext_lazy("文号"), max_length=80, required=False)
    dated_on = DayField(label=gettext_lazy("日期"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        missing = [name for name in ("kind", "title", "dated_on") if name not in self.errors and not cleaned.get(name)]
        if missing:
            labels = "、".join(str(self.fields[name].label) for name in missing)
            raise ValidationError(_("佐证记录还缺：%s。") % labels)
        return cleaned


class FileRowSet(RowFormSet):
    """Rows with files; all files are looked up at once. `addresses`: where those are read that were saved."""

    def __init__(
        self,
        data: Any,
        *,
        user: User,
        uploads: Uploads,
        is_checked: bool,
        addresses: Mapping[int, str] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        first: Sequence[Mapping[str, Any]] = kwargs.get("rows", ())
        values = data.items() if data else ()
        refs = {str(value) for key, value in values if key.startswith(f"{kwargs['prefix']}-") and key.endswith("-ref")}
        refs |= {str(row["ref"]) for row in first}
        numbers = {ref: number for ref in refs if ref and (number := _number(ref, user))}
        found = Attachment.objects.in_bulk(numbers.values()) if numbers else {}
        held = {ref: found[number] for ref, number in numbers.items() if number in found}
        shared = {"uploads": uploads, "held": held, "addresses": addresses, "is_checked": is_checked}
        super().__init__(data, form_kwargs=shared, **kwargs)


_AttachmentRows, _RecordRows = row_set(AttachmentRow, FileRowSet), row_set(RecordRow, FileRowSet)


def attachment_rows(data: Any, *, edition: Edition | None, user: User, uploads: Uploads, is_checked: bool) -> Any:
    made: Any = _AttachmentRows
    links = list(edition.attachments.select_related("attachment")) if edition else []
    first = [
        {"ref": reference(link.attachment, user), "title": link.title, "position": position}
        for position, link in enumerate(links if data is None else (), 1)
    ]
    addresses = {
        link.attachment_id: reverse("admin:disclosure_edition_file", args=[link.edition_id, link.attachment_id])
        for link in links
    }
    shared: dict[str, Any] = {"user": user, "uploads": uploads, "is_checked": is_checked, "addresses": addresses}
    return made(data, prefix=ATTACHMENTS, rows=first, **shared)


def attachments_of(rows: Any) -> list[tuple[Attachment, str]]:
    """(file, title) in the order that was asked for; rows without a number come after those with one."""
    kept = [form for form in rows.forms if form.attachment and not form.cleaned_data.get("remove")]
    last = len(kept) + 10_000
    kept.sort(key=lambda form: last if form.cleaned_data.get("position") is None else form.cleaned_data["position"])
    return [(form.attachment, form.cleaned_data.get("title") or form.attachment.name[:200]) for form in kept]


def record_rows(data: Any, *, user: User, uploads: Uploads, is_checked: bool) -> Any:
    made: Any = _RecordRows
    return made(data, prefix=RECORDS, user=user, uploads=uploads, is_checked=is_checked)


def evidence_of(rows: Any) -> list[Evidence]:
    return [
        Evidence(
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            number=form.cleaned_data["number"],
            dated_on=form.cleaned_data["dated_on"],
            attachment=form.attachment,
        )
        for form in rows.forms
        if form.has_changed()
    ]
