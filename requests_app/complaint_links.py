"""Where the kernel's pages lead to complaints; called by RequestsConfig.ready()."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from disclosure.board_wall import board_panels
from disclosure.enums import Audience
from disclosure.models import Item, NoticeBoard
from disclosure.search.pages import SearchPage, search_pages
from govportal import contributions
from govportal.contributions import NavEntry, Panel, Place
from govportal.models import Agency

_BELOW = ("complaint_new", "complaint_contact", "complaint_check", "complaint_sent", "complaint_lookup")
NAVIGATION = (
    NavEntry(
        "door-complaints",
        Place.DOOR,
        gettext_lazy("投诉举报"),
        "complaints",
        gettext_lazy("该公开的没有公开、公开不实、申请被拖延的，可以反映，可以不署名。"),
        position=37,
    ),
    NavEntry("foot-complaints", Place.FOOTER, gettext_lazy("投诉举报"), "complaints", within=_BELOW, position=37),
)


def _agency(_request: HttpRequest, *, agency: Agency) -> Mapping[str, Any]:
    return {}


def _item(_request: HttpRequest, *, item: Item) -> Mapping[str, Any] | None:
    """Of what everybody can read: nobody outside could name another."""
    return {} if item.audience == Audience.PUBLIC else None


def _board(_request: HttpRequest, *, board: NoticeBoard) -> Mapping[str, Any] | None:
    """Of one in use: the form offers no other."""
    return {} if board.is_active else None


def contribute() -> None:
    for entry in NAVIGATION:
        contributions.nav_entries.add(entry)
    search_pages["complaints"] = SearchPage(gettext_lazy("投诉举报"), "complaints", ("投诉", "举报"))
    contributions.agency_panels.add(
        Panel("complaint", "requests_app/complaint_agency_panel.html", _agency, position=48)
    )
    contributions.item_panels.add(Panel("complaint", "requests_app/complaint_item_panel.html", _item, position=110))
    board_panels.add(Panel("complaint", "requests_app/complaint_board_panel.html", _board))
    contributions.page_parameters.add("year")
