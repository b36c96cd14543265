"""What the browser of a complainant keeps: the token of his drafts, and the case he has opened by number and code.

Two cookies beside those of requests, so that neither opens anything of the other. None remembers a code: the receipt
comes out of the draft that was sent, for a day at most, and nobody is asked whether to keep it longer.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

from govportal.forms import whole_number
from requests_app.models import Complaint
from requests_app.views import browser
from requests_app.views.browser import CASE_SECONDS, KEY_SHOWN, DraftKey

DRAFT, CASE = "complaint_draft", "complaint_case"


def draft_key(request: HttpRequest) -> DraftKey | None:
    return browser.draft_key(request, cookie=DRAFT)


def keep_draft_key(response: HttpResponseBase, key: DraftKey, *, is_sent: bool = False) -> None:
    browser.keep_draft_key(response, key, is_sent=is_sent, cookie=DRAFT)


def open_case(response: HttpResponseBase, row: Complaint) -> None:
    """From now on, for CASE_SECONDS, this browser reads the case; another one it had open is closed."""
    browser.write_cookie(response, CASE, [row.pk, row.query_key[:KEY_SHOWN]], CASE_SECONDS)


def case_of(request: HttpRequest) -> Complaint | None:
    """The case this browser has open. A renewed code closes it everywhere."""
    value = browser.read_cookie(request, CASE, CASE_SECONDS)
    if not (isinstance(value, list) and len(value) == 2):
        return None
    pk, key = whole_number(value[0]), str(value[1])
    if pk is None or len(key) != KEY_SHOWN:
        return None
    named = ("agency", "desk", "item", "rectification", "notice_board__agency")
    row = Complaint.objects.select_related(*named).filter(pk=pk).first()
    return row if row and constant_time_compare(row.query_key[:KEY_SHOWN], key) else None


def has_case_cookie(request: HttpRequest) -> bool:
    return CASE in request.COOKIES


def forget_all(response: HttpResponseBase) -> None:
    browser.forget(response, DRAFT, CASE)
