"""Uploads of strangers: what no form of theirs takes is not written to the disk on its way to being refused."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from requests_app.forms.filing import MOST_FILE_MB, MOST_FILES

MOST_FILE_BYTES = MOST_FILE_MB * 1024 * 1024
# A form of five photographs is far below; what is above is not even read.
MOST_BODY_BYTES = 100 * 1024 * 1024


class ScanLimit(FileUploadHandler):
    """Stands before the handlers that write. A file that is too large goes on to be larger than the limit and ends
    there, files beyond the number are empty: the form refuses both by name, and the texts beside them are read."""

    def __init__(self, request: HttpRequest, most_files: int = MOST_FILES) -> None:
        super().__init__(request)
        self._files, self._most_files = 0, most_files

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        is_wanted = self._files <= self._most_files and start <= MOST_FILE_BYTES
        return raw_data if is_wanted else None

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""
