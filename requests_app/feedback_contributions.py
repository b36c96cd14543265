"""What messages and correction reports add to pages, database and words of the kernel; called by RequestsConfig."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from disclosure.enums import Audience
from disclosure.models import Item
from disclosure.search.pages import SearchPage, search_pages
from govportal import contributions, dbsetup
from govportal.contributions import NavEntry, Panel, Place
from requests_app import feedback_database, feedback_queues
from requests_app.feedback_audit_words import FEEDBACK_WORDS
from requests_app.services import feedback_tell

NAVIGATION = (
    NavEntry(
        "foot-feedback",
        Place.FOOTER,
        gettext_lazy("留言和纠错"),
        "feedback",
        within=("feedback_sent", "feedback_lookup"),
        position=38,
    ),
    NavEntry("foot-correction", Place.FOOTER, gettext_lazy("我要纠错"), "feedback_new", position=39),
)


def _of_item(_request: HttpRequest, item: Item) -> Mapping[str, Any] | None:
    """内容有误？ beside the text; what is for staff alone is nothing to write about from outside."""
    return {} if item.audience == Audience.PUBLIC else None


def contribute() -> None:
    for entry in NAVIGATION:
        contributions.nav_entries.add(entry)
    search_pages["feedback"] = SearchPage(gettext_lazy("留言和纠错"), "feedback", ("留言", "纠错", "找错"))
    contributions.item_panels.add(Panel("feedback", "requests_app/feedback_item_panel.html", _of_item, position=200))
    for trigger in feedback_database.guards():
        dbsetup.declare(trigger)
    for queue in feedback_queues.QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(feedback_queues.LIST_NOTES)
    contributions.audit_words.update(FEEDBACK_WORDS)
    contributions.notice_kinds[feedback_tell.KIND] = gettext_lazy("留言纠错办理")
