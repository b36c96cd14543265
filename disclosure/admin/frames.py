"""The only pages that stand in a frame, and the only ones that hold one: both of this portal, both for staff."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from django.conf import settings
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

type _Policy = Mapping[str, Collection[str] | str]
_FRAMED = cast("_Policy", settings.SECURE_CSP | {"frame-ancestors": [CSP.SELF]})
_FRAMING = cast("_Policy", settings.SECURE_CSP | {"frame-src": [CSP.SELF]})


def in_a_frame[V: Callable[..., Any]](view: V) -> V:
    """The page may be shown in a frame of the portal's own."""
    return xframe_options_sameorigin(csp_override(_FRAMED)(view))


def holds_a_frame[V: Callable[..., Any]](view: V) -> V:
    """The page may hold a frame with a page of the portal's own."""
    return csp_override(_FRAMING)(view)
