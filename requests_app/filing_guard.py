"""Programs that file by the hundred: how they are noticed, and what they must do that a person hardly feels.

Nobody is refused on suspicion. Whoever looks like a program either waits a little or lets his browser compute for a
second; both are held against a signed note, so nothing is stored. See docs/adr/0011.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from govportal import throttle
from govportal.throttle import Limit

WAIT = timedelta(seconds=20)
VALID = timedelta(hours=2)
# Zero bits at the front of the digest: some 33,000 tries, about a second on a telephone.
PROOF_BITS = 15
LONGEST_PROOF = 20
# Up to so many from one address in an hour are taken for those of people; a service hall may have more, and waits.
EASY = Limit("easy filings", 10, timedelta(hours=1))
_SALT = "requests_app.filing_guard"


def is_suspicious(sender: str, trap: str, *, at: datetime) -> bool:
    """Whether this filing looks like that of a program. `trap` is what stands in the field that people do not see."""
    return bool(trap.strip()) or throttle.taken(EASY, sender, at=at) >= EASY.times


@dataclass(frozen=True, slots=True)
class Hold:
    """`note` goes into the form and comes back; from `free_at` on the form is taken without a proof."""

    note: str
    free_at: datetime
    bits: int = PROOF_BITS


def hold(draft: str, *, at: datetime) -> Hold:
    """Begin to hold a draft, named by its key."""
    return Hold(signing.dumps([draft, at.timestamp()], salt=_SALT), at + WAIT)


def known_hold(note: str, draft: str, *, at: datetime) -> Hold | None:
    """The hold a note tells of; None if it is not ours, of another draft, or too old."""
    try:
        held, begun = signing.loads(note, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    begun_at = datetime.fromtimestamp(begun, tz=at.tzinfo)
    return Hold(note, begun_at + WAIT) if held == draft and at - begun_at < VALID else None


def is_released(held: Hold, proof: str, *, at: datetime) -> bool:
    """Whether the wait is over, or the proof is one."""
    return at >= held.free_at or is_proof(held.note, proof)


def is_proof(note: str, proof: str) -> bool:
    """Whether SHA-256 of `note:proof` begins with PROOF_BITS zero bits."""
    if not (proof.isascii() and proof.isdigit() and len(proof) <= LONGEST_PROOF):
        return False
    digest = hashlib.sha256(f"{note}:{proof}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - PROOF_BITS) == 0
