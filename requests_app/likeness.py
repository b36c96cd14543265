"""When two requests ask for the same information, as far as words tell: the same name, or the same number. Pure.

Officers see what words do not show, and mark it (services/publication_tasks.py).
"""

import re
import unicodedata
from dataclasses import dataclass

SHORTEST = 4  # signs: 预算 or 合同 alone names no information in particular
_STRAY = re.compile(r"[\W_]+")
_LEADING = re.compile(r"^(?:申请公开|申请|请求公开|要求公开|公开|关于)+")
_TRAILING = re.compile(r"(?:的)?(?:相关信息|有关信息|政府信息|信息|的申请)$")
# What stands in the place of a name when the applicant described what he wants (services/intake.py).
_NO_NAME = "见内容描述"


def subject_key(subject: str) -> str:
    """The name of the information without width, case, punctuation and polite words; empty if it tells nothing."""
    bare = _STRAY.sub("", unicodedata.normalize("NFKC", subject)).lower()
    bare = _TRAILING.sub("", _LEADING.sub("", bare))
    return "" if len(bare) < SHORTEST or bare == _NO_NAME else bare


def number_key(document_number: str) -> str:
    """澄政发〔2025〕3号 with any kind of bracket and blank; empty without a digit."""
    bare = _STRAY.sub("", unicodedata.normalize("NFKC", document_number)).lower()
    return bare if any(sign.isdigit() for sign in bare) and len(bare) >= SHORTEST else ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a request is compared by. Where both name a document, its number decides."""

    subject: str
    number: str

    @classmethod
    def of(cls, subject: str, document_number: str) -> "Likeness":
        return cls(subject_key(subject), number_key(document_number))

    def is_like(self, other: "Likeness") -> bool:
        if self.number and other.number:
            return self.number == other.number
        return bool(self.subject) and self.subject == other.subject

    def telling_signs(self, most: int = 4) -> list[str]:
        """Chinese characters that every like subject has, however it is punctuated: for a first choice by SQL."""
        chinese = [sign for sign in self.subject if "\u4e00" <= sign <= "\u9fff"]
        return list(dict.fromkeys(reversed(chinese)))[:most]
