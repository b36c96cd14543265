"""When two requests ask for the same information, as far as words tell: the same name, or the same number. Pure.

Where both name a document, its number decides. The keys are columns of the request (models/likeness_key.py); officers
see what words do not show, and mark it (services/publication_tasks.py).
"""

import re
import unicodedata

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
