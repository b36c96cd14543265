"""The archive of a frozen round: whether it is the one that was frozen, and what it says of the agencies.

An agency that is renamed or put among others later keeps its name, and its place among its kind, on the cards it has.
"""

import csv
import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File

from evaluation.models import Assessment, AssessmentRound
from govportal import files
from govportal.models import Attachment
from govportal.spreadsheets import unescape_formula

_AGENCIES = "inputs/agencies.csv"
_KEPT = 32  # rounds, a few kilobytes each


class OtherArchive(ValueError):
    """What is stored is not what was frozen."""


_UNREADABLE = (OSError, SuspiciousFileOperation, OtherArchive, zipfile.BadZipFile, KeyError, UnicodeDecodeError)


class Named(NamedTuple):
    """An agency as it was called, in short where it still is, and its AgencyKind."""

    name: str
    kind: str
    official: str


def is_as_frozen(row: AssessmentRound) -> bool:
    """Whether the file has the digest that the publication log binds. Its own row may have been exchanged with it."""
    if row.archive is None:
        return False
    try:
        with _opened(str(row.archive.file.name), row.digest):
            return True
    except _UNREADABLE:
        return False


def agencies(row: AssessmentRound) -> Mapping[str, Named]:
    """By code; nothing where the file cannot be read, and the rows of today have to do."""
    try:
        return _read(str(row.archive.file.name), row.digest) if row.archive else {}
    except _UNREADABLE:
        return {}


def _opened(name: str, digest: str) -> "File[Any]":
    """Raises OtherArchive where it is another file."""
    file: File[Any] = Attachment._meta.get_field("file").storage.open(name, "rb")
    if files.digest(file) != digest:
        file.close()
        raise OtherArchive(name)
    file.seek(0)
    return file


@lru_cache(maxsize=_KEPT)
def _read(name: str, digest: str) -> Mapping[str, Named]:
    with _opened(name, digest) as file, zipfile.ZipFile(file) as archive:
        text = archive.read(_AGENCIES).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return {row["agency"]: _named(row) for row in rows}


def _named(row: Mapping[str, str]) -> Named:
    name = unescape_formula(row["name"])
    return Named(name, row["kind"], name)


def named(one: Assessment, frozen: Mapping[str, Named]) -> Named:
    """How the agency was called when it was scored."""
    agency = one.agency
    found = frozen.get(agency.code)
    if found is None or found.name == agency.name:
        return Named(agency.display_name, found.kind if found else agency.kind, agency.name)
    return found
