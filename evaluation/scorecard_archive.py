"""What the archive of a frozen round says of its agencies: names and kinds as they were scored.

An agency that is renamed or put among others later keeps its name, and its place among its kind, on the cards it has.
"""

import csv
import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from evaluation.models import Assessment, AssessmentRound
from govportal.models import Attachment
from govportal.spreadsheets import unescape_formula

_AGENCIES = "inputs/agencies.csv"
_KEPT = 32  # rounds, a few kilobytes each


class Named(NamedTuple):
    """An agency as it was called, in short where it still is, and its AgencyKind."""

    name: str
    kind: str
    official: str


def agencies(row: AssessmentRound) -> Mapping[str, Named]:
    """By code; nothing where the file cannot be read, and the rows of today have to do."""
    try:
        return _read(str(row.archive.file.name)) if row.archive else {}
    except (OSError, zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return {}


@lru_cache(maxsize=_KEPT)
def _read(name: str) -> Mapping[str, Named]:
    """By the name under which it is stored, which is its hash."""
    with Attachment._meta.get_field("file").storage.open(name, "rb") as file, zipfile.ZipFile(file) as archive:
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
