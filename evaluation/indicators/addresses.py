"""Addresses of evidence, for many rows: of one view they differ in one place alone."""

from collections.abc import Callable
from urllib.parse import quote

from django.urls import reverse

_PLACE = 987654321  # fits into every address that takes a number or a name
_SAFE = "!$&'()*+,;=/~:@"  # what reverse() leaves as it is (RFC 3986)


def addresses(view: str) -> Callable[[str | int], str]:
    """reverse() of a view with one argument, a hundred times quicker: 200,000 items would take it four seconds."""
    before, _place, after = reverse(view, args=[_PLACE]).partition(str(_PLACE))
    return lambda value: f"{before}{quote(str(value), safe=_SAFE)}{after}"
