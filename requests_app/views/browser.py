"""What the browser of a citizen without an account keeps, and how his pages answer.

Four cookies, encrypted and out of reach of scripts: the token of his drafts, the receipts of what he filed from here,
those of them he wants to have remembered, and the case he has opened by number and code. They are the same in both
languages, whose addresses have no beginning in common but the portal's own. No address holds a secret. Complaints have
cookies of their own (complaint_browser.py).

A computer may be a public one: what opens a case ends with the browser, unless its owner asks for more.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from govportal import crypto
from govportal.forms import whole_number
from govportal.views.errors import error_page
from requests_app.forms.filing import MOST_FILE_MB, MOST_FILES
from requests_app.forms.uploads import MOST_BODY_BYTES, ScanLimit
from requests_app.models import InformationRequest

DRAFT, CASE = "request_draft", "request_case"
RECEIPTS, REMEMBERED = "request_receipts", "request_receipts_remembered"
_DRAFT_SECONDS = 24 * 3600
_RECEIPT_SECONDS = 24 * 3600  # at most: some browsers open again with all they had
_REMEMBERED_SECONDS = 30 * 24 * 3600
CASE_SECONDS = 30 * 60  # since the last page
_MOST_RECEIPTS = 5
KEY_SHOWN = 16  # signs of the code's fingerprint: with another code the cookie opens nothing


# --- answers that nobody keeps -----------------------------------------------------------------------------------


type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def personal[**P](view: View[P]) -> View[P]:
    """A page of one citizen, kept by no cache. Its foot does not ask what is wrong with it: that would tell others
    where he has been."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.is_personal = True  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return answer


def personal_form[**P](*, stale: View[P], most_files: int = MOST_FILES) -> Callable[[View[P]], View[P]]:
    """A page of one citizen with a form that is forgiven for having grown old.

    A form whose token is missing or wrong never reaches the view: `stale` shows it again with all that was typed.
    Django's own answer would be an error page, and the text would be gone.
    """

    def decorate(view: View[P]) -> View[P]:
        @csrf_exempt
        @personal
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if (whole_number(request.META.get("CONTENT_LENGTH", "")) or 0) > MOST_BODY_BYTES:
                return _too_large(request, most_files)
            request.upload_handlers.insert(
                0, ScanLimit(request, most_files)
            )  # before the token is looked for among the files
            is_stale = request.method == "POST" and _csrf_fault(request) is not None
            return (stale if is_stale else view)(request, *args, **kwargs)

        return answer

    return decorate


def _too_large(request: HttpRequest, most_files: int) -> HttpResponseBase:
    words = {"most_mb": MOST_FILE_MB, "most": most_files}
    reason = _("提交的文件太大，没有保存。每份不超过 %(most_mb)s MB，最多 %(most)s 份。") % words
    return error_page(request, 400, reason + _("请用浏览器的“后退”回到表单，您填写的还在。"))


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _csrf_fault(request: HttpRequest) -> str | None:
    check = _Check(lambda _request: HttpResponse())
    check.process_request(request)
    fault: Any = check.process_view(request, None, (), {})  # type: ignore[arg-type]
    return None if fault is None else str(fault)


# --- drafts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DraftKey:
    """`token` belongs to the browser; `last` is the name of the draft it wrote last."""

    token: str
    last: str = ""


def draft_key(request: HttpRequest, *, cookie: str = DRAFT) -> DraftKey | None:
    value = read_cookie(request, cookie, _DRAFT_SECONDS)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value):
        return DraftKey(*value)
    return None


def new_draft_key() -> DraftKey:
    return DraftKey(secrets.token_urlsafe(24))


def new_draft_name() -> str:
    """Stands in the address of the form, so that two tabs are two drafts; opens nothing without the cookie."""
    return secrets.token_hex(5)


def keep_draft_key(response: HttpResponseBase, key: DraftKey, *, is_sent: bool = False, cookie: str = DRAFT) -> None:
    """`is_sent`: the draft has become a request and gives out its code, so the key ends with the browser."""
    write_cookie(response, cookie, [key.token, key.last], _DRAFT_SECONDS, ends_with_browser=is_sent)


