"""Whether a change is substantive (实质性修改): decided from the two texts, not by who wrote them (domain §4.5)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disclosure.models import Edition


class ChangeKind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    AMOUNT = "amount"
    DUTY = "duty"  # 应、不得、可以
    NAME = "name"
    TABLE = "table"
    ATTACHMENT = "attachment"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Finding:
    """One change that makes the new edition substantive: what stood there and what stands there now."""

    kind: ChangeKind
    old: str
    new: str


def findings(before: "Edition", after: "Edition") -> list[Finding]:
    """Every substantive change from one edition to the next, in reading order."""
    found = []
    files = [list(e.attachments.values_list("title", "attachment__sha256")) for e in (before, after)]
    if files[0] != files[1]:
        found.append(Finding(ChangeKind.ATTACHMENT, str(len(files[0])), str(len(files[1]))))
    return found
