"""What a receipt bears: a number out of an unbroken row, and the code that opens the matter; and that a form which is
sent twice gets the first one's. Requests, complaints and messages stand on it.
"""

import hmac
import secrets
import unicodedata
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, models, transaction

from disclosure.models import IndexCounter
from govportal.crypto import fingerprint
from govportal.html import clean_line

# Without 0 and O, 1, I and L: a code is read from paper and told by telephone. 31 signs, eight places, 39 bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_PLACES = 8
_NO_KEY = "0" * 64  # no fingerprint of any code


def next_number(prefix: str) -> str:
    """CM-MZJ-2026-00012: consecutive within its prefix. The counter's row stays locked until the transaction ends, so
    none is lost and none is given twice."""
    counter = IndexCounter.locked(prefix)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{counter.prefix}{counter.last:05}"


def once[T](prefix: str, create: Callable[[str], T], first: Callable[[], T | None]) -> T:
    """What `create` makes of the next number; what `first` finds, for a form that was sent before."""
    try:
        with transaction.atomic():
            number = next_number(prefix)
            # Looked up under the counter's lock: a second sender waits there and then finds the first one's row.
            found = first()
            if found is None:
                return create(number)
            transaction.set_rollback(True)  # gives the number back
            return found
    except IntegrityError:
        # The same form under another counter at the same moment, as at the turn of the year: it won between our look
        # and our write.
        found = first()
        if found is None:
            raise
        return found


# --- the code ----------------------------------------------------------------------------------------------------


def new_code() -> str:
    """A query code as it is shown: 7K4M-92PX."""
    return _shown(secrets.randbelow(len(_ALPHABET) ** _PLACES))


def code_of(purpose: str, text: str) -> str:
    """The code that goes with a text: the same for the same, and known to nobody without the portal's key."""
    return _shown(int(fingerprint(purpose, text), 16))


def _shown(rest: int) -> str:
    signs = ""
    for _sign in range(_PLACES):
        rest, place = divmod(rest, len(_ALPHABET))
        signs += _ALPHABET[place]
    return f"{signs[:4]}-{signs[4:]}"


def query_key(purpose: str, number: str, code: str) -> str:
    """The fingerprint under which a code is kept. Case, width, blanks and any kind of dash make no difference."""
    signs = filter(str.isalnum, unicodedata.normalize("NFKC", code))
    return fingerprint(purpose, f"{number}:{''.join(signs)}")


def find(rows: "models.QuerySet[Any]", purpose: str, number: str, code: str) -> int | None:
    """The key of the row that number and code open, in a time that does not tell which was wrong. The caller throttles.

    Nothing encrypted is read before the code has proved right: its length would show in the time.
    """
    number = clean_line(unicodedata.normalize("NFKC", number))
    numbers = {number, number.upper(), number.lower()}
    kept = list(rows.filter(number__in=numbers).values_list("pk", "number", "query_key"))
    found = None
    # Computed whether or not there is such a number.
    for pk, own_number, key in kept or [(0, number, "")]:
        if hmac.compare_digest(query_key(purpose, own_number, code), key or _NO_KEY):
            found = pk
    return found