# --- receipts ----------------------------------------------------------------------------------------------------


def codes(request: HttpRequest) -> dict[str, str]:
    """Number -> query code of what was filed from this browser."""
    return _codes(request, RECEIPTS, _RECEIPT_SECONDS) | remembered_codes(request)


def remembered_codes(request: HttpRequest) -> dict[str, str]:
    """Those of them that outlive the browser's closing."""
    return _codes(request, REMEMBERED, _REMEMBERED_SECONDS)


def _codes(request: HttpRequest, name: str, seconds: int) -> dict[str, str]:
    value = read_cookie(request, name, seconds)
    if not isinstance(value, list):
        return {}
    pairs = [pair for pair in value if isinstance(pair, list) and len(pair) == 2]
    return {str(number): str(code) for number, code in pairs}


def keep_code(request: HttpRequest, response: HttpResponseBase, number: str, code: str) -> None:
    """Show the code of a new receipt until the browser is closed, beside the latest others."""
    known = _codes(request, RECEIPTS, _RECEIPT_SECONDS) | {number: code}
    write_cookie(response, RECEIPTS, _latest(known), _RECEIPT_SECONDS, ends_with_browser=True)


def remember_code(request: HttpRequest, response: HttpResponseBase, number: str, code: str) -> None:
    """Show it for thirty days, because its owner asked for that."""
    write_cookie(response, REMEMBERED, _latest(remembered_codes(request) | {number: code}), _REMEMBERED_SECONDS)


def _latest(known: dict[str, str]) -> list[list[str]]:
    return [list(pair) for pair in known.items()][-_MOST_RECEIPTS:]


# --- the open case -------------------------------------------------------------------------------------------------


def open_case(response: HttpResponseBase, row: InformationRequest) -> None:
    """From now on, for CASE_SECONDS, this browser reads the case; another one it had open is closed."""
    write_cookie(response, CASE, [row.pk, row.query_key[:KEY_SHOWN]], CASE_SECONDS)


def case_of(request: HttpRequest) -> InformationRequest | None:
    """The case this browser has open. A renewed code closes it everywhere."""
    value = read_cookie(request, CASE, CASE_SECONDS)
    if not (isinstance(value, list) and len(value) == 2):
        return None
    pk, key = whole_number(value[0]), str(value[1])
    if pk is None or len(key) != KEY_SHOWN:
        return None
    row = InformationRequest.objects.select_related("agency", "handler").filter(pk=pk).first()
    return row if row and constant_time_compare(row.query_key[:KEY_SHOWN], key) else None


def has_case_cookie(request: HttpRequest) -> bool:
    return CASE in request.COOKIES


def forget(response: HttpResponseBase, *names: str) -> None:
    for name in names:
        response.delete_cookie(name, path=settings.BASE_PATH, samesite="Lax")


def forget_all(response: HttpResponseBase) -> None:
    forget(response, DRAFT, RECEIPTS, REMEMBERED, CASE)


# --- cookies -----------------------------------------------------------------------------------------------------


def write_cookie(
    response: HttpResponseBase, name: str, value: list[Any], seconds: int, *, ends_with_browser: bool = False
) -> None:
    """The signature holds the name and the time, the encryption keeps it from whoever looks into the browser."""
    response.set_cookie(
        name,
        crypto.encrypt(signing.dumps(value, salt=f"requests_app.{name}", compress=True)),
        max_age=None if ends_with_browser else seconds,
        path=settings.BASE_PATH,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def read_cookie(request: HttpRequest, name: str, seconds: int) -> Any:
    """What was written, or None: for what is missing, too old or not ours."""
    try:
        signed = crypto.decrypt(request.COOKIES.get(name, ""))
        return signing.loads(signed, salt=f"requests_app.{name}", max_age=seconds)
    except (signing.BadSignature, ValueError):
        return None
