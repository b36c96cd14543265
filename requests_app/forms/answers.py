"""What an applicant writes in his case: a correction, reasons, a message. One text, and files where they are of use."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import private_files
from govportal.archives import RefusedFile
from govportal.files import safe_name
from govportal.html import without_controls
from govportal.models import PrivateFile
from requests_app.forms.fields import ScansField, text_field
from requests_app.forms.filing import MOST_FILE_MB, MOST_FILES

MOST_TEXT = 5_000


class TextForm(forms.Form):
    """One text. `cleaned` data come with invisible characters taken out before anything is checked."""

    text = text_field(gettext_lazy("内容"), MOST_TEXT, rows=8)

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        if data is not None:
            data = {"text": without_controls(str(data.get("text") or ""))}
        super().__init__(data, files, **kwargs)


class TextAndFilesForm(TextForm):
    written: Sequence[PrivateFile] = ()
    papers = ScansField(
        gettext_lazy("材料（可以不传）"), gettext_lazy("PDF、JPG 或者 PNG，每份不超过 10 MB，最多 3 份，加密保存。")
    )

    def clean_papers(self) -> Sequence[Any]:
        uploads: Sequence[Any] = self.cleaned_data["papers"]
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(_("最多 %s 份。") % MOST_FILES)
        return uploads

    def write_files(self) -> None:
        """Put the files on the disk, before anything is locked. Raises ValidationError that names each file refused."""
        written, refused = [], []
        for upload in self.cleaned_data["papers"]:
            try:
                written.append(
                    private_files.write(
                        upload, by=None, max_bytes=MOST_FILE_MB * 1024 * 1024, accepted=private_files.SCANS
                    )
                )
            except RefusedFile as error:
                words = {"name": safe_name(upload.name or ""), "reason": error}
                refused.append(_("“%(name)s”没有收下：%(reason)s") % words)
        if refused:
            raise forms.ValidationError(refused)
        self.written = written

    def keep_files(self) -> list[PrivateFile]:
        """Save the rows of the files in the open transaction."""
        return [private_files.keep(file) for file in self.written]
