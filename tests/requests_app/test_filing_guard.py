import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from requests_app import filing_guard

AT = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)


def test_hold_is_released_after_its_wait_alone() -> None:
    held = filing_guard.hold("draft", at=AT)

    assert not filing_guard.is_released(held, "", at=AT + filing_guard.WAIT - timedelta(seconds=1))
    assert filing_guard.is_released(held, "", at=AT + filing_guard.WAIT)


def test_note_tells_of_its_hold_until_it_is_too_old() -> None:
    held = filing_guard.hold("draft", at=AT)

    assert filing_guard.known_hold(held.note, "draft", at=AT + timedelta(hours=1)) == held
    assert filing_guard.known_hold(held.note, "other", at=AT) is None
    assert filing_guard.known_hold(held.note + "x", "draft", at=AT) is None
    assert filing_guard.known_hold(held.note, "draft", at=AT + filing_guard.VALID) is None


def test_proof_is_counted_as_the_script_counts_it() -> None:
    """static/js/proof.js reads the first 32 bits and looks at those in front."""
    number = next(n for n in range(10**7) if filing_guard.is_proof("note", str(n)))

    digest = hashlib.sha256(f"note:{number}".encode()).hexdigest()
    assert int(digest[:8], 16) >> (32 - filing_guard.PROOF_BITS) == 0


@pytest.mark.parametrize("proof", ["", "-1", "1" * 21, "x", "１", "0"])
def test_what_is_no_number_is_no_proof(proof: str) -> None:
    assert not filing_guard.is_proof("another note", proof)
