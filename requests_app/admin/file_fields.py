"""Several files in one field, checked and kept encrypted when the verb is done."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from govportal import private_files
from govportal.models import PrivateFile, User

MOST_FILES = 20


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploads; empty when none was chosen."""

    widget = FilesInput
    default_error_messages = {"too_many": _("一次最多上传 %(most)s 个文件。")}

    def clean(self, data: Any, initial: Any = None) -> Any:
        uploads = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(upload, initial) for upload in uploads]
        kept = [upload for upload in cleaned if upload]
        if len(kept) > MOST_FILES:
            raise forms.ValidationError(self.error_messages["too_many"] % {"most": MOST_FILES})
        return kept


def stored(uploads: Iterable[UploadedFile], by: User) -> list[PrivateFile]:
    """Kept with their rows. Raises RefusedFile; call inside the transaction of the verb."""
    return [private_files.store(upload, by=by) for upload in uploads]
