"""Several files in one field: checked and written before the verb locks anything, kept when it is done."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from govportal import private_files
from govportal.models import PrivateFile, User

MOST_FILES = 20
_MOST_BYTES = 4  # times what one file may have: a guard against slips, no rule of law


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploads; empty when none was chosen."""

    widget = FilesInput
    default_error_messages = {
        "too_many": _("一次最多上传 %(most)s 个文件。"),
        "too_much": _("一次上传的文件合计最多 %(most)s MB，请分几次上传。"),
    }

    def clean(self, data: Any, initial: Any = None) -> Any:
        uploads = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(upload, initial) for upload in uploads]
        kept = [upload for upload in cleaned if upload]
        if len(kept) > MOST_FILES:
            raise forms.ValidationError(self.error_messages["too_many"] % {"most": MOST_FILES})
        most = _MOST_BYTES * settings.ATTACHMENT_MAX_BYTES
        if sum(upload.size for upload in kept) > most:
            raise forms.ValidationError(self.error_messages["too_much"] % {"most": most // (1024 * 1024)})
        return kept


def written(form: forms.Form, values: Mapping[str, Any], by: User) -> dict[str, Any]:
    """The values of a form with its uploads on the disk, as rows still to be saved. Raises RefusedFile."""
    fields = {name for name in values if isinstance(form.fields.get(name), FilesField)}
    files = {name: [private_files.write(upload, by=by) for upload in values[name]] for name in fields}
    return {**values, **files}


def stored(files: Iterable[PrivateFile]) -> list[PrivateFile]:
    """With their rows saved; call inside the transaction of the verb."""
    return [private_files.keep(file) for file in files]
